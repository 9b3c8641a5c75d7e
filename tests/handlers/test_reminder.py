"""A day that must not be missed: asked, added up, read back, agreed to, kept, changed, dropped."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from models.dialogue_run import DialogueRun
from models.people import HANDLING, SENSITIVE, Consent, Veteran
from models.reminder import Reminder
from tests.handlers.stories import ANSWERED, CONTACT, NUMBER, each, files, mode_of, runs, somebody
from tests.make import NOON
from tests.phone import Phone

REPORT, REGRADE, TRANSFER, STUDY = "C01", "G04", "G05", "E01"  # NOON is 2026-11-25


def asked_for_the_day(phone: Phone, article: str = REPORT) -> None:
    """老周 has read an answer that names a deadline and wants to be reminded."""
    if not phone.heard:
        phone.says("你好")
    with phone.sessions.begin() as db:
        for run in runs(phone, db, "open"):
            run.close()
        db.flush()
        state = {"at": "day", "article": article}
        DialogueRun.begin(db, phone.conversation(db), "reminder", state, now=phone.now)


def is_reminded(phone: Phone, article: str = REPORT, day: str = "11月20号") -> None:
    """From the day to the last word of it; no number is left."""
    asked_for_the_day(phone, article)
    phone.says(day, "1")
    while "1 同意" in phone.last or "1 可以记" in phone.last:
        phone.says("1")
    phone.hears("记下了：")
    if "不留，回复 2" in phone.last:
        phone.says("2")


def kept(phone: Phone) -> list[tuple[str, dt.date]]:
    with phone.sessions.begin() as db:
        return [(each.what, each.falls_on) for each in Reminder.of(db, phone.conversation(db))]


def test_from_the_answer_to_the_reminder(phone: Phone) -> None:
    phone.says("退伍回来多久内要报到")
    phone.hears("4 到时候提醒我")
    phone.says("4")
    phone.hears(
        "自主就业的军士、义务兵，从批准退役那天算起，30 天内去安置地退役军人局报到", "批准退役那天，是哪年哪月哪日"
    )
    phone.says("11月20号")
    phone.hears(
        "您说的是 2026 年 11 月 20 日", "最晚 2026 年 12 月 20 日，还有 25 天", "提前 7 天和 1 天", "1 行", "2 不用"
    )
    phone.says("1")
    phone.hears("1 同意", "2 不同意")
    phone.says("1")
    phone.hears(
        "记下了：去安置地退役军人局报到，最晚 2026 年 12 月 20 日", "我提前 7 天和 1 天提醒您", "我的提醒", "留个手机号"
    )
    assert kept(phone) == [("去安置地退役军人局报到", dt.date(2026, 12, 20))]
    with phone.sessions.begin() as db:
        assert [consent.purpose for consent in db.scalars(select(Consent))] == [HANDLING]


def test_nothing_is_kept_before_the_yes(phone: Phone) -> None:
    for person, words in each(phone, ["2", "不用", "9", "不用提醒了"]):
        asked_for_the_day(person)
        person.says("11月20号", words)
        person.hears("不提醒")
        assert kept(person) == []
    asked_for_the_day(phone)
    phone.says("11月20号", "行", "不同意")
    phone.hears("不记", "2026 年 12 月 20 日")
    assert kept(phone) == []


@pytest.mark.parametrize("said", ["去年九月一号", "上个月1", "25年1月2日"])
def test_a_day_that_may_be_past_still_leads_to_somebody(phone: Phone, said: str) -> None:
    asked_for_the_day(phone)
    phone.says(said)
    phone.hears("日子可能过了，也先去问", "正当理由", "8 找人问")
    assert not any(word in phone.last for word in ("放弃", "丧失", "作废", "不能"))
    phone.says("8")
    assert mode_of(phone) == "waiting"
    assert kept(phone) == []


def test_a_last_day_that_is_here_is_no_time_for_reminders(phone: Phone) -> None:
    for person, (said, when) in each(phone, [("10月27号", "明天"), ("10月26号", "今天")]):
        asked_for_the_day(person)
        person.says(said)
        person.hears(f"就是{when}了", "赶紧去", "8 找人")
        assert kept(person) == []


@pytest.mark.parametrize(("said", "ahead"), [("11月3号", "7 天和 1 天"), ("11月2号", "1 天"), ("10月28号", "1 天")])
def test_what_is_promised_can_still_be_kept(phone: Phone, said: str, ahead: str) -> None:
    asked_for_the_day(phone)
    phone.says(said)
    phone.hears(f"我提前 {ahead}提醒您")


def test_a_day_before_which_it_is_too_early(phone: Phone) -> None:
    asked_for_the_day(phone, REGRADE)
    phone.says("今年三月五号")
    phone.hears("最早 2027 年 3 月 5 日", "到那天我提醒您")
    asked_for_the_day(phone, REGRADE)
    phone.says("去年三月五号")
    phone.hears("就满了，现在就可以去问", "8 找人问")
    assert kept(phone) == []


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("我忘记了", "没看出是哪一天"),
        ("11月", "要有几月几号"),
        ("2月30号", "好像没有这一天"),
        ("十月初三", "期限按阳历"),
        ("22年9月去的，24年9月1日退，12月1日报的到", "不止一个日子"),
    ],
)
def test_what_is_no_day_is_asked_again_and_nothing_is_lost(phone: Phone, said: str, why: str) -> None:
    asked_for_the_day(phone)
    phone.says(said)
    phone.hears(why, "批准退役那天，是哪年哪月哪日", "8 找人")
    phone.says("11月20号")
    phone.hears("最晚 2026 年 12 月 20 日")


def test_a_wrong_day_is_simply_said_again(phone: Phone) -> None:
    asked_for_the_day(phone)
    phone.says("去年11月20号")
    phone.hears("可能过了")
    phone.says("今年11月20号")
    phone.hears("最晚 2026 年 12 月 20 日")
    phone.says("不对，是11月22号")
    phone.hears("最晚 2026 年 12 月 22 日")


def test_another_question_is_answered(phone: Phone) -> None:
    asked_for_the_day(phone)
    phone.says(ANSWERED)
    phone.hears("依据：")


def test_illness_and_disability_are_asked_about_on_their_own(phone: Phone) -> None:
    asked_for_the_day(phone, TRANSFER)
    phone.says("11月20号", "1", "1")
    phone.hears("再单独问您一句", "1 可以记", "2 不记这些")
    phone.says("1")
    phone.hears("记下了：申请转入抚恤关系")
    with phone.sessions.begin() as db:
        assert sorted(consent.purpose for consent in db.scalars(select(Consent))) == [HANDLING, SENSITIVE]


def test_a_no_to_that_keeps_the_day_without_what_it_is_for(phone: Phone) -> None:
    asked_for_the_day(phone, TRANSFER)
    phone.says("11月20号", "1", "1", "2")
    phone.hears("记下了：您问过的那件有期限的事，最晚 2027 年 1 月 19 日")
    assert kept(phone) == [("您问过的那件有期限的事", dt.date(2027, 1, 19))]
    phone.says("2", "我的提醒", "1")
    phone.hears("先停掉，再问一遍", "2 不用提醒了")


def test_a_number_is_left_for_when_wechat_lets_nothing_through(phone: Phone) -> None:
    asked_for_the_day(phone)
    phone.says("11月20号", "1", "1", "12345678")
    phone.hears("手机是 11 位", "不留，回复 2")
    phone.says("138 0000 6021")
    phone.hears("电话记下了")
    with phone.sessions.begin() as db:
        assert db.scalars(select(Veteran)).one().phone == NUMBER
    is_reminded(phone, STUDY)
    assert "手机号" not in phone.last


def test_who_has_told_their_number_is_not_asked_again(phone: Phone) -> None:
    files(phone)
    asked_for_the_day(phone)
    phone.says("11月20号", "1")
    phone.hears("记下了：")
    assert "手机号" not in phone.last
    assert CONTACT.split()[0] not in phone.last


def test_one_reminder_is_seen_changed_and_dropped(phone: Phone) -> None:
    is_reminded(phone)
    phone.says("我的提醒")
    phone.hears("去安置地退役军人局报到，最晚 2026 年 12 月 20 日", "1 改日子", "2 不用提醒了", "8 找人")
    phone.says("1")
    phone.hears("批准退役那天，是哪年哪月哪日")
    phone.says("11月22", "1")
    phone.hears("最晚 2026 年 12 月 22 日")
    assert kept(phone) == [("去安置地退役军人局报到", dt.date(2026, 12, 22))]
    phone.says("我的提醒", "2")
    phone.hears("不提醒了：去安置地退役军人局报到", "日子还是 2026 年 12 月 22 日")
    assert kept(phone) == []
    phone.says("我的提醒")
    phone.hears("现在没有提醒")


def test_a_stop_drops_the_only_one_at_once_and_asks_which_of_several(phone: Phone) -> None:
    is_reminded(phone)
    phone.says("停提醒")
    phone.hears("不提醒了：去安置地退役军人局报到")
    is_reminded(phone)
    is_reminded(phone, STUDY)
    phone.says("不用提醒了")
    phone.hears("停哪一个", "1 去安置地退役军人局报到", "2 去大学入学或者复学")
    phone.says("2")
    phone.hears("不提醒了：去大学入学或者复学")
    assert kept(phone) == [("去安置地退役军人局报到", dt.date(2026, 12, 20))]


def test_several_are_listed_the_nearest_first(phone: Phone) -> None:
    is_reminded(phone, STUDY)
    is_reminded(phone)
    phone.says("看提醒")
    phone.hears("您有 2 个提醒", "1 去安置地退役军人局报到", "2 去大学入学或者复学")
    phone.says("2")
    phone.hears("去大学入学或者复学，最晚 2028 年 11 月 20 日", "1 改日子")


def test_a_tenth_waits_until_one_is_dropped(phone: Phone) -> None:
    phone.says("你好")
    with phone.sessions.begin() as db:
        for number in range(9):
            far = NOON.date() + dt.timedelta(days=99 + number)
            Reminder.keep(
                db, phone.conversation(db), article_id=f"X{number}", what="办", falls_on=far, earliest=False, now=NOON
            )
    asked_for_the_day(phone)
    phone.says("11月20号", "1", "1")
    phone.hears("提醒记满了", "我的提醒")
    assert len(kept(phone)) == 9


def test_my_matters_shows_reminders_too(phone: Phone) -> None:
    is_reminded(phone)
    phone.says("我的事")
    phone.hears("去安置地退役军人局报到，最晚", "2 不用提醒了")
    phone.says("2")
    phone.hears("不提醒了")
    is_reminded(phone)
    phone.waits(minutes=5)
    files(phone)
    phone.says("4")
    phone.hears("另外有 1 个到期提醒，说“我的提醒”看", "1 补充几句")


def test_what_a_template_showed_the_beginning_of_is_read_in_full(phone: Phone) -> None:
    is_reminded(phone)
    phone.says("看通知")
    phone.hears("没有发给您的通知")
    with phone.sessions.begin() as db:
        reminder = Reminder.of(db, phone.conversation(db))[0]
        assert reminder.tell(db, "提醒您", note="", template=True, now=phone.now)
    phone.says("看通知")
    phone.hears("到期提醒：去安置地退役军人局报到，最晚 2026 年 12 月 20 日")


def test_nobody_sees_the_reminders_of_somebody_else(phone: Phone) -> None:
    is_reminded(phone)
    for other, words in each(phone, ["我的提醒", "停提醒"]):
        other.says(words)
        other.hears("现在没有提醒")
    assert len(kept(phone)) == 1


def test_erasing_and_taking_the_consent_back_drop_them(phone: Phone) -> None:
    for person, words in each(phone, [["删我的资料", "1"], ["不同意了"]]):
        is_reminded(person)
        person.says("查我的资料")
        person.hears("提醒：1 个")
        person.says(*words)
        assert kept(person) == []


def test_a_stray_digit_two_hours_later_says_nothing(phone: Phone) -> None:
    asked_for_the_day(phone)
    phone.says("11月20号")
    phone.waits(hours=2, minutes=1)
    phone.says("1")
    assert kept(phone) == []


TALK = st.lists(
    st.sampled_from(["1", "2", "9", "行", "不用", "同意", "不同意", "停提醒", "我的提醒", "13800006021", "12345678"])
    | st.sampled_from(
        ["11月20号", "去年九月一号", "10月26号", "今天", "2月30", "明年3月1", "腊月二十", "昨天前天", "11月"]
    )
    | st.text(alphabet="年月日号上个去前今明天一二三十廿0123456789 ", min_size=1, max_size=8),
    max_size=7,
)


@settings(
    max_examples=40,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.sampled_from([REPORT, REGRADE, TRANSFER, STUDY]), TALK)
def test_whatever_is_said_there_is_an_answer_and_no_day_that_is_over(
    phone: Phone, article: str, talk: list[str]
) -> None:
    person = somebody(phone)
    asked_for_the_day(person, article)
    for words in talk:
        person.says(words)
        assert 0 < len(person.last) <= 200, words
    with phone.sessions.begin() as db:
        for reminder in Reminder.of(db, person.conversation(db)):
            assert reminder.next_at is not None
            assert phone.now < reminder.next_at


def test_an_article_taken_out_of_use_meanwhile_is_left(phone: Phone) -> None:
    asked_for_the_day(phone)
    phone.library = phone.library.on(NOON.date(), without=[REPORT])
    phone.says("11月20号")
    assert kept(phone) == []
    assert "最晚" not in phone.last
