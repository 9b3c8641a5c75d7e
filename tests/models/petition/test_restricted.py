"""检举控告: handed over, it is gone for everybody but the discipline contact, and its words leave the transcript."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from models.case import NotNow
from models.message import Message
from models.petition import Petition
from models.petition.proposal import ANSWER, propose, waiting
from models.petition.restricted import MOVED, hand_over
from models.user.authority import Actor, Granted
from models.user.visible import visible
from tests.handlers.stories import STORY, files, petitions
from tests.make import NOON, make_petition, make_user
from tests.models.petitions import accepted, staff, talk_of


def actor(db, role):
    user = make_user(db, f"a-{role}", role)
    return Actor(user.id, user.person, (Granted(role, None),))


def test_it_goes_in_and_never_out(db):
    wangjie, like = staff(db)
    petition = accepted(db, wangjie)
    petition.assign(db, wangjie, by=like, now=NOON)
    proposal = propose(db, petition, ANSWER, "答复", by=wangjie, now=NOON)
    hand_over(db, petition, by=wangjie, now=NOON)
    assert (petition.restricted, petition.officer_id) == (True, None)
    assert (proposal.state, waiting(db, petition, now=NOON)) == ("refused", [])
    assert not petition.history(db)[-1].shown


def test_only_the_discipline_contact_reaches_it(db):
    wangjie, _ = staff(db)
    petition, other = make_petition(db, talk_of(db)), make_petition(db, talk_of(db, "other"))
    hand_over(db, petition, by=wangjie, now=NOON)
    for role in ("staff", "supervisor", "officer", "admin", "volunteer"):
        found = db.scalars(visible(Petition, actor(db, role), "petition", "list")).all()
        assert petition not in found, role
        assert other in found or role in ("admin", "volunteer")
    assert db.scalars(visible(Petition, actor(db, "discipline"), "restricted", "list")).all() == [petition]


def test_what_was_taken_back_stays_as_it_is(db):
    wangjie, _ = staff(db)
    petition = make_petition(db, talk_of(db))
    petition.withdraw(db, now=NOON)
    with pytest.raises(NotNow):
        hand_over(db, petition, by=wangjie, now=NOON)


def test_the_words_leave_the_transcript_and_are_kept_with_it(phone):
    phone.says("你好")
    phone.waits(minutes=1)
    number = files(phone)
    phone.waits(minutes=1)
    phone.says("优待证怎么办", "4")
    phone.hears(number)
    with phone.sessions.begin() as db:
        hand_over(db, petitions(db)[0], by=make_user(db), now=phone.now)
    with phone.sessions.begin() as db:
        transcript = phone.transcript(db)
        assert not [words for words in transcript if STORY[:6] in words]
        assert not [words for words in transcript if number in words]
        assert transcript[0] == "你好", "what was said before stays"
        assert "优待证怎么办" in transcript, "and what was said afterwards"
        assert MOVED in transcript
        assert db.scalars(select(Message.masked).where(Message.masked.contains("六年"))).all() == []
        moved = [event.words for event in petitions(db)[0].history(db) if event.what == "said"]
        assert STORY in moved


def test_the_veteran_still_finds_it(phone):
    files(phone)
    with phone.sessions.begin() as db:
        hand_over(db, petitions(db)[0], by=make_user(db), now=phone.now)
    phone.says("4")
    phone.hears("转给专人办了", "别的人看不到", "1 补充几句")
