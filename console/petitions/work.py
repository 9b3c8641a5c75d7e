"""What is done to a petition from its page: one form, one act, one address each."""

from __future__ import annotations

from flask import flash
from sqlalchemy import select
from werkzeug.wrappers import Response

from console.answers import Answers
from console.desk import actor, db, note, now, seen, signed, user
from console.page import Page, back_to
from console.petitions.page import PARTS, REASON, draft_place, needs_reason_to_assign, said, shown, view_of, why
from console.reveal import CannotReveal, reveal
from handlers.petition import told as petition_told
from handlers.reception_words import ANOTHER_GOES_ON
from models.audit import nameless
from models.case import Interest
from models.draft import Draft
from models.petition import LONGEST_SENTENCE, Petition
from models.petition.clock import MOST_EXTENSION
from models.petition.officers import officers_for
from models.petition.proposal import ANSWER, DECLINE, EXTEND, propose
from models.petition.restricted import hand_over
from models.station import Station

PAGE = Page("petition_work")
Answer = Response | tuple[str, int]

LONGEST_REASON = 300
LONGEST_PART = 450  # the four together are what petition.clear takes


@PAGE.post("/petitions/<number>/acceptance", "petition", "accept")
def accept(number: str) -> Response:
    petition = seen(Petition, number, "petition", "accept", by="number")
    petition.accept(db(), by=user(), now=now(), words=said(petition_told.accepted(petition, now=now())))
    return _done(petition, "accept", "受理了，已经告诉本人")


@PAGE.post("/petitions/<number>/refusal", "petition", "decline")
def decline(number: str) -> Answer:
    petition, answers = seen(Petition, number, "petition", "decline", by="number"), Answers()
    reason = answers.text("decline_reason", "没有受理的理由", least=REASON, most=LONGEST_REASON)
    if not answers.ok:
        return _again(petition, answers)
    propose(db(), petition, DECLINE, reason, by=user(), now=now())
    return _done(petition, "decline", "提交了，等负责人复核。复核同意后才告诉本人")


@PAGE.post("/petitions/<number>/assignment", "petition", "assign")
def assign(number: str) -> Answer:
    """Another officer, or another station; a leader says why."""
    petition, answers = seen(Petition, number, "petition", "assign", by="number"), Answers()
    if needs_reason_to_assign():
        reason = answers.text("assign_reason", "换人的原因", least=REASON, most=LONGEST_REASON)
        if not answers.ok:
            return _again(petition, answers)
        petition.remark(db(), f"换承办人的原因：{reason}", by=user(), now=now())
    if answers["station"]:
        return _forward(petition, answers)
    officers = {each.uid: each for each in officers_for(db(), petition, now=now())}
    officer = officers.get(answers.choice("officer", "承办人", officers))
    if officer is None:
        return _again(petition, answers)
    petition.assign(db(), officer, by=user(), now=now())
    return _done(petition, "assign", f"{petition.spoken_number} 现在由{officer.shown_as}承办")


def _forward(petition: Petition, answers: Answers) -> Answer:
    seen(Petition, petition.number, "petition", "forward", by="number")
    station = db().scalars(select(Station).where(Station.code == answers["station"])).first()
    if station is None:
        answers.faults["station"] = "请选站点"
        return _again(petition, answers)
    words = said(petition_told.forwarded(petition, station))
    petition.forward(db(), station, by=user(), now=now(), words=words)
    note("petition.forward", petition.uid)
    flash(f"转到{station.name}了，已经告诉本人。请定承办人")
    return back_to("petitions.listing")


@PAGE.post("/petitions/<number>/progress", "petition", "progress")
def progress(number: str) -> Answer:
    petition, answers = seen(Petition, number, "petition", "progress", by="number"), Answers()
    sentence = answers.text("words", "告诉本人的一句话", most=LONGEST_SENTENCE)
    if not answers.ok:
        return _again(petition, answers, words_are="progress")
    words = said(petition_told.progress(petition, sentence))
    petition.progress(db(), sentence, by=user(), now=now(), words=words)
    return _done(petition, "progress", "记下了，已经发给本人", draft="progress")


@PAGE.post("/petitions/<number>/notes", "petition", "note")
def remark(number: str) -> Answer:
    petition, answers = seen(Petition, number, "petition", "note", by="number"), Answers()
    words = answers.text("words", "备注", most=1000)
    if not answers.ok:
        return _again(petition, answers, words_are="note")
    petition.remark(db(), words, by=user(), now=now())
    return _done(petition, "note", "备注记下了，本人看不到", draft="notes")


