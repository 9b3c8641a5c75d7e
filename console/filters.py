"""How the console writes moments, waits and numbers of people: as staff and veterans say them."""

from __future__ import annotations

import datetime as dt

from models.conversation import SHANGHAI
from models.petition.clock import day_of
from models.station.hours import WEEKDAYS


def shanghai(moment: dt.datetime | None) -> str:
    """A moment in Guiyang's time: 2026 年 12 月 3 日 14:00."""
    if moment is None:
        return ""
    here = moment.astimezone(SHANGHAI)
    return f"{here.year} 年 {here.month} 月 {here.day} 日 {here:%H:%M}"


def clock(moment: dt.datetime | None) -> str:
    """The time of day: 09:11."""
    return f"{moment.astimezone(SHANGHAI):%H:%M}" if moment else ""


def day(date: dt.date | dt.datetime | None) -> str:
    """A day with its weekday: 2026 年 12 月 3 日（星期四）."""
    if date is None:
        return ""
    here = day_of(date) if isinstance(date, dt.datetime) else date
    return f"{here.year} 年 {here.month} 月 {here.day} 日（星期{WEEKDAYS[here.weekday()]}）"


def lasted(span: dt.timedelta | None) -> str:
    """A span in words: 40 秒, 6 分 20 秒, 2 小时 5 分, 3 天."""
    if span is None:
        return ""
    seconds = max(0, int(span.total_seconds()))
    minutes, hours = seconds // 60, seconds // 3600
    if seconds < 60:
        return f"{seconds} 秒"
    if minutes < 60:
        return f"{minutes} 分 {seconds % 60:02d} 秒"
    return f"{hours} 小时 {minutes % 60} 分" if hours < 48 else f"{hours // 24} 天"


def hidden_name(name: str) -> str:
    """王*国: the family name and the last character; two characters keep the first."""
    if len(name) < 2:
        return name
    return f"{name[0]}*{name[-1]}" if len(name) > 2 else f"{name[0]}*"


def hidden_phone(phone: str) -> str:
    """138****6021."""
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) >= 7 else "****" if phone else ""


def spoken(number: str) -> str:
    """A case number as it is read out: 261102 0037."""
    return f"{number[:6]} {number[6:]}"


def grouped(number: int) -> str:
    return f"{number:,}"


FILTERS = {
    "shanghai": shanghai, "clock": clock, "day": day, "lasted": lasted, "hidden_name": hidden_name,
    "hidden_phone": hidden_phone, "spoken": spoken, "grouped": grouped,
}  # fmt: skip
