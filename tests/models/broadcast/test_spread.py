"""A notice on its way: batches that can be broken off and taken up, nobody twice, nobody left out, stopped at once."""

import datetime as dt
from collections import Counter

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

from models.broadcast import Broadcast, NotADraft, Recipient, Way
from models.broadcast.spread import BATCH, MOST_WAITING, finish, send_again, spread
from models.conversation import SHANGHAI, Conversation
from models.message import Message, Priority, Status
from tests.make import NOON
from tests.notices import make_approved, make_followers, make_proposed, messages_of, rows_of, somebody

DAY = dt.timedelta(days=1)


def settle_all(db, status=Status.SENT, trouble=""):
    for message in db.scalars(select(Message).where(Message.status == Status.QUEUED)):
        message.settle(status, now=NOON, trouble=trouble)


def test_everybody_gets_one_message_at_the_end_of_the_line(db):
    people = make_followers(db, ["老周", "老王"])
    notice = make_approved(db)
    assert spread(db, NOON, template=False) == 2
    messages = messages_of(db, notice)
    assert [message.conversation_id for message in messages] == people
    assert {(m.words, m.status, m.priority, m.author) for m in messages} == {
        (notice.text, Status.QUEUED, Priority.NOTICE, "bot")
    }
    assert spread(db, NOON, template=False) == 0, "harmless when it runs again"
    assert len(messages_of(db, notice)) == 2


@pytest.mark.parametrize(("template", "way"), [(False, Way.CALL), (True, Way.TEMPLATE)])
def test_each_has_a_way_of_his_own(db, template, way):
    make_followers(db, ["spoke"])
    make_followers(db, ["silent"], spoke_at=None)
    make_followers(db, ["kept for a person"], message_quota=1)
    gone, tired = make_followers(db, ["gone", "tired"])
    notice = make_approved(db)
    db.get_one(Conversation, gone).follows = False
    db.get_one(Conversation, tired).no_notices_at = NOON
    spread(db, NOON, template=template)
    assert [row.way for row in rows_of(db, notice)] == [Way.MESSAGE, way, way, Way.NONE, Way.NONE]
    assert len(messages_of(db, notice)) == (3 if template else 1)


def test_a_batch_that_breaks_off_is_taken_up_where_it_stood(sessions):
    with sessions.begin() as db:
        people = make_followers(db, map(str, range(2 * BATCH + 7)))
        notice_id = make_approved(db).id
    for broken in (False, True, True, False, True, False, False):
        db = sessions()
        spread(db, NOON, template=False)
        db.rollback() if broken else db.commit()
        db.close()
    with sessions.begin() as db:
        notice = db.get_one(Broadcast, notice_id)
        told = Counter(message.conversation_id for message in messages_of(db, notice))
        assert told == Counter(people)
        assert notice.spread_to_id == people[-1]


def test_a_person_has_one_row_whatever_happens(db):
    make_followers(db, ["老周"])
    notice = make_approved(db)
    row = rows_of(db, notice)[0]
    db.add(Recipient(broadcast_id=notice.id, conversation_id=row.conversation_id, way=Way.PLANNED))
    with pytest.raises(IntegrityError):
        db.flush()
    db.rollback()


def test_nothing_is_spread_before_its_time_nor_unapproved_nor_at_night(db):
    make_followers(db, ["老周"])
    make_proposed(db)
    make_approved(db, send_at=NOON + DAY)
    assert spread(db, NOON, template=False) == 0
    night = dt.datetime(2026, 11, 27, 3, 0, tzinfo=SHANGHAI)
    assert spread(db, night, template=False) == 0
    assert spread(db, NOON + DAY, template=False) == 1


@pytest.mark.parametrize("change", ["words", "people"])
def test_what_was_changed_after_the_approval_does_not_leave(db, change):
    make_followers(db, ["老周", "老王"])
    notice = make_approved(db)
    if change == "words":
        db.execute(update(Broadcast).values(words="别的话"))
    else:
        db.execute(delete(Recipient).where(Recipient.id == rows_of(db, notice)[0].id))
    db.expire_all()
    assert spread(db, NOON, template=False) == 0
    assert (notice.state, messages_of(db, notice)) == ("draft", [])


