"""The line as a volunteer sees it: in order, masked, no more of it than may be seen, and in few statements."""

import datetime as dt

import pytest
from sqlalchemy import event, select

from models.case import Interest
from models.reception.colleagues import colleagues_for
from models.reception.line import Counts, counts, mine, today, waiting_line
from models.station import Station
from models.user.authority import Actor
from tests.make import NOON, make_district
from tests.models.room import a_talk, a_volunteer, minutes, says, talk_of

LATER = NOON + minutes(6)


@pytest.fixture
def chen(db):
    return a_volunteer(db, "小陈")


def line(db, user, now=LATER):
    return waiting_line(db, Actor.of(db, user, now=now), now=now)


def names(db, user, now=LATER):
    return [each.name for each in line(db, user, now)]


def statements(db):
    """Counts what is run on the connection from now on."""
    ran = []
    event.listen(db.connection(), "before_cursor_execute", lambda *told: ran.append(told[2]))
    return ran


def test_danger_first_then_who_came_back_then_who_waited_longest(db, chen):
    a_talk(db, name="赵国福", now=NOON + minutes(1))
    a_talk(db, name="王建国", now=NOON)
    back = a_talk(db, name="刘英", now=NOON + minutes(2))
    back.take(db, by=chen, now=NOON)
    back.put_back(db, why="没有回话", now=NOON)
    a_talk(db, name="陈小平", now=NOON + minutes(3), urgent="self_harm")
    assert names(db, chen) == ["陈*平", "刘*", "王*国", "赵*福"]
    assert [each.came_back for each in line(db, chen)] == [False, True, False, False]


def test_a_card_shows_the_first_words_and_no_number(db, chen):
    a_talk(db, "8", "我身份证520115195806041234，优待证三个月都没下来，喊我等，等到哪年哪月去了嘛，你们给个准话好不好")
    (card,) = line(db, chen)
    assert card.words.startswith("我身份证5201**********34，优待证三个月")
    assert len(card.words) == 40
    assert "1958" not in repr(card)
    assert "王建国" not in repr(card)


def test_what_was_told_the_machine_before_is_not_shown(db, chen):
    ticket = a_talk(db, now=NOON)
    says(db, talk_of(db, ticket), "我要举报某某某贪污", now=NOON - minutes(1))
    assert line(db, chen)[0].words == ""


def test_words_of_a_crisis_are_not_shown(db, chen):
    a_talk(db, "活起没得意思了，不想麻烦哪个了", urgent="self_harm")
    (card,) = line(db, chen)
    assert (card.urgent, card.words) == ("self_harm", "")


def test_who_told_no_name_is_an_old_comrade(db, chen):
    a_talk(db, name="")
    assert names(db, chen) == ["老战友"]


def test_a_station_sees_its_own_and_everybody_in_danger(db):
    make_district(db)
    town, village = (db.scalars(select(Station).where(Station.level == level)).one() for level in ("town", "village"))
    other = Station(code="52011502", name="朱昌镇退役军人服务站", level="town", parent_id=town.parent_id)
    db.add(other)
    db.flush()
    for where, name in ((village, "王建国"), (other, "赵国福"), (None, "刘小英")):
        a_talk(db, name=name, station=where)
    a_talk(db, name="陈小平", station=other, urgent="distress")
    volunteer, staff = a_volunteer(db, station=town), a_volunteer(db, "何敏", role="staff", station=town)
    assert names(db, volunteer) == ["陈*平", "王*国"]
    assert [each.place for each in line(db, volunteer)] == ["朱昌镇", "翁贡村"]
    assert len(names(db, staff)) == 4
    assert counts(db, Actor.of(db, volunteer, now=LATER), now=LATER) == Counts(2, 1, 0, 0, on_duty=True)


def test_who_must_not_see_it_does_not(db, chen):
    ticket = a_talk(db)
    db.add(Interest(person=chen.person, conversation_id=ticket.conversation_id, at=NOON))
    db.flush()
    assert line(db, chen) == []


