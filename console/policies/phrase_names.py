"""How the console calls the bot's dialogues, and the blanks in what it says: a name, and an example to show."""

from __future__ import annotations

from handlers import notices, reception_words, told_later
from handlers.kit.phrase import Phrase
from handlers.petition import told as petition_told
from models.wording.rules import BLANK

# Phrases are known once their files have been read; these are said by no dialogue of the chat.
SAID_ELSEWHERE = (notices, petition_told, reception_words, told_later)

DIALOGUES = {
    "urgent": "紧急情况",
    "front_desk": "开场和菜单",
    "policy": "查政策",
    "complaint": "没说要登记的诉求",
    "petition": "反映问题（信访）",
    "form": "填表时",
    "consent": "征求同意",
    "petition_status": "办到哪一步",
    "petition_told": "办件进展的通知",
    "petition_review": "申请复查",
    "my_matters": "我的事",
    "my_data": "我的资料",
    "reception": "找人、接待",
    "reminder": "到期提醒",
    "waiting": "等人的时候",
    "rating": "接待评价",
    "notices": "通知和退订",
    "engine": "随时会说的",
    "sweeps": "到时提醒",
    "delivery": "发送出问题时",
}
BLANKS = {
    "accepted_on": ("受理的日子", "11 月 25 日"),
    "asked_on": ("申请的日子", "11 月 25 日"),
    "amount": ("本地标准", "2026-08-01起：每人每月……元（文号）"),
    "ahead": ("提前几天", "7 天和 1 天"),
    "answer_by": ("答复的期限", "2027 年 1 月 24 日"),
    "aspect": ("问的哪一面", "要带什么"),
    "answered_on": ("答复的日子", "11 月 25 日"),
    "cases": ("登记的件数", "2"),
    "choices": ("可选的数字", "1、2 或 3"),
    "contact": ("姓名和电话", "王*国 138****6021"),
    "count": ("数目", "2"),
    "decides": ("谁来定", "退役军人服务站"),
    "day": ("日子", "11 月 25 日"),
    "days": ("天数", "20"),
    "from_day": ("从哪天算起", "2026 年 9 月 1 日"),
    "handler": ("承办的单位和人", "金华镇退役军人服务站 何敏"),
    "handling": ("同意记资料的日子", "2026 年 11 月 25 日起"),
    "hours": ("接待时间", "周一至周五 9:00-12:00"),
    "limit": ("最早还是最晚", "最晚"),
    "link": ("网址", "https://…"),
    "minutes": ("分钟", "5"),
    "name": ("姓名", "王*国"),
    "number": ("登记编号", "261125 0001"),
    "phone": ("电话", "12345"),
    "place": ("地方", "金华镇"),
    "region": ("地方", "贵阳市"),
    "reason": ("原因", "要到省里调档案"),
    "reminders": ("提醒的个数", "1"),
    "rule": ("期限的规定", "从退役那天算起，2 年内去大学入学或者复学"),
    "review": ("复查还是复核", "复查"),
    "review_by": ("申请复查的期限", "12 月 25 日"),
    "sensitive": ("同意记敏感资料的日子", "2026 年 11 月 25 日起"),
    "sentence": ("一句进展", "档案已经调来了。"),
    "since": ("从哪天算", "批准退役那天"),
    "source": ("依据", "《退役军人安置条例》第二十条"),
    "station": ("单位", "金华镇退役军人服务站"),
    "status": ("办到哪一步", "已经收到，12 月 10 日前告诉您是否受理。"),
    "step": ("第几步", "3"),
    "steps": ("共几步", "7"),
    "tell_by": ("告知的期限", "12 月 10 日"),
    "title": ("事由", "安置就业"),
    "told_on": ("告知的日子", "11 月 25 日"),
    "what": ("是什么", "照片"),
    "when": ("什么时候", "明天 9:00 "),
    "who": ("称呼", "老李"),
    "year": ("年份", "2019"),
    "words": ("对方的话", "八六年退伍，补助只算了两年。"),
}
# Where the same blank is something else.
EXAMPLES = {
    "petition.filed.who": "，王老战友", "reception.handed_to.name": "何敏", "engine.numbers_masked.what": "身份证号",
}  # fmt: skip


def dialogue_of(key: str) -> str:
    prefix = key.split(".", maxsplit=1)[0]
    return DIALOGUES.get(prefix, prefix)


def blanks_of(phrase: Phrase) -> list[tuple[str, str]]:
    """The blanks of a phrase in the order they stand in, each with its name."""
    found = dict.fromkeys(BLANK.findall(phrase.default))
    return [(blank, BLANKS.get(blank, (blank, ""))[0]) for blank in found]


def as_read(key: str, words: str) -> str:
    """Words as a veteran reads them, an example in every blank."""
    return BLANK.sub(lambda blank: _example(key, blank[1]), words)


def _example(key: str, blank: str) -> str:
    return EXAMPLES.get(f"{key}.{blank}") or BLANKS.get(blank, ("", f"〔{blank}〕"))[1]
