"""The sweeps: each does its part once, however often it runs, and touches nobody else's rows."""

import datetime as dt
import functools
from pathlib import Path

import pytest
from sqlalchemy import select, update

from bot import sweeps
from bot.delivery import deliver_due
from handlers import BY_NAME
from handlers.kit.phrase import worded
from models.audit import AuditEntry
from models.base import new_uid
from models.conversation import Conversation
from models.dialogue_run import DialogueRun
from models.message import Message, Priority, Status
from tests.bot.test_delivery import hear, make_office
from tests.make import NOON

DAY, HOUR, SECOND = dt.timedelta(days=1), dt.timedelta(hours=1), dt.timedelta(seconds=1)
MONTH = 30 * DAY
CANARY = "金丝雀三三一〇"
FORMS = [name for name, dialogue in BY_NAME.items() if dialogue.keeps_place]


def twice(sessions, job, now):
    """Run a sweep in a transaction of its own, and once more, when it finds nothing to do; what the first one did."""
    with sessions.begin() as db:
        count = job(db, now)
    with sessions.begin() as db:
        assert job(db, now) == 0, "twice in a row is harmless"
    return count


@pytest.fixture
def sweep(sessions):
    return functools.partial(twice, sessions)


@pytest.fixture
def office(engine, sessions, tmp_path):
    return make_office(engine, sessions, tmp_path / "media")


def said(sessions):
    """What the bot has in the outbox, with its priority."""
    with sessions.begin() as db:
        return [(each.words, each.priority) for each in db.scalars(select(Message).where(Message.author == "bot"))]


def begin_form(sessions, contact="laozhou", *, now=NOON, dialogue=FORMS[0], status="open"):
    with sessions.begin() as db:
        run = DialogueRun.begin(db, hear(db, contact, now=now), dialogue, {"answers": {"story": CANARY}}, now=now)
        run.status = status
        return run.id


def run_of(sessions, run_id):
    with sessions.begin() as db:
        run = db.get_one(DialogueRun, run_id)
        return run.status, run.state_sealed, run.reminded_at


# -- forms left half-way --------------------


@pytest.mark.parametrize("status", ["open", "parked"])
def test_a_form_left_half_way_is_reminded_of_once(sessions, sweep, status):
    run_id = begin_form(sessions, status=status)
    assert sweep(sweeps.remind_drafts, NOON + 20 * HOUR - SECOND) == 0
    assert sweep(sweeps.remind_drafts, NOON + 20 * HOUR) == 1
    assert said(sessions) == [(worded([sweeps.STILL_OPEN(days=30)], {}), Priority.NUDGE)]
    assert run_of(sessions, run_id)[2] == NOON + 20 * HOUR
    assert sweep(sweeps.remind_drafts, NOON + 10 * DAY) == 0
    assert len(said(sessions)) == 1


def test_nobody_is_reminded_whom_no_word_reaches(sessions, sweep):
    begin_form(sessions, "too late")
    for contact, change in (
        ("gone", {"follows": False}),
        ("with 小陈", {"mode": "person"}),
        ("spent", {"message_quota": 1}),
    ):
        begin_form(sessions, contact)
        with sessions.begin() as db:
            db.execute(update(Conversation).where(Conversation.contact == contact).values(**change))
    with sessions.begin() as db:
        db.execute(update(Conversation).where(Conversation.contact == "too late").values(message_quota_until=NOON))
    assert sweep(sweeps.remind_drafts, NOON + 20 * HOUR) == 4
    assert said(sessions) == []


def test_what_is_no_form_or_is_closed_is_not_reminded_of(sessions, sweep):
    begin_form(sessions, "a", status="closed")
    begin_form(sessions, "b", dialogue="policy")
    assert "policy" not in FORMS
    assert sweep(sweeps.remind_drafts, NOON + DAY) == 0


@pytest.mark.parametrize("status", ["open", "parked"])
def test_a_draft_is_deleted_after_thirty_days(sessions, sweep, status):
    run_id, younger = begin_form(sessions, status=status), begin_form(sessions, "wangjie", now=NOON + SECOND)
    assert sweep(sweeps.delete_drafts, NOON + MONTH - SECOND) == 0
    assert sweep(sweeps.delete_drafts, NOON + MONTH) == 1
    assert run_of(sessions, run_id)[:2] == ("closed", None)
    assert run_of(sessions, younger)[0] == "open"


