"""One petition on one page: who may see how much of it, and everything the page shows."""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from typing import Any

from flask import session
from sqlalchemy import or_, select

from console.answers import Answers
from console.desk import actor, db, now, seen, signed, turn_away, user
from console.page import render
from console.petitions.view import boxes_of, lines_of, masked_names, names_of, offers, told_in, topic_of
from handlers.kit.phrase import Said, worded
from handlers.petition.status import as_the_veteran_reads_it
from models.approval import Approval
from models.case import Interest
from models.draft import Draft
from models.petition import STATUSES, Petition, readers
from models.petition.clock import MOST_EXTENSION, day_of
from models.petition.officers import officers_for
from models.petition.printing import printable
from models.petition.printing import waiting as waiting_print
from models.petition.proposal import ACTS, DECLINE, EXTEND, last_sent_back, waiting
from models.petition.review import CALLED
from models.station import Station
from models.user import User
from models.user.visible import visible
from models.wording import Wording

REASON = 6  # authz-matrix 2
OPENED = "opened"  # in the browser's form cookie: what was opened with a reason, and until when
OPEN_FOR = dt.timedelta(minutes=30)
MOST_OPENED = 8
# 条例 32: what a written answer has to say.
PARTS = {"request": "您的诉求", "facts": "查明的事实", "words": "处理意见", "basis": "依据"}


def said(*lines: Said) -> str:
    """The words for the veteran, the office's own where it has some."""
    return worded(lines, Wording.live(db()))


def reached(number: str) -> Petition:
    """The petition, if this person may read any of it; else 403, or 404 as for one that does not exist."""
    for action in ("read", "read_other"):
        may = visible(Petition, actor(), "petition", action).where(Petition.number == number)
        if (found := db().scalars(may).first()) is not None:
            if found.keeps_away(db(), user()):
                turn_away(
                    found.uid, "petition.read", hidden=True
                )  # named in it, and the account is younger than the petition: as if it had been found then
            return found
    return seen(Petition, number, "petition", "read", by="number")


def view_of(petition: Petition) -> str:
    """How much is shown: `full`, `masked`, or `ask` while the reason has not been given (authz-matrix 5)."""
    ways = list(_ways(petition))
    if ("full", False) in ways:
        return "full"
    if not was_opened(petition):
        return "ask"
    return "full" if ("full", True) in ways else "masked"


def _ways(petition: Petition) -> Any:
    for action in ("read", "read_other"):
        if offers(actor(), petition, "petition", action):
            yield from ((rule.view, rule.needs_reason) for rule, _ in actor().rules("petition", action))


def was_opened(petition: Petition) -> bool:
    mine = [petition.uid, signed().user_id]
    return any(entry[:2] == mine and entry[2] > now().timestamp() for entry in session.get(OPENED, []))


def open_for_a_while(petition: Petition) -> None:
    """The reason holds for half an hour, in this browser, for this account."""
    until = int((now() + OPEN_FOR).timestamp())
    session[OPENED] = [*session.get(OPENED, []), [petition.uid, signed().user_id, until]][-MOST_OPENED:]


def why(petition: Petition, answers: Answers) -> str:
    """What is asked before somebody who does not handle it may read it; to give it to somebody needs no reading."""
    may_assign = what_may_be_done(petition, full=False)["assign"] and not needs_reason_to_assign()
    officers = officers_for(db(), petition, now=now()) if may_assign else []
    return render(
        "petitions/why.html",
        answers=answers,
        petition=head_of(petition),
        least=REASON,
        may_assign=may_assign,
        officers=[(each.uid, each.shown_as) for each in officers],
    )


def shown(petition: Petition, answers: Answers, *, revealed: str = "", view: str = "full") -> str:
    """The page. `revealed` is a number in full, once."""
    today, history = day_of(now()), petition.history(db())
    full = view == "full"
    return render(
        "petitions/page.html",
        answers=answers,
        base=f"/console/{'restricted' if petition.restricted else 'petitions'}/{petition.number}",
        files_at="/console/restricted/media/" if petition.restricted else "/console/media/",
        parts=PARTS,
        petition=head_of(petition),
        boxes=boxes_of(petition.clock, today=today),
        review=None if petition.restricted else petition.clock.review,
        tied=tied_to(petition),
        today=today,
        told=told_in(petition) if full else None,
        answer=petition.answer if full else "",
        lines=lines_of(db(), history, with_words=full),
        veteran_reads=said(*as_the_veteran_reads_it(db(), petition, now=now())) if full else "",
        revealed=revealed,
        print_asked=print_asked(petition) if petition.restricted else None,
        **_work_on(petition, full=full),
    )


def tied_to(petition: Petition) -> list[tuple[str, str]]:
    """What this is a review of, and the review that was asked for, as far as whoever sits here may know of them."""
    either = or_(Petition.id == petition.review_of_id, Petition.review_of_id == petition.id)
    known = visible(Petition, actor(), "petition", "list").where(either).order_by(Petition.id)
    return [
        (each.number, "本人申请的" + CALLED[each.stage] if each.stage > petition.stage else "答复的是原来这一件")
        for each in db().scalars(known)
    ]


def print_asked(petition: Petition) -> dict[str, Any]:
    """How it stands with a print of a restricted petition: who asked and why, whether there is somebody to agree."""
    proposal = waiting_print(db(), petition, now=now())
    mine = printable(db(), petition, by=user(), now=now())
    others = db().scalars(select(User.person).where(User.id.in_(readers(now())), User.disabled_at.is_(None))).all()
    by = db().get_one(User, proposal.proposed_by_id) if proposal else None
    return {
        "proposal": proposal,
        "by": by.shown_as if by else "",
        "own": by is not None and by.person == actor().person,
        "ready": mine is not None,
        "alone": not set(others) - {actor().person},
    }


