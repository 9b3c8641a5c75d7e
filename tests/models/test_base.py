"""What every table shares: sealed text that opens in its own place only, and moments that know their zone."""

import datetime as dt

import pytest
from sqlalchemy import text
from sqlalchemy.exc import StatementError

from models.base import Sealed, new_uid
from models.case import CaseEvent
from models.conversation import Conversation
from models.people import Veteran
from models.vault import Unreadable
from tests.make import NOON, make_petition


def make_veteran(db, **told):
    veteran = Veteran(uid=new_uid(), created_at=NOON)
    db.add(veteran)
    veteran.told(**told)
    db.flush()
    return veteran


@pytest.mark.parametrize(
    ("move", "reads"),
    [
        # another row, another column, and another table, even under the same row name
        (
            "update veterans set name_sealed = (select name_sealed from veterans where id = :one) where id = :two",
            "name",
        ),
        ("update veterans set phone_sealed = name_sealed where id = :two", "phone"),
        ("update veterans set name_sealed = phone_sealed where id = :two", "name"),
    ],
)
def test_what_was_moved_within_a_table_does_not_open(sessions, move, reads):
    with sessions.begin() as db:
        one = make_veteran(db, name="王建国", phone="13800006021").id
        two = make_veteran(db, name="李国强", phone="13900001111").id
        db.execute(text(move), {"one": one, "two": two})
    with sessions.begin() as db:
        with pytest.raises(Unreadable, match="moved"):
            getattr(db.get_one(Veteran, two), reads)
        assert db.get_one(Veteran, one).name == "王建国"


def test_what_was_moved_to_another_table_does_not_open(sessions):
    with sessions.begin() as db:
        veteran = make_veteran(db, name="王建国")
        case = make_petition(db, Conversation.of(db, "fake", "x", now=NOON))
        case.note(db, "added", now=NOON, words="补一句")
        db.flush()
        # Even with the very name of the row it came from.
        db.execute(
            text(
                "update case_events set words_sealed = (select name_sealed from veterans), uid = :uid where what = 'added'"
            ),
            {"uid": veteran.uid},
        )
    with sessions.begin() as db:
        event = db.query(CaseEvent).filter_by(what="added").one()
        with pytest.raises(Unreadable):
            _ = event.words


def test_a_row_under_another_name_does_not_open(sessions):
    with sessions.begin() as db:
        make_veteran(db, name="王建国")
        db.execute(text("update veterans set uid = :uid"), {"uid": new_uid()})
    with sessions.begin() as db:
        veteran = db.query(Veteran).one()
        with pytest.raises(Unreadable):
            _ = veteran.name


def test_an_empty_text_and_a_missing_one_are_both_null(sessions):
    with sessions.begin() as db:
        veteran = make_veteran(db, name="王建国")
        assert veteran.phone == ""
        veteran.name = ""
    with sessions.begin() as db:
        assert db.execute(text("select name_sealed, phone_sealed from veterans")).all() == [(None, None)]
        assert db.query(Veteran).one().name == ""


@pytest.mark.parametrize("words", ["张", "🎖️老兵", "a\0b", "字" * 20_000, "\n", " "])
def test_every_text_comes_back_as_it_went_in(sessions, words):
    with sessions.begin() as db:
        make_veteran(db, name=words)
    with sessions.begin() as db:
        assert db.query(Veteran).one().name == words


def test_a_row_outside_a_session_explains_itself(sessions):
    with sessions.begin() as db:
        veteran = make_veteran(db, name="王建国")
    with pytest.raises(RuntimeError, match="in no session"):
        _ = veteran.name
    with pytest.raises(RuntimeError, match="in no session") as refused:
        veteran.name = "李国强"
    assert "李国强" not in str(refused.value)
    with pytest.raises(RuntimeError, match="in no session"):
        Veteran(uid=new_uid()).name = "李国强"


def test_the_class_shows_the_seal_itself():
    assert isinstance(Veteran.name, Sealed)


def test_a_moment_without_a_zone_is_refused(sessions):
    with pytest.raises(StatementError, match="time zone"), sessions.begin() as db:
        db.add(Veteran(uid=new_uid(), created_at=dt.datetime(2026, 11, 25, 10, 0)))


def test_a_moment_comes_back_in_utc(sessions):
    with sessions.begin() as db:
        veteran_id = make_veteran(db).id
    with sessions.begin() as db:
        moment = db.get_one(Veteran, veteran_id).created_at
        assert moment == NOON
        assert moment.utcoffset() == dt.timedelta(0)


def test_a_phone_is_found_by_its_index_and_by_nothing_else(db):
    first, second = make_veteran(db, phone="13800006021"), make_veteran(db, phone="13800006021")
    other = make_veteran(db, phone="13800006022")
    assert first.phone_index == second.phone_index != other.phone_index
    assert "13800006021" not in first.phone_index
    first.forget()
    assert (first.name, first.phone, first.phone_index) == ("", "", None)
