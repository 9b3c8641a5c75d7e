"""The audit as supervisors and admins read it: plain words, day by day, nothing of what nobody else may know (X2)."""

import datetime as dt
import re

import pytest
from sqlalchemy import text

from console.audit_words import DEEDS, THINGS, about, said
from console.page import HERE
from models.audit import AuditEntry
from models.audit.trail import Wanted, chain, first_of, trail
from models.case import Interest
from models.petition.restricted import hand_over
from models.user import User
from models.user.authority import Actor, table
from tests.console.counting import statements
from tests.console.office_life import a_matter, somebody
from tests.make import NOON

DAY = dt.timedelta(days=1)
EVERYBODY = Actor(0, "nobody", ())


def note(db, act, *, actor="user 1", subject="users", now=NOON, detail=""):
    return AuditEntry.write(db, actor=actor, act=act, subject=subject, detail=detail, now=now)


@pytest.fixture
def supervisor(signed_in):
    return signed_in("supervisor", shown_as="张主任", name="zhang")


def test_what_was_done_is_told_in_plain_words_by_name(supervisor, sessions):
    with sessions.begin() as db:
        zhang = User.named(db, "zhang")
        matter = a_matter(db, somebody(db))
        note(db, "petition.accept", actor=f"user {zhang.id}", subject=matter.uid)
        note(db, "user_added", actor="os:root", subject=f"user {zhang.id}", detail="supervisor")
    assert supervisor.opens("/console/audit").status_code == 200
    shown = supervisor.reads()
    assert "张主任 信访：受理 办件 261124 0001" in shown
    assert "os:root 在服务器上加了岗位 张主任（supervisor）" in shown
    assert re.search(r"2026 年 11 月 25 日 10:00", shown)


def test_admin_and_supervisor_read_it_and_nobody_else(signed_in):
    for role, status in (("admin", 200), ("staff", 403), ("officer", 403), ("volunteer", 403), ("discipline", 403)):
        ours = signed_in(role, name=role)
        assert ours.opens("/console/audit").status_code == status
        assert ours.opens("/console/audit/chain").status_code == status


def test_looking_is_noted_too(supervisor, sessions):
    supervisor.opens("/console/audit")
    supervisor.opens("/console/audit/chain")
    with sessions.begin() as db:
        assert {"audit.read", "audit.verify"} <= {line.act for line in trail(db, EVERYBODY, Wanted())[0]}


def test_a_restricted_matter_has_no_name_here_also_not_from_before(supervisor, sessions, hire):
    """X2: what was noted while it was an ordinary matter tells nothing either."""
    hire("王姐", "staff", name="wang")
    with sessions.begin() as db:
        wang = User.named(db, "wang")
        matter = a_matter(db, somebody(db))
        note(db, "petition.read", actor=f"user {wang.id}", subject=matter.uid, detail=matter.number)
        hand_over(db, matter, by=wang, now=NOON)
        note(db, "restricted.read", subject="restricted/abcdef")
        uid, number = matter.uid, matter.number
    shown = supervisor.opens("/console/audit").text
    assert uid not in shown
    assert number not in shown
    assert f"{number[:6]} {number[6:]}" not in shown
    names = re.findall(r"restricted/[0-9a-f]{8}", shown)
    assert len(set(names)) == 2, "and nobody can tell whether it is the same one"
    assert re.findall(r"restricted/[0-9a-f]{8}", supervisor.opens("/console/audit").text) != names


def test_a_matter_one_keeps_away_from_has_no_name_either(supervisor, sessions):
    with sessions.begin() as db:
        matter = a_matter(db, somebody(db))
        note(db, "petition.read", subject=matter.uid)
        Interest.declare(db, matter, "是我表哥", of=User.named(db, "zhang"), now=NOON)
        uid, number = matter.uid, matter.spoken_number
    shown = supervisor.opens("/console/audit").text
    assert uid not in shown
    assert number not in shown


def test_who_what_and_which_day_narrow_it(supervisor, sessions):
    with sessions.begin() as db:
        for days in range(5, 0, -1):
            note(db, "chat.take", actor="user 1", now=NOON - days * DAY)
            note(db, "petition.read", actor="os:root", now=NOON - days * DAY)
            note(db, "user.create", actor="nobody", now=NOON - days * DAY)
    with sessions.begin() as db:
        lines = trail(db, EVERYBODY, Wanted(day=(NOON - 3 * DAY).date()))[0]
        assert {line.at for line in lines} == {NOON - 3 * DAY}
        assert len(lines) == 3
        assert {line.act for line in trail(db, EVERYBODY, Wanted(act="petition"))[0]} == {"petition.read"}
        assert {line.who for line in trail(db, EVERYBODY, Wanted(actor="os:"))[0]} == {"os:root"}
        assert trail(db, EVERYBODY, Wanted(actor="user 1", act="petition")) == ([], False)
        assert trail(db, EVERYBODY, Wanted(day=(NOON - 30 * DAY).date())) == ([], False)
    supervisor.opens("/console/audit?actor=nobody&act=user&day=2026-11-22")
    assert supervisor.reads().count("人员：新增") == 1
    for nonsense in (
        "day=x",
        "day=0001-01-01",
        "before=x",
        "before=99999999999",
        "actor=%25",
        "act=%25",
        "day=2026-13-45",
    ):
        assert supervisor.opens(f"/console/audit?{nonsense}").status_code == 200


