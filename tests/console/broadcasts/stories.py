"""Short ways to where a story begins: a notice written, handed over, approved, on its way."""

import re

from sqlalchemy import select

from models.broadcast import Broadcast
from models.broadcast.spread import finish, spread
from models.message import Status
from tests.make import NOON
from tests.notices import WORDS, messages_of

FORM = {"title": "12 月 3 日接访", "kind": "event", "words": WORDS, "station": "all", "when": "at_once", "time": "9:00"}


def written(browser, **changes):
    """The address of a new draft."""
    browser.opens("/console/broadcasts/new")
    answer = browser.sends("/console/broadcasts", **(FORM | changes))
    assert answer.status_code == 303, browser.reads()
    return answer.headers["Location"]


def handed_over(browser, **changes):
    address = written(browser, **changes)
    browser.opens(address)
    assert browser.sends(f"{address}/proposal", **(FORM | changes)).status_code == 303, browser.reads()
    return address


def agrees(browser, address, count, **changes):
    """Read the page, type the number, press the button."""
    browser.opens(address)
    digest = re.search(r'name="digest" value="(\w+)"', browser.page.text)
    return browser.sends(f"{address}/approval", count=count, digest=digest[1] if digest else "", **changes)


def approved(writer, checker, **changes):
    address = handed_over(writer, **changes)
    with_number = re.search(r"同意，发给 ([\d,]+) 人", (checker.opens(address), checker.reads())[1])
    assert agrees(checker, address, with_number[1]).status_code == 303, checker.reads()
    return address


def notice_of(db, address):
    return db.scalars(select(Broadcast).where(Broadcast.uid == address.rsplit("/", 1)[1])).one()


def sent_out(sessions, address, *, sent=12, failed=0, now=NOON):
    """The sweep and the worker have been at it."""
    with sessions.begin() as db:
        spread(db, now, template=False)
        messages = messages_of(db, notice_of(db, address))
        for place, message in enumerate(messages[:sent]):
            status = Status.FAILED if place < failed else Status.SENT
            message.settle(status, now=now, trouble="45009 今天的调用次数用完了" if place < failed else "")
    with sessions.begin() as db:
        finish(db, now)
