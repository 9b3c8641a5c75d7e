"""What the helper model has drafted for whoever holds a talk: what the page shows of it, and what goes into the box."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from console.desk import db, desk, library, now, signed, user
from console.reception.view import Suggestion
from knowledge_base.article import Article
from models.model_draft import ModelDraft, cited_in, without_marks
from models.reception import ReceptionTicket
from models.reception.talk import last_message


@dataclass(frozen=True, slots=True)
class Drafted:
    """The draft asked for last. `may_ask`: whether there are articles to draw another one from.

    `older`: the veteran has said more since it was asked for.
    """

    may_ask: bool
    waits: bool = False
    uid: str = ""
    words: str = ""
    sources: tuple[Article, ...] = ()
    trouble: str = ""
    older: bool = False


def drafted(ticket: ReceptionTicket, suggested: Sequence[Suggestion]) -> Drafted | None:
    """None where there is nothing to show: the office has no such model, somebody is in danger, nothing was found."""
    if not desk().has_helper or ticket.urgent:
        return None
    draft = ModelDraft.latest(db(), ticket, user())
    if draft is None:
        return Drafted(may_ask=True) if suggested else None
    if draft.waits(now()):
        return Drafted(bool(suggested), waits=True)
    sources = _sources_of(draft)
    if draft.state == "done" and sources:
        last = last_message(db(), ticket)
        older = last is not None and last.id != draft.message_id
        return Drafted(bool(suggested), uid=draft.uid, words=draft.answer, sources=sources, older=older)
    return Drafted(bool(suggested), trouble=draft.trouble or "等得太久，或者依据的政策停用了")


def put_of(uid: str) -> str:
    """A draft of one's own as it is put into the box: its sources below it, as those of an answer, not within."""
    draft = db().query(ModelDraft).filter_by(uid=uid, by_id=signed().user_id, state="done").first()
    sources = _sources_of(draft) if draft is not None else ()
    if draft is None or not sources:
        return ""
    return "\n".join([without_marks(draft.answer), *(article.citation for article in sources)])


def _sources_of(draft: ModelDraft) -> tuple[Article, ...]:
    """The articles it names; none where one of them is not in use any more."""
    found = [library().get(id_) for id_ in cited_in(draft.answer)]
    return tuple(article for article in found if article is not None) if None not in found else ()
