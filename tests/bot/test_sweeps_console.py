"""What the console keeps of its staff ends too: typed words, keys of forms, sign-ins and tries, reasons (R50)."""

from __future__ import annotations

import datetime as dt
import functools

import pytest
from sqlalchemy import func, select

from bot.jobs import jobs_of
from bot.retention import Retention
from bot.sweeps import forget_talks
from bot.sweeps_console import (
    ENDING,
    forget_forms,
    forget_model_drafts,
    forget_reasons,
    forget_sign_ins,
    forget_typed,
)
from models.audit import AuditEntry
from models.audit.stated_reason import StatedReason
from models.audit.trail import Wanted, trail
from models.draft import Draft, Submission
from models.model_draft import ModelDraft
from models.reception import ReceptionTicket
from models.reception.note import TicketNote
from models.reception.talk import last_message
from models.user import User
from models.user.authority import Actor
from models.user.sign_in import LONGEST, SignIn, SignInTry
from tests.bot.test_delivery import hear, make_office
from tests.bot.test_sweeps import CANARY, DAY, SECOND, twice
from tests.make import NOON, make_user
from tests.models.room import a_talk

KEEP = Retention()


@pytest.fixture
def sweep(sessions):
    return functools.partial(twice, sessions)


def left(sessions, column):
    with sessions.begin() as db:
        return db.scalar(select(func.count(column)))


def test_words_typed_and_never_sent_are_forgotten_after_thirty_days(sessions, sweep):
    with sessions.begin() as db:
        user = make_user(db)
        Draft.keep(db, user.id, "talk:old", CANARY, now=NOON)
        Draft.keep(db, user.id, "talk:again", CANARY, now=NOON)
        Draft.keep(db, user.id, "talk:again", "又写了几个字", now=NOON + DAY)
    assert sweep(forget_typed, NOON + 30 * DAY - SECOND) == 0
    assert sweep(forget_typed, NOON + 30 * DAY) == 1
    with sessions.begin() as db:
        user = db.scalars(select(User)).one()
        assert Draft.of(db, user.id, "talk:old") == ""
        assert Draft.of(db, user.id, "talk:again") == "又写了几个字"


def test_a_form_is_known_for_a_week_so_that_it_acts_once(sessions, sweep):
    with sessions.begin() as db:
        user = make_user(db).id
        assert Submission.first(db, "key", user, now=NOON)
    assert sweep(forget_forms, NOON + 7 * DAY - SECOND) == 0
    with sessions.begin() as db:
        assert not Submission.first(db, "key", user, now=NOON + 6 * DAY)
    assert sweep(forget_forms, NOON + 7 * DAY) == 1
    assert left(sessions, Submission.key) == 0


def test_sign_ins_and_tries_are_kept_for_six_months_after_they_ended(sessions, sweep):
    with sessions.begin() as db:
        user = make_user(db)
        signed_out, _ = SignIn.begin(db, user, own_device=False, now=NOON)
        signed_out.end(now=NOON)
        SignIn.begin(db, user, own_device=False, now=NOON)  # never signed out: over after half a day
        SignInTry.note(db, account="chen", network="10.0.0.7", now=NOON)
    half_a_year = NOON + KEEP.sign_ins
    assert KEEP.sign_ins >= dt.datetime(2026, 9, 1) - dt.datetime(2026, 3, 1), "the longest six months there are"
    assert sweep(forget_sign_ins, half_a_year - SECOND) == 0
    assert sweep(forget_sign_ins, half_a_year) == 1
    assert (left(sessions, SignIn.id), left(sessions, SignInTry.id)) == (1, 0)
    assert sweep(forget_sign_ins, half_a_year + LONGEST) == 1
    assert left(sessions, SignIn.id) == 0


def test_an_open_sign_in_is_not_ended_by_it(sessions, sweep):
    with sessions.begin() as db:
        SignIn.begin(db, make_user(db), own_device=True, now=NOON)
    assert sweep(forget_sign_ins, NOON + 14 * DAY) == 0
    assert left(sessions, SignIn.id) == 1


