"""Where a dialogue stands: one is open at most, a form waits parked, and nothing of it is readable in the database."""

import datetime as dt
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from models.conversation import Conversation
from models.dialogue_run import DialogueRun
from tests.make import NOON

CANARY = "金丝雀七七二一"


def talk(db, contact="laozhou"):
    return Conversation.of(db, "fake", contact, now=NOON)


def test_one_is_open_at_most(sessions):
    with sessions.begin() as db:
        DialogueRun.begin(db, talk(db), "petition", {}, now=NOON)
    with pytest.raises(IntegrityError), sessions.begin() as db:
        DialogueRun.begin(db, talk(db), "policy", {}, now=NOON)


def test_each_conversation_has_its_own(db):
    runs = [DialogueRun.begin(db, talk(db, contact), "petition", {}, now=NOON) for contact in ("a", "b")]
    assert [DialogueRun.open_in(db, talk(db, contact)).id for contact in ("a", "b")] == [run.id for run in runs]


def test_a_parked_form_is_resumed_where_it_stood(sessions):
    state = {"answers": {"kind": "其他", "name": "张三"}, "asking": "phone"}
    with sessions.begin() as db:
        run = DialogueRun.begin(db, talk(db), "petition", state, now=NOON)
        run.park()
        db.flush()
        assert DialogueRun.open_in(db, talk(db)) is None
        DialogueRun.begin(db, talk(db), "policy", {}, now=NOON).close()
    with sessions.begin() as db:
        run = DialogueRun.parked_in(db, talk(db), "petition")
        assert run.state == state
        assert DialogueRun.parked_in(db, talk(db), "policy") is None
        run.resume(now=NOON + dt.timedelta(hours=2))
        db.flush()
        assert DialogueRun.open_in(db, talk(db)).touched_at == NOON + dt.timedelta(hours=2)
        assert DialogueRun.parked_in(db, talk(db)) is None


def test_the_form_left_last_comes_first(db):
    for minute, dialogue in enumerate(("petition", "policy", "petition")):
        run = DialogueRun.begin(db, talk(db), dialogue, {"at": minute}, now=NOON + dt.timedelta(minutes=minute))
        run.park()
        db.flush()
    assert DialogueRun.parked_in(db, talk(db)).state == {"at": 2}
    assert DialogueRun.parked_in(db, talk(db), "policy").state == {"at": 1}


def test_a_touched_form_may_be_reminded_of_again(db):
    run = DialogueRun.begin(db, talk(db), "petition", {}, now=NOON)
    run.reminded_at = NOON
    run.keep({"asking": "name"}, now=NOON + dt.timedelta(hours=1))
    assert run.reminded_at is None
    assert run.touched_at == NOON + dt.timedelta(hours=1)


def test_what_was_told_is_not_readable_where_it_is_stored(sessions, engine):
    with sessions.begin() as db:
        DialogueRun.begin(db, talk(db), "petition", {"answers": {"story": CANARY}}, now=NOON)
    stored = everything_on_disk(engine)
    assert b"petition" in stored, "this is where the row lies"
    assert CANARY.encode() not in stored
    assert CANARY.encode("unicode_escape") not in stored
    with sessions.begin() as db:
        assert DialogueRun.open_in(db, talk(db)).state == {"answers": {"story": CANARY}}


def test_a_closed_run_keeps_nothing_of_what_was_told(sessions):
    with sessions.begin() as db:
        DialogueRun.begin(db, talk(db), "petition", {"answers": {"story": CANARY}}, now=NOON).close()
    with sessions.begin() as db:
        assert db.execute(text("select state_sealed, status from dialogue_runs")).all() == [(None, "closed")]


def everything_on_disk(engine) -> bytes:
    """All bytes in which what was just written can lie: the files of SQLite, the newest of PostgreSQL's log."""
    if engine.dialect.name == "sqlite":
        path = Path(engine.url.database)
        return b"".join(each.read_bytes() for each in path.parent.glob(f"{path.name}*"))
    with engine.connect() as connection:
        folder = Path(connection.scalar(text("show data_directory"))) / "pg_wal"
        newest = connection.scalar(text("select pg_walfile_name(pg_current_wal_lsn())"))
    written = [path for path in folder.glob("0000*") if path.name <= newest]
    return b"".join(path.read_bytes() for path in sorted(written)[-2:])