def test_a_complaint_nobody_said_yes_to_goes_like_a_draft(sessions, sweep):
    """Its words stand in a run that is no form, and so do those of a dialogue that a deployment took away."""
    told = [begin_form(sessions, name, dialogue=name) for name in ("complaint", "a dialogue of old")]
    waiting = begin_form(sessions, "waiting", dialogue="reception")
    assert sweep(sweeps.delete_drafts, NOON + MONTH) == 2
    assert [run_of(sessions, each)[:2] for each in told] == [("closed", None)] * 2
    assert run_of(sessions, waiting)[0] == "open"


def test_a_deleted_draft_is_gone_from_the_file(sessions, sweep, engine):
    """SQLite overwrites what it frees (secure_delete); the sealed bytes themselves must not stay behind."""
    if engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL frees its pages later, by vacuum")
    run_id = begin_form(sessions)
    sealed = run_of(sessions, run_id)[1]
    path = Path(engine.url.database)
    with engine.connect() as connection:
        connection.exec_driver_sql("commit")
        connection.exec_driver_sql("pragma wal_checkpoint(truncate)")
    assert sealed in path.read_bytes()
    sweep(sweeps.delete_drafts, NOON + MONTH)
    with engine.connect() as connection:
        connection.exec_driver_sql("commit")
        connection.exec_driver_sql("pragma wal_checkpoint(truncate)")
    assert sealed not in b"".join(each.read_bytes() for each in path.parent.glob(f"{path.name}*"))


# -- held messages --------------------


def hold(sessions, contact, *, now=NOON, quota=0):
    with sessions.begin() as db:
        chat = hear(db, contact, now=now)
        message = chat.say(db, f"给{contact}", now=now)
        chat.hold(db, message)
        chat.message_quota = quota
        return message.id


def status_of(sessions, message_id):
    with sessions.begin() as db:
        return db.get_one(Message, message_id).status


def test_the_end_of_the_audit_leaves_with_the_log(sessions, caplog):
    with sessions.begin() as db:
        entry = AuditEntry.write(db, actor="system", act="restored", subject="all", now=NOON)
        with caplog.at_level("INFO"):
            sweeps.report_audit_head(db, NOON)
        (record,) = [record for record in caplog.records if record.getMessage() == "audit_head"]
        assert (record.entry, record.digest) == (entry.id, entry.digest)


def test_held_messages_leave_when_the_ledger_allows_it(sessions, sweep, office):
    free, shut, last = hold(sessions, "a", quota=5), hold(sessions, "b"), hold(sessions, "c", quota=1)
    assert sweep(sweeps.settle_held, NOON + HOUR) == 1
    assert [status_of(sessions, each) for each in (free, shut, last)] == [Status.QUEUED, Status.HELD, Status.HELD]
    office.clock.now = NOON + HOUR
    deliver_due(office)
    assert office.channels["fake"].words == ["给a"]
    assert status_of(sessions, free) == Status.SENT


def test_after_thirty_days_of_silence_they_are_given_up(sessions, sweep, office):
    message_id = hold(sessions, "a")
    assert sweep(sweeps.settle_held, NOON + MONTH - SECOND) == 0
    assert sweep(sweeps.settle_held, NOON + MONTH) == 1
    assert status_of(sessions, message_id) == Status.FAILED
    with sessions.begin() as db:
        hear(db, "a", now=NOON + 31 * DAY)
    office.clock.now = NOON + 31 * DAY
    assert deliver_due(office) == 0, "given up is given up"


def test_those_who_wait_do_not_stand_in_the_way_of_those_who_may(sessions, sweep):
    """More chats than a batch wait for a word; the one that was opened again comes after them and is still found."""
    with sessions.begin() as db:
        rows = [
            {
                "channel": "fake",
                "contact": f"w{n}",
                "uid": new_uid(),
                "heard_at": NOON - 3 * DAY,
                "holds_messages": True,
            }
            for n in range(sweeps.BATCH)
        ]
        for row in rows:
            row |= {"message_quota": 3, "message_quota_until": NOON - DAY}
        db.execute(Conversation.__table__.insert(), [defaults() | row for row in rows])
    message_id = hold(sessions, "last", quota=5)
    assert sweep(sweeps.settle_held, NOON) == 1
    assert status_of(sessions, message_id) == Status.QUEUED


def defaults():
    columns = Conversation.__table__.columns
    return {
        column.name: column.default.arg for column in columns if column.default is not None and column.default.is_scalar
    }