def test_the_words_of_a_reason_go_after_three_years_and_the_audit_still_holds(sessions, sweep):
    with sessions.begin() as db:
        user = make_user(db)
        user.grant(db, "supervisor", station_id=None, by="test", now=NOON, confirmed=True)
        stated = StatedReason.state(db, "calls x", CANARY, by=user, now=NOON)
        AuditEntry.write(db, actor=f"user {user.id}", act="veteran.reason", subject="x", detail=stated.named, now=NOON)
        reader = Actor.of(db, user, now=NOON)
    assert sweep(forget_reasons, NOON + KEEP.reasons - SECOND) == 0
    assert sweep(forget_reasons, NOON + KEEP.reasons) == 1
    with sessions.begin() as db:
        kept = db.scalars(select(StatedReason)).one()
        assert (kept.reason, kept.about) == ("", "calls x")
        assert list(AuditEntry.broken(db)) == []
        assert trail(db, reader, Wanted())[0][0].detail == "原因：保存期满，已经删掉"


def test_what_the_helper_model_drafted_goes_after_a_week(sessions, sweep):
    with sessions.begin() as db:
        ticket = a_talk(db, "优待证咋个办")
        draft = ModelDraft.ask(db, ticket, last_message(db, ticket), ["B01"], by=make_user(db), now=NOON)
        draft.keep(f"{CANARY}〔B01〕")
    assert sweep(forget_model_drafts, NOON + 7 * DAY - SECOND) == 0
    assert sweep(forget_model_drafts, NOON + 7 * DAY) == 1
    assert left(sessions, ModelDraft.id) == 0


@pytest.mark.parametrize("job", ENDING)
def test_each_of_them_runs_at_night(engine, sessions, tmp_path, job):
    assert job.__name__ in {each.sweep.__name__ for each in jobs_of(make_office(engine, sessions, tmp_path))}


# -- what they wrote down of a talk --------------------


def spoken_with(db, contact, *, now=NOON):
    """A talk that is over, with a summary and a note."""
    user, talk = make_user(db, name=contact), hear(db, contact, now=now)
    ticket = ReceptionTicket.open(db, talk, reason="asked", now=now)
    ticket.take(db, by=user, now=now)
    TicketNote.add(db, ticket, CANARY, by=user, now=now)
    ticket.close(db, outcome="answered", by=user, summary=CANARY, now=now)
    return ticket.id


def written(sessions, ticket_id):
    """Summary and notes of a talk."""
    with sessions.begin() as db:
        notes = db.scalars(
            select(TicketNote).where(TicketNote.ticket_id == ticket_id, TicketNote.words_sealed.is_not(None))
        )
        return db.get_one(ReceptionTicket, ticket_id).summary, [note.words for note in notes]


def test_what_was_noted_of_a_talk_goes_as_late_as_the_chats(sessions, sweep):
    with sessions.begin() as db:
        old, newer = spoken_with(db, "老周"), spoken_with(db, "老王", now=NOON + DAY)
    assert sweep(forget_talks, NOON + KEEP.chats - SECOND) == 0
    assert sweep(forget_talks, NOON + KEEP.chats) > 0
    summary, notes = written(sessions, old)
    assert (summary, notes) == ("", [])
    summary, notes = written(sessions, newer)
    assert summary == CANARY
    assert CANARY in notes
    with sessions.begin() as db:
        assert db.get_one(ReceptionTicket, old).outcome == "answered", "that they spoke, and how it ended, stays"


def test_of_a_talk_that_is_not_over_nothing_goes(sessions, sweep):
    with sessions.begin() as db:
        talk = hear(db, "老周", now=NOON)
        ticket = ReceptionTicket.open(db, talk, reason="asked", now=NOON)
        TicketNote.add(db, ticket, CANARY, now=NOON)
        ticket_id = ticket.id
    assert sweep(forget_talks, NOON + 2 * KEEP.chats) == 0
    assert written(sessions, ticket_id)[1] == [CANARY]


def test_the_office_may_end_it_sooner(sessions):
    with sessions.begin() as db:
        old = spoken_with(db, "老周")
        assert forget_talks(db, NOON + 10 * DAY, Retention(chats=10 * DAY)) > 0
    assert written(sessions, old) == ("", [])
