"""检举、控告 in the chat: who alone reads it is said first; from the first word on nobody else is shown any of it."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from handlers.petition.report import reports
from knowledge_base.normal import plain
from models.case import Interest
from models.media import Media
from models.message import MOVED, Message
from models.people import Veteran
from models.petition import Petition
from models.reception import ReceptionTicket
from models.reception.talk import transcript
from models.user import User
from models.user.authority import Actor, Granted
from models.user.visible import visible
from tests.handlers.stories import CONTACT, PLACE, STORY, at_step, files, petitions
from tests.make import make_user
from tests.phone import Phone

TOLD, WHOM = "去年八月他收了我两千块才给办低保", "镇上服务站的刘站长"


@pytest.fixture
def wu(phone) -> None:
    """老吴, the discipline contact."""
    a_reader(phone)


def a_reader(phone: Phone, shown_as: str = "老吴") -> None:
    with phone.sessions.begin() as db:
        user = make_user(db, f"reader-{shown_as}", shown_as)
        user.grant(db, "discipline", station_id=None, by="test", now=phone.now, confirmed=True)


def told(phone: Phone, *, story: str = TOLD, whom: str = WHOM) -> None:
    """From the warning to the card."""
    phone.hears("只有纪检专人看", "微信公司看得到", "12388", "1 就在这里说")
    phone.says("1")
    if "1 可以记" in phone.last:
        phone.says("1")
    if "请说说是什么事" in phone.last:
        phone.says(story, "1")
    phone.hears("检举、控告的是谁")
    phone.says(whom, PLACE, "1", CONTACT)
    phone.hears("请您核对", "1 没错，提交")


def seen_by_the_reception(phone: Phone) -> list[str]:
    with phone.sessions.begin() as db:
        talk = phone.conversation(db)
        return [message.shown for message in db.scalars(select(Message).where(Message.conversation_id == talk.id))]


def test_it_is_a_choice_of_the_form(phone: Phone, wu: None) -> None:
    at_step(phone, 1)
    phone.hears("7 检举、控告（只给纪检专人看）")
    phone.says("7")
    told(phone)
    phone.says("1")
    phone.hears("只交给纪检专人", "登记编号：", "12388")
    with phone.sessions.begin() as db:
        petition = petitions(db)[0]
        assert petition.restricted
        assert (petition.story, petition.unit, petition.names) == (TOLD, WHOM, "王建国")


@pytest.mark.parametrize(
    "words",
    [
        "举报",
        "我要检举",
        "控告",
        "我要举报刘站长收钱",
        "告王书记贪污",
        "举报村支书吃回扣",
        "我要检举领导",
        "举报接待室的人收钱",
    ],
)
def test_it_is_heard_in_free_words(phone: Phone, wu: None, words: str) -> None:
    phone.says(words)
    phone.hears("同意")
    phone.says("1")
    told(phone)
    phone.says("1")
    with phone.sessions.begin() as db:
        assert petitions(db)[0].restricted


@pytest.mark.parametrize(
    "asked",
    [
        "匿名举报行不行",
        "举报电话是多少",
        "向哪里检举干部",
        "举报的事你们会告诉被举报的人不",
        "告诉我怎么办优待证",
        "我要告状",
    ],
)
def test_a_question_about_it_is_none(asked: str) -> None:
    assert not reports(plain(asked))


def test_from_the_first_word_on_nobody_is_shown_any_of_it(phone: Phone, wu: None) -> None:
    phone.says("你好", "我要举报刘站长收钱")
    phone.says("1")
    for before_it_is_filed in (True, False):
        assert not [words for words in seen_by_the_reception(phone) if "刘站长" in words or "纪检" in words]
        if before_it_is_filed:
            told(phone)
            assert not [words for words in seen_by_the_reception(phone) if TOLD[:6] in words or "检举" in words]
            phone.says("1")
    shown = seen_by_the_reception(phone)
    assert "你好" in shown
    assert MOVED in shown
    assert not [words for words in shown if "登记编号" in words]
    with phone.sessions.begin() as db:
        said = [event.words for event in petitions(db)[0].history(db) if event.what == "said"]
        assert "我要举报刘站长收钱" in said, "and with the report it is all there"
        assert not [words for words in phone.transcript(db) if WHOM in words]


def test_who_takes_the_talk_reads_nothing_of_it(phone: Phone, wu: None) -> None:
    phone.says("我要举报刘站长收钱", "1", "8")
    with phone.sessions.begin() as db:
        me = make_user(db, "xiaochen", "小陈")
        ticket = ReceptionTicket.of(db, phone.conversation(db))
        ticket.take(db, by=me, now=phone.now)
        bubbles = transcript(db, ticket, me=me, name="王*国")
        assert bubbles
        assert not [each.words for each in bubbles if "刘站长" in each.words or "纪检" in each.words]


def test_a_picture_for_it_is_nobody_elses(phone: Phone, wu: None) -> None:
    phone.says("我要举报", "1", "1", "1")
    phone.sends("image", media_id="m1")
    with phone.sessions.begin() as db:
        for role in ("staff", "supervisor", "officer"):
            actor = Actor(0, "p", (Granted(role, None),))
            assert db.scalars(visible(Media, actor, "media", "read")).all() == []


def test_nothing_of_it_is_in_the_profile_and_no_phone_finds_it(phone: Phone, wu: None) -> None:
    phone.says("举报", "1")
    told(phone)
    phone.says("1")
    with phone.sessions.begin() as db:
        veteran = db.scalars(select(Veteran)).one()
        assert (veteran.name, veteran.phone) == ("", "")
        assert petitions(db)[0].phone_index is None


def test_who_is_accused_learns_nothing_of_it(phone: Phone, wu: None) -> None:
    """An interest would take the veteran's other matters from the list of the accused, who would wonder why."""
    usual = files(phone)
    with phone.sessions.begin() as db:
        make_user(db, "liu", "刘站长")
    phone.says("举报")
    told(phone)
    phone.says("1")
    with phone.sessions.begin() as db:
        liu = User.named(db, "liu")
        assert db.scalars(select(Interest).where(Interest.person == liu.person)).all() == []
        listed = db.scalars(visible(Petition, Actor(liu.id, liu.person, (Granted("staff", None),)), "petition", "list"))
        assert [petition.spoken_number for petition in listed] == [usual]


