"""The invented office is alive when it is first opened: something waits for everybody who works in it."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session, sessionmaker

from bot.demo_data import REPLIES, fill, give_replies, hire
from bot.demo_data.decisions import CHECK_UP, SITTING
from bot.demo_data.life import enliven, renew
from bot.demo_data.people import PEOPLE
from bot.sweeps_reception import return_silent
from handlers.petition.questions import TOPICS
from knowledge_base.library import Library
from models.approval import Approval
from models.audit import AuditEntry
from models.base import Base, open_sessions
from models.broadcast import Broadcast, Recipient
from models.broadcast.result import Standing, progress
from models.message import WAITING, Message, Status
from models.petition import Petition
from models.petition.clock import day_of
from models.reception import ReceptionTicket
from models.reception.line import mine, today, waiting_line
from models.reception.note import TicketNote
from models.reception.rules import OUTCOMES
from models.user import User
from models.user.authority import Actor
from models.vault import KeyRing
from tests.conftest import empty
from tests.make import AUDIT_KEY, DATA_KEY, INDEX_KEY, NOON

DAY = dt.timedelta(days=1)


def furnish(db: Session, library: Library, now: dt.datetime) -> None:
    fill(db)
    hire(db, "no password opens this", now=now)
    give_replies(db)
    enliven(db, library, now=now)


@pytest.fixture(scope="module")
def office(engine: Engine, library: Library) -> Iterator[sessionmaker[Session]]:
    """Furnished once: the tests below only read it, or roll back what they do."""
    sessions = open_sessions(engine, KeyRing([DATA_KEY], INDEX_KEY), audit_key=AUDIT_KEY)
    with sessions.begin() as db:
        furnish(db, library, NOON)
    yield sessions
    empty(engine)


@pytest.fixture
def db(office: sessionmaker[Session]) -> Iterator[Session]:
    with office() as db:
        yield db


def somebody(db: Session, role: str) -> Actor:
    user = db.scalars(select(User).where(User.name == f"demo-{role}")).one()
    return Actor.of(db, user, now=NOON)


def test_the_volunteer_finds_a_line_with_the_one_in_danger_first(db):
    line = waiting_line(db, somebody(db, "volunteer"), now=NOON)
    assert len(line) == 4
    assert [bool(each.urgent) for each in line] == [True, False, False, False]
    assert any(each.call_back for each in line)
    assert all(each.place and each.words for each in line[1:])


def test_a_talk_goes_on_with_words_of_both_and_a_note_between_them(db):
    (held,) = mine(db, somebody(db, "volunteer"))
    ticket = db.scalars(select(ReceptionTicket).where(ReceptionTicket.uid == held.uid)).one()
    since = (Message.conversation_id == ticket.conversation_id, Message.said_at >= ticket.taken_at)
    authors = Counter(db.scalars(select(Message.author).where(*since)))
    assert authors["veteran"] >= 2
    assert authors["staff"] >= 2
    assert db.scalar(select(func.count()).where(TicketNote.ticket_id == ticket.id)) == 1


def test_it_stays_in_the_volunteers_hands_however_late_somebody_looks(db):
    assert return_silent(db, NOON + DAY) == 0


def test_talks_of_today_are_summed_up_and_rated(db):
    done = today(db, somebody(db, "volunteer"), now=NOON)
    assert len(done) == 3
    assert all(each.summary and each.rating for each in done)
    assert {each.outcome for each in done} <= set(OUTCOMES)


def test_petitions_stand_at_every_point_of_the_clock(db):
    open_ones = select(Petition).where(Petition.restricted.is_(False)).order_by(Petition.id)
    petitions = db.scalars(open_ones).all()
    assert len(petitions) == 8
    assert Counter(each.status for each in petitions) == {"accepted": 3, "received": 3, "answered": 1, "closed": 1}
    days = [(each.due_on - day_of(NOON)).days for each in petitions if each.due_on is not None]
    assert -1 in days, "one is overdue by a day"
    assert 1 in days, "one is due tomorrow"
    assert 15 in days, "one has just been filed"
    assert any(each.extended_days for each in petitions)
    assert {each.topic for each in petitions} <= set(TOPICS)
    assert all(each.station_id for each in petitions)


def test_one_matter_is_the_discipline_contacts_alone(db):
    assert db.scalar(select(func.count()).select_from(Petition).where(Petition.restricted)) == 1


def test_something_waits_for_a_second_person_at_every_desk_that_decides(db):
    waiting = [each.act for each in db.scalars(select(Approval)) if each.lives(now=NOON)]
    assert sorted(waiting) == ["broadcast.send", "petition.answer", "settings.canned", "wording.approve"]


def test_on_the_next_day_it_waits_again_and_may_be_decided(db):
    tomorrow = NOON + DAY + dt.timedelta(hours=1)
    approvals = db.scalars(select(Approval).where(Approval.state == "proposed")).all()
    assert not any(each.lives(now=tomorrow) for each in approvals)
    assert renew(db, now=tomorrow) == 4
    assert renew(db, now=tomorrow) == 0
    assert all(each.lives(now=tomorrow + dt.timedelta(hours=8)) for each in approvals)
    notice = db.scalars(select(Broadcast).where(Broadcast.title == CHECK_UP.title)).one()
    checker = db.scalars(select(User).where(User.name == "demo-bapprover")).one()
    seen = notice.proposal(db, now=tomorrow).digest
    notice.approve(db, str(notice.counted), seen=seen, by=checker, now=tomorrow)
    assert renew(db, now=tomorrow + DAY) == 3, "what was decided stays decided"


def test_one_notice_is_over_with_people_to_call_and_one_is_to_be_checked(db):
    over, to_check = (
        db.scalars(select(Broadcast).where(Broadcast.title == each.title)).one() for each in (SITTING, CHECK_UP)
    )
    result = progress(db, over)
    assert over.state == "done"
    assert result.counts[Standing.SENT] >= 5
    assert result.counts[Standing.CALL] >= 5
    assert result.counts[Standing.CALLED] == 1
    assert result.settled == result.everybody
    assert db.scalar(select(func.count()).where(Recipient.signed_up_at.is_not(None))) == 2
    assert to_check.state == "proposed"


def test_some_questions_found_no_answer_and_some_answers_were_rated(db):
    assert db.scalar(select(func.count()).where(Message.routed == "not_found")) >= 2
    rated = set(db.scalars(select(Message.useful).where(Message.routed.startswith("policy:"))))
    assert {True, False} <= rated


def test_nothing_is_left_for_the_worker_and_the_audit_holds(db):
    left = set(db.scalars(select(Message.status)))
    assert not left & {*WAITING, Status.FAILED, Status.PARKED, Status.UNKNOWN}
    assert list(AuditEntry.broken(db)) == []
    moments = list(db.scalars(select(AuditEntry.at).order_by(AuditEntry.id)))
    assert moments == sorted(moments)


def test_every_name_says_that_it_is_made_up():
    assert "".join(each.name[0] for each in PEOPLE) == "赵钱孙李周吴郑王冯陈褚卫"
    assert "".join(each.name[-1] for each in PEOPLE) == "甲乙丙丁戊己庚辛壬癸子丑"
    assert all("演示" in each.place and each.phone.startswith("13800000") for each in PEOPLE)


def test_a_second_start_adds_nothing(db, library):
    before = counted(db)
    give_replies(db)
    enliven(db, library, now=NOON + DAY)
    assert counted(db) == before
    assert before["canned_replies"] == len(REPLIES)


def counted(db: Session) -> dict[str, int]:
    return {table.name: db.scalar(select(func.count()).select_from(table)) for table in Base.metadata.sorted_tables}