def test_whoever_has_no_role_of_the_desk_sees_nobody(db):
    a_talk(db, urgent="self_harm")
    assert line(db, a_volunteer(db, role="editor")) == []


def test_a_chat_on_its_way_to_a_colleague_says_so(db, chen):
    he = a_volunteer(db, "何敏")
    ticket = a_talk(db)
    ticket.take(db, by=chen, now=NOON)
    ticket.hand_over(db, by=chen, to=he, reason="接一下", now=NOON)
    (for_chen,), (for_he,) = line(db, chen, NOON + minutes(1)), line(db, he, NOON + minutes(1))
    assert (for_chen.handed_to, for_chen.kept_until, for_chen.for_me) == ("何敏", NOON + minutes(3), False)
    assert (for_he.kept_until, for_he.for_me) == (None, True)
    assert line(db, chen, NOON + minutes(4))[0].kept_until is None


def test_my_talks_show_who_waits_for_my_answer(db, chen):
    actor = Actor.of(db, chen, now=NOON)
    ticket = a_talk(db, "优待证三个月没下来", now=NOON)
    ticket.take(db, by=chen, now=NOON + minutes(1))
    (held,) = mine(db, actor)
    assert (held.words, held.unanswered, held.waits_since) == ("优待证三个月没下来", 2, NOON + minutes(1))
    ticket.reply(db, "我来查", by=chen, now=NOON + minutes(2))
    assert [(each.unanswered, each.waits_since) for each in mine(db, actor)] == [(0, None)]
    says(db, talk_of(db, ticket), "要得", now=NOON + minutes(3))
    assert [(each.words, each.unanswered) for each in mine(db, actor)] == [("要得", 1)]


def test_today_is_what_i_closed_since_midnight(db, chen):
    he, actor = a_volunteer(db, "何敏"), Actor.of(db, chen, now=NOON)
    for user, now in ((chen, NOON - dt.timedelta(days=1)), (chen, NOON), (he, NOON)):
        ticket = a_talk(db, now=now)
        ticket.take(db, by=user, now=now)
        ticket.close(db, by=user, outcome="answered", summary="答清楚了", now=now)
    (done,) = today(db, actor, now=LATER)
    assert (done.name, done.outcome, done.summary) == ("王*国", "answered", "答清楚了")
    assert counts(db, actor, now=LATER).done == 1


def test_the_number_of_statements_does_not_grow_with_the_line(db, chen):
    for number in range(30):
        a_talk(db, "优待证三个月没下来", "在不在", name=f"王{number}国", urgent="distress" if not number % 7 else "")
    for _ in range(8):
        a_talk(db, "医药费的事").take(db, by=chen, now=NOON)
    actor, ran = Actor.of(db, chen, now=NOON), statements(db)
    assert len(waiting_line(db, actor, now=LATER)) == 30
    assert len(ran) == 2
    assert len(mine(db, actor)) == 8
    assert len(ran) == 4
    assert counts(db, actor, now=LATER) == Counts(30, 5, 8, 0, on_duty=True)
    assert len(ran) == 5


# -- who may go on --------------------


def test_a_talk_is_offered_to_colleagues_who_are_there_and_may(db, chen):
    make_district(db)
    town, village = (db.scalars(select(Station).where(Station.level == level)).one() for level in ("town", "village"))
    ticket = a_talk(db, station=town)
    a_volunteer(db, "老赵", on_duty=False)
    a_volunteer(db, "编辑", role="editor")
    a_volunteer(db, "小村", station=village)
    relative = a_volunteer(db, "亲戚", station=town)
    db.add(Interest(person=relative.person, conversation_id=ticket.conversation_id, at=NOON))
    a_volunteer(db, "周德明", station=town)
    busy = a_volunteer(db, "何敏", role="staff", station=village)
    a_talk(db).take(db, by=busy, now=NOON)
    found = colleagues_for(db, ticket, besides=chen, now=NOON)
    assert sorted((each.user.shown_as, each.station, each.held) for each in found) == [
        ("何敏", "翁贡村退役军人服务站", 1),
        ("周德明", "金华镇退役军人服务站", 0),
    ]
