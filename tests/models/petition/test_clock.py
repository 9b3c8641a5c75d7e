"""The clock of the Regulation: 15, 60, at most 30, and 30 for a review; calendar days, shown with their sum."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.petition.clock import Clock, Term, day_of, in_words

DAY = dt.timedelta(days=1)
days = st.dates(dt.date(2022, 5, 1), dt.date(2099, 12, 31))
terms = st.integers(1, 90)


def date(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


# -- one term --------------------


@pytest.mark.parametrize(
    ("start", "count", "last"),
    [
        ("2026-11-02", 15, "2026-11-17"),
        ("2026-11-09", 60, "2027-01-08"),
        ("2027-01-08", 30, "2027-02-07"),
        ("2027-01-31", 30, "2027-03-02"),
        ("2028-01-31", 30, "2028-03-01"),
        ("2028-02-14", 15, "2028-02-29"),
        ("2027-12-31", 60, "2028-02-29"),
        ("2026-12-31", 60, "2027-03-01"),
        ("2026-08-31", 15, "2026-09-15"),
    ],
)
def test_the_first_day_is_not_counted(start, count, last):
    assert Term("收到", date(start), count).last == date(last)


def test_the_sum_can_be_checked_by_anybody():
    assert Term("收到", date("2026-11-02"), 15).sum == "11 月 2 日收到 + 15 天 = 11 月 17 日"
    assert Term("受理", date("2026-11-09"), 60).sum == "11 月 9 日受理 + 60 天 = 2027 年 1 月 8 日"


@pytest.mark.parametrize(
    ("today", "standing", "mood"),
    [
        ("2026-11-09", "还剩 60 天", "calm"),
        ("2026-12-23", "还剩 16 天", "calm"),
        ("2026-12-24", "还剩 15 天", "soon"),
        ("2027-01-07", "还剩 1 天", "soon"),
        ("2027-01-08", "今天是最后一天", "soon"),
        ("2027-01-09", "超期 1 天", "late"),
        ("2027-03-09", "超期 60 天", "late"),
    ],
)
def test_how_it_stands_is_said_in_words(today, standing, mood):
    term = Term("受理", date("2026-11-09"), 60)
    assert (term.standing(date(today)), term.mood(date(today))) == (standing, mood)


def test_what_was_done_keeps_its_figures():
    """Whoever looks a year later reads the same."""
    in_time = Term("收到", date("2026-11-02"), 15, done=date("2026-11-09"))
    late = Term("收到", date("2026-11-02"), 15, done=date("2026-11-19"))
    for today in (date("2026-11-20"), date("2027-11-20")):
        assert (in_time.standing(today), in_time.mood(today)) == ("用了 7 天", "done")
        assert (late.standing(today), late.mood(today)) == ("用了 17 天，晚了 2 天", "done")


def test_a_last_day_off_is_pointed_out_but_not_moved():
    """The Regulation does not say what becomes of it, so the office is to be ready before."""
    saturday = Term("收到", date("2026-11-13"), 15)
    assert (saturday.last, saturday.ends_on_a_day_off) == (date("2026-11-28"), True)
    assert not Term("收到", date("2026-11-02"), 15).ends_on_a_day_off


@given(days, terms, st.integers(-5, 200))
def test_days_used_and_days_left_make_the_term(start, count, ahead):
    term, today = Term("收到", start, count), start + ahead * DAY
    assert term.used(today) + term.left(today) == count
    assert (term.mood(today) == "late") == (today > term.last)
    assert term.last.toordinal() - start.toordinal() == count


@given(days, terms)
def test_every_day_brings_it_one_day_nearer(start, count):
    term = Term("收到", start, count)
    lefts = [term.left(start + ahead * DAY) for ahead in range(count + 3)]
    assert lefts == list(range(count, -3, -1))


@given(days, st.integers(0, 24 * 60 - 1), terms)
def test_the_hour_and_the_zone_do_not_matter(start, minute, count):
    """The day is that of Guiyang, whatever the server's zone."""
    here = dt.datetime.combine(start, dt.time(minute // 60, minute % 60), dt.timezone(dt.timedelta(hours=8)))
    assert day_of(here) == day_of(here.astimezone(dt.UTC)) == start
    assert Term("收到", day_of(here.astimezone(dt.UTC)), count).last == start + count * DAY


# -- the whole clock --------------------


def test_one_box_runs_after_another():
    received = Clock(date("2026-11-02"))
    assert (received.running, received.due_on) == (received.tell, date("2026-11-17"))
    assert (received.answer, received.extension, received.review) == (None, None, None)

    accepted = Clock(date("2026-11-02"), date("2026-11-09"), date("2026-11-09"))
    assert (accepted.running, accepted.due_on) == (accepted.answer, date("2027-01-08"))
    assert accepted.latest == date("2027-02-07")

    extended = Clock(date("2026-11-02"), date("2026-11-09"), date("2026-11-09"), 20)
    assert (extended.running, extended.due_on) == (extended.extension, date("2027-01-28"))
    assert extended.extension.sum == "1 月 8 日到期 + 20 天 = 1 月 28 日"
    assert extended.latest == date("2027-02-07"), "no extension goes beyond ninety days"

    answered = Clock(date("2026-11-02"), date("2026-11-09"), date("2026-11-09"), 20, date("2027-01-20"))
    assert (answered.running, answered.due_on) == (None, None)
    assert answered.review.sum == "1 月 20 日答复 + 30 天 = 2 月 19 日"


def test_nothing_runs_when_it_is_over():
    assert Clock(date("2026-11-02"), over=True).due_on is None
    assert Clock(date("2026-11-02"), date("2026-11-09"), date("2026-11-09"), over=True).running is None


moves = st.integers(0, 40)


@given(days, moves, st.integers(0, 30), moves)
def test_the_clock_never_goes_back_and_never_beyond_ninety_days(received, until_told, extended, until_answered):
    told = received + until_told * DAY
    answered = told + until_answered * DAY
    stages = [
        Clock(received),
        Clock(received, told, told),
        Clock(received, told, told, extended),
    ]
    dues = [clock.due_on for clock in stages]
    assert dues[0] == received + 15 * DAY
    assert dues[1] == told + 60 * DAY
    assert dues[1] <= dues[2] == stages[2].answer_by <= stages[2].latest == told + 90 * DAY
    assert Clock(received, told, told, extended, answered).review.last == answered + 30 * DAY


@pytest.mark.parametrize(
    ("day", "seen_from", "words"),
    [
        ("2026-11-17", None, "11 月 17 日"),
        ("2026-11-17", "2026-01-01", "11 月 17 日"),
        ("2027-01-04", "2026-12-20", "2027 年 1 月 4 日"),
    ],
)
def test_days_are_said_whole(day, seen_from, words):
    assert in_words(date(day), seen_from=date(seen_from) if seen_from else None) == words