def test_it_is_read_page_by_page(supervisor, sessions):
    with sessions.begin() as db:
        for number in range(120):
            note(db, "chat.take", detail=f"n{number}")
    seen, path = [], "/console/audit?act=chat"
    while path:
        page = supervisor.opens(path).text
        seen += re.findall(r"（n(\d+)）", page)
        more = re.search(r'href="([^"]+)">再看更早的', page)
        path = more and more[1].replace("&amp;", "&")
    assert [int(number) for number in seen] == list(range(119, -1, -1))


def test_the_beginning_of_a_day_is_found_without_reading_all(db, engine):
    for number in range(300):
        note(db, "chat.take", now=NOON + number * dt.timedelta(minutes=30))
    for days in range(-2, 9):
        moment = NOON + days * DAY
        first = first_of(db, moment)
        entries = db.query(AuditEntry).order_by(AuditEntry.id).all()
        expected = next((entry.id for entry in entries if entry.at >= moment), entries[-1].id + 1)
        assert first == expected
    with statements(engine) as sent:
        first_of(db, NOON)
    assert len(sent) < 25


def test_a_whole_chain_is_told_whole(supervisor, sessions):
    with sessions.begin() as db:
        for _ in range(30):
            note(db, "chat.take")
    supervisor.opens("/console/audit/chain")
    assert "没有人动过" in supervisor.reads()
    with sessions.begin() as db:
        assert chain(db).broken == () == tuple(AuditEntry.broken(db))


def test_a_changed_entry_is_named(supervisor, sessions, engine):
    """C27: whoever edits the audit past its triggers."""
    with sessions.begin() as db:
        for _ in range(10):
            note(db, "chat.take")
        changed = note(db, "chat.take").id
        note(db, "chat.take")
    tamper(engine, f"update audit_entries set act = 'chat.read' where id = {changed}")
    supervisor.opens("/console/audit/chain")
    assert f"第 {changed} 条和前一条对不上" in supervisor.reads()
    with sessions.begin() as db:
        assert chain(db).broken == (changed,) == tuple(AuditEntry.broken(db))


def test_the_triggers_refuse_an_admin_with_the_database_in_hand(sessions, engine):
    with sessions.begin() as db:
        note(db, "chat.take")
    for statement in ("update audit_entries set act = 'x'", "delete from audit_entries"):
        with pytest.raises(Exception, match="never changed"), engine.begin() as connection:
            connection.execute(text(statement))


def tamper(engine, statement):
    """As a superuser of the database does it."""
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("set session_replication_role = replica"))
            connection.execute(text(statement))
            connection.execute(text("set session_replication_role = default"))
            return
        trigger = connection.execute(
            text("select name, sql from sqlite_master where type = 'trigger' and sql like '%before update%'")
        ).all()
        for name, _ in trigger:
            connection.execute(text(f"drop trigger {name}"))
        connection.execute(text(statement))
        for _, sql in trigger:
            connection.execute(text(sql))


def test_every_act_of_the_table_that_is_noted_has_words():
    silent = {
        f"{resource}.{action}"
        for (_, resource, action), rule in table().items()
        if rule.logged and said(f"{resource}.{action}") == f"{resource}.{action}"
    }
    assert silent == set()


def test_every_act_that_a_page_or_a_command_notes_has_words():
    source = "\n".join(
        path.read_text("utf-8") for room in ("console", "bot") for path in (HERE.parent / room).rglob("*.py")
    )
    noted = set(re.findall(r'note(?:_apart)?\("([a-z_.0-9]+)"', source)) | set(re.findall(r'act="([a-z_.]+)"', source))
    noted |= set(re.findall(r'_?audit\((?:db, )?office, "([a-z_.]+)"', source))
    assert len(noted) > 30
    assert {act for act in noted if said(act) == act} == set()


def test_words_are_chinese_and_an_unknown_act_stands_as_it_is():
    assert said("chat.take") == "接待：接了一位"
    assert said("something.new") == "something.new"
    assert about("station 520115") == "站点 520115"
    assert about("users") == ""
    assert about("petition.read") == "信访：看了"
    assert all(re.search("[\u4e00-\u9fff]", words) for words in (*THINGS.values(), *DEEDS.values()))
