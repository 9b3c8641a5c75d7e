"""Asking the helper model for a draft out of a talk. What comes of it is read, changed and sent by a person, or not."""

from __future__ import annotations

from flask import flash
from werkzeug.wrappers import Response

from console.answers import Answers
from console.desk import db, desk, library, note, now, signed, today, user
from console.page import back_to, render
from console.reception import PAGE
from console.reception.drafted import drafted
from console.reception.talk import LONGEST_TYPED, elsewhere, held, look_anew, place_of
from console.reception.view import suggestions
from handlers.crisis import crisis_in
from models.draft import Draft
from models.model_draft import CannotDraft, ModelDraft
from models.reception import ReceptionTicket
from models.reception.talk import last_message, last_words


@PAGE.post("/reception/<uid>/model-drafts", "chat", "reply")
def ask_for_draft(uid: str) -> Response | tuple[str, int]:
    """The draft takes a minute, and lies beside the talk then. What is typed meanwhile stays in the box."""
    ticket, typed = held(uid), Answers()["words"].replace("\r\n", "\n")
    if ticket is None:
        return elsewhere(uid, words=typed)
    Draft.keep(db(), signed().user_id, place_of(ticket), typed[:LONGEST_TYPED], now=now())
    try:
        _ask(ticket)
    except CannotDraft as problem:
        flash(str(problem))
    else:
        flash("电脑在起草，写好了放在“可以这样答”下面")
        note("chat.model_draft", uid)
    return back_to("reception.show", uid=uid, _anchor="card")


@PAGE.get("/reception/<uid>/model-draft", "chat", "read", quiet=True)
def model_draft(uid: str) -> str | Response:
    """The draft alone, which the page asks for while it waits."""
    ticket = held(uid)
    if ticket is None:
        return look_anew(uid)
    suggested = suggestions(library(), last_words(db(), ticket), today())
    return render("reception/model_draft.html", ticket=ticket, drafted=drafted(ticket, suggested))


def _ask(ticket: ReceptionTicket) -> None:
    """Raises CannotDraft. Words that sound like danger go to no machine, though nobody has marked the talk yet."""
    asked = last_message(db(), ticket)
    found = suggestions(library(), asked.shown, today()) if asked is not None else []
    if not desk().has_helper or asked is None or not found:
        raise CannotDraft("没有找到合适的政策，电脑起草不了，请您自己回")
    if crisis_in(asked.shown) is not None:
        raise CannotDraft("这句话像是有急事，电脑不起草，请您自己回")
    ModelDraft.ask(db(), ticket, asked, [each.id for each in found], by=user(), now=now())