def head_of(petition: Petition) -> dict[str, Any]:
    """What even a masked view names."""
    stations = names_of(db(), Station.name, Station.id, [petition.station_id])
    officers = names_of(db(), User.shown_as, User.id, [petition.officer_id])
    return {
        "number": petition.number,
        "topic": topic_of(petition),
        "stage": CALLED[petition.stage],
        "who": masked_names(petition),
        "status": STATUSES[petition.status],
        "is_open": petition.is_open,
        "withdrawn": petition.status == "withdrawn",
        "closed_at": petition.closed_at,
        "anonymous": petition.anonymous,
        "restricted": petition.restricted,
        "filed_at": petition.filed_at,
        "station": stations.get(petition.station_id or 0, ""),
        "officer": officers.get(petition.officer_id or 0, ""),
    }


def _work_on(petition: Petition, *, full: bool) -> dict[str, Any]:
    """The buttons that lead somewhere, and what their forms need."""
    may = what_may_be_done(petition, full=full)
    stations = select(Station).where(Station.closed.is_(False)).order_by(Station.code) if may["forward"] else None
    lifts, sent_back = actor().may("interest", "lift"), last_sent_back(db(), petition)
    return {
        "may": may,
        "acts": ACTS,
        "most_days": MOST_EXTENSION - petition.extended_days,
        "waiting": [(each, ACTS[each.act]) for each in waiting(db(), petition, now=now())],
        "sent_back": sent_back,
        "before": _written_before(sent_back),
        "officers": [(each.uid, each.shown_as) for each in officers_for(db(), petition, now=now())]
        if may["assign"]
        else [],
        "stations": [(each.code, each.name) for each in db().scalars(stations)] if stations is not None else [],
        "assigning_needs_reason": needs_reason_to_assign(),
        "interests": _interests(petition) if lifts else [],
        "drafts": {
            what: Draft.of(db(), signed().user_id, draft_place(petition, what))
            for what in ("progress", "notes", "answer")
        },
        "draft_place": lambda what: draft_place(petition, what),
    }


def _written_before(sent_back: Approval | None) -> dict[str, Any]:
    """What was sent back fills the form again, so that nobody writes it twice."""
    if sent_back is None:
        return {}
    words = sent_back.content["words"]
    if sent_back.act == DECLINE:
        return {"decline_reason": words}
    if sent_back.act == EXTEND:
        return {"extend_reason": words, "days": sent_back.content["days"]}
    return parts_of(words)


def parts_of(text: str) -> dict[str, str]:
    """The four parts of a written answer by the names of their fields."""
    pieces = re.split(rf"^({'|'.join(PARTS.values())})：\n", text, flags=re.M)
    said = dict(zip(pieces[1::2], pieces[2::2], strict=True))
    return {name: said.get(called, "").strip() for name, called in PARTS.items()}


def what_may_be_done(petition: Petition, *, full: bool) -> dict[str, bool]:
    """The forms worth showing: what the state allows and the person may."""
    if petition.restricted:
        return _what_discipline_may(petition)
    status, is_open = petition.status, petition.status in ("received", "accepted", "answered")
    within = petition.due_on is not None and day_of(now()) <= petition.due_on
    when = {
        "accept": status == "received",
        "decline": status == "received",
        "extend": status == "accepted" and not petition.stage and within and petition.extended_days < MOST_EXTENSION,
        "answer": status == "accepted",
        "progress": is_open,
        "note": status != "withdrawn",
        "assign": is_open,
        "forward": is_open,
    }
    may = {act: fits and offers(actor(), petition, "petition", act) for act, fits in when.items()}
    may["close"] = status == "answered" and offers(actor(), petition, "petition", "answer")
    phone = petition.phone_sealed is not None and full
    may["reveal"] = phone and offers(actor(), petition, "veteran", "reveal_phone")
    may["files"] = full and offers(actor(), petition, "media", "read")
    may["hand_over"] = is_open and offers(actor(), petition, "restricted", "hand_over")
    return may


def _what_discipline_may(petition: Petition) -> dict[str, bool]:
    may = {
        "progress": petition.is_open,
        "answer": petition.status in ("received", "accepted"),
        "close": petition.status == "answered",
        "reveal": petition.phone_sealed is not None,
        "files": offers(actor(), petition, "media", "read_restricted"),
    }
    return defaultdict(bool, may)


def needs_reason_to_assign() -> bool:
    """A leader who moves a matter says why; who does it every day need not."""
    return all(rule.needs_reason for rule, _ in actor().rules("petition", "assign"))


def draft_place(petition: Petition, what: str) -> str:
    return f"petition {petition.number} {what}"


def _interests(petition: Petition) -> list[dict[str, Any]]:
    standing = select(Interest).where(Interest.case_id == petition.id, Interest.lifted_at.is_(None))
    found = db().scalars(standing.order_by(Interest.id)).all()
    people = select(User).where(User.person.in_([each.person for each in found])).order_by(User.id.desc())
    names = {user.person: user.shown_as for user in db().scalars(people)}
    return [
        {"uid": each.uid, "who": names.get(each.person, ""), "at": each.at, "reason": each.reason} for each in found
    ]
