"""A notice on its way: rows of the outbox in batches, and the way each takes when its turn comes (house.md 4).

Everything is resumable: a batch is one transaction, a person's row leaves PLANNED in the transaction that makes the
message, so whoever is killed when, nobody is told twice and nobody is left out.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, exists, func, insert, or_, select, update
from sqlalchemy.orm import Session

from models.approval import Approval
from models.base import keys_of, new_uid
from models.broadcast import SEND, Broadcast, NotADraft, Recipient, Way
from models.broadcast.audience import window_open
from models.broadcast.rules import in_hours, next_hours
from models.conversation import Conversation
from models.message import IN_THE_OUTBOX, WAITING, Message, Priority, Status
from models.reception import ReceptionTicket
from models.user import User

BATCH = 500
ROUTE = "notice"
RECEIPT = "template:"  # before the platform's name of a sending
LIVES = dt.timedelta(hours=24)  # what has not left by then is told by telephone: old news is no news
AFTER_A_CRISIS = dt.timedelta(hours=1)
AFTER_ANOTHER = dt.timedelta(seconds=3)
MOST_WAITING = 2000  # in the outbox at a time: it stays quick for answers, and a stop has little to stop

SILENT = "超过 48 小时没和公众号说话，微信不让发"
UNFOLLOWED = "交审以后取消了关注"
UNSUBSCRIBED = "交审以后退订了通知"
TOO_LATE = "一天之内没能发出去"


def spread(db: Session, now: dt.datetime, *, template: bool) -> int:
    """Put the next batch of the notice that is due into the outbox; for how many people it was.

    `template`: whether the channel has a template for those whose window is closed.
    """
    if not in_hours(now) or _waiting(db) >= MOST_WAITING:
        return 0
    notice = db.scalars(_due(now)).first()
    if notice is None:
        return 0
    if notice.state == "approved" and not _as_approved(db, notice):
        notice.state = "draft"  # changed behind the verbs: nobody has agreed to this
        return 0
    people = _next_people(db, notice, now)
    if people:
        notice.state, notice.spread_to_id = "sending", people[-1].conversation_id
        _put_on_their_way(db, notice, people, template=template, now=now)
    return len(people)


def finish(db: Session, now: dt.datetime) -> int:
    """Notices of which nothing waits any more are done; how many."""
    planned = exists().where(Recipient.broadcast_id == Broadcast.id, Recipient.way == Way.PLANNED)
    waiting = exists().where(
        Recipient.broadcast_id == Broadcast.id, Message.id == Recipient.message_id, Message.status.in_(WAITING)
    )
    over = select(Broadcast).where(Broadcast.state == "sending", ~planned, ~waiting)
    notices = db.scalars(over.with_for_update(skip_locked=True)).all()
    for notice in notices:
        notice.state, notice.done_at = "done", now
    return len(notices)


def send_again(db: Session, notice: Broadcast, *, by: User, now: dt.datetime) -> int:
    """Try once more what failed; for how many people. Those who wait for a call, or may have it, are left alone."""
    notice.lock(db)
    if notice.state not in ("sending", "done"):
        raise NotADraft("这条通知没有在发，不能再发")
    failed = (
        select(Message.id)
        .join(Recipient, Recipient.message_id == Message.id)
        .join(Conversation, Conversation.id == Recipient.conversation_id)
        .where(
            Recipient.broadcast_id == notice.id,
            Recipient.way.in_((Way.MESSAGE, Way.TEMPLATE)),
            Recipient.called_at.is_(None),
            Message.status.in_((Status.FAILED, Status.PARKED)),
            Conversation.follows.is_(True),
            Conversation.no_notices_at.is_(None),
        )
    )
    again = {"status": Status.QUEUED, "due_at": next_hours(now), "said_at": now, "tries": 0, "trouble": ""}
    done = db.execute(
        update(Message)
        .where(Message.id.in_(failed))
        .values({**again, "settled_at": None})
        .execution_options(synchronize_session=False)
    )
    count = int(getattr(done, "rowcount", 0))
    if count:
        notice.state, notice.done_at = "sending", None
    return count


# -- one message, when the worker has it in hand --------------------


def way_now(
    db: Session, recipient: Recipient, message: Message, conversation: Conversation, *, template: bool, now: dt.datetime
) -> Way | None:
    """How a notice leaves now; None when it does not: it was settled, or has to wait. The conversation is locked."""
    if _is_stopped(db, recipient):
        message.settle(Status.STOPPED, now=now, trouble="the notice was stopped")
    elif not conversation.follows:
        _leave_out(message, recipient, UNFOLLOWED, now=now)
    elif conversation.no_notices_at is not None:
        _leave_out(message, recipient, UNSUBSCRIBED, now=now)
    elif now - message.said_at > LIVES:
        _to_call(message, recipient, TOO_LATE, now=now)
    elif not in_hours(now):
        _put_off(message, until=next_hours(now))
    elif _in_a_crisis(db, conversation):
        _put_off(message, until=now + AFTER_A_CRISIS)
    elif _another_leaves(db, message):
        _put_off(message, until=now + AFTER_ANOTHER)
    elif conversation.may_send("bot", now=now):
        return Way.MESSAGE
    elif template:
        return Way.TEMPLATE
    else:
        _to_call(message, recipient, SILENT, now=now)
    return None


def note_outcome(
    db: Session, recipient: Recipient, message: Message, way: Way, receipt: str, *, now: dt.datetime
) -> None:
    """After a call: the way it took, which may not be the planned one; stopped meanwhile, it is not tried again."""
    if message.status in (Status.SENT, Status.UNKNOWN):
        left_out = recipient.way == Way.DROPPED  # too late: it had left
        recipient.way, recipient.trouble = way, "" if left_out else recipient.trouble
        message.external_id = f"{RECEIPT}{receipt}" if receipt else None
    elif message.status == Status.QUEUED and _is_stopped(db, recipient):
        message.settle(Status.STOPPED, now=now, trouble="the notice was stopped")


def template_result(db: Session, told: str, *, now: dt.datetime) -> None:
    """The platform tells what became of a template message: `<name of the sending> <status>`. Silence is no failure."""
    receipt, _, status = told.partition(" ")
    if not receipt or status == "success":
        return
    sent = select(Message).where(Message.external_id == f"{RECEIPT}{receipt}", Message.status == Status.SENT)
    message = db.scalars(sent.with_for_update()).first()
    if message is not None:
        refused = "block" in status  # the person's own choice
        message.settle(Status.FAILED, now=now, trouble="对方不收模板消息" if refused else "模板消息没有送到")


def _is_stopped(db: Session, recipient: Recipient) -> bool:
    """For everybody, or for this person's town."""
    return recipient.way == Way.DROPPED or db.get_one(Broadcast, recipient.broadcast_id).state == "stopped"