def test_two_notices_leave_one_after_the_other(db):
    make_followers(db, ["老周"])
    later, sooner = make_approved(db, send_at=NOON + dt.timedelta(minutes=5)), make_approved(db)
    spread(db, NOON + DAY, template=False)
    assert (sooner.state, later.state) == ("sending", "approved")
    spread(db, NOON + DAY, template=False)
    assert later.state == "sending"


def test_it_is_done_when_nothing_waits_any_more(db):
    make_followers(db, ["老周"])
    make_followers(db, ["silent"], spoke_at=None)
    notice = make_approved(db)
    spread(db, NOON, template=False)
    assert (finish(db, NOON), notice.state) == (0, "sending")
    settle_all(db)
    assert (finish(db, NOON), notice.state, notice.done_at) == (1, "done", NOON)


def test_stopping_stops_what_is_in_the_outbox_and_what_is_still_to_come(db):
    make_followers(db, map(str, range(BATCH + 5)))
    notice = make_approved(db)
    spread(db, NOON, template=False)
    gone = messages_of(db, notice)[0]
    gone.settle(Status.SENT, now=NOON)
    db.flush()
    assert notice.stop(db, by=somebody(db, "审的人"), now=NOON) == BATCH - 1 + 5
    db.expire_all()
    assert spread(db, NOON, template=False) == 0
    assert Counter(message.status for message in messages_of(db, notice)) == {
        Status.STOPPED: BATCH - 1,
        Status.SENT: 1,
    }
    assert Message.claim_due(db, now=NOON + DAY) == []


def test_what_failed_is_tried_again_and_nothing_else(db):
    make_followers(db, ["a", "b", "c", "d", "e"])
    make_followers(db, ["silent"], spoke_at=None)
    notice = make_approved(db)
    spread(db, NOON, template=False)
    sent, failed, parked, unknown, tired = messages_of(db, notice)
    for message, status in (
        (sent, Status.SENT),
        (failed, Status.FAILED),
        (parked, Status.PARKED),
        (unknown, Status.UNKNOWN),
        (tired, Status.FAILED),
    ):
        message.settle(status, now=NOON, trouble="45009")
    db.get_one(Conversation, tired.conversation_id).no_notices_at = NOON
    finish(db, NOON)
    assert notice.state == "done"
    assert send_again(db, notice, by=somebody(db, "写的人"), now=NOON + DAY) == 2
    db.flush()
    db.expire_all()
    assert [m.status for m in (sent, failed, parked, unknown, tired)] == [
        Status.SENT,
        Status.QUEUED,
        Status.QUEUED,
        Status.UNKNOWN,
        Status.FAILED,
    ]
    assert (notice.state, failed.said_at, failed.due_at) == ("sending", NOON + DAY, NOON + DAY)


def test_a_notice_that_has_just_ended_stays_so_when_there_is_nothing_to_try_again(db):
    make_followers(db, ["老周"])
    notice, by = make_approved(db), somebody(db, "写的人")
    spread(db, NOON, template=False)
    settle_all(db)
    finish(db, NOON)
    assert send_again(db, notice, by=by, now=NOON) == 0
    db.flush()
    db.expire_all()
    assert (notice.state, notice.done_at) == ("done", NOON)


def test_what_was_stopped_is_not_tried_again(db):
    make_followers(db, ["老周"])
    notice = make_approved(db)
    notice.stop(db, by=somebody(db, "审的人"), now=NOON)
    with pytest.raises(NotADraft):
        send_again(db, notice, by=somebody(db, "写的人"), now=NOON)


def test_the_outbox_never_fills_with_notices(db):
    """Claims look through what waits, and answers wait for claims."""
    make_followers(db, map(str, range(MOST_WAITING + BATCH)))
    notice = make_approved(db)
    while spread(db, NOON, template=False):
        pass
    assert len(messages_of(db, notice)) == MOST_WAITING
    db.execute(update(Message).where(Message.id.in_([m.id for m in messages_of(db, notice)[:1]])).values(status="sent"))
    assert spread(db, NOON, template=False) == BATCH
