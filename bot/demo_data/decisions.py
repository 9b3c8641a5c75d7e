"""What goes out to many, and what waits for somebody's second word: notices, sentences of the reception, a phrase."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select

from bot.demo_data.past import Past
from bot.demo_data.people import CHEN, WEI
from handlers.rating import RATED
from models.approval import Approval
from models.broadcast import Broadcast, Notice, Recipient, Way
from models.broadcast.result import mark_called
from models.broadcast.spread import finish, spread
from models.conversation import SHANGHAI
from models.reception import canned_replies
from models.wording import Wording

SITTING = Notice(
    "演示：周四坐班接访",
    "老战友，您好。\n这个星期四下午 2 点，区里来人坐班，当面听您说。\n地点：军人之家一楼接待室。想来的，回复“报名”，带上有关的材料就行。",
    kind="event",
)
CHECK_UP = Notice(
    "演示：体检报名到月底",
    "老战友，您好。\n今年的体检，这个月底以前都可以报名。\n带优待证到村里或镇里的服务站登记；走不动的，回复 8，我们上门。",
    kind="visit",
)
ONE_MORE_REPLY = "您不用跑，我请村里的同志到您家里来办。哪天在家，回我一声就行。"
WARMER = "记下了，谢谢您的话。还有事，随时说；找人回复 8。"


def send_a_notice(past: Past) -> None:
    """Yesterday at ten, on the way and over; two mean to come, and one who could not be reached was telephoned."""
    ten = past.now.astimezone(SHANGHAI).replace(hour=10, minute=0, second=0, microsecond=0) - dt.timedelta(days=1)
    notice, proposal = _proposed(past, SITTING, at=ten - dt.timedelta(hours=2))
    checker = past.staff("bapprover")
    notice.approve(past.db, str(notice.counted), seen=proposal.digest, by=checker, now=ten)
    past.noted(checker, "broadcast.approve", notice.uid, ten)
    while spread(past.db, ten, template=False):
        past.delivered(ten)
    finish(past.db, ten + dt.timedelta(minutes=3))
    for person in (WEI, CHEN):
        past.says(person.name, "报名", at=ten + dt.timedelta(hours=2))
    to_call = select(Recipient.id).where(Recipient.broadcast_id == notice.id, Recipient.way == Way.CALL)
    called = past.db.scalars(to_call.order_by(Recipient.id)).first()
    if called is not None:
        mark_called(past.db, notice, called, now=ten + dt.timedelta(hours=5))


def ask_for_second_words(past: Past) -> None:
    """A notice to check, a sentence more for the reception, another wording of the machine's."""
    _proposed(past, CHECK_UP, at=past.ago(minutes=40))
    admin, editor = past.staff("admin"), past.staff("editor")
    lines = [*canned_replies.present(past.db), ONE_MORE_REPLY]
    canned_replies.propose(past.db, lines, "走不动的老战友多，这句常用", by=admin, now=past.ago(minutes=35))
    past.noted(admin, "settings.edit", canned_replies.SUBJECT, past.ago(minutes=35))
    Wording.draft(past.db, RATED.key, WARMER, default=RATED.default, by=editor, now=past.ago(minutes=30))
    past.noted(editor, "wording.draft", RATED.key, past.ago(minutes=30))


def _proposed(past: Past, words: Notice, *, at: dt.datetime) -> tuple[Broadcast, Approval]:
    writer = past.staff("bwriter")
    notice = Broadcast.draft(past.db, words, by=writer, now=at - dt.timedelta(minutes=20))
    proposal = notice.propose(past.db, by=writer, own_hosts=(), now=at)
    past.noted(writer, "broadcast.propose", notice.uid, at)
    return notice, proposal
