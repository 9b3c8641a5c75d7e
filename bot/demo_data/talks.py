"""The reception of the last days: who wrote, who was spoken with and what they thought of it, who waits now."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from bot.demo_data.past import Past, said
from bot.demo_data.people import CHEN, CHU, QIAN, WEI
from handlers.reception_words import ASK_RATING, TAKEN
from models.reception import ReceptionTicket

DAY = 24 * 60  # minutes


@dataclass(frozen=True, slots=True)
class Spoken:
    """A talk that is over: what was asked, what was said to it, how it ended, and the digit that rated it."""

    minutes_ago: float
    asked: str
    replied: str
    outcome: str
    summary: str
    rating: str = ""


# By the volunteer; who asked has told no name. The last three are of today.
TODAY = 3
SPOKEN = (
    Spoken(12 * DAY, "我想问下退伍证掉了找哪个补", "带身份证到区里窗口登记，我们帮您查档案。", "answered",
           "退役证补办，告诉了窗口和要带的证件", "1"),
    Spoken(9 * DAY, "老父亲是老兵，走不动路，能不能上门看看", "可以的。下周二上午我们和村里一起去，您在家吗？",
           "call_or_visit", "约好下周二上门走访", "1"),
    Spoken(2.5 * DAY, "娃儿考军校加不加分", "这个我不敢乱说，我请政策科查清楚，明天给您回话。", "call_or_visit",
           "约好明天打电话，答复军校优待", "2"),
    Spoken(2.3 * DAY, "你们那里有没得法律援助", "有的，每周四下午有律师值班，先打电话约。", "answered",
           "法律援助的时间和电话告诉了", "1"),
    Spoken(170, "体检报名还来得及不", "来得及，报到这个月底，带优待证来登记就行。", "answered", "体检报名，月底前来登记", "1"),
    Spoken(120, "医药费报销要哪些材料", "发票、清单、出院小结，三样。缺哪样告诉我，帮您问。", "answered",
           "报销材料讲清楚了，缺清单，医院能补打", "1"),
    Spoken(75, "我屋头停电了找你们行不", "停电打 95598，最快。打不通再回来找我。", "answered", "告诉了供电服务的电话", "2"),
)  # fmt: skip

# What people ask the machine by themselves, with what they said to the answer. Most of them within the two days in
# which WeChat lets the notice through (decisions.py), whatever the hour is now.
ASKED = (
    (20 * DAY, "残疾军人坐车有优惠没得", "1"),
    (11 * DAY, "老兵看病有没得优先", "2"),
    (2.5 * DAY, "优待证丢了咋办", "1"),
    (2.4 * DAY, "参战补助一个月好多钱", "1"),
    (2.3 * DAY, "光荣牌风吹掉了咋个办", "1"),
    (2.2 * DAY, "娃儿想参观军营找哪个", ""),
    (2.1 * DAY, "想把我打仗的经过写成书，哪里收", ""),
    (2.0 * DAY, "残疾军人坐车有优惠没得", "1"),
    (1.9 * DAY, "老兵年底有没得年货发", ""),
    (1.8 * DAY, "战友会哪个牵头", ""),
    (1.7 * DAY, "娃儿想参观军营找哪个", ""),
)
IN_DANGER = "活起没得意思了，不想麻烦哪个了"


def ask_the_machine(past: Past) -> None:
    for number, (minutes, question, rating) in enumerate(ASKED, start=1):
        words = (question, rating) if rating else (question,)
        past.says(f"asker-{number}", *words, at=past.ago(minutes=minutes))


def speak_with_people(past: Past) -> None:
    """The days before: talks that are over, and who made themselves known."""
    for number, spoken in enumerate(SPOKEN[:-TODAY]):
        _was_spoken_with(past, f"guest-{number}", spoken)
    past.introduces(WEI, at=past.ago(days=2.4))
    past.introduces(CHEN, at=past.ago(days=2.2))


def receive_people_today(past: Past) -> None:
    """Talks that are over, the one in the volunteer's hands, and who waits."""
    past.introduces(CHU, at=past.ago(hours=5))
    for number, spoken in enumerate(SPOKEN[-TODAY:]):
        _was_spoken_with(past, f"guest-today-{number}", spoken)
    _speaks_now(past)
    _waits(past)
    for role in ("volunteer", "staff"):
        past.staff(role).on_duty = True


def _was_spoken_with(past: Past, who: str, spoken: Spoken) -> None:
    at, by = past.ago(minutes=spoken.minutes_ago), past.staff("volunteer")
    past.says(who, "8", spoken.asked, at=at)
    ticket = past.ticket_of(who)
    _taken(past, ticket, at=at + dt.timedelta(minutes=3))
    _replied(past, ticket, spoken.replied, at=at + dt.timedelta(minutes=4))
    past.says(who, "要得，晓得了，谢谢", at=at + dt.timedelta(minutes=6))
    over = at + dt.timedelta(minutes=7)
    ticket.close(
        past.db, outcome=spoken.outcome, by=by, summary=spoken.summary, now=over,
        asking=said(ASK_RATING(who=by.shown_as)),
    )  # fmt: skip
    past.noted(by, "chat.close", ticket.uid, over)
    if spoken.rating:
        past.says(who, spoken.rating, at=over + dt.timedelta(minutes=2))


def _speaks_now(past: Past) -> None:
    """Asked for a person after the machine had answered; the volunteer's word is the last one."""
    past.says(WEI.name, "优待证三个月还没下来咋回事", at=past.ago(minutes=16))
    past.says(WEI.name, "8", "我那个优待证咋个还没下来嘛，都三个月喽", at=past.ago(minutes=14))
    ticket = past.ticket_of(WEI.name)
    _taken(past, ticket, at=past.ago(minutes=9))
    _replied(
        past, ticket, "您好。我是接待室的小陈，您的优待证我现在就帮您查。是在哪里交的材料？", at=past.ago(minutes=8)
    )
    past.says(WEI.name, "在村里头填的，照片也是那天照的。我走路不方便", at=past.ago(minutes=6))
    note = "台账上查到了：照片底色不对，退回来补，没有通知到本人。"
    ticket.note(past.db, note, by=past.staff("volunteer"), now=past.ago(minutes=5))
    _replied(past, ticket, "查到了，是照片的底色不对，退回来了，没有人告诉您，对不住。", at=past.ago(minutes=4))
    past.says(WEI.name, "那优待证的照片要啥样的", at=past.ago(minutes=3))
    _replied(past, ticket, "白底的就行。您不用跑，村里的同志下午上门给您照，要得不？", at=past.ago(minutes=2))


def _waits(past: Past) -> None:
    past.says(CHEN.name, "8", "老伴住院了，想问下能不能申请困难帮扶", at=past.ago(minutes=8))
    past.says(QIAN.name, "8", "补助的事，今天有人去银行问过没有", at=past.ago(minutes=5))
    past.says(CHU.name, "8", "打字不太会，说不清楚", "1", CHU.phone, at=past.ago(minutes=3))
    past.says("in-danger", IN_DANGER, at=past.ago(seconds=50))


def _taken(past: Past, ticket: ReceptionTicket, *, at: dt.datetime) -> None:
    by = past.staff("volunteer")
    ticket.take(past.db, by=by, now=at, words=said(TAKEN(who=by.shown_as)))
    past.noted(by, "chat.take", ticket.uid, at)


def _replied(past: Past, ticket: ReceptionTicket, words: str, *, at: dt.datetime) -> None:
    by = past.staff("volunteer")
    ticket.reply(past.db, words, by=by, now=at)
    past.noted(by, "chat.reply", ticket.uid, at)
