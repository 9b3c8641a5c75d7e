"""One talk: what was said, whom one speaks with, what could be answered; answers, notes and what is typed meanwhile."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Response as FlaskResponse
from flask import abort, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from console.answers import Answers
from console.desk import actor, db, library, note, note_apart, now, seen, signed, today, user
from console.page import back_to, read_by_us, render
from console.reception import PAGE, lane, shared
from console.reception.drafted import drafted, put_of
from console.reception.view import (
    FILE_STATES,
    KINDS,
    SAYINGS,
    Given,
    Tail,
    case_status,
    failed,
    mark,
    marked,
    own_answers,
    quota,
    sayings,
    state_of,
    suggestions,
    tail_of,
    when,
    with_taking,
)
from console.reveal import CannotReveal, reveal
from models.base import DomainError
from models.conversation import Conversation
from models.draft import Draft
from models.policy.suggested import SuggestedAnswer
from models.reception import ReceptionTicket
from models.reception.line import may_take
from models.reception.note import CannedReply
from models.reception.rules import LONGEST_REPLY, AlreadyTaken
from models.reception.talk import card, last_words, states_of, transcript
from models.send_window import SendWindow
from models.user import User
from models.user.visible import visible

LONGEST_TYPED = 2000
NO_NOTES = 2**31 - 1


@PAGE.get("/reception/<uid>", "chat", "read")
def show(uid: str) -> str | tuple[str, int]:
    ticket = held(uid)
    if ticket is None:
        return elsewhere(uid)
    read_by_us("chat", "read", uid)
    return talk_page(ticket)


@PAGE.get("/reception/<uid>/messages", "chat", "read", quiet=True)
def messages(uid: str) -> str | Response:
    """What was said after a message, and what has become of answers the page still waits for."""
    ticket = held(uid)
    if ticket is None:
        return look_anew(uid)
    before = Tail(_number("after"), _number("noted", NO_NOTES), request.args.get("pending", "")[:600], _number("left"))
    name = card(db(), ticket, actor()).name
    shown = transcript(db(), ticket, user(), name=name, after=before.after, noted=before.noted)
    known_by = marked(before.pending)
    waited_for = states_of(db(), ticket, list(known_by))
    changed = [message for message in waited_for if mark(message) != known_by[message.id]]
    still = "-".join(
        mark(message) for message in waited_for if message.status in ("queued", "claimed", "sending", "held")
    )
    window = _window(ticket)
    tail = tail_of(shown, window, before, still)
    return render(
        "reception/messages.html", ticket=ticket, said=shown, changed=changed, tail=tail,
        quota=quota(window) if window.left != before.left else "", **_in_words(),
    )  # fmt: skip


@PAGE.post("/reception/<uid>/replies", "chat", "reply")
def reply(uid: str) -> Response | str | tuple[str, int]:
    """Sent, or kept in the box with the reason why not."""
    words = _typed().strip()
    ticket = held(uid)
    if ticket is None:
        return elsewhere(uid, words=words)
    try:
        ticket.reply(db(), words, by=user(), now=now())
    except AlreadyTaken as problem:
        return render("reception/elsewhere.html", sentence=str(problem), words=words), 409
    except DomainError as problem:
        Draft.keep(db(), signed().user_id, place_of(ticket), words, now=now())
        return talk_page(ticket, fault=str(problem)), 409
    Draft.drop(db(), signed().user_id, place_of(ticket))
    note("chat.reply", uid)
    return back_to("reception.show", uid=uid, _anchor="last")


@PAGE.post("/reception/<uid>/notes", "chat", "note")
def write_note(uid: str) -> Response | str | tuple[str, int]:
    words = _typed().strip()
    ticket = held(uid)
    if ticket is None:
        return elsewhere(uid, words=words)
    try:
        ticket.note(db(), words, by=user(), now=now())
    except AlreadyTaken as problem:
        return render("reception/elsewhere.html", sentence=str(problem), words=words), 409
    except DomainError as problem:
        return talk_page(ticket, fault=str(problem), noting=True), 409
    Draft.drop(db(), signed().user_id, place_of(ticket))
    note("chat.note", uid)
    return back_to("reception.show", uid=uid, _anchor="last")


@PAGE.post("/reception/<uid>/draft", "chat", "reply")
def keep_draft(uid: str) -> Response:
    """What is typed is kept as it is typed; a sentence asked for is put behind it. Nothing is sent."""
    ticket, answers = seen(ReceptionTicket, uid, "chat", "reply"), Answers()
    words = _typed()
    put = _to_put(answers["put"])
    together = f"{words.rstrip()}\n{put}".strip() if put else words
    Draft.keep(db(), signed().user_id, place_of(ticket), together[:LONGEST_TYPED], now=now())
    if request.headers.get("HX-Request"):
        return FlaskResponse(status=204)
    return back_to("reception.show", uid=uid, _anchor="words")


@PAGE.post("/reception/<uid>/reveals", "veteran", "reveal_phone")
def reveal_phone(uid: str) -> str | tuple[str, int]:
    """The number in full, once, on this page; looked at again it is masked (R42)."""
    ticket = seen(ReceptionTicket, uid, "veteran", "reveal_phone")
    try:
        number = reveal("phone", ticket, Answers()["reason"])
    except CannotReveal as problem:
        return talk_page(ticket, reveal_fault=str(problem), reason=Answers()["reason"]), 422
    return talk_page(ticket, phone=number)


def held(uid: str) -> ReceptionTicket | None:
    """The talk, if it is in these hands now."""
    ours = visible(ReceptionTicket, actor(), "chat", "read").where(ReceptionTicket.uid == uid)
    return db().scalars(ours).first()


def place_of(ticket: ReceptionTicket) -> str:
    """Where a draft of this talk is kept."""
    return f"talk:{ticket.uid}"


def talk_page(
    ticket: ReceptionTicket,
    *,
    fault: str = "",
    noting: bool = False,
    phone: str = "",
    reveal_fault: str = "",
    reason: str = "",
) -> str:
    ours, shown_card, window = user(), card(db(), ticket, actor()), _window(ticket)
    said = with_taking(transcript(db(), ticket, ours, name=shown_card.name), ticket, shown_card.name)
    suggested = suggestions(library(), last_words(db(), ticket), today())
    return render(
        "reception/talk.html", ticket=ticket, card=shown_card, said=said, tail=tail_of(said, window),
        window=window, quota=quota(window), fault=fault, noting=noting, phone=phone, reveal_fault=reveal_fault,
        reason=reason, draft=Draft.of(db(), ours.id, place_of(ticket)), place=place_of(ticket),
        canned=sayings(CannedReply.all(db())), lane=lane("mine", ticket.uid), longest=LONGEST_REPLY,
        filing=filing_of(ticket), given=[] if ticket.urgent else _to_hand_on(own_answers(said)),
        suggested=suggested, drafted=drafted(ticket, suggested),
        **_in_words(),
    )  # fmt: skip


def filing_of(ticket: ReceptionTicket) -> str:
    """Where a petition is written down out of this talk."""
    return url_for("petition_filing.form", ticket=ticket.uid) if actor().may("petition", "file") else ""


def _to_hand_on(given: Sequence[Given]) -> list[Given]:
    """Those that the policy editors do not have yet."""
    there = SuggestedAnswer.among(db(), [each.id for each in given])
    return [each for each in given if each.id not in there]


def look_anew(uid: str) -> Response:
    """What a fragment answers when the talk went to others: the page loads itself, and says who holds it now."""
    known = db().scalars(select(ReceptionTicket).where(ReceptionTicket.uid == uid)).first()
    return FlaskResponse(status=403 if known else 404, headers={"HX-Refresh": "true"})


def elsewhere(uid: str, *, words: str = "") -> tuple[str, int]:
    """A talk that is not in these hands: whose it is, as far as that may be known. What was typed is shown again."""
    taken = may_take(actor())
    ticket = db().scalars(select(ReceptionTicket).where(ReceptionTicket.uid == uid, taken)).first()
    if ticket is None:
        seen(ReceptionTicket, uid, "chat", "read")
        abort(404)
    if request.method == "GET":
        note_apart("refused", uid, "chat.read")
    holder = db().get(User, ticket.taken_by_id) if ticket.taken_by_id else None
    sentences = {
        "taken": f"{holder.shown_as if holder else '别人'}正在回这位老战友",
        "waiting": "这位老战友在队列里等，还没有人接",
        "closed": "这次接待已经结束了",
    }
    since = when(ticket.taken_at, now()) if ticket.taken_at and ticket.state == "taken" else ""
    said = f"{sentences[ticket.state]}{f'（{since} 接的）' if since else ''}"
    return render("reception/elsewhere.html", sentence=said, words=words), 409 if words else 403


def _window(ticket: ReceptionTicket) -> SendWindow:
    return SendWindow.of(db(), db().get_one(Conversation, ticket.conversation_id), now=now())


def _typed() -> str:
    """What was typed; browsers send a new line as two characters."""
    return Answers()["words"].replace("\r\n", "\n")


def _to_put(wanted: str) -> str:
    """The sentence a button stands for: an approved answer with its source, a draft with its own, or one of ours."""
    kind, _, name = wanted.partition(":")
    if kind == "policy":
        article = library().get(name)
        return f"{article.answer}\n{article.citation}" if article is not None else ""
    if kind == "draft":
        return put_of(name)
    number = int(name) if name.isascii() and name.isdigit() and len(name) < 10 else -1
    if kind == "saying":
        return SAYINGS[number] if 0 <= number < len(SAYINGS) else ""
    canned = db().get(CannedReply, number) if kind == "canned" else None
    return canned.words if canned is not None else ""


def _number(name: str, otherwise: int = 0) -> int:
    given = request.args.get(name, "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 16 else otherwise


def _in_words() -> dict[str, object]:
    states = {"state_of": state_of, "failed": failed, "when": when, "case_status": case_status}
    return {**shared(), **states, "kinds": KINDS, "file_states": FILE_STATES}
