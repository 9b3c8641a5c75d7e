"""What a notice may say, and when it may leave: R63 and the copy rules, without a database."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable

from models.base import DomainError
from models.conversation import SHANGHAI
from models.masking import mask, mask_secrets

FIRST, LAST = dt.time(8), dt.time(20)  # nobody's phone rings at night (R63)
FARTHEST = dt.timedelta(days=30)
MOST_A_DAY = 3
LONGEST_TITLE, LONGEST_WORDS = 60, 500  # one WeChat message takes 600 characters, the last line among them
ADVISED = 120
READ_A_SECOND = 4  # characters, read out slowly
LAST_LINE = "不想再收通知，回复“退订通知”。"

# A scheme or a name with dots: WeChat makes a link of either.
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*://")
_NAME = re.compile(r"(?:[a-z0-9-]+\.)+(?:[a-z]{2,}|中国|公司|网络)")
_HANZI_NAME = re.compile(r"[\u3400-\u9fff]+\.(?:com|cn|net|org|cc|top|vip|xyz|中国|公司|网络)(?![a-z0-9])")
# What may follow our own host: a port, a path, or the end of the link. No "@", which would make a name of the host.
_AFTER_HOST = re.compile(r"(?::[0-9]{1,5})?(?:/[a-z0-9._~/-]*|(?=[?\s,;!)]|[^\x21-\x7e]|$))")


class BadNotice(DomainError):
    """The words of a notice break a rule."""


class NotAtThisHour(DomainError):
    """Notices leave between eight and eight."""


def check_words(title: str, words: str, *, own_hosts: Iterable[str]) -> None:
    """Whether a notice may be given to a colleague to look at."""
    if not title.strip():
        raise BadNotice("请写通知名称，只给同事看")
    if not words.strip():
        raise BadNotice("请写正文")
    check_lengths(title, words)
    if foreign := foreign_link(words, own_hosts=own_hosts):
        raise BadNotice(f"正文里的链接“{foreign}”不是自家的网址，不能发")
    if {"id", "bank"} & mask(words).kinds:
        raise BadNotice("正文里有身份证号或银行卡号，通知里不能写")
    if mask_secrets(words).kinds:
        raise BadNotice("正文里有部队番号、驻地一类的内容，通知里不能写")


def check_lengths(title: str, words: str) -> None:
    if len(title) > LONGEST_TITLE:
        raise BadNotice(f"名称最多 {LONGEST_TITLE} 个字，现在 {len(title)} 个")
    if len(words) > LONGEST_WORDS:
        raise BadNotice(f"正文最多 {LONGEST_WORDS} 个字，现在 {len(words)} 个，删短一些")


def foreign_link(words: str, *, own_hosts: Iterable[str]) -> str:
    """The first link in the words that leads elsewhere, as a reader would see it; empty when there is none."""
    seen, own = unicodedata.normalize("NFKC", words).lower(), frozenset(own_hosts)
    for host in own:
        seen = re.sub(rf"https?://{re.escape(host)}{_AFTER_HOST.pattern}", " ", seen)
    if scheme := _SCHEME.search(seen):
        return seen[scheme.start() :].split()[0][:40]
    names = (*_NAME.finditer(seen), *_HANZI_NAME.finditer(seen))
    return next((name[0] for name in names if name[0] not in own), "")


def check_time(send_at: dt.datetime | None, *, now: dt.datetime) -> None:
    """Whether a chosen time will do. A time outside the hours is refused, never moved behind the writer's back."""
    if send_at is None:
        return
    if not in_hours(send_at):
        raise NotAtThisHour("通知只在 8:00 到 20:00 发，请换个时间")
    if send_at < now:
        raise NotAtThisHour("定的时间已经过了，请换个时间")
    if send_at - now > FARTHEST:
        raise NotAtThisHour("最多提前 30 天定时间")


def in_hours(moment: dt.datetime) -> bool:
    """Between eight and eight, the minute of eight in the evening included."""
    here = moment.astimezone(SHANGHAI).time().replace(second=0, microsecond=0)
    return FIRST <= here <= LAST


def next_hours(moment: dt.datetime) -> dt.datetime:
    """This moment, or eight o'clock of the next morning when it is night."""
    if in_hours(moment):
        return moment
    here = moment.astimezone(SHANGHAI)
    day = here if here.time() < FIRST else here + dt.timedelta(days=1)
    return day.replace(hour=FIRST.hour, minute=0, second=0, microsecond=0)


def seconds_to_read(words: str) -> int:
    """How long the notice takes to read out, in steps of five seconds."""
    return max(5, -(-len(words) // READ_A_SECOND // 5) * 5)
