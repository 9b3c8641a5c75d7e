"""The petition, as a veteran walks it."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select

from models.media import Media
from models.people import CONSENT_VERSION, HANDLING, SENSITIVE, Consent
from models.petition import Petition
from tests.handlers.stories import (
    ANSWERED,
    COMPLAINT,
    CONTACT,
    CRY,
    IN_THE_FORM,
    PLACE,
    PLACES,
    STORY,
    UNIT,
    WISH,
    asked_about_private_matters,
    at_step,
    at_the_card,
    each,
    files,
    petitions,
    runs,
    somebody,
)
from tests.phone import Phone


def test_the_whole_trip(phone: Phone) -> None:
    phone.says("2")
    phone.hears("同意")
    phone.says("1")
    phone.hears("【第1步/共7步】", "2 安置就业")
    phone.says("2")
    phone.hears("再单独问您一句", "1 可以记")
    phone.says("1")
    phone.hears("【第2步/共7步】", "请说说是什么事")
    phone.says("我八六年退伍，补助只给我算了两年", "档案上是四年")
    phone.hears("一共 2 条")
    phone.says("1")
    phone.hears("【第3步/共7步】")
    phone.says("金华镇翁贡村")
    phone.hears("【第4步/共7步】", "和哪个单位有关")
    phone.says("1")
    phone.hears("【第5步/共7步】")
    phone.says("重新算，补发差的钱")
    phone.hears("【第6步/共7步】", "1 没有")
    phone.says("2")
    phone.hears("【第7步/共7步】")
    phone.says("王建国 138 0000 6021")
    phone.hears("请您核对", "安置就业", "138****6021", "1 没错，提交")
    phone.says("1")
    phone.hears("收到了，王老战友", "261125 0001", "12 月 10 日前告诉您是否受理")
    with phone.sessions.begin() as db:
        petition = db.scalars(select(Petition)).one()
        assert petition.story == "我八六年退伍，补助只给我算了两年\n档案上是四年"
        assert petition.phone == "13800006021"
        assert petition.names == "王建国"
        assert petition.raised_before


def test_the_same_trip_in_free_words(phone: Phone) -> None:
    phone.says("我要反映问题", "好的")
    phone.hears("【第1步/共7步】")
    phone.says("安置", "可以", STORY, "说完了就这些", "1", PLACE)
    phone.hears("【第4步/共7步】")
    phone.says("不晓得", WISH, "反映过", "我叫王建国，电话是一三八0000六0二一")
    phone.hears("哪方面：安置就业", "以前：反映过", "怎么找您：王建国 138****6021")
    phone.says("没错")
    phone.hears("登记编号：261125 0001")
    with phone.sessions.begin() as db:
        assert petitions(db)[0].phone == "13800006021"


def test_what_the_card_shows_is_what_is_filed(phone: Phone) -> None:
    at_the_card(phone)
    phone.hears("哪方面：安置就业", "在哪里：金华镇翁贡村", "哪个单位：镇退役军人服务站", "希望：重新算，补发差的钱")
    phone.hears("以前：反映过", "怎么找您：王建国 138****6021", "2 有地方要改", "9 不办了")
    assert "13800006021" not in phone.last
    phone.says("1")
    with phone.sessions.begin() as db:
        [petition] = petitions(db)
        told = (petition.topic, petition.story, petition.where, petition.unit, petition.wish)
        assert told == ("安置就业", STORY, PLACE, UNIT, WISH)
        assert not runs(phone, db, "open")


def test_the_receipt_names_the_days_of_the_regulation(phone: Phone) -> None:
    """条例 22: 15 days; 34: 60 and at most 30 more; 35: 30 days to ask for a review. Never 已受理."""
    files(phone)
    phone.hears("12 月 10 日前告诉您是否受理", "60 天内书面答复", "最多再加 30 天", "30 天内可以申请复查", "12345")
    assert not [words for words in phone.heard if "已受理" in words]


def test_the_day_of_filing_counts_in_guiyang(phone: Phone) -> None:
    phone.waits(hours=13, minutes=50)  # 23:50
    at_the_card(phone)
    phone.waits(minutes=15)
    phone.says("1")
    phone.hears("261126 0001", "12 月 11 日前")


def test_numbers_count_by_the_day(phone: Phone) -> None:
    assert files(phone) == "261125 0001"
    other = somebody(phone)
    assert files(other) == "261125 0002"
    other.waits(days=1)
    assert files(other) == "261126 0001"


@pytest.mark.parametrize("word", ["0", "上一步", "倒回去"])
def test_back_asks_the_step_before_again(phone: Phone, word: str) -> None:
    at_step(phone, 7)
    for step in (6, 5, 4, 3, 2, 1):
        phone.says(word)
        phone.hears(f"【第{step}步/共7步】")
    phone.says(word)
    phone.hears("第一步", "【第1步/共7步】")


def test_back_after_a_wrong_answer_goes_one_step_only(phone: Phone) -> None:
    at_step(phone, 6)
    phone.says("7")
    phone.hears("没有这一项", "1 或 2", "【第6步/共7步】")
    phone.says("0")
    phone.hears("【第5步/共7步】")


def test_a_changed_mind_is_what_is_filed(phone: Phone) -> None:
    at_step(phone, 5)
    phone.says("0", "区退役军人事务局", WISH, "1", CONTACT, "1")
    with phone.sessions.begin() as db:
        assert petitions(db)[0].unit == "区退役军人事务局"


@pytest.mark.parametrize("words", [["修改3"], ["改3"], ["2", "3"], ["2", "第三个"], ["有地方要改", "2", "3"]])
def test_one_thing_is_changed_and_the_card_comes_back(phone: Phone, words: list[str]) -> None:
    at_the_card(phone)
    phone.says(*words)
    phone.hears("【第3步/共7步】")
    phone.says("金华镇上")
    phone.hears("请您核对", "在哪里：金华镇上", "希望：重新算，补发差的钱")


def test_who_cannot_choose_what_to_change_comes_back_to_the_card(phone: Phone) -> None:
    at_the_card(phone)
    phone.says("2")
    phone.hears("要改哪一样", "1 哪方面", "7 怎么找您")
    phone.says("0")
    phone.hears("请您核对")


def test_back_from_a_change_comes_back_to_the_card(phone: Phone) -> None:
    at_the_card(phone)
    phone.says("修改3", "0")
    phone.hears("请您核对", PLACE, "怎么找您：王建国 138****6021")


def test_a_strange_digit_changes_nothing(phone: Phone) -> None:
    at_the_card(phone)
    phone.says("改፩")


def test_photos_at_every_step_go_into_the_papers(phone: Phone) -> None:
    for step in range(1, 8):
        someone = somebody(phone)
        at_step(someone, step)
        someone.sends("image", media_id=f"photo{step}")
        someone.hears("放进材料里，一共 1 件", f"【第{step}步/共7步】")
    at_the_card(phone)
    phone.sends("image", media_id="photo8")
    phone.hears("一共 1 件", "1 没错，提交")
    phone.says("1")
    with phone.sessions.begin() as db:
        [petition] = petitions(db)
        filed = [event.media_uid for event in petition.history(db) if event.media_uid]
        assert filed == list(db.scalars(select(Media.uid).where(Media.external_id == "photo8")))


def test_a_voice_is_read_back_before_it_counts(phone: Phone) -> None:
    at_step(phone, 2)
    phone.sends("voice", text=STORY, media_id="voice1")
    phone.hears("我听到的是", STORY, "听对了吗", "1 对", "2 不对，重说")
    phone.says("2")
    phone.hears("再说一遍")
    phone.sends("voice", text="档案上是四年", media_id="voice2")
    phone.says("1")
    phone.hears("一共 1 条")
    phone.says("1")
    phone.hears("【第3步/共7步】")
    phone.sends("voice", text="金华镇", media_id="voice3")
    phone.says("对")
    phone.hears("【第4步/共7步】")


def test_saying_it_again_at_once_counts_too(phone: Phone) -> None:
    at_step(phone, 3)
    phone.sends("voice", text="精华镇", media_id="voice1")
    phone.says("金华镇")
    phone.hears("【第4步/共7步】")


def test_a_voice_nobody_could_read_is_kept_as_the_answer(phone: Phone) -> None:
    at_step(phone, 2)
    phone.sends("voice", media_id="voice1")
    phone.hears("录音留下了", "一共 1 条")
    phone.says("1")
    phone.sends("voice", media_id="voice2")
    phone.hears("录音留下了", "【第4步/共7步】")
    phone.says("1", WISH, "1", "1", "1")
    phone.hears("登记编号")
    with phone.sessions.begin() as db:
        [petition] = petitions(db)
        assert len([event for event in petition.history(db) if event.media_uid]) == 2


def test_a_voice_cannot_choose_from_a_list_unread(phone: Phone) -> None:
    at_step(phone, 6)
    phone.sends("voice", media_id="voice1")
    phone.hears("录音留下了", "【第6步/共7步】")


def test_a_place_sent_from_the_map(phone: Phone) -> None:
    at_step(phone, 3)
    phone.sends("location", text="贵州省贵阳市观山湖区金华镇翁贡村")
    phone.hears("【第4步/共7步】")


@pytest.mark.parametrize("step", [2, 3, 5, 7])
def test_a_question_in_the_middle_is_answered_and_the_step_asked_again(phone: Phone, step: int) -> None:
    at_step(phone, step)
    phone.says("残疾军人坐火车有什么优惠")
    phone.hears("有优惠", "依据：《军人抚恤优待条例》第五十二条", "接着填", f"【第{step}步/共7步】")


def test_the_same_question_again_is_the_answer(phone: Phone) -> None:
    at_step(phone, 2)
    phone.says("残疾军人坐火车有什么优惠", "残疾军人坐火车有什么优惠")
    phone.hears("一共 1 条")


def test_a_question_at_the_card_is_answered_and_nothing_is_filed(phone: Phone) -> None:
    at_the_card(phone)
    phone.says("残疾军人坐火车有什么优惠")
    phone.hears("第五十二条", "1 没错，提交")
    with phone.sessions.begin() as db:
        assert not petitions(db)


def test_after_days_a_stray_digit_is_not_an_answer(phone: Phone) -> None:
    for person, place in each(phone, ["step 1", "step 4", "check card"]):
        PLACES[place](person)
        person.waits(days=3)
        person.says("1")
        person.hears("上次填到第", "1 接着填", "2 重新来", "9 不办了")
    with phone.sessions.begin() as db:
        assert not petitions(db)


@pytest.mark.parametrize("word", ["1", "继续", "接着填"])
def test_after_days_the_form_goes_on(phone: Phone, word: str) -> None:
    at_step(phone, 4)
    phone.waits(days=3)
    phone.says("你好")
    phone.hears("上次填到第 4 步")
    phone.says(word, UNIT, WISH, "2", CONTACT, "1")
    phone.hears("登记编号")


def test_after_days_it_begins_anew(phone: Phone) -> None:
    at_step(phone, 4)
    phone.waits(days=3)
    phone.says("1", "重来")
    phone.hears("【第1步/共7步】")
    phone.says("1")
    phone.hears("【第2步/共7步】")


def test_after_days_9_deletes(phone: Phone) -> None:
    at_step(phone, 4)
    phone.waits(days=3)
    phone.says("1", "9")
    phone.hears("填的内容删掉了")
    phone.says("接着填")
    assert "上次填到" not in phone.last


def test_after_days_a_question_is_answered_first_and_the_form_waits(phone: Phone) -> None:
    at_step(phone, 4)
    phone.waits(days=3)
    phone.says("残疾军人坐火车有什么优惠")
    phone.hears("依据：", "1 有用")
    phone.says("接着填")
    phone.hears("上次填到第 4 步")


def test_a_story_half_told_goes_on_where_it_was(phone: Phone) -> None:
    at_step(phone, 2)
    phone.says(STORY, "菜单", "接着填")
    phone.hears("上次填到第 2 步")
    phone.says("1")
    phone.hears("【第2步/共7步】")


def test_without_a_name_no_written_answer_is_promised(phone: Phone) -> None:
    at_step(phone, 7)
    phone.hears("不想留，回复 1", "不能书面答复")
    phone.says("1")
    phone.hears("不留姓名电话")
    phone.says("1")
    phone.hears("不能书面答复您", "261125 0001", "12345")
    assert "60 天内书面答复" not in phone.last
    with phone.sessions.begin() as db:
        assert petitions(db)[0].anonymous


def test_five_representatives_at_most(phone: Phone) -> None:
    at_step(phone, 7)
    phone.says("王建国、李卫东、张援朝、赵红军、钱学农、孙大勇 13800006021")
    phone.hears("代表最多 5 人", "第二十条", "【第7步/共7步】")
    phone.says("王建国、李卫东、张援朝、赵红军、钱学农 13800006021")
    phone.hears("请您核对")
    phone.says("1")
    with phone.sessions.begin() as db:
        assert petitions(db)[0].names == "王建国、李卫东、张援朝、赵红军、钱学农"


@pytest.mark.parametrize("words", ["1380000602", "12345", "……", "138000060211234"])
def test_a_wrong_number_is_asked_again(phone: Phone, words: str) -> None:
    at_step(phone, 7)
    phone.says(words)
    phone.hears("不想留，回复 1", "【第7步/共7步】")


def test_a_wrong_number_beside_a_name_is_asked_again(phone: Phone) -> None:
    at_step(phone, 7)
    phone.says("王建国 1380000602")
    phone.hears("【第7步/共7步】")


def test_a_landline_will_do(phone: Phone) -> None:
    at_step(phone, 7)
    phone.says("王建国 0851-84112233", "1")
    with phone.sessions.begin() as db:
        assert petitions(db)[0].phone == "085184112233"


def test_without_consent_nothing_is_kept_and_other_roads_are_named(phone: Phone) -> None:
    for person, word in each(phone, ["2", "不同意"]):
        person.says("2", word)
        person.hears("不记", "没法交给办事的人", "8 找人", "12345", "问政策照样可以")
        with person.sessions.begin() as db:
            assert not petitions(db)
            assert not runs(person, db, "open")
        person.says("残疾军人坐火车有什么优惠")
        person.hears("依据：")


def test_consent_says_who_sees_it_and_how_to_take_it_back(phone: Phone) -> None:
    phone.says("2")
    phone.hears("姓名和电话", "只给办这件事的人看", "不同意了", "删我的资料", "1 同意", "2 不同意")
    phone.says("啥子意思")
    phone.hears("1 同意", "2 不同意")


def test_private_matters_are_asked_about_once_and_on_their_own(phone: Phone) -> None:
    phone.says("2")
    assert not [word for word in ("病情", "伤残", "难处") if word in phone.last]
    phone.says("1", "2")
    phone.hears(
        "病情、伤残、证件", "办事的人才弄得清", "对您不好", "不记也能接着办", "1 可以记", "2 不记这些", "8 找人"
    )
    assert "姓名" not in phone.last
    phone.waits(minutes=1)
    phone.says("1", STORY, "1", PLACE, UNIT, WISH, "2", CONTACT, "1")
    phone.hears("登记编号", "拍照发来")
    with phone.sessions.begin() as db:
        given = [(each.purpose, each.version, each.given_at) for each in db.scalars(select(Consent))]
    minute = dt.timedelta(minutes=1)
    assert given == [
        (HANDLING, CONSENT_VERSION, phone.now - minute),
        (SENSITIVE, CONSENT_VERSION, phone.now),
    ]
    phone.says("2", "1")
    phone.hears("【第2步/共7步】")


@pytest.mark.parametrize("word", ["2", "不记", "不同意"])
def test_who_keeps_private_matters_to_himself_goes_on_without_them(phone: Phone, word: str) -> None:
    asked_about_private_matters(phone)
    phone.says(word)
    phone.hears("照样给您办", "【第2步/共7步】", "只说事情本身", "回复 8")
    assert "没有放进去" not in phone.last
    phone.says("护理费停了三个月", "1", PLACE, UNIT, WISH, "2", CONTACT, "1")
    phone.hears("登记编号")
    assert "拍照" not in phone.last
    with phone.sessions.begin() as db:
        assert petitions(db)[0].story == "护理费停了三个月"
        assert [each.purpose for each in db.scalars(select(Consent))] == [HANDLING]


def test_without_that_yes_no_picture_goes_into_the_papers(phone: Phone) -> None:
    asked_about_private_matters(phone)
    phone.says("2")
    phone.sends("image", media_id="photo1")
    phone.hears("没放进去", "可以记", "【第2步/共7步】")
    phone.says(STORY, "1", PLACE, UNIT, WISH, "2", CONTACT)
    phone.sends("image", media_id="photo2")
    phone.hears("没放进去", "1 没错，提交")
    phone.says("1")
    with phone.sessions.begin() as db:
        assert not [event for event in petitions(db)[0].history(db) if event.media_uid]


def test_a_no_becomes_a_yes_at_any_step(phone: Phone) -> None:
    for person, words in each(phone, [[], [STORY, "1", PLACE], [STORY, "1", PLACE, UNIT, WISH, "2", CONTACT]]):
        asked_about_private_matters(person)
        person.says("2", *words, "可以记")
        person.hears("可以记了", "照片也可以发")
        person.sends("image", media_id="photo1")
        person.hears("一共 1 件")
        with person.sessions.begin() as db:
            assert Consent.standing(db, person.conversation(db).veteran_id, SENSITIVE)


def test_what_was_told_before_the_yes_counts_with_it(phone: Phone) -> None:
    asked_about_private_matters(phone)
    phone.says("啥子意思")
    phone.hears("还没记进去", "1 可以记", "2 不记这些", "8 找人")
    phone.says(STORY)
    phone.hears("还没记进去")
    phone.sends("image", media_id="photo1")
    phone.says("1")
    phone.hears("【第3步/共7步】")
    phone.says(PLACE, UNIT, WISH, "2", CONTACT)
    phone.hears("什么事：我八六年退伍", "材料：1 件")


def test_what_was_told_before_the_no_is_taken_out(phone: Phone) -> None:
    phone.says(COMPLAINT, "1", "1")
    phone.sends("image", media_id="photo1")
    phone.says("3", "2")
    phone.hears("照样给您办", "没有放进去", "【第2步/共7步】", "只说事情本身")
    phone.says("报销少了", "1", PLACE, UNIT, WISH, "2", CONTACT)
    phone.hears("什么事：报销少了")
    assert "材料" not in phone.last


def test_the_question_about_private_matters_can_be_left_in_every_direction(phone: Phone) -> None:
    ways = {
        "0": "【第1步/共7步】",
        "9": "不办了",
        "8": "正在帮您找",
        ANSWERED: "1 可以记",
        CRY: "12356",
        "查政策": "1 可以记",
    }
    for person, words in each(phone, ways):
        asked_about_private_matters(person)
        person.says(words)
        person.hears(ways[words])
        with person.sessions.begin() as db:
            assert not Consent.standing(db, person.conversation(db).veteran_id, SENSITIVE)


def test_after_days_a_stray_digit_is_no_yes_to_private_matters(phone: Phone) -> None:
    asked_about_private_matters(phone)
    phone.waits(days=3)
    phone.says("1")
    phone.hears("上次填到第 2 步")
    phone.says("1")
    phone.hears("1 可以记")


def test_a_draft_begun_before_the_question_was_asked_is_asked_too(phone: Phone) -> None:
    """Who agreed to the older words, which named both in one, has not said yes to this on its own."""
    at_step(phone, 4)
    with phone.sessions.begin() as db:
        db.scalars(select(Consent).where(Consent.purpose == SENSITIVE)).one().withdrawn_at = phone.now
    phone.says(UNIT)
    phone.hears("1 可以记")
    phone.says("1")
    phone.hears("【第5步/共7步】")


def test_the_second_time_neither_consent_nor_what_is_known_is_asked(phone: Phone) -> None:
    files(phone)
    phone.waits(minutes=5)
    phone.says("2")
    phone.hears("【第1步/共7步】")
    phone.says("3", "住院报不了", "1")
    phone.hears("【第3步/共7步】", f"事情发生在{PLACE}，对吗", "1 对")
    phone.says("1", "区医保局", "报销", "1")
    phone.hears("【第7步/共7步】", "还是这样找您吗", "王建国 138****6021", "1 对")
    phone.says("1", "1")
    phone.hears("261125 0002")
    with phone.sessions.begin() as db:
        first, second = petitions(db)
        assert (second.where, second.names, second.phone) == (first.where, first.names, first.phone)


def test_what_is_known_can_be_said_otherwise(phone: Phone) -> None:
    files(phone)
    phone.waits(minutes=1)
    at_step(phone, 3)
    phone.says("百花湖镇", UNIT, WISH, "1", "2")
    phone.hears("在哪里：百花湖镇", "不留姓名电话")


def test_a_story_told_at_once_is_kept(phone: Phone) -> None:
    phone.says("我交了三回材料，没人管", "1")
    phone.hears("1 同意")
    phone.says("1")
    phone.hears("【第1步/共7步】")
    phone.says("1", "1")
    phone.hears("【第3步/共7步】")
    phone.says(PLACE, UNIT, WISH, "1", CONTACT)
    phone.hears("什么事：我交了三回材料，没人管")
    phone.says("1")
    with phone.sessions.begin() as db:
        assert petitions(db)[0].story == "我交了三回材料，没人管"


def test_nobody_answers_me_at_the_office_is_a_complaint(phone: Phone) -> None:
    phone.says("我交了三回材料，站里没人理我")
    phone.hears("1 记下来")


def test_a_story_told_at_the_first_step_is_kept(phone: Phone) -> None:
    at_step(phone, 1)
    phone.says("村里的慰问金发给别人，把我漏了", "1")
    phone.hears("【第3步/共7步】")
    phone.says("0")
    phone.hears("【第1步/共7步】")


@pytest.mark.parametrize("word", ["2", "接着填"])
def test_an_offer_left_for_the_menu_is_no_dead_end(phone: Phone, word: str) -> None:
    phone.says("我交了三回材料，没人管", "菜单", word)
    assert phone.last


def test_help_beside_an_offer(phone: Phone) -> None:
    phone.says("我交了三回材料，没人管", "帮助")
    phone.hears("8 找接待室的人")
    phone.says("1")
    phone.hears("1 同意")


@pytest.mark.parametrize("word", ["可以", "要得"])
def test_every_word_for_yes_is_a_yes(phone: Phone, word: str) -> None:
    phone.says("2", word)
    phone.hears("【第1步/共7步】")


@pytest.mark.parametrize(
    ("step", "words"),
    [(4, "区信访接待室"), (4, "不晓得是哪个单位"), (5, "请领导出面解决"), (5, "当面说清楚"), (6, "找过领导")],
)
def test_an_answer_may_speak_of_people(phone: Phone, step: int, words: str) -> None:
    at_step(phone, step)
    phone.says(words)
    phone.hears(f"【第{step + 1}步/共7步】")


@pytest.mark.parametrize("secret", ["第14集团军", "520115195001010011", "\u202e"])
def test_what_may_not_be_stored_is_not_in_the_petition_either(phone: Phone, secret: str) -> None:
    at_step(phone, 2)
    phone.says(f"我在{secret}某部服役过，补助少算", "1", PLACE, UNIT, WISH, "1", "1", "1")
    with phone.sessions.begin() as db:
        assert secret not in petitions(db)[0].story


def test_a_voice_is_read_back_masked(phone: Phone) -> None:
    at_step(phone, 2)
    phone.sends("voice", text="我身份证520115195001010011，在第14集团军服过役", media_id="voice1")
    assert "520115195001010011" not in phone.last
    assert "第14集团军" not in phone.last


def test_a_very_long_story_is_kept_whole_and_shown_short(phone: Phone) -> None:
    at_step(phone, 2)
    phone.says("补" * 3_000, "1", PLACE, UNIT, WISH, "1", CONTACT)
    phone.hears("什么事：补补补", "…", "1 没错，提交")
    phone.says("1")
    with phone.sessions.begin() as db:
        assert len(petitions(db)[0].story) == 3_000


def test_the_card_is_filed_once(phone: Phone) -> None:
    at_the_card(phone)
    phone.says("1", "1")
    with phone.sessions.begin() as db:
        assert len(petitions(db)) == 1


def test_words_that_choose_nothing_are_asked_again(phone: Phone) -> None:
    for person, step in each(phone, range(2, 6)):
        at_step(person, step)
        person.says("6")
        person.hears("打字或者说话都行", f"【第{step}步/共7步】")
    assert len(IN_THE_FORM) == 11
