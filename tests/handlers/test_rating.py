"""One digit after a talk: thanks, or a reason and a call within a day."""

import pytest
from sqlalchemy import select

from handlers.kit.phrase import worded
from handlers.reception_words import ASK_RATING, CLOSED_BY
from models.reception import ReceptionTicket
from models.reception.note import TicketNote
from models.user import User
from tests.handlers.stories import ANSWERED, NUMBER, STORY, a_volunteer_takes, mode_of, runs, ticket_of
from tests.phone import Phone


@pytest.fixture
def asked(phone: Phone) -> Phone:
    """老周 has been spoken with and asked how it was."""
    phone.says("8")
    a_volunteer_takes(phone)
    closes(phone)
    return phone


def closes(phone: Phone) -> bool:
    with phone.sessions.begin() as db:
        ticket = ticket_of(phone, db)
        by = db.get_one(User, ticket.taken_by_id)
        said = {"words": CLOSED_BY(who="小陈"), "asking": ASK_RATING(who="小陈")}
        words = {name: worded([line], {}) for name, line in said.items()}
        return ticket.close(db, by=by, outcome="answered", summary="照片重照", now=phone.now, **words)


def ratings(phone: Phone) -> list[int | None]:
    with phone.sessions.begin() as db:
        return list(db.scalars(select(ReceptionTicket.rating).order_by(ReceptionTicket.id)))


def test_the_question_goes_out_with_the_good_bye(asked: Phone) -> None:
    with asked.sessions.begin() as db:
        assert asked.transcript(db)[-1] == "小陈接待完了。您满意吗？\n1 满意\n2 一般\n3 不满意"


@pytest.mark.parametrize(("said", "rating"), [("1", 1), ("满意", 1), ("２", 2), ("一般", 2)])
def test_a_digit_or_its_word_is_the_rating(asked: Phone, said: str, rating: int) -> None:
    asked.says(said)
    asked.hears("记下了", "谢谢您")
    assert ratings(asked) == [rating]
    assert mode_of(asked) == "bot"


@pytest.mark.parametrize("said", ["3", "不满意"])
def test_who_is_not_satisfied_is_called_back(asked: Phone, said: str) -> None:
    asked.says(said)
    asked.hears("对不住您", "24 小时内有人给您回话", "1 没说清楚", "4 事情没解决")
    asked.says("2")
    asked.hears("不用再说一遍")
    assert ratings(asked) == [3, None]
    with asked.sessions.begin() as db:
        again = ticket_of(asked, db)
        assert (again.reason, again.call_back, again.state) == ("unhappy", True, "waiting")
        told = [note.words for note in db.scalars(select(TicketNote).where(TicketNote.ticket_id == again.id))]
        assert told == ["对小陈接待的那次不满意。请在 24 小时内回话。", "哪里不好：等太久"]


def test_a_reason_in_their_own_words_reaches_whoever_calls_back(asked: Phone) -> None:
    asked.says("3", "你们那个人讲话太冲了，我不舒服")
    asked.hears("记给接待室的人看了")
    assert mode_of(asked) == "waiting"


def test_who_does_not_want_a_call_says_9(asked: Phone) -> None:
    asked.says("3", "9")
    asked.hears("不找了")
    assert mode_of(asked) == "bot"


def test_the_number_left_before_is_there_for_the_call(phone: Phone) -> None:
    phone.says("8", "1", NUMBER)
    a_volunteer_takes(phone)
    closes(phone)
    phone.says("3")
    with phone.sessions.begin() as db:
        assert ticket_of(phone, db).phone == NUMBER


def test_thanks_are_no_rating_and_leave_the_question_open(asked: Phone) -> None:
    asked.says("谢谢")
    asked.hears("不用谢", "1 满意")
    asked.says("1")
    assert ratings(asked) == [1]


@pytest.mark.parametrize("words", [ANSWERED, "菜单", "8", "4"])
def test_who_speaks_of_something_else_is_answered(asked: Phone, words: str) -> None:
    asked.says(words)
    assert asked.last
    assert "满意" not in asked.last
    assert ratings(asked)[0] is None


def test_a_day_later_a_digit_means_the_menu_again(asked: Phone) -> None:
    asked.waits(hours=25)
    asked.says("1")
    asked.hears("想问什么")
    assert ratings(asked) == [None]


def test_rated_once_the_digit_is_free_again(asked: Phone) -> None:
    asked.says("1", "1")
    asked.hears("想问什么")
    assert ratings(asked) == [1]


def test_danger_comes_before_the_rating(asked: Phone) -> None:
    asked.says("活起没得意思了，不想麻烦哪个了")
    asked.hears("120", "12356")
    assert ratings(asked)[0] is None


def test_a_form_left_for_the_talk_is_still_there(phone: Phone) -> None:
    phone.says("2", "1", "2", STORY, "8")
    a_volunteer_takes(phone)
    assert closes(phone)
    phone.says("1", "接着填")
    phone.hears("上次填到第")


def test_a_form_open_now_keeps_its_digits(phone: Phone) -> None:
    phone.says("8", "2", "1")
    phone.hears("第1步")
    a_volunteer_takes(phone)
    assert not closes(phone)
    phone.says("2")
    assert ratings(phone) == [None]
    with phone.sessions.begin() as db:
        assert [run.dialogue for run in runs(phone, db, "open")] == ["petition"]
