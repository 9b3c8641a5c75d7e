"""The end of a talk for its holder: handing it to a colleague, closing it, mending the line that sums it up."""

from __future__ import annotations

from werkzeug.wrappers import Response

from console.answers import Answers
from console.desk import actor, db, note, now, seen, signed, user
from console.page import back_to, render
from console.reception import PAGE, in_our_words, shared
from console.reception.talk import filing_of, place_of
from handlers.reception_words import ASK_RATING, CLOSED_AFTER_CRISIS, CLOSED_BY, HANDED_ON, HANDED_TO
from models.case import Case
from models.draft import Draft
from models.reception import ReceptionTicket
from models.reception.colleagues import Colleague, colleagues_for
from models.reception.rules import LONGEST_SUMMARY, OUTCOMES
from models.reception.talk import card
from models.user.visible import visible

TO_THE_LINE = "line"
LONGEST_REASON = 200


@PAGE.get("/reception/<uid>/hand-over", "chat", "transfer")
def choose_colleague(uid: str) -> str:
    ticket = seen(ReceptionTicket, uid, "chat", "transfer")
    return _hand_over_page(ticket, Answers())


@PAGE.post("/reception/<uid>/hand-over", "chat", "transfer")
def hand_over(uid: str) -> Response | tuple[str, int]:
    ticket, answers, ours = seen(ReceptionTicket, uid, "chat", "transfer"), Answers(), user()
    there = {each.user.uid: each.user for each in _colleagues(ticket)}
    chosen = answers.choice("to", "转给谁", {*there, TO_THE_LINE})
    reason = answers.text("reason", "给接手的人的一句话", most=LONGEST_REASON, least=2)
    if not answers.ok:
        return _hand_over_page(ticket, answers), 422
    to = there.get(chosen)
    told = HANDED_TO(who=ours.shown_as, name=to.shown_as) if to else HANDED_ON(who=ours.shown_as)
    ticket.hand_over(db(), by=ours, to=to, reason=reason, now=now(), words=in_our_words(told))
    Draft.drop(db(), signed().user_id, place_of(ticket))
    note("chat.transfer", uid)
    return back_to("reception.waiting")


@PAGE.get("/reception/<uid>/closing", "chat", "close")
def choose_outcome(uid: str) -> str:
    return _closing_page(seen(ReceptionTicket, uid, "chat", "close"), Answers())


@PAGE.post("/reception/<uid>/closing", "chat", "close")
def close(uid: str) -> Response | tuple[str, int]:
    ticket, answers, ours = seen(ReceptionTicket, uid, "chat", "close"), Answers(), user()
    outcome = answers.choice("outcome", "这次办得怎么样", OUTCOMES)
    summary = answers.text("summary", "一句话小结", most=LONGEST_SUMMARY, least=2)
    if outcome == "petition" and not _filed_in(ticket):
        answers.faults["outcome"] = "这次还没有登记信访件。先登记，再结束；或者选别的"
    if not answers.ok:
        return _closing_page(ticket, answers), 422
    good_bye = CLOSED_AFTER_CRISIS(who=ours.shown_as) if ticket.urgent else CLOSED_BY(who=ours.shown_as)
    # Who has not answered is not there to rate.
    asking = in_our_words(ASK_RATING(who=ours.shown_as)) if outcome != "no_answer" else ""
    words = in_our_words(good_bye)
    ticket.close(db(), by=ours, outcome=outcome, summary=summary, now=now(), words=words, asking=asking)
    Draft.drop(db(), signed().user_id, place_of(ticket))
    note("crisis.handled" if ticket.urgent else "chat.close", uid)
    return back_to("reception.held")


@PAGE.get("/reception/<uid>/summary", "chat", "correct_summary")
def see_summary(uid: str) -> str:
    ticket = seen(ReceptionTicket, uid, "chat", "correct_summary")
    return _summary_page(ticket, Answers(), ticket.summary)


@PAGE.post("/reception/<uid>/summary", "chat", "correct_summary")
def correct_summary(uid: str) -> Response | tuple[str, int]:
    ticket, answers = seen(ReceptionTicket, uid, "chat", "correct_summary"), Answers()
    summary = answers.text("summary", "一句话小结", most=LONGEST_SUMMARY, least=2)
    if not answers.ok:
        return _summary_page(ticket, answers, None), 422
    ticket.correct_summary(db(), summary, by=user(), now=now())
    note("chat.correct_summary", uid)
    return back_to("reception.done")


def _colleagues(ticket: ReceptionTicket) -> list[Colleague]:
    return colleagues_for(db(), ticket, besides=user(), now=now())


def _hand_over_page(ticket: ReceptionTicket, answers: Answers) -> str:
    people = [
        (each.user.uid, f"{each.user.shown_as}・{each.station}", f"在班，手上 {each.held} 件")
        for each in _colleagues(ticket)
    ]
    options = [*people, (TO_THE_LINE, "放回队列", "谁先看到谁接，排在最前面")]
    told = in_our_words(HANDED_TO(who=user().shown_as, name="……"))
    name = card(db(), ticket, actor()).name
    return render(
        "reception/hand_over.html", ticket=ticket, answers=answers, options=options, told=told, name=name, **shared()
    )


def _closing_page(ticket: ReceptionTicket, answers: Answers) -> str:
    hints = {
        "petition": "要先登记好信访件",
        "aid": "请在小结里写明谁来接着办",
        "call_or_visit": "请在小结里写日子",
        "no_answer": "对方随时还能再找我们",
    }
    options = [(key, name, hints.get(key, "")) for key, name in OUTCOMES.items()]
    name = card(db(), ticket, actor()).name
    return render(
        "reception/closing.html", ticket=ticket, answers=answers, options=options, name=name, most=LONGEST_SUMMARY,
        filing=filing_of(ticket),
    )  # fmt: skip


def _summary_page(ticket: ReceptionTicket, answers: Answers, value: str | None) -> str:
    return render("reception/summary.html", ticket=ticket, answers=answers, value=value, **shared())


def _filed_in(ticket: ReceptionTicket) -> bool:
    """Whether a petition came out of this talk: then it is told apart from a promise."""
    ours = visible(Case, actor(), "petition", "status").where(
        Case.conversation_id == ticket.conversation_id, Case.filed_at >= ticket.opened_at
    )
    return db().scalars(ours.limit(1)).first() is not None
