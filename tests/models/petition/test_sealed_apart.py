"""R40: the words of a restricted petition are sealed under a key of their own; without it all else works."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from models.base import open_sessions
from models.conversation import Conversation
from models.message import RESTRICTED, Message
from models.petition import Petition
from models.petition.restricted import hand_over, report
from models.vault import KeyRing, Unreadable
from tests.make import AUDIT_KEY, DATA_KEY, INDEX_KEY, NOON, make_petition, make_user
from tests.models.petitions import talk_of

OWN_KEY = b"r" * 32
WITH_KEY, WITHOUT = KeyRing([DATA_KEY], INDEX_KEY, [OWN_KEY]), KeyRing([DATA_KEY], INDEX_KEY)
FIELDS = ("story_sealed", "where_sealed", "unit_sealed", "names_sealed", "phone_sealed")


@pytest.fixture
def office(engine, sessions):
    """Sessions of an office that has the key."""
    return open_sessions(engine, WITH_KEY, audit_key=AUDIT_KEY)


def reader(db: Session, shown_as: str = "老吴"):
    user = make_user(db, "wu", shown_as)
    user.grant(db, "discipline", station_id=None, by="test", now=NOON, confirmed=True)
    return user


def reported(db: Session, **told) -> Petition:
    words = {
        "story": "站长收钱办低保",
        "whom": "镇上的站长",
        "where": "金华镇",
        "names": ["王建国"],
        "phone": "13800006021",
    }
    rest = {"raised_before": False, "media_uids": [], "since": 1, "now": NOON}
    return report(db, talk_of(db), **(words | rest | told))


def key_ids(row, fields=FIELDS):
    return {WITH_KEY.key_id(getattr(row, field)) for field in fields if getattr(row, field) is not None}


def test_a_report_is_sealed_under_the_other_key_from_the_start(office):
    with office.begin() as db:
        reader(db)
        petition, usual = reported(db), make_petition(db, talk_of(db, "other"))
        petition.add(db, "还有一件", now=NOON)
        assert key_ids(petition) == {WITH_KEY.restricted_key_id}
        assert key_ids(petition.history(db)[-1], ["words_sealed"]) == {WITH_KEY.restricted_key_id}
        assert key_ids(usual) == {WITH_KEY.current_key_id}
        assert petition.phone_index is None, "nobody finds it by its phone"


def test_handing_over_moves_what_was_told_before(office):
    with office.begin() as db:
        petition = make_petition(db, talk_of(db))
        petition.add(db, "还有一件", now=NOON)
        story = petition.story
        hand_over(db, petition, by=make_user(db), now=NOON)
        events = [event for event in petition.history(db) if event.words_sealed is not None]
        assert key_ids(petition) == {WITH_KEY.restricted_key_id}
        assert events
        assert all(key_ids(event, ["words_sealed"]) == {WITH_KEY.restricted_key_id} for event in events)
        assert (petition.story, petition.phone_index) == (story, None)


def test_what_the_discipline_contact_tells_is_sealed_likewise_and_shown_to_nobody(office):
    with office.begin() as db:
        wu = reader(db)
        petition = reported(db)
        petition.progress(db, "在查", by=wu, now=NOON, words="在查站长的事")
        said = db.query(Message).filter_by(author="staff").one()
        assert (said.routed, said.words, said.shown) == (RESTRICTED, "在查站长的事", "〔已转专人〕")
        assert key_ids(said, ["words_sealed"]) == {WITH_KEY.restricted_key_id}


def test_without_the_key_everything_else_works(engine, office):
    with office.begin() as db:
        reader(db)
        number, usual = reported(db).number, make_petition(db, talk_of(db, "other")).number
    with open_sessions(engine, WITHOUT, audit_key=AUDIT_KEY).begin() as db:
        named = {petition.number: petition for petition in db.query(Petition)}
        with pytest.raises(Unreadable):
            _ = named[number].story
        assert named[usual].story
        again = make_petition(db, Conversation.of(db, "fake", "third", now=NOON))
        assert again.story


def test_the_number_leaves_no_gap(office):
    with office.begin() as db:
        reader(db)
        first = make_petition(db, talk_of(db, "one"))
        petition = reported(db)
        second = make_petition(db, talk_of(db, "two"))
        assert int(second.number) == int(first.number) + 1
        assert petition.number[6:] >= "5000"
