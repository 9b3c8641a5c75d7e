"""专办: petitions that only the discipline contact may know of. No list, count, search or audit of others has them."""

from __future__ import annotations

from flask import Response as FlaskResponse
from flask import abort, flash
from sqlalchemy import select
from werkzeug.wrappers import Response

from console.answers import Answers
from console.desk import actor, db, note, note_apart, now, seen, signed, today, turn_away, user
from console.media import sent
from console.page import Page, back_to, render
from console.petitions.page import REASON, draft_place, head_of, said, shown
from console.petitions.view import lines_of, rows_of, told_in
from console.petitions.work import written_answer
from console.reveal import CannotReveal, reveal
from handlers.petition import told as petition_told
from models.audit import nameless
from models.case import Case, CaseEvent
from models.draft import Draft
from models.media import Media
from models.petition import LONGEST_SENTENCE, Petition
from models.petition.printing import agree_to_paper, ask_for_paper, printable
from models.petition.restricted import answer as give_answer
from models.user import User
from models.user.visible import visible

PAGE = Page("restricted", menu="专办", first="listing")
MOST = 200
Answer = Response | tuple[str, int]


@PAGE.get("/restricted", "restricted", "list")
def listing() -> str:
    found = visible(Petition, actor(), "restricted", "list").order_by(
        Case.due_on.is_(None), Case.due_on, Case.id.desc()
    )
    rows = rows_of(db(), db().scalars(found.limit(MOST)).all(), today=today())
    note_apart("restricted.list", "restricted")
    return render("petitions/restricted.html", rows=rows)


@PAGE.get("/restricted/<number>", "restricted", "read")
def page(number: str) -> str:
    petition = seen(Petition, number, "restricted", "read", by="number")
    note_apart("restricted.read", nameless())
    return shown(petition, Answers())


@PAGE.get("/restricted/media/<uid>", "media", "read_restricted")
def file(uid: str) -> FlaskResponse:
    """A photo or a recording of such a petition; of others there is none here."""
    theirs = visible(Petition, actor(), "restricted", "read").with_only_columns(Petition.id)
    of_them = select(CaseEvent.media_uid).where(CaseEvent.case_id.in_(theirs))
    named = select(Media).where(Media.uid == uid)
    media = db().scalars(named.where(Media.uid.in_(of_them))).first()
    if media is None:
        if db().scalars(named).first() is None:
            abort(404)
        turn_away(uid, "media.read_restricted", hidden=True)
    answer = sent(media)
    note_apart("media.read_restricted", nameless())
    return answer


@PAGE.post("/restricted/<number>/progress", "restricted", "progress")
def progress(number: str) -> Answer:
    petition, answers = seen(Petition, number, "restricted", "progress", by="number"), Answers()
    sentence = answers.text("words", "告诉本人的一句话", most=LONGEST_SENTENCE)
    if not answers.ok:
        answers.faults["progress"] = answers.faults.pop("words")
        return shown(petition, answers), 422
    words = said(petition_told.progress(petition, sentence))
    petition.progress(db(), sentence, by=user(), now=now(), words=words)
    return _done(petition, "progress")


@PAGE.post("/restricted/<number>/answer", "restricted", "answer")
def answer(number: str) -> Answer:
    petition, answers = seen(Petition, number, "restricted", "answer", by="number"), Answers()
    text = written_answer(answers)
    if not answers.ok:
        answers.faults = {"opinion" if name == "words" else name: fault for name, fault in answers.faults.items()}
        return shown(petition, answers), 422
    words = said(petition_told.answered(petition, now=now()))
    give_answer(db(), petition, text, by=user(), now=now(), words=words)
    return _done(petition, "answer")


@PAGE.post("/restricted/<number>/closure", "restricted", "close")
def close(number: str) -> Response:
    petition = seen(Petition, number, "restricted", "close", by="number")
    petition.close(db(), by=user(), now=now(), words=said(petition_told.closed(petition)))
    return _done(petition, "close")


@PAGE.post("/restricted/<number>/reveals", "restricted", "reveal_phone")
def see_phone(number: str) -> str | Answer:
    petition, answers = seen(Petition, number, "restricted", "reveal_phone", by="number"), Answers()
    try:
        value = reveal("phone", petition, answers["reason"])
    except CannotReveal as refused:
        answers.faults["reveal_reason"] = str(refused)
        return shown(petition, answers), 422
    return shown(petition, answers, revealed=value)


@PAGE.post("/restricted/<number>/prints", "restricted", "print")
def ask_for_print(number: str) -> Answer:
    petition, answers = seen(Petition, number, "restricted", "print", by="number"), Answers()
    reason = answers.text("print_reason", "打印的原因", least=REASON, most=200)
    if not answers.ok:
        return shown(petition, answers), 422
    ask_for_paper(db(), petition, reason, by=user(), now=now())
    flash("提出了，等另一位纪检专人同意，一天内有效")
    return _done(petition, "print")


@PAGE.post("/restricted/<number>/prints/approval", "restricted", "print")
def agree(number: str) -> Response:
    petition = seen(Petition, number, "restricted", "print", by="number")
    agree_to_paper(db(), petition, by=user(), now=now(), digest=Answers()["digest"])
    flash("同意了，提出的人一天内可以打印")
    return _done(petition, "print")


@PAGE.get("/restricted/<number>/print", "restricted", "print")
def paper(number: str) -> str | Response:
    """The sheet, with who printed it and when on it; each opening is in the audit."""
    petition = seen(Petition, number, "restricted", "print", by="number")
    agreed = printable(db(), petition, by=user(), now=now())
    if agreed is None:
        return back_to("restricted.page", number=number)
    note_apart("restricted.print", nameless())
    return render(
        "petitions/paper.html",
        petition=head_of(petition),
        told=told_in(petition),
        answer=petition.answer,
        lines=lines_of(db(), petition.history(db()), with_words=True),
        by=signed().shown_as,
        agreed_by=db().get_one(User, agreed.decided_by_id).shown_as,
        at=now(),
        serial=agreed.uid[:8],
    )


def _done(petition: Petition, action: str) -> Response:
    Draft.drop(db(), signed().user_id, draft_place(petition, action))
    note(f"restricted.{action}", nameless())
    return back_to("restricted.page", number=petition.number)
