"""My matters: where each stands, more words and pictures, asking for news, taking it back."""

from __future__ import annotations

from sqlalchemy import select

from models.case import Case
from models.media import Media
from tests.handlers.stories import a_volunteer_takes, at_step, each, files, mode_of, petitions, somebody
from tests.make import make_petition
from tests.phone import Phone


def has_filed(phone: Phone, *topics: str) -> None:
    """Petitions on record under this phone, the last of them the newest."""
    phone.says("你好")
    with phone.sessions.begin() as db:
        for topic in topics:
            make_petition(db, phone.conversation(db), topic=topic, now=phone.now)


def added(phone: Phone, topic: str = "") -> list[str]:
    with phone.sessions.begin() as db:
        cases = [case for case in petitions(db) if not topic or case.topic == topic]
        return [event.words or event.media_uid for case in cases for event in case.history(db) if event.what == "added"]


def test_nothing_on_record(phone: Phone) -> None:
    for person, words in each(phone, ["4", "四", "查进度", "我那个事办得咋样了"]):
        person.says(words)
        person.hears("还没有登记过的事", "2 反映问题", "8 找人")


def test_one_matter_is_shown_without_its_number(phone: Phone) -> None:
    has_filed(phone, "安置就业")
    phone.says("4")
    phone.hears("安置就业", "261125 0001", "已经收到，12 月 10 日前告诉您是否受理", "1 补充几句", "2 催一催", "8 找人")
    assert "已受理" not in phone.last


def test_several_are_listed_the_newest_first(phone: Phone) -> None:
    has_filed(phone, "安置就业", "优待证")
    phone.says("我那个事办得咋样了")
    phone.hears("您有 2 件事", "1 优待证（261125 0002）", "2 安置就业（261125 0001）")
    phone.says("2")
    phone.hears("安置就业", "261125 0001", "1 补充几句")


def test_more_than_fit_lead_to_a_person(phone: Phone) -> None:
    has_filed(phone, *["看病"] * 8)
    phone.says("4")
    phone.hears("您有 8 件事", "6 看病", "更早的，回复 8")
    assert "\n7 " not in phone.last


def test_what_the_office_told_is_shown(phone: Phone) -> None:
    has_filed(phone, "安置就业")
    with phone.sessions.begin() as db:
        petitions(db)[0].note(db, "progress", now=phone.now, words="在调您的档案核对年限。")
        petitions(db)[0].note(db, "internal", now=phone.now, words="只给里面看的话")
    phone.says("4")
    phone.hears("11 月 25 日：在调您的档案核对年限。")
    assert "只给里面看的话" not in phone.last


def test_words_and_pictures_are_added(phone: Phone) -> None:
    has_filed(phone, "安置就业")
    phone.says("4", "1")
    phone.hears("打字、说话、发照片都行", "说完了回复 1")
    phone.says("档案在区里")
    phone.hears("记到编号 261125 0001 里了")
    phone.sends("image", media_id="photo1")
    phone.hears("记到编号 261125 0001 里了")
    phone.says("1")
    phone.hears("都放进去了")
    with phone.sessions.begin() as db:
        photo = db.scalars(select(Media.uid)).one()
    assert added(phone) == ["档案在区里", photo]


def test_asking_for_news_counts_once_in_three_days(phone: Phone) -> None:
    has_filed(phone, "安置就业")
    phone.says("4", "2")
    phone.hears("在催", "回复 8 找人")
    phone.says("2")
    phone.hears("11 月 25 日刚催过", "3 天催一次")
    phone.waits(days=2, hours=23)
    phone.says("4", "2")
    phone.hears("11 月 25 日刚催过")
    phone.waits(hours=2)
    phone.says("4", "2")
    phone.hears("在催")
    with phone.sessions.begin() as db:
        assert [event.what for event in petitions(db)[0].history(db)] == ["received", "urged", "urged"]