def test_a_reader_who_is_named_does_not_see_it(phone: Phone, wu: None) -> None:
    a_reader(phone, "刘站长")
    phone.says("举报", "1")
    told(phone)
    phone.says("1")
    with phone.sessions.begin() as db:
        for shown_as, sees in (("刘站长", False), ("老吴", True)):
            user = db.scalars(select(User).where(User.shown_as == shown_as)).one()
            actor = Actor(user.id, user.person, (Granted("discipline", None),))
            assert bool(db.scalars(visible(Petition, actor, "restricted", "list")).all()) is sees


def test_if_every_reader_is_named_the_official_road_is_told_and_nothing_is_filed(phone: Phone) -> None:
    a_reader(phone, "刘站长")
    phone.says("举报", "1")
    told(phone)
    phone.says("1")
    phone.hears("没有收", "12388")
    with phone.sessions.begin() as db:
        assert petitions(db) == []


def test_without_a_reader_it_is_not_taken_and_the_official_road_is_told(phone: Phone) -> None:
    phone.says("我要举报刘站长收钱")
    phone.hears("没有纪检专人", "12388")
    at_step(phone, 1)
    phone.says("7")
    phone.hears("没有纪检专人", "【第1步/共7步】")


def test_a_story_that_sounds_like_one_is_asked_about(phone: Phone, wu: None) -> None:
    at_step(phone, 2)
    phone.says("刘站长贪污我们的慰问金", "1")
    phone.hears("只给纪检专人看", "2 照平常办")
    phone.says("1")
    told(phone)
    assert not [words for words in seen_by_the_reception(phone) if "贪污" in words]
    phone.says("1")
    with phone.sessions.begin() as db:
        assert petitions(db)[0].restricted


def test_it_may_stay_an_everyday_matter(phone: Phone, wu: None) -> None:
    at_step(phone, 2)
    phone.says("刘站长贪污我们的慰问金", "1", "2")
    phone.says(PLACE, "1", "重新算", "1", CONTACT, "1")
    phone.hears("登记编号")
    with phone.sessions.begin() as db:
        assert not petitions(db)[0].restricted


def test_it_can_be_left(phone: Phone, wu: None) -> None:
    phone.says("举报", "1", "9")
    phone.hears("不办了")
    with phone.sessions.begin() as db:
        assert petitions(db) == []


def test_the_veteran_follows_it_and_the_reception_does_not(phone: Phone, wu: None) -> None:
    phone.says("举报", "1")
    told(phone)
    phone.says("1")
    phone.waits(minutes=5)
    phone.says("4")
    phone.hears("检举、控告", "转给专人办了")
    phone.says("1", "还有证人", "1")
    assert not [words for words in seen_by_the_reception(phone) if "专人办了" in words or "证人" in words]
    with phone.sessions.begin() as db:
        assert "还有证人" in [event.words for event in petitions(db)[0].history(db)]


def test_taking_it_back_is_not_shown_either(phone: Phone, wu: None) -> None:
    phone.says("举报", "1")
    told(phone)
    phone.says("1")
    phone.waits(minutes=5)
    phone.says("我要撤回")
    phone.hears("撤回编号")
    phone.says("1")
    assert not [words for words in seen_by_the_reception(phone) if "撤回" in words]


def test_who_waits_for_a_person_may_report_without_the_line_hearing(phone: Phone, wu: None) -> None:
    phone.says("8", "我要举报刘站长收钱")
    phone.hears("同意")
    phone.says("1")
    told(phone)
    assert not [words for words in seen_by_the_reception(phone) if "刘站长" in words]


def test_what_comes_too_fast_to_be_answered_is_hidden_too(phone: Phone, wu: None) -> None:
    phone.says("举报", "1", "1", "1")
    phone.says(*(f"刘站长收了第 {count} 家的钱" for count in range(20)))
    assert any("有点快" in heard for heard in phone.heard)
    assert not [words for words in seen_by_the_reception(phone) if "刘站长" in words]


def test_a_form_of_another_matter_is_not_disturbed(phone: Phone, wu: None) -> None:
    at_step(phone, 3)
    phone.says(STORY)
    phone.hears("【第4步/共7步】")
    assert STORY in seen_by_the_reception(phone)
