"""Seeing a number of a person in full: for a reason, so many times a day, and never unseen (R42).

For every page that shows masked numbers: a POST with the fields `kind` and `reason`, answered by the page itself with
the value in it. The value leaves after the commit only, and the entry in the audit is part of that commit; whoever
reloads the page sees the mask again, since a form acts once.
"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import func, select

from console.desk import db, note, now, signed, user
from models.audit import AuditEntry, nameless
from models.audit.stated_reason import StatedReason
from models.base import DomainError
from models.conversation import SHANGHAI, Conversation
from models.people import Veteran
from models.petition import Petition
from models.reception import ReceptionTicket
from models.reception.note import TicketNote
from models.user import User

MOST_A_DAY = 60
TOLD_AT = 20  # so many in a day, and the supervisors read of it where they approve
SHORTEST_REASON = 6
PRESET = "危机"  # the one short reason, for somebody in danger (authz-matrix 3)
KINDS = {"phone": "电话"}
ACT = "veteran.reveal_"
MANY = "veteran.many_reveals"


class CannotReveal(DomainError):
    """No reason, nothing to see, or too often today."""


def reveal(kind: str, row: Petition | ReceptionTicket, reason: str) -> str:
    """The number in full. Whether the row may be reached for this has been checked by the caller (`seen`)."""
    reason = reason.strip()
    urgent = isinstance(row, ReceptionTicket) and bool(row.urgent)
    if not (urgent and reason == PRESET):
        _check(reason)
    value = _value(kind, row)
    before = _looked_before(kind, value)
    _write_down(kind, row, reason)
    _tell_of_many(before)
    return value


def state_reason(about: str, reason: str) -> None:
    """Where no matter and no talk keeps a reason: said once, it stands for half an hour, for this account."""
    reason = reason.strip()
    _check(reason)
    stated = StatedReason.state(db(), about, reason, by=user(), now=now())
    note("veteran.reason", about, stated.named)


def stated_reason(about: str) -> StatedReason | None:
    """The reason that stands for the person at the desk now."""
    return StatedReason.standing(db(), about, user_id=signed().user_id, now=now())


def reveal_as_stated(about: str, veteran: Veteran) -> str:
    """The phone of a person in full, for a reason that was stated before; each number is counted and written down."""
    stated = stated_reason(about)
    if stated is None:
        raise CannotReveal("请先写明为什么要看；写过的，半小时有效")
    before = _looked_before("phone", veteran.phone)
    note(f"{ACT}phone", veteran.uid, stated.named)
    _tell_of_many(before)
    return veteran.phone


def revealed_today(person: str) -> int:
    """How often a person has looked today, with whichever account."""
    accounts = [f"user {id_}" for id_ in db().scalars(select(User.id).where(User.person == person))]
    looked = select(func.count()).where(
        AuditEntry.act.startswith(ACT, autoescape=True), AuditEntry.actor.in_(accounts), AuditEntry.at >= _midnight()
    )
    return db().scalar(looked) or 0


def many_today() -> list[tuple[str, int]]:
    """Who has looked at many numbers today, for the supervisors."""
    told = select(AuditEntry.actor).where(AuditEntry.act == MANY, AuditEntry.at >= _midnight()).distinct()
    ids = [int(actor.removeprefix("user ")) for actor in db().scalars(told)]
    users = db().scalars(select(User).where(User.id.in_(ids)).order_by(User.id)).all()
    return [(each.shown_as, revealed_today(each.person)) for each in users]


def _check(reason: str) -> None:
    if len(reason) < SHORTEST_REASON:
        raise CannotReveal(f"请写明为什么要看，至少 {SHORTEST_REASON} 个字")


def _looked_before(kind: str, value: str) -> int:
    """How often this person has looked today, if there is something to see and once more is not too often."""
    if not value:
        raise CannotReveal(f"没有留{KINDS.get(kind, '这个号码')}")
    before = revealed_today(signed().actor.person)
    if before >= MOST_A_DAY:
        note("refused", f"{ACT}{kind}")  # whoever calls this shows the page again, so that the entry is committed
        raise CannotReveal(f"今天已经看过 {MOST_A_DAY} 次完整号码，不能再看。要看，请找负责人")
    return before


def _tell_of_many(before: int) -> None:
    if before + 1 == TOLD_AT:
        note(MANY, f"user {signed().user_id}")


def _value(kind: str, row: Petition | ReceptionTicket) -> str:
    if kind != "phone":
        return ""
    if row.phone or isinstance(row, Petition):
        return row.phone
    veteran_id = db().get_one(Conversation, row.conversation_id).veteran_id
    return db().get_one(Veteran, veteran_id).phone if veteran_id is not None else ""


def _write_down(kind: str, row: Petition | ReceptionTicket, reason: str) -> None:
    """The reason is words, so it goes sealed to the matter; who looked at what goes into the audit, which has none."""
    words = f"看了完整{KINDS[kind]}：{reason}"
    if isinstance(row, Petition):
        row.note(db(), "revealed", now=now(), words=words, by=user(), shown=False)
        hidden = row.restricted
    else:
        TicketNote.add(db(), row, words, by=user(), now=now())
        hidden = False
    note(f"{ACT}{kind}", nameless() if hidden else row.uid)


def _midnight() -> dt.datetime:
    return now().astimezone(SHANGHAI).replace(hour=0, minute=0, second=0, microsecond=0)