def _leave_out(message: Message, recipient: Recipient, why: str, *, now: dt.datetime) -> None:
    message.settle(Status.STOPPED, now=now, trouble="no longer wanted")
    recipient.way, recipient.trouble = Way.NONE, why


def _to_call(message: Message, recipient: Recipient, why: str, *, now: dt.datetime) -> None:
    """It will not arrive: held back, it would come when the event is long over."""
    message.settle(Status.FAILED, now=now, trouble="the window is closed" if why == SILENT else "too late")
    recipient.way, recipient.trouble = Way.CALL, why


def _put_off(message: Message, *, until: dt.datetime) -> None:
    message.status, message.due_at, message.tries = Status.QUEUED, until, 0


def _in_a_crisis(db: Session, conversation: Conversation) -> bool:
    """Whether somebody in danger waits for an answer; news about an event would be out of place."""
    if conversation.mode == "bot":
        return False
    ticket = ReceptionTicket.of(db, conversation)
    return ticket is not None and bool(ticket.urgent)


def _another_leaves(db: Session, message: Message) -> bool:
    """Whether a word to the same person is in a worker's hands: until it is counted, the ledger shows too much."""
    in_hand = (Message.status.in_((Status.CLAIMED, Status.SENDING)), Message.id != message.id)
    return bool(db.scalar(select(exists().where(Message.conversation_id == message.conversation_id, *in_hand))))


