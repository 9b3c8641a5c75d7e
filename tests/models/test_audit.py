"""The chain of acts: it verifies, it shows every change, it refuses any, and many writers keep it one chain."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from models.audit import AuditEntry
from models.base import open_sessions
from models.vault import KeyRing
from tests.make import DATA_KEY, INDEX_KEY, NOON


def write(sessions, number, **changes):
    told = {
        "actor": "user:1",
        "act": "phone_shown",
        "subject": f"petition:{number}",
        "detail": "申请人要求回电",
        "now": NOON,
    }
    with sessions.begin() as db:
        return AuditEntry.write(db, **(told | changes)).id


def broken(sessions):
    with sessions.begin() as db:
        return list(AuditEntry.broken(db))


@contextmanager
def behind_the_triggers(engine):
    """What somebody does who has taken the database over: the triggers are lifted for a moment."""
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("set local session_replication_role = replica"))
            yield connection
            return
        triggers = connection.execute(text("select name, sql from sqlite_master where type = 'trigger'")).all()
        for name, _ in triggers:
            connection.execute(text(f"drop trigger {name}"))
        yield connection
        for _, sql in triggers:
            connection.execute(text(sql))


@pytest.fixture
def chain(sessions):
    return [write(sessions, number, now=NOON + dt.timedelta(seconds=number)) for number in range(6)]


def test_a_chain_left_alone_verifies(sessions, chain):
    assert broken(sessions) == []
    with sessions.begin() as db:
        digests = set(db.scalars(select(AuditEntry.digest)))
    assert len(digests) == len(chain)


def test_an_empty_chain_verifies(sessions):
    assert broken(sessions) == []


def test_two_equal_acts_have_different_digests(sessions):
    write(sessions, 1)
    write(sessions, 1)
    with sessions.begin() as db:
        assert len(set(db.scalars(select(AuditEntry.digest)))) == 2


def test_what_was_rolled_back_leaves_no_gap(sessions):
    write(sessions, 1)
    with sessions() as db:
        AuditEntry.write(db, actor="a", act="b", subject="c", now=NOON)
        db.rollback()
    write(sessions, 2)
    assert broken(sessions) == []


@pytest.mark.parametrize(
    "change",
    [
        "actor = 'user:2'",
        "act = 'phone_hidden'",
        "subject = 'petition:9'",
        "detail = '申请人要求回信'",
        "detail = ''",
        "at = '2026-11-25 02:00:03.000001'",
    ],
)
def test_one_changed_byte_names_its_row(sessions, engine, chain, change):
    with behind_the_triggers(engine) as connection:
        connection.execute(text(f"update audit_entries set {change} where id = :id"), {"id": chain[3]})
    assert broken(sessions) == [chain[3]]


def test_a_changed_digest_names_its_row_and_the_next(sessions, engine, chain):
    with behind_the_triggers(engine) as connection:
        connection.execute(
            text("update audit_entries set digest = :none where id = :id"), {"none": "0" * 64, "id": chain[2]}
        )
    assert broken(sessions) == [chain[2], chain[3]]


def test_two_swapped_rows_are_named(sessions, engine, chain):
    with behind_the_triggers(engine) as connection:
        for before, after in ((chain[1], 9999), (chain[2], chain[1]), (9999, chain[2])):
            connection.execute(
                text("update audit_entries set id = :after where id = :before"), {"before": before, "after": after}
            )
    assert broken(sessions)[:2] == [chain[1], chain[2]]


@pytest.mark.parametrize("place", [0, 2])
def test_a_row_that_was_taken_out_is_noticed_at_the_next(sessions, engine, chain, place):
    with behind_the_triggers(engine) as connection:
        connection.execute(text("delete from audit_entries where id = :id"), {"id": chain[place]})
    assert broken(sessions) == [chain[place + 1]]


def test_a_row_that_was_put_in_is_noticed(sessions, engine, chain):
    with behind_the_triggers(engine) as connection:
        connection.execute(
            text(
                "insert into audit_entries (id, at, actor, act, subject, detail, digest) "
                "select 9999, at, actor, act, 'petition:77', detail, digest from audit_entries where id = :id"
            ),
            {"id": chain[0]},
        )
    assert broken(sessions) == [9999]


def test_without_the_key_nobody_can_write_on(sessions, engine, chain):
    stranger = open_sessions(engine, KeyRing([DATA_KEY], INDEX_KEY), audit_key=b"x" * 32)
    forged = write(stranger, 77)
    assert broken(sessions) == [forged]
    assert broken(stranger)[0] == chain[0]


REFUSED = {
    "update audit_entries set detail = 'x'": "both",
    "delete from audit_entries": "both",
    "delete from audit_entries where id = (select max(id) from audit_entries)": "both",  # the tail cut off
    "insert or replace into audit_entries select id, at, 'x', act, subject, detail, digest from audit_entries": "sqlite",
    "replace into audit_entries select id, at, 'x', act, subject, detail, digest from audit_entries limit 1": "sqlite",
    "update or replace audit_entries set id = id + 1": "sqlite",
    "insert into audit_entries select * from audit_entries where true on conflict (id) do update set actor = 'x'": "both",
    "truncate audit_entries": "postgresql",
    "truncate audit_entries restart identity cascade": "postgresql",
}


@pytest.mark.parametrize("statement", REFUSED)
def test_any_change_is_refused(sessions, engine, chain, statement):
    if REFUSED[statement] not in ("both", engine.dialect.name):
        pytest.skip("the other database's way of saying it")
    with pytest.raises(DBAPIError, match="never changed"), engine.begin() as connection:
        connection.execute(text(statement))
    assert broken(sessions) == []
    with sessions.begin() as db:
        assert db.scalar(select(func.count()).select_from(AuditEntry)) == len(chain)


def test_many_writers_keep_one_chain(sessions):
    def act(thread):
        for number in range(15):
            write(sessions, number, actor=f"user:{thread}")

    with ThreadPoolExecutor(6) as pool:
        for thread in [pool.submit(act, thread) for thread in range(6)]:
            thread.result(60)
    assert broken(sessions) == []
    with sessions.begin() as db:
        assert db.scalar(select(func.count()).select_from(AuditEntry)) == 90


def test_the_moment_is_the_same_in_every_zone(sessions):
    write(sessions, 1, now=NOON.astimezone(dt.UTC))
    write(sessions, 2, now=NOON.replace(microsecond=123_456))
    assert broken(sessions) == []