@PAGE.post("/petitions/<number>/extension", "petition", "extend")
def extend(number: str) -> Answer:
    petition, answers = seen(Petition, number, "petition", "extend", by="number"), Answers()
    days = answers.number("days", "延长的天数", least=1, most=MOST_EXTENSION - petition.extended_days)
    reason = answers.text("extend_reason", "延长的理由", least=REASON, most=LONGEST_REASON)
    if not answers.ok:
        return _again(petition, answers)
    propose(db(), petition, EXTEND, reason, by=user(), now=now(), days=days)
    return _done(petition, "extend", "提交了，等负责人复核。复核同意后才延长，也才告诉本人")


@PAGE.post("/petitions/<number>/answer", "petition", "answer")
def answer(number: str) -> Answer:
    """The written answer says what 条例 32 asks for, part by part."""
    petition, answers = seen(Petition, number, "petition", "answer", by="number"), Answers()
    text = written_answer(answers)
    if not answers.ok:
        return _again(petition, answers, words_are="opinion")
    propose(db(), petition, ANSWER, text, by=user(), now=now())
    return _done(petition, "answer", "提交了，等负责人复核。复核同意后才答复本人", draft="answer")


@PAGE.post("/petitions/<number>/closure", "petition", "answer")
def close(number: str) -> Response:
    petition = seen(Petition, number, "petition", "answer", by="number")
    petition.close(db(), by=user(), now=now(), words=said(petition_told.closed(petition)))
    return _done(petition, "close", "办结了，已经告诉本人。本人仍可以在期限里申请复查")


@PAGE.post("/petitions/<number>/reveals", "veteran", "reveal_phone")
def see_phone(number: str) -> str | Answer:
    """The number in full, once: the page is not kept, and a reload shows the mask."""
    petition, answers = seen(Petition, number, "veteran", "reveal_phone", by="number"), Answers()
    if view_of(petition) != "full":
        return back_to("petitions.page", number=number)
    try:
        value = reveal("phone", petition, answers["reason"])
    except CannotReveal as refused:
        answers.faults["reveal_reason"] = str(refused)
        return _again(petition, answers)
    return shown(petition, answers, revealed=value)


@PAGE.post("/petitions/<number>/interest", "interest", "declare")
def declare(number: str) -> Answer:
    """回避: at once, and the petition is gone for this person."""
    petition, answers = seen(Petition, number, "petition", "list", by="number"), Answers()
    reason = answers.text("interest_reason", "回避的原因", least=REASON, most=LONGEST_REASON)
    if not answers.ok:
        return _again(petition, answers)
    words = said(ANOTHER_GOES_ON())
    Interest.declare(db(), petition, reason, of=user(), by=user(), now=now(), words=words)
    note("interest.declare", petition.uid)
    flash("您回避了这件事，从现在起看不到它。别的同事接着办")
    return back_to("petitions.listing")


@PAGE.post("/petitions/<number>/interests/<uid>/lifting", "interest", "lift")
def lift(number: str, uid: str) -> Answer:
    petition, answers = seen(Petition, number, "petition", "read", by="number"), Answers()
    standing = select(Interest).where(Interest.uid == uid, Interest.case_id == petition.id)
    interest = db().scalars(standing).first()
    reason = answers.text("lift_reason", "解除的原因", least=REASON, most=LONGEST_REASON)
    if interest is None or not answers.ok:
        return _again(petition, answers)
    interest.lift(db(), reason, by=user(), now=now())
    return _done(petition, "lift", "解除了回避", resource="interest")


@PAGE.post("/petitions/<number>/hand-over-restricted", "restricted", "hand_over")
def restrict(number: str) -> Response:
    """检举控告: to the discipline contact. Nobody else finds it afterwards, so the way back is the list."""
    action = "progress" if actor().may("petition", "progress") else "status"
    petition = seen(Petition, number, "petition", action, by="number")
    hand_over(db(), petition, by=user(), now=now())
    note("restricted.hand_over", nameless())
    flash("转给专人了。您这里不再看得到")
    return back_to("petitions.listing" if actor().may("petition", "list") else "home.home")


def written_answer(answers: Answers) -> str:
    """The four parts of a written answer, each under its name."""
    return "\n".join(f"{called}：\n{answers.text(name, called, most=LONGEST_PART)}" for name, called in PARTS.items())


def _again(petition: Petition, answers: Answers, *, words_are: str = "") -> Answer:
    """The same page with what was typed, and what is to be mended. Three forms call their text `words`, for drafts."""
    answers.faults = {words_are if name == "words" else name: fault for name, fault in answers.faults.items()}
    view = view_of(petition)
    return why(petition, answers) if view == "ask" else shown(petition, answers, view=view), 422


def _done(petition: Petition, action: str, told: str, *, draft: str = "", resource: str = "petition") -> Response:
    """Back to the page; to the list, when it belongs to somebody else now."""
    if draft:
        Draft.drop(db(), signed().user_id, draft_place(petition, draft))
    flash(told)
    note(f"{resource}.{action}", petition.uid)
    if view_of(petition) == "ask":
        return back_to("petitions.listing")
    return back_to("petitions.page", number=petition.number)