# -- one batch --------------------


def _waiting(db: Session) -> int:
    waiting = select(func.count()).where(IN_THE_OUTBOX, Message.priority == Priority.NOTICE)
    return db.scalar(waiting.select_from(Message)) or 0


def _due(now: dt.datetime) -> Select[Broadcast]:
    planned = exists().where(Recipient.broadcast_id == Broadcast.id, Recipient.way == Way.PLANNED)
    on_its_way = or_(Broadcast.state == "approved", Broadcast.state == "sending")
    due = select(Broadcast).where(on_its_way, Broadcast.send_at <= now, planned)
    return due.order_by(Broadcast.send_at, Broadcast.id).limit(1).with_for_update()


def _as_approved(db: Session, notice: Broadcast) -> bool:
    """Whether words and people are still those of the approval; the time is its approver's."""
    agreed = select(Approval).where(Approval.act == SEND, Approval.subject == notice.uid, Approval.state == "approved")
    approval = db.scalars(agreed.order_by(Approval.id.desc()).limit(1)).first()
    return approval is not None and approval.content | {"send_at": ""} == notice.frozen(db) | {"send_at": ""}


def _next_people(db: Session, notice: Broadcast, now: dt.datetime) -> Sequence[Any]:
    people = select(
        Recipient.id,
        Recipient.conversation_id,
        Conversation.follows,
        Conversation.no_notices_at,
        window_open(now).label("open"),
    )
    people = people.join(Conversation, Conversation.id == Recipient.conversation_id)
    people = people.where(Recipient.broadcast_id == notice.id, Recipient.way == Way.PLANNED)
    return db.execute(people.order_by(Recipient.conversation_id).limit(BATCH)).all()


def _put_on_their_way(
    db: Session, notice: Broadcast, people: Sequence[Any], *, template: bool, now: dt.datetime
) -> None:
    chosen = {person.id: _way_of(person, template=template) for person in people}
    told = [person for person in people if chosen[person.id][0] in (Way.MESSAGE, Way.TEMPLATE)]
    messages = _say_to(db, notice, [person.conversation_id for person in told], now=now)
    rows = [
        {"id": person.id, "way": way, "trouble": why, "message_id": messages.get(person.conversation_id)}
        for person in people
        for way, why in (chosen[person.id],)
    ]
    db.execute(update(Recipient), rows)


def _way_of(person: Any, *, template: bool) -> tuple[Way, str]:
    if not person.follows:
        return Way.NONE, UNFOLLOWED
    if person.no_notices_at is not None:
        return Way.NONE, UNSUBSCRIBED
    if person.open:
        return Way.MESSAGE, ""
    return (Way.TEMPLATE, "") if template else (Way.CALL, SILENT)


def _say_to(db: Session, notice: Broadcast, conversations: Sequence[int], *, now: dt.datetime) -> dict[int, int]:
    """One message for each, behind everything else in the outbox: the ids by conversation."""
    if not conversations:
        return {}
    keys, words = keys_of(db), notice.text.encode()
    rows = []
    for conversation_id in conversations:
        uid = new_uid()
        sealed = keys.seal(words, bound_to=f"messages.words_sealed.{uid}")
        rows.append({"uid": uid, "conversation_id": conversation_id, "words_sealed": sealed} | _said(now))
    made = db.execute(insert(Message).returning(Message.id, Message.conversation_id), rows)
    return {conversation_id: message_id for message_id, conversation_id in made}


def _said(now: dt.datetime) -> dict[str, Any]:
    return {
        "author": "bot",
        "kind": "text",
        "routed": ROUTE,
        "status": Status.QUEUED,
        "priority": Priority.NOTICE,
        "due_at": now,
        "said_at": now,
    }
