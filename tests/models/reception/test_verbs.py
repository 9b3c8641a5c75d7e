"""Taking, answering, noting, handing over, closing: one holder at a time, nothing said twice, nothing into the void."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest

from models.dialogue_run import DialogueRun
from models.reception import ReceptionTicket
from models.reception.rules import AlreadyClosed, AlreadyTaken, CannotSay, NoSendLeft, NotOnDuty
from models.user import User
from tests.make import NOON
from tests.models.room import a_talk, a_volunteer, everything_left, minutes, notes, says, talk_of, told

LATER = NOON + minutes(5)


@pytest.fixture
def chen(db):
    return a_volunteer(db, "小陈")


@pytest.fixture
def he(db):
    return a_volunteer(db, "何敏", role="staff")


@pytest.fixture
def ticket(db):
    return a_talk(db, "优待证三个月没下来")


@pytest.fixture
def held(db, ticket, chen):
    ticket.take(db, by=chen, now=NOON)
    return ticket


# -- taking --------------------


def test_the_veteran_hears_who_speaks_now(db, ticket, chen):
    ticket.take(db, by=chen, now=LATER, words="小陈在和您说话")
    assert told(db, ticket) == ["小陈在和您说话"]
    assert (ticket.state, ticket.taken_by_id, ticket.taken_at, ticket.changed_at) == ("taken", chen.id, LATER, LATER)
    assert talk_of(db, ticket).mode == "person"


def test_the_second_one_is_told_who_was_faster(db, held, he):
    with pytest.raises(AlreadyTaken, match="小陈 10:00"):
        held.take(db, by=he, now=LATER)
    assert held.taken_by_id != he.id


def test_taking_twice_says_nothing_twice(db, ticket, chen):
    for _ in range(2):
        ticket.take(db, by=chen, now=NOON, words="小陈在和您说话")
    assert told(db, ticket) == ["小陈在和您说话"]


def test_what_is_over_cannot_be_taken(db, ticket, chen):
    ticket.close(db, outcome="gave up waiting", now=NOON)
    with pytest.raises(AlreadyClosed):
        ticket.take(db, by=chen, now=NOON)


def test_of_two_who_take_at_once_one_wins(sessions):
    with sessions.begin() as db:
        wanted = a_talk(db).id
        users = [a_volunteer(db, name).id for name in ("小陈", "何敏")]

    def take(user_id):
        with sessions.begin() as db:
            db.get_one(ReceptionTicket, wanted).take(db, by=db.get_one(User, user_id), now=NOON, words="来了")

    with ThreadPoolExecutor(2) as pool:
        outcomes = [future.exception() for future in [pool.submit(take, user_id) for user_id in users]]
    assert sorted(type(each).__name__ for each in outcomes) == ["AlreadyTaken", "NoneType"]
    with sessions.begin() as db:
        assert told(db, db.get_one(ReceptionTicket, wanted)) == ["来了"]


# -- answering --------------------


def test_only_the_holder_answers(db, held, he, chen):
    held.reply(db, "我来查一下", by=chen, now=LATER)
    assert told(db, held) == ["我来查一下"]
    assert held.changed_at == LATER
    with pytest.raises(AlreadyTaken, match="小陈"):
        held.reply(db, "我也来说一句", by=he, now=LATER)
    assert told(db, held) == ["我来查一下"]


@pytest.mark.parametrize("words", ["", "  \n", "字" * 601])
def test_nothing_and_too_much_are_not_sent(db, held, chen, words):
    with pytest.raises(CannotSay):
        held.reply(db, words, by=chen, now=NOON)
    assert told(db, held) == []


def test_after_five_the_sixth_is_refused_until_the_veteran_speaks(db, held, chen):
    for number in range(5):
        held.reply(db, f"第 {number} 句", by=chen, now=NOON)
        if number == 2:
            everything_left(db, held, now=NOON)  # what has left and what is on its way both count
    with pytest.raises(NoSendLeft, match="打电话"):
        held.reply(db, "第 6 句", by=chen, now=NOON)
    assert len(told(db, held)) == 5
    says(db, talk_of(db, held), "在听", now=LATER)
    everything_left(db, held, now=LATER)
    held.reply(db, "第 6 句", by=chen, now=LATER)
    assert told(db, held)[-1] == "第 6 句"


def test_after_two_days_nothing_goes_out(db, held, chen):
    with pytest.raises(NoSendLeft):
        held.reply(db, "您还在吗", by=chen, now=NOON + dt.timedelta(hours=49))


def test_who_left_the_account_cannot_be_answered(db, held, chen):
    talk_of(db, held).follows = False
    with pytest.raises(NoSendLeft, match="取消了关注"):
        held.reply(db, "您还在吗", by=chen, now=NOON)


def test_the_last_send_is_kept_for_a_person(db, ticket, chen):
    for number in range(4):
        talk_of(db, ticket).say(db, f"机器 {number}", now=NOON)
    ticket.take(db, by=chen, now=NOON, words="小陈在和您说话")
    assert "小陈在和您说话" not in told(db, ticket)
    ticket.reply(db, "我是小陈", by=chen, now=NOON)
    assert told(db, ticket)[-1] == "我是小陈"


# -- notes --------------------


def test_a_note_stays_inside_and_shows_no_number(db, held, chen):
    held.note(db, "台账查过，电话 13800006021", by=chen, now=LATER)
    assert notes(db, held) == ["台账查过，电话 138****6021"]
    assert told(db, held) == []
    assert held.changed_at == LATER


# -- handing over --------------------


def test_a_colleague_goes_on_and_the_veteran_is_told_once(db, held, chen, he):
    held.hand_over(db, by=chen, to=he, reason="要查镇里的台账", now=NOON, words="小陈请何敏同志接着办")
    assert (held.state, held.handed_to_id, talk_of(db, held).mode) == ("waiting", he.id, "waiting")
    assert notes(db, held) == ["转给何敏：要查镇里的台账"]
    held.take(db, by=he, now=NOON + minutes(1), words="何敏来了")
    assert told(db, held) == ["小陈请何敏同志接着办"]
    assert (held.taken_by_id, held.handed_to_id) == (he.id, None)


def test_for_three_minutes_it_is_the_colleagues_alone(db, held, chen, he):
    zhou = a_volunteer(db, "周德明")
    held.hand_over(db, by=chen, to=he, reason="要查台账", now=NOON)
    with pytest.raises(AlreadyTaken, match="何敏，10:03 以后"):
        held.take(db, by=zhou, now=NOON + minutes(2.9))
    held.take(db, by=zhou, now=NOON + minutes(3), words="周德明来了")
    assert told(db, held) == ["周德明来了"]


def test_back_into_the_line_anybody_takes_it(db, held, chen, he):
    held.hand_over(db, by=chen, to=None, reason="我要下班了", now=NOON)
    assert notes(db, held) == ["转给接待队列：我要下班了"]
    held.take(db, by=he, now=NOON)
    assert held.taken_by_id == he.id


def test_nobody_is_handed_a_chat_who_is_not_there(db, held, chen):
    away = a_volunteer(db, "老赵", on_duty=False)
    for colleague in (away, chen):
        with pytest.raises(NotOnDuty):
            held.hand_over(db, by=chen, to=colleague, reason="接一下", now=NOON)
    assert held.taken_by_id == chen.id


def test_handing_over_needs_a_word_for_the_next(db, held, chen, he):
    with pytest.raises(CannotSay):
        held.hand_over(db, by=chen, to=he, reason=" ", now=NOON)


# -- back to the line --------------------


def test_what_came_back_stands_in_front(db, held, chen):
    earlier = a_talk(db, name="赵福", now=NOON - minutes(5))
    urgent = a_talk(db, name="陈平", now=NOON + minutes(5), urgent="self_harm")
    assert held.put_back(db, why="小陈下班了", now=NOON, words="换一位同志接着办")
    assert (held.state, held.taken_by_id, held.returned) == ("waiting", None, 1)
    assert [each.ahead(db) for each in (urgent, held, earlier)] == [0, 1, 2]
    assert notes(db, held) == ["小陈下班了"]


def test_the_veteran_hears_of_it_once(db, held, chen, he):
    held.put_back(db, why="没有回话", now=NOON, words="换一位同志接着办")
    held.take(db, by=he, now=NOON)
    held.put_back(db, why="没有回话", now=NOON, words="换一位同志接着办")
    assert told(db, held) == ["换一位同志接着办"]
    assert held.returned == 2


def test_who_goes_off_duty_holds_nothing_any_more(db, held, chen, he):
    other = a_talk(db, name="刘英")
    other.take(db, by=chen, now=NOON)
    his = a_talk(db, name="赵福")
    his.take(db, by=he, now=NOON)
    assert ReceptionTicket.put_back_all_of(db, chen, why="小陈改为休息", now=LATER) == 2
    assert [each.state for each in (held, other, his)] == ["waiting", "waiting", "taken"]


def test_what_nobody_holds_is_not_put_back(db, ticket):
    assert not ticket.put_back(db, why="没有回话", now=NOON)
    assert ticket.returned == 0


# -- closing --------------------


def closes(db, ticket, by, **changes):
    given = {"outcome": "answered", "summary": "照片重照就行", "words": "再会", "asking": "您满意吗？"}
    return ticket.close(db, by=by, now=LATER, **(given | changes))


def test_a_talk_ends_with_an_outcome_and_a_line(db, held, chen):
    assert closes(db, held, chen, summary="身份证 520115195806041234 已核")
    assert (held.state, held.outcome, held.closed_by_id) == ("closed", "answered", chen.id)
    assert held.summary == "身份证 5201**********34 已核"
    assert talk_of(db, held).mode == "bot"
    assert told(db, held) == ["您满意吗？"]
    assert DialogueRun.open_in(db, talk_of(db, held)).dialogue == "rating"


@pytest.mark.parametrize(("outcome", "summary"), [("answered", "  "), ("gone", "照片重照就行"), ("", "照片重照就行")])
def test_without_them_it_goes_on(db, held, chen, outcome, summary):
    with pytest.raises(CannotSay):
        closes(db, held, chen, outcome=outcome, summary=summary)
    db.refresh(held)
    assert held.state == "taken"


def test_only_the_holder_ends_it(db, held, he):
    with pytest.raises(AlreadyTaken):
        closes(db, held, he)


def test_after_a_crisis_nobody_is_asked_for_a_rating(db, chen):
    ticket = a_talk(db, "不想活了", urgent="self_harm")
    ticket.take(db, by=chen, now=NOON)
    assert not closes(db, ticket, chen)
    assert told(db, ticket) == ["再会"]
    assert DialogueRun.open_in(db, talk_of(db, ticket)) is None


def test_a_rating_that_could_not_be_sent_is_not_waited_for(db, held, chen):
    for number in range(4):
        held.reply(db, f"第 {number} 句", by=chen, now=NOON)
    assert not closes(db, held, chen)
    assert DialogueRun.open_in(db, talk_of(db, held)) is None
    assert "您满意吗？" not in told(db, held)


def test_whoever_returns_to_a_form_is_not_asked_for_another_digit(db, held, chen):
    DialogueRun.begin(db, talk_of(db, held), "petition", {"answers": {}, "asking": "topic"}, now=NOON)
    assert not closes(db, held, chen)
    assert told(db, held) == ["再会"]
    assert DialogueRun.open_in(db, talk_of(db, held)).dialogue == "petition"


def test_the_line_may_be_mended_for_a_day(db, held, chen, he):
    closes(db, held, chen)
    held.correct_summary(db, "到镇里重照", by=chen, now=LATER + dt.timedelta(hours=23))
    assert held.summary == "到镇里重照"
    for user, hours in ((he, 1), (chen, 25)):
        with pytest.raises(AlreadyClosed):
            held.correct_summary(db, "改一改", by=user, now=LATER + dt.timedelta(hours=hours))


def test_the_first_rating_counts(db, held, chen):
    closes(db, held, chen)
    held.rate(1, now=LATER)
    held.rate(3, now=LATER + minutes(1))
    assert (held.rating, held.rated_at) == (1, LATER)
