"""A matter: its number, its clock, its history; asking for news, taking it back; and the place it belongs to."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest

from models.case import URGE_EVERY, Case, CaseNumber, NotNow, still_urged
from models.conversation import SHANGHAI, Conversation
from models.petition import Petition
from models.station import Station
from tests.make import NOON, make_district, make_petition, make_user

DAY = dt.timedelta(days=1)


@pytest.fixture
def talk(db):
    return Conversation.of(db, "fake", "laozhou", now=NOON)


# -- numbers --------------------


def test_numbers_count_through_a_day_and_begin_again(db):
    assert [CaseNumber.next(db, now=NOON) for _ in range(3)] == ["2611250001", "2611250002", "2611250003"]
    assert CaseNumber.next(db, now=NOON + DAY) == "2611260001"
    assert CaseNumber.next(db, now=NOON) == "2611250004"


def test_the_day_is_that_of_guiyang(db):
    last_minute = dt.datetime(2026, 12, 31, 15, 59, tzinfo=dt.UTC)
    assert CaseNumber.next(db, now=last_minute).startswith("261231")
    assert CaseNumber.next(db, now=last_minute + dt.timedelta(minutes=1)) == "2701010001"


def test_no_number_is_given_twice_however_many_ask_at_once(sessions):
    def ask(_):
        with sessions.begin() as db:
            return CaseNumber.next(db, now=NOON)

    with ThreadPoolExecutor(8) as pool:
        numbers = list(pool.map(ask, range(120)))
    assert sorted(numbers) == [f"261125{place:04d}" for place in range(1, 121)]


def test_a_number_of_what_was_not_kept_is_given_again(sessions):
    with sessions() as db:
        CaseNumber.next(db, now=NOON)
        db.rollback()
    with sessions.begin() as db:
        assert CaseNumber.next(db, now=NOON) == "2611250001"


def test_a_number_is_spoken_in_two_parts(db, talk):
    assert make_petition(db, talk).spoken_number == "261125 0001"


# -- the clock --------------------


@pytest.mark.parametrize(
    ("filed", "tell_by"),
    [
        ("2026-11-25 00:00", "2026-12-10"),
        ("2026-11-25 23:59", "2026-12-10"),
        ("2026-11-30 10:00", "2026-12-15"),
        ("2026-12-17 10:00", "2027-01-01"),
        ("2026-12-31 23:30", "2027-01-15"),
        ("2027-02-14 10:00", "2027-03-01"),
        ("2028-02-14 10:00", "2028-02-29"),
    ],
)
def test_there_are_fifteen_days_to_tell(db, talk, filed, tell_by):
    moment = dt.datetime.fromisoformat(filed).replace(tzinfo=SHANGHAI)
    for written in (moment, moment.astimezone(dt.UTC)):
        assert make_petition(db, talk, now=written).tell_by == dt.date.fromisoformat(tell_by)


# -- a petition --------------------


def test_a_petition_is_kept_as_told(sessions):
    with sessions.begin() as db:
        make_district(db)
        filed = make_petition(db, Conversation.of(db, "fake", "laozhou", now=NOON), names=["王建国", "李国强"])
        number = filed.number
    with sessions.begin() as db:
        kept = db.query(Petition).filter_by(number=number).one()
        assert (kept.where, kept.names, kept.phone) == ("金华镇翁贡村", "王建国、李国强", "13800006021")
        assert (kept.status, kept.is_open, kept.anonymous) == ("received", True, False)
        assert db.get_one(Station, kept.station_id).name == "翁贡村退役军人服务站"
        assert [event.what for event in kept.history(db)] == ["received"]


def test_without_name_and_phone_it_is_anonymous(db, talk):
    petition = make_petition(db, talk, names=[], phone="")
    assert petition.anonymous
    assert petition.phone_index is None
    assert not make_petition(db, talk, names=[]).anonymous


def test_more_than_five_representatives_are_refused(db, talk):
    with pytest.raises(ValueError, match="representatives"):
        make_petition(db, talk, names=list("甲乙丙丁戊己"))


def test_files_come_into_the_history(db, talk):
    petition = make_petition(db, talk, media_uids=["a" * 16, "b" * 16])
    assert [(event.what, event.media_uid) for event in petition.history(db)] == [
        ("received", ""),
        ("added", "a" * 16),
        ("added", "b" * 16),
    ]


def test_a_veteran_sees_the_matters_of_this_conversation_newest_first(db, talk):
    mine = [make_petition(db, talk).id for _ in range(2)]
    make_petition(db, Conversation.of(db, "fake", "wangjie", now=NOON))
    assert [case.id for case in Case.of(db, talk)] == mine[::-1]


# -- asking, adding, taking back --------------------


def test_asking_for_news_is_noted_once_in_three_days(db, talk):
    petition = make_petition(db, talk)
    times = [NOON, NOON + DAY, NOON + URGE_EVERY - dt.timedelta(seconds=1), NOON + URGE_EVERY, NOON + URGE_EVERY + DAY]
    assert [petition.urge(db, now=time) for time in times] == [True, False, False, True, False]
    assert [event.what for event in petition.history(db)] == ["received", "urged", "urged"]


def test_who_asked_for_news_waits_until_something_is_told(db, talk):
    petition, other, by = make_petition(db, talk), make_petition(db, talk), make_user(db)
    petition.urge(db, now=NOON)
    assert still_urged(db, [petition, other]) == {petition.id}
    petition.remark(db, "问了镇里，还没有回音", by=by, now=NOON + DAY)
    assert still_urged(db, [petition, other]) == {petition.id}, "a remark tells the veteran nothing"
    petition.progress(db, "档案已经调来了", by=by, now=NOON + DAY, words="档案已经调来了")
    assert still_urged(db, [petition, other]) == set()
    petition.urge(db, now=NOON + 4 * DAY)
    assert still_urged(db, [petition, other]) == {petition.id}, "asked again, and told nothing since"
    petition.withdraw(db, now=NOON + 5 * DAY)
    assert still_urged(db, [petition, other]) == set()


def test_a_matter_is_taken_back_once_and_stays_on_record(db, talk):
    petition = make_petition(db, talk)
    petition.withdraw(db, now=NOON + DAY)
    assert (petition.status, petition.closed_at, petition.is_open) == ("withdrawn", NOON + DAY, False)
    with pytest.raises(NotNow, match="已经结束"):
        petition.withdraw(db, now=NOON + DAY)
    with pytest.raises(NotNow, match="已经办结"):
        petition.urge(db, now=NOON + DAY)
    petition.add(db, "想起一件事", now=NOON + 2 * DAY)
    history = petition.history(db)
    assert [event.what for event in history] == ["received", "withdrawn", "added"]
    assert history[-1].words == "想起一件事"
    assert [case.number for case in Case.of(db, talk)] == [petition.number]


# -- the place --------------------


@pytest.mark.parametrize(
    ("words", "station"),
    [
        ("金华镇翁贡村", "翁贡村退役军人服务站"),
        ("我住翁贡", "翁贡村退役军人服务站"),
        ("金华镇街上", "金华镇退役军人服务站"),
        ("金华", "金华镇退役军人服务站"),
        ("贵阳市", None),
        ("观山湖区", None),
        ("", None),
    ],
)
def test_the_most_local_station_named_has_it(db, words, station):
    make_district(db)
    found = Station.named(db, words)
    assert (found and found.name) == station


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("金华镇退役军人服务站", "金华"),
        ("翁贡村退役军人服务站", "翁贡"),
        ("新村社区退役军人服务站", "新村"),
        ("世纪城街道退役军人服务站", "世纪城"),
        ("沙镇退役军人服务站", "沙镇"),
        ("宾阳退役军人服务站", "宾阳"),
    ],
)
def test_a_place_is_called_as_people_call_it(name, place):
    assert Station(name=name).place == place


def test_a_place_is_not_found_in_every_story(db):
    """新村社区 must not have every 新 that somebody writes."""
    district = make_district(db)
    db.add(Station(code="x", name="新村社区退役军人服务站", level="village", parent_id=district.id))
    db.flush()
    assert Station.named(db, "我刚搬进新房子") is None
    assert Station.named(db, "新村那边").code == "x"


def test_the_centre_is_the_one_without_a_parent(db):
    assert Station.district(db) is None
    district = make_district(db)
    assert Station.district(db).id == district.id
    assert district.office_hours.is_open(NOON)
