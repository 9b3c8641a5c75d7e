"""When somebody is there: the line of hours, the noon break, holidays and make-up days, the next opening."""

import contextlib
import datetime as dt
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import models
from models.conversation import SHANGHAI
from models.station.hours import WEEKDAYS, BadHours, OfficeHours, is_holiday, is_working_day

LINE = "周一至周五 9:00-12:00 13:30-17:00"
HOURS = OfficeHours.read(LINE)


def at(text):
    return dt.datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


# -- reading --------------------


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("周一到周五 9:00-12:00", "“周一到周五 9:00-12:00”要写成"),
        ("9:00-12:00", "要写成“周一至周五 9:00-12:00 13:30-17:00”"),
        ("周八 9:00-12:00", "要写成"),
        ("周一至周五", "要写成"),
        ("周一 9点-12点", "要写成"),
        ("周一 9：00-12：00", "要写成"),
        ("周一 9:00–12:00", "要写成"),
        ("周一 9:00-12:00;周二 9:00-12:00", "要写成"),
        ("周一 25:00-26:00", "“25:00-26:00”不是钟点"),
        ("周一 9:00-24:00", "“9:00-24:00”不是钟点"),
        ("周一 9:60-12:00", "不是钟点"),
        ("周一 12:00-9:00", "“12:00-9:00”的开始要早于结束"),
        ("周一 9:00-9:00", "开始要早于结束"),
        ("周五至周一 9:00-12:00", "“周五至周一 9:00-12:00”要从一周里先到的那天写起"),
    ],
)
def test_a_line_that_cannot_be_read_says_how_to_write_it(line, said):
    with pytest.raises(BadHours) as refused:
        OfficeHours.read(line)
    assert said in str(refused.value)


@given(st.text(max_size=60))
def test_noise_is_no_hours_and_nothing_worse(line):
    with contextlib.suppress(BadHours):
        OfficeHours.read(line)


def test_parts_may_stand_side_by_side():
    hours = OfficeHours.read("周一至周四 9:00-12:00； 周五 10:00-11:00；周日 8:00-9:00；")
    assert hours.is_open(at("2026-11-26 09:00"))
    assert not hours.is_open(at("2026-11-27 09:00"))
    assert hours.is_open(at("2026-11-27 10:00"))
    assert not hours.is_open(at("2026-11-28 08:30")), "Saturday"
    assert hours.is_open(at("2026-11-29 08:30")), "a plain Sunday with hours of its own"


def test_no_hours_are_never_open():
    nobody = OfficeHours.read("")
    assert not nobody.is_open(at("2026-11-25 10:00"))
    assert nobody.next_opening(at("2026-11-25 10:00")) is None
    assert nobody.closes_at(at("2026-11-25 10:00")) is None


def test_the_order_in_which_times_were_written_does_not_matter():
    mixed = OfficeHours.read("周一至周五 13:30-17:00 9:00-12:00")
    assert mixed.next_opening(at("2026-11-25 08:00")) == at("2026-11-25 09:00")
    assert mixed.closes_at(at("2026-11-25 08:00")) == dt.time(17, 0)


# -- a day --------------------


@pytest.mark.parametrize(
    ("clock", "there"),
    [
        ("08:59", False),
        ("09:00", True),
        ("11:59", True),
        ("12:00", False),
        ("13:29", False),
        ("13:30", True),
        ("17:00", False),
    ],
)
def test_there_is_a_break_at_noon(clock, there):
    assert HOURS.is_open(at(f"2026-11-25 {clock}")) is there


def test_after_the_morning_comes_the_afternoon():
    assert HOURS.next_opening(at("2026-11-25 10:00")) == at("2026-11-25 13:30")
    assert HOURS.next_opening(at("2026-11-25 12:30")) == at("2026-11-25 13:30")
    assert HOURS.next_opening(at("2026-11-25 18:00")) == at("2026-11-26 09:00")
    assert HOURS.next_opening(at("2026-11-27 18:00")) == at("2026-11-30 09:00"), "over the weekend"


def test_hours_are_those_of_guiyang_whatever_the_zone_of_the_server():
    assert HOURS.is_open(dt.datetime(2026, 11, 25, 2, 0, tzinfo=dt.UTC))
    assert not HOURS.is_open(dt.datetime(2026, 11, 25, 10, 0, tzinfo=dt.UTC))


def test_a_station_open_on_two_days_is_shut_on_the_others():
    two = OfficeHours.read("周一至周二 9:00-12:00")
    assert two.is_open(at("2026-11-24 10:00"))
    assert not two.is_open(at("2026-11-25 10:00")), "a Wednesday like any other"
    assert two.next_opening(at("2026-11-24 13:00")) == at("2026-11-30 09:00")


