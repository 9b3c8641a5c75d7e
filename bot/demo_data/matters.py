"""Petitions at every point of the law's clock, and one that only the discipline contact sees."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from bot.demo_data.past import Past, Person, said
from bot.demo_data.people import FENG, LI, QIAN, SUN, WANG, WU, ZHAO, ZHENG, ZHOU
from handlers.petition import told as petition_told
from handlers.petition.questions import TOPICS
from models.audit import nameless
from models.petition import Petition
from models.petition.proposal import ANSWER, EXTEND, carry_out, propose
from models.petition.restricted import hand_over


@dataclass(frozen=True, slots=True)
class Told:
    """What somebody answers to the seven questions; `topic` and `before` are digits."""

    who: Person
    topic: str
    story: str
    unit: str
    wish: str
    before: str = "1"


SETTLEMENT, PENSION, CARE, CARD, HOUSE, OTHER = "2", "1", "3", "4", "5", "6"
TWO_YEARS_SHORT = Told(
    ZHAO, SETTLEMENT, "八六年退伍，安置补助只算了两年，退伍登记表上写的是四年。找过村里，说要问镇上。", "镇服务站",
    "按四年重新算，差的补上", "2",
)  # fmt: skip
STOPPED_PAY = Told(
    QIAN, PENSION, "生活补助从八月起没有打到卡上。去银行问，说是单位没有发过来。", "镇服务站", "查清楚是哪里断了，补发"
)
CARD_SENT_BACK = Told(
    SUN, CARD, "优待证七月交的材料，照片说不合格退回来两次，没人讲到底要什么样的。", "村服务站", "讲清楚，帮我办下来"
)
BILL = Told(LI, CARE, "去年住院，说好优抚对象有一部分能报，出院的时候窗口没有算。", "医保窗口", "把能报的报了", "2")
ROOF = Told(ZHOU, HOUSE, "老房子漏雨，东头那面墙裂了。报过两次，没有人来看。", "镇里", "来人看一下，能修就修", "2")
LAID_OFF = Told(WU, SETTLEMENT, "九二年安置到厂里，厂子改制，养老保险断了五年。", "原安置单位", "接上断的这五年")
FILE_LOST = Told(
    ZHENG, SETTLEMENT, "档案转来转去，现在说找不到退伍登记表，工龄认不了。", "人才市场", "找到档案，认工龄"
)
PLAQUE = Told(WANG, OTHER, "搬家以后光荣牌没有挂，社区说名单里没有我。", "社区", "补挂上")
LIST_WRONG = Told(FENG, OTHER, "八一慰问的签收单上有我的名字，东西我没有领到，签名也不是我写的。", "村里", "查一查")


def file_matters(past: Past) -> None:
    """Those of the weeks before, in the order in which they were filed."""
    _closed(past)
    _extended(past)
    _answered(past)
    _waits_for_a_second_person(past)
    _overdue(past)
    _due_tomorrow(past)
    _under_way(past)
    _restricted(past)


def hear_of_matters_today(past: Past) -> None:
    """Who has waited too long asks again; somebody has just filed."""
    past.says(ZHAO.name, "4", "2", at=past.ago(hours=12))
    _filed(past, CARD_SENT_BACK, at=past.ago(minutes=6))


def _filed(past: Past, told: Told, *, at: dt.datetime) -> Petition:
    """Through the form, word by word; the receipt comes at this moment."""
    who = told.who
    words = ("2", "1", told.topic, "1", told.story, "1", who.place, told.unit, told.wish, told.before)
    talk = past.says(who.name, *words, f"{who.name} {who.phone}", "1", at=at)
    past.lives_in(talk, who.place)
    return past.petition_of(who.name)


def _written_down(past: Past, told: Told, *, at: dt.datetime, chats: bool = True) -> Petition:
    """By a colleague: in a chat, or at the counter for somebody who is reached by telephone only."""
    by, who = past.staff("staff"), told.who
    talk = past.introduces(who, at=at - dt.timedelta(minutes=10)) if chats else None
    petition = Petition.file(
        past.db, talk, topic=TOPICS[int(told.topic) - 1], story=told.story, where=who.place, unit=told.unit,
        wish=told.wish, raised_before=told.before == "2", names=[who.name], phone=who.phone, media_uids=(), now=at,
        by=by,
    )  # fmt: skip
    how = "微信里说的" if chats else "当面说的"
    petition.note(past.db, "agreed", now=at, words=f"本人同意登记，{how}。", by=by, shown=False)
    petition.tell(past.db, said(petition_told.filed_for_you(petition)), by=by, now=at)
    past.noted(by, "petition.file", petition.uid, at)
    return petition


def _assigned(past: Past, petition: Petition, role: str, *, at: dt.datetime) -> None:
    petition.assign(past.db, past.staff(role), by=past.staff("staff"), now=at)
    past.noted(past.staff("staff"), "petition.assign", petition.uid, at)


def _accepted(past: Past, petition: Petition, *, at: dt.datetime) -> None:
    by = past.staff("staff")
    petition.accept(past.db, by=by, now=at, words=said(petition_told.accepted(petition, now=at)))
    past.noted(by, "petition.accept", petition.uid, at)


def _goes_on(past: Past, petition: Petition, sentence: str, *, at: dt.datetime, role: str = "staff") -> None:
    by = past.staff(role)
    petition.progress(past.db, sentence, by=by, now=at, words=said(petition_told.progress(petition, sentence)))
    past.noted(by, "petition.progress", petition.uid, at)


def _remarked(past: Past, petition: Petition, words: str, *, at: dt.datetime) -> None:
    petition.remark(past.db, words, by=past.staff("staff"), now=at)
    past.noted(past.staff("staff"), "petition.note", petition.uid, at)


def _decided(past: Past, petition: Petition, act: str, words: str, *, at: dt.datetime, days: int = 0) -> None:
    """Proposed by the one who handles it, agreed to by the leader two hours later."""
    asked = at - dt.timedelta(hours=2)
    proposal = propose(past.db, petition, act, words, by=past.staff("staff"), now=asked, days=days)
    past.noted(past.staff("staff"), act, petition.uid, asked)
    told = (
        petition_told.extended(petition, days, words, now=at)
        if act == EXTEND
        else petition_told.answered(petition, now=at)
    )
    leader = past.staff("supervisor")
    carry_out(past.db, petition, proposal, by=leader, now=at, words=said(told), digest=proposal.digest)
    past.noted(leader, "petition.approve", petition.uid, at)


# -- one story each --------------------


def _closed(past: Past) -> None:
    petition = _written_down(past, PLAQUE, at=past.ago(days=75), chats=False)
    _assigned(past, petition, "staff", at=past.ago(days=74.5))
    _accepted(past, petition, at=past.ago(days=74))
    _decided(
        past,
        petition,
        ANSWER,
        _answer(PLAQUE, "名单漏登了您", "社区已经补登，光荣牌送到您家挂好"),
        at=past.ago(days=40),
    )
    petition.close(past.db, by=past.staff("staff"), now=past.ago(days=39), words=said(petition_told.closed(petition)))
    past.noted(past.staff("staff"), "petition.close", petition.uid, past.ago(days=39))


def _extended(past: Past) -> None:
    petition = _written_down(past, FILE_LOST, at=past.ago(days=66))
    _assigned(past, petition, "staff", at=past.ago(days=65))
    _accepted(past, petition, at=past.ago(days=64.5))
    _goes_on(past, petition, "给人才市场和原单位发了函，请他们查 1993 年的转递记录。", at=past.ago(days=50))
    past.says(ZHENG.name, "4", at=past.ago(days=9))  # which opens the way for what is said next
    _decided(past, petition, EXTEND, "档案要到外省的老单位去调，路上要时间。", days=20, at=past.ago(days=8))


def _answered(past: Past) -> None:
    petition = _written_down(past, BILL, at=past.ago(days=52))
    _assigned(past, petition, "staff", at=past.ago(days=51.5))
    _accepted(past, petition, at=past.ago(days=51))
    _goes_on(past, petition, "调了您去年的住院结算单，正和医保窗口对账。", at=past.ago(days=30))
    past.says(LI.name, "4", at=past.ago(days=5))
    _decided(
        past, petition, ANSWER, _answer(BILL, "结算时没有刷优抚身份", "医保窗口已经重算，差额打到您的卡上"),
        at=past.ago(days=4),
    )  # fmt: skip


def _waits_for_a_second_person(past: Past) -> None:
    petition = _written_down(past, ROOF, at=past.ago(days=45))
    _assigned(past, petition, "staff", at=past.ago(days=44.5))
    _accepted(past, petition, at=past.ago(days=44))
    _goes_on(past, petition, "和镇里一起上门看过了，拍了照，请了懂房子的师傅来估。", at=past.ago(days=20))
    _remarked(past, petition, "镇里说名单下月初定。答复里只写已经定下来的。", at=past.ago(days=2))
    words = _answer(ROOF, "上门看过，东墙开裂、屋面漏雨属实", "镇里先修屋面，下周一开工；墙按危房的程序报")
    propose(past.db, petition, ANSWER, words, by=past.staff("staff"), now=past.ago(hours=1))
    past.noted(past.staff("staff"), "petition.answer", petition.uid, past.ago(hours=1))


def _overdue(past: Past) -> None:
    petition = _filed(past, TWO_YEARS_SHORT, at=past.ago(days=16))
    _assigned(past, petition, "staff", at=past.ago(days=15))
    _remarked(past, petition, "镇站说登记表在区档案室，已经去借。", at=past.ago(days=12))


def _due_tomorrow(past: Past) -> None:
    petition = _filed(past, STOPPED_PAY, at=past.ago(days=14))
    _assigned(past, petition, "staff", at=past.ago(days=13))


def _under_way(past: Past) -> None:
    petition = _written_down(past, LAID_OFF, at=past.ago(days=11))
    _assigned(past, petition, "officer", at=past.ago(days=10.5))
    _assigned(past, petition, "staff", at=past.ago(days=10.2))
    _accepted(past, petition, at=past.ago(days=10))
    _assigned(past, petition, "officer", at=past.ago(days=9.9))
    _goes_on(past, petition, "找到了当年的改制名册，您在上面。", at=past.ago(days=3), role="officer")


def _restricted(past: Past) -> None:
    petition = _filed(past, LIST_WRONG, at=past.ago(days=6))
    hand_over(past.db, petition, by=past.staff("staff"), now=past.ago(days=5.9))
    past.noted(past.staff("staff"), "restricted.hand_over", nameless(), past.ago(days=5.9))


def _answer(told: Told, found: str, done: str) -> str:
    """The four parts of 条例 32, as the console's form puts them together."""
    parts = {"您的诉求": f"{told.wish}。", "查明的事实": f"{found}。", "处理意见": f"{done}。"}
    parts["依据"] = "（演示，这里写法规的名称和条款。）"
    return "\n".join(f"{called}：\n{words}" for called, words in parts.items())
