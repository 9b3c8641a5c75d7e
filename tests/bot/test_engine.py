"""The engine: one thing heard, one answer; what is kept and what is masked; what a deployment leaves behind."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select

from models.conversation import Conversation
from models.dialogue_run import DialogueRun
from models.message import Message
from models.people import Veteran
from models.petition import Petition
from tests.handlers.stories import (
    ANSWERED,
    COMPLAINT,
    CONTACT,
    PLACE,
    STORY,
    UNIT,
    WISH,
    at_step,
    at_the_card,
    files,
    mode_of,
    petitions,
    runs,
    somebody,
)
from tests.phone import Phone


def count(phone: Phone, row: type) -> int:
    with phone.sessions.begin() as db:
        return db.scalar(select(func.count()).select_from(row))


# -- what is repeated, what is unknown --------------------


def test_a_repeated_push_gets_the_same_words_and_changes_nothing(phone: Phone) -> None:
    at_step(phone, 4)
    first = phone.sends(text=UNIT, external_id="m:1")
    phone.hears("【第5步/共7步】")
    before = count(phone, Message)
    assert phone.sends(text=UNIT, external_id="m:1") == first
    assert phone.sends(text="something else", external_id="m:1") == first
    assert count(phone, Message) == before
    phone.says(WISH)
    phone.hears("【第6步/共7步】")


def test_a_repeated_filing_files_once(phone: Phone) -> None:
    at_the_card(phone)
    first = phone.sends(text="1", external_id="m:file")
    assert phone.sends(text="1", external_id="m:file") == first
    assert count(phone, Petition) == 1


def test_a_repeated_push_while_a_person_holds_the_chat_stays_unanswered(phone: Phone) -> None:
    phone.says("8")
    with phone.sessions.begin() as db:
        phone.conversation(db).mode = "person"
    assert phone.sends(text="要得", external_id="m:2") == ""
    assert phone.sends(text="要得", external_id="m:2") == ""
    with phone.sessions.begin() as db:
        assert phone.transcript(db).count("要得") == 1


@pytest.mark.parametrize("kind", ["file", "music", "hologram"])
def test_an_unknown_kind_is_said_to_be_unreadable(phone: Phone, kind: str) -> None:
    at_step(phone, 3)
    phone.sends(kind, text="材料.docx")
    phone.hears("看不了", "请打字、说话，或者发照片", "8 找人")
    phone.says(PLACE)
    phone.hears("【第4步/共7步】")


def test_a_menu_key_speaks_its_words(phone: Phone) -> None:
    for key, answer in {"查政策": "想问什么", "反映问题": "1 同意", "申请帮扶": "困难帮扶"}.items():
        someone = somebody(phone)
        someone.sends("click", text=key)
        someone.hears(answer)
    for key, answer in {"查办到哪步": "还没有登记过的事", "我的资料": "姓名", "找人": "正在帮您找"}.items():
        someone = somebody(phone)
        someone.sends("click", text=key)
        someone.hears(answer)


# -- what is stored --------------------


@pytest.mark.parametrize(
    ("words", "stored", "told"),
    [
        ("我身份证520115195001010011", "5201**********11", "身份证号"),
        ("我 身份证 ５２０１１５１９５００１０１００１１", "5201**********11", "身份证号"),
        ("卡号6222 0212 3456 7890 128", "****", "银行卡号"),
        ("我在第14集团军当过兵", "〔可能涉密〕", "没有存"),
    ],
)
def test_what_must_not_be_stored_is_masked_and_told(phone: Phone, words: str, stored: str, told: str) -> None:
    phone.says(words)
    with phone.sessions.begin() as db:
        heard, *answers = phone.transcript(db)
        assert stored in heard
        assert told in "\n".join(answers)


def test_a_phone_is_masked_without_a_word(phone: Phone) -> None:
    phone.says("电话13800006021")
    with phone.sessions.begin() as db:
        assert phone.transcript(db)[0] == "电话138****6021"
    assert "遮住" not in phone.last


def test_no_number_in_the_database_file_is_readable(phone: Phone) -> None:
    files(phone)
    with phone.sessions.begin() as db:
        assert not [words for words in phone.transcript(db) if "13800006021" in words]
        assert all(b"13800006021" not in (message.words_sealed or b"") for message in db.scalars(select(Message)))


# -- how fast --------------------


def test_too_fast_is_told_once_in_ten_minutes(phone: Phone) -> None:
    for _ in range(20):
        phone.says("在吗")
    phone.hears("老战友")
    phone.says("在吗")
    phone.hears("发得有点快", "我们都收到了", "12345", "110、120")
    phone.says("在吗")
    phone.hears_nothing()
    phone.waits(minutes=1)
    phone.says("在吗")
    phone.hears("老战友")
    for _ in range(20):
        phone.says("在吗")
    phone.hears_nothing()
    phone.waits(minutes=10)
    for _ in range(21):
        phone.says("在吗")
    phone.hears("发得有点快")


def test_the_fast_ones_are_kept(phone: Phone) -> None:
    for number in range(25):
        phone.says(f"第{number}句话是这样的")
    with phone.sessions.begin() as db:
        assert "第24句话是这样的" in phone.transcript(db)


def test_one_person_does_not_slow_another(phone: Phone) -> None:
    for _ in range(22):
        phone.says("在吗")
    other = somebody(phone)
    other.says("在吗")
    other.hears("老战友")


def test_8_is_heard_at_any_speed(phone: Phone) -> None:
    for _ in range(21):
        phone.says("在吗")
    phone.hears("找人，回复 8")
    phone.says("8")
    assert mode_of(phone) == "waiting"


# -- who leaves --------------------


def test_who_unfollows_is_forgotten_and_comes_back_as_a_stranger(phone: Phone) -> None:
    files(phone)
    phone.waits(minutes=5)
    at_step(phone, 2)
    phone.says("没说完的话")
    phone.sends("unsubscribe")
    phone.hears_nothing()
    with phone.sessions.begin() as db:
        gone = db.scalars(select(Conversation)).one()
        assert phone.openid not in gone.contact
        assert not gone.follows
        words = [message for message in db.scalars(select(Message)) if message.words_sealed]
        assert not words
        assert not db.scalars(select(DialogueRun).where(DialogueRun.status != "closed")).all()
        assert db.scalars(select(Veteran)).one().phone == ""
        assert petitions(db)[0].story == STORY
    phone.sends("subscribe")
    phone.hears("老战友，您好")
    phone.says("4")
    phone.hears("还没有登记过的事")
    phone.says("2")
    phone.hears("1 同意")


# -- after a deployment --------------------


def stands(phone: Phone, dialogue: str, state: dict[str, Any], *, status: str = "open") -> None:
    """The state an older version of the program left behind."""
    phone.says("你好")
    with phone.sessions.begin() as db:
        run = DialogueRun.begin(db, phone.conversation(db), dialogue, state, now=phone.now)
        run.status = status


def agreed(phone: Phone) -> None:
    phone.says("2", "1", "1", "1", "9")


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        (ANSWERED, "依据："),
        ("1", "想问什么"),
        ("2", "1 同意"),
        ("8", "正在帮您找"),
        ("菜单", "1 查政策"),
        ("0", "1 查政策"),
    ],
)
def test_a_dialogue_taken_away_is_as_if_nothing_were_open(phone: Phone, words: str, answer: str) -> None:
    stands(phone, "homecoming", {"at": "question", "asking": "name"})
    phone.says(words)
    phone.hears(answer)


def test_help_in_a_dialogue_taken_away(phone: Phone) -> None:
    stands(phone, "homecoming", {"at": "question"})
    phone.says("帮助")
    phone.hears("8 找接待室的人")


def test_a_photo_in_a_dialogue_taken_away(phone: Phone) -> None:
    stands(phone, "homecoming", {"at": "question"})
    phone.sends("image", media_id="photo1")
    phone.hears("收到了")


def test_a_parked_dialogue_taken_away(phone: Phone) -> None:
    stands(phone, "homecoming", {"at": "question"}, status="parked")
    phone.says("接着填")
    assert phone.last


@pytest.mark.parametrize("at", ["question", "voice"])
def test_a_question_taken_away_leads_to_the_next_one(phone: Phone, at: str) -> None:
    agreed(phone)
    answers = {"topic": "看病", "story": [STORY]}
    stands(phone, "petition", {"answers": answers, "files": [], "at": at, "heard": "x", "asking": "village"})
    phone.says("金华镇")
    phone.hears("【第3步/共7步】")
    phone.says(PLACE, UNIT, WISH, "1", CONTACT)
    phone.hears("哪方面：看病", "1 没错，提交")


def test_a_question_taken_away_during_a_pause(phone: Phone) -> None:
    agreed(phone)
    answers = {"topic": "看病", "story": [STORY]}
    stands(phone, "petition", {"answers": answers, "files": [], "at": "question", "asking": "village"})
    phone.waits(days=2)
    phone.says("你好")
    phone.hears("上次填到第")
    phone.says("1")
    phone.hears("【第3步/共7步】")


def test_an_answer_nobody_asks_for_any_more_is_no_harm(phone: Phone) -> None:
    agreed(phone)
    answers = {"topic": "看病", "village": "翁贡", "story": [STORY], "where": PLACE, "unit": UNIT, "wish": WISH}
    state = {"answers": answers | {"before": "没有"}, "files": [], "at": "question", "asking": "contact"}
    stands(phone, "petition", state | {"done": ["topic", "village"]})
    phone.says(CONTACT)
    phone.hears("请您核对")
    assert "翁贡\n" not in phone.last
    phone.says("1")
    phone.hears("登记编号")


def test_going_back_skips_a_question_taken_away(phone: Phone) -> None:
    agreed(phone)
    state = {"answers": {"topic": "看病", "village": "翁贡"}, "files": [], "at": "question", "asking": "story"}
    stands(phone, "petition", state | {"done": ["topic", "village"]})
    phone.says("0")
    phone.hears("【第1步/共7步】")


def test_an_inserted_question_is_asked_before_the_card(phone: Phone) -> None:
    agreed(phone)
    answers = {"topic": "看病", "story": [STORY], "where": PLACE, "wish": WISH, "before": "没有"}
    stands(phone, "petition", {"answers": answers, "files": [], "at": "question", "asking": "contact"})
    phone.says(CONTACT)
    phone.hears("【第4步/共7步】", "和哪个单位有关")
    phone.says(UNIT)
    phone.hears("请您核对", f"哪个单位：{UNIT}", "怎么找您：王建国")


def test_a_question_inserted_at_the_card_is_asked_before_filing(phone: Phone) -> None:
    agreed(phone)
    contact = {"names": ["王建国"], "phone": "13800006021"}
    answers = {"topic": "看病", "story": [STORY], "where": PLACE, "wish": WISH, "before": "没有", "contact": contact}
    stands(phone, "petition", {"answers": answers, "files": [], "at": "check", "asking": "contact"})
    phone.says("1")
    phone.hears("【第4步/共7步】")


@pytest.mark.parametrize("shown", ["Z99", ""])
def test_an_article_withdrawn_meanwhile_is_not_an_error(phone: Phone, shown: str) -> None:
    stands(phone, "policy", {"at": "offered", "offered": [shown or "Z98"]})
    phone.says("1")
    phone.hears("没有查到", "8 ")


def test_at_most_one_run_is_open_and_closed_ones_keep_nothing(phone: Phone) -> None:
    for words in ("2", "1", "2", STORY, "菜单", ANSWERED, "8", "9", "接着填", "1", COMPLAINT, "查我的资料", "4"):
        phone.says(words)
        with phone.sessions.begin() as db:
            assert len(runs(phone, db, "open")) <= 1
            assert all(run.state_sealed is None for run in runs(phone, db, "closed"))