# -- holidays --------------------


@pytest.mark.parametrize("day", ["2026-02-14", "2026-10-10"])
def test_a_make_up_saturday_is_worked_like_a_monday(day):
    assert is_working_day(dt.date.fromisoformat(day))
    assert not is_holiday(dt.date.fromisoformat(day))
    assert HOURS.is_open(at(f"{day} 10:00"))
    assert HOURS.closes_at(at(f"{day} 10:00")) == dt.time(17, 0)


@pytest.mark.parametrize("day", range(1, 8))
def test_nobody_is_there_in_the_national_week(day):
    morning = at(f"2026-10-0{day} 10:00")
    assert is_holiday(morning.date())
    assert not HOURS.is_open(morning)
    assert not OfficeHours.read("周一至周日 9:00-17:00").is_open(morning), "nor where weekends are worked"


def test_the_next_opening_jumps_over_a_long_holiday():
    assert HOURS.next_opening(at("2026-09-30 18:00")) == at("2026-10-08 09:00")
    assert HOURS.next_opening(at("2026-10-09 18:00")) == at("2026-10-10 09:00")


def test_a_plain_weekend_is_no_holiday():
    assert not is_holiday(dt.date(2026, 11, 28))
    assert not is_working_day(dt.date(2026, 11, 28))
    assert OfficeHours.read("周六至周日 9:00-12:00").is_open(at("2026-11-28 09:00"))


def test_years_the_calendar_does_not_know_go_by_the_weekday():
    friday, saturday = dt.date(2054, 10, 2), dt.date(2054, 10, 3)
    assert is_working_day(friday)
    assert not is_working_day(saturday)
    assert not is_holiday(saturday)
    assert HOURS.is_open(at("2054-10-02 10:00"))


def test_the_offices_own_days_win_over_the_calendar(tmp_path):
    """In a copy of the package, with days of its own in holidays.txt."""
    shutil.copytree(Path(models.__file__).parent, tmp_path / "models", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "models" / "station" / "holidays.txt").write_text(
        "# 注\n2026-11-25 放假  # 区里统一安排\n\n2026-11-28 上班\n2026-10-01 上班\n2054-10-02 放假\n2026-12-05 放假\n",
        "utf-8",
    )
    program = f"""
import datetime as dt
from models.conversation import SHANGHAI
from models.station.hours import OfficeHours
weekdays, always = OfficeHours.read({LINE!r}), OfficeHours.read("周一至周日 9:00-17:00")
def at(text): return dt.datetime.fromisoformat(text + " 10:00").replace(tzinfo=SHANGHAI)
for day in ("2026-11-25", "2026-11-28", "2026-10-01", "2054-10-02"):
    print(weekdays.is_open(at(day)))
print(always.is_open(at("2026-12-05")), always.is_open(at("2026-12-06")))
"""
    heard = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert heard.stdout.split() == ["False", "True", "True", "False", "False", "True"]


# -- for any hours and any moment --------------------


@st.composite
def lines(draw):
    parts = []
    for _ in range(draw(st.integers(1, 3))):
        first = draw(st.integers(0, 6))
        last = draw(st.integers(first, 6))
        minutes = sorted(draw(st.lists(st.integers(0, 239), min_size=2, max_size=6, unique=True)))
        spans = [f"{_clock(start)}-{_clock(end)}" for start, end in zip(minutes[::2], minutes[1::2], strict=False)]
        days = f"周{WEEKDAYS[first]}至周{WEEKDAYS[last]}" if last > first else f"周{WEEKDAYS[first]}"
        parts.append(f"{days} {' '.join(draw(st.permutations(spans)))}")
    return "；".join(parts)


def _clock(number):
    """Spans are six minutes long at least."""
    return f"{number // 10}:{number % 10 * 6:02d}"


MOMENTS = st.datetimes(
    dt.datetime(2025, 1, 1), dt.datetime(2027, 12, 31), timezones=st.sampled_from([dt.UTC, SHANGHAI])
)


@given(lines(), MOMENTS)
def test_somebody_is_there_a_minute_after_the_next_opening(line, now):
    hours = OfficeHours.read(line)
    opening = hours.next_opening(now)
    assume(opening is not None)
    assert opening > now
    assert hours.is_open(opening)
    assert hours.is_open(opening + dt.timedelta(minutes=1))


@given(lines(), MOMENTS)
def test_nobody_is_there_between_closing_and_the_next_opening(line, now):
    hours = OfficeHours.read(line)
    opening = hours.next_opening(now)
    assume(opening is not None and not hours.is_open(now))
    for share in (0.1, 0.5, 0.9, 0.999):
        assert not hours.is_open(now + (opening - now) * share)