def test_taking_it_back_needs_a_1(phone: Phone) -> None:
    for person, word in each(phone, ["2", "不撤了", "9"]):
        has_filed(person, "安置就业")
        person.says("4", "我要撤回")
        person.hears("不再往下办", "1 是，撤回", "2 不撤回")
        person.says(word)
        person.hears("没有撤回，接着办")
    has_filed(phone, "安置就业")
    phone.says("撤回", "1")
    phone.hears("撤回了", "随时回复 2")
    phone.says("4")
    phone.hears("您撤回了", "1 补充几句")
    assert "催一催" not in phone.last
    with phone.sessions.begin() as db:
        assert [case.status for case in petitions(db)] == ["received", "received", "received", "withdrawn"]


def test_taking_back_is_never_suggested_among_the_digits(phone: Phone) -> None:
    has_filed(phone, "安置就业")
    phone.says("4")
    assert not [line for line in phone.last.splitlines() if line[:1].isdigit() and "撤" in line]


def test_a_photo_out_of_the_blue_goes_to_the_newest_open_matter(phone: Phone) -> None:
    has_filed(phone, "安置就业", "优待证", "看病")
    with phone.sessions.begin() as db:
        petitions(db)[2].withdraw(db, now=phone.now)
    phone.sends("image", media_id="photo1")
    phone.hears("放进编号 261125 0002 的材料里了", "回复 8")
    assert len(added(phone, "优待证")) == 1
    assert len(added(phone)) == 1


def test_a_photo_of_somebody_without_a_matter_is_kept(phone: Phone) -> None:
    phone.sends("image", media_id="photo1")
    phone.hears("留着了", "2 反映问题", "8 找人看")


def test_a_photo_after_the_receipt_belongs_to_it(phone: Phone) -> None:
    number = files(phone)
    phone.sends("image", media_id="photo1")
    phone.hears(f"放进编号 {number}")


def test_a_photo_leaves_the_answer_open_for_its_rating(phone: Phone) -> None:
    has_filed(phone, "安置就业")
    phone.says("残疾军人坐火车有什么优惠")
    phone.sends("image", media_id="photo1")
    phone.says("1")
    phone.hears("谢谢您")


def test_a_photo_goes_to_the_matter_that_is_shown(phone: Phone) -> None:
    has_filed(phone, "安置就业", "优待证")
    phone.says("4", "2")
    phone.hears("安置就业")
    phone.sends("image", media_id="photo1")
    assert len(added(phone, "安置就业")) == 1


def test_nobody_sees_the_matter_of_somebody_else(phone: Phone) -> None:
    has_filed(phone, "安置就业")
    stranger = somebody(phone)
    for words in ("4", "261125 0001", "2611250001", "查编号", "我的事"):
        stranger.says(words)
        assert "安置就业" not in stranger.last
        assert "已经收到" not in stranger.last
    stranger.says("4")
    stranger.hears("还没有登记过的事")
    stranger.sends("image", media_id="photo1")
    assert added(phone) == []


def test_half_an_hour_later_digits_mean_the_menu_again(phone: Phone) -> None:
    has_filed(phone, "安置就业")
    phone.says("4")
    phone.waits(minutes=31)
    phone.says("2")
    phone.hears("1 同意")
    with phone.sessions.begin() as db:
        assert petitions(db)[0].urged_at is None


def test_asking_where_it_stands_parks_the_form(phone: Phone) -> None:
    files(phone)
    phone.waits(minutes=5)
    at_step(phone, 2)
    phone.says("查进度")
    phone.hears("261125 0001")
    phone.says("接着填")
    phone.hears("上次填到第 2 步")


def test_a_question_is_answered_from_the_matter_too(phone: Phone) -> None:
    has_filed(phone, "安置就业")
    phone.says("4", "残疾军人坐火车有什么优惠")
    phone.hears("依据：")


def test_a_person_from_the_matter(phone: Phone) -> None:
    has_filed(phone, "安置就业")
    phone.says("4", "8")
    assert mode_of(phone) == "waiting"
    a_volunteer_takes(phone)
    phone.says("4")
    phone.hears_nothing()


def test_every_case_belongs_to_the_phone_that_filed_it(phone: Phone) -> None:
    one, other = somebody(phone), somebody(phone)
    has_filed(one, "安置就业")
    has_filed(other, "看病")
    with phone.sessions.begin() as db:
        for who, topic in ((one, "安置就业"), (other, "看病")):
            assert [case.topic for case in Case.of(db, who.conversation(db))] == [topic]
