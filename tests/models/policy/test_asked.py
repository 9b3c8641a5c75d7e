"""What was asked in vain: dealt with once, kept as an index alone; who asked waits, and is told once."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select

from models.conversation import Arrival, Conversation
from models.erasure import Erasure
from models.message import Message
from models.policy import PolicyVersion
from models.policy.asked import KEPT, AlreadyDealt, Asker, DealtQuestion
from models.policy.check import CheckResult
from models.policy.suggested import SuggestedAnswer
from models.reception import ReceptionTicket
from tests.make import NIGHT, NOON, make_user
from tests.models.room import a_talk, a_volunteer, talk_of

DAY = dt.timedelta(days=1)


@pytest.fixture
def editor(db):
    return make_user(db, "editor", "小陈")


def asks(db, words, contact="laozhou", *, now=NOON):
    conversation = Conversation.of(db, "fake", contact, now=now, refills="message")
    number = len(db.scalars(select(Message.id)).all())
    return db.get_one(Message, conversation.hear(db, Arrival(f"m{number}", "text", words, now), masked="", now=now))


def drafted(db, editor, article_id="B01"):
    return PolicyVersion.save(db, article_id, "带身份证。", saved=0, what_changed="", by=editor, now=NOON)


def in_use(db, draft, editor, *, now=NOON):
    draft.ask_for_check()
    draft.keep_check(draft.digest, CheckResult(0).to_json())
    proposal = draft.propose(db, by=editor, now=now)
    boss = make_user(db, f"boss-{draft.id}", "李科")
    PolicyVersion.publish(db, proposal, digest=proposal.digest, does_worse=False, by=boss, now=now)
    db.flush()


def standing(db, words):
    return DealtQuestion.standings(db).get(DealtQuestion.index_of(db, words))


# -- dealt with --------------------


def test_the_words_themselves_are_not_kept(db, editor):
    DealtQuestion.deal(db, ["火星有多远"], None, by=editor, now=NOON)
    (row,) = db.scalars(select(DealtQuestion))
    assert "火星" not in str(vars(row))
    assert standing(db, "火星有多远").covers(NOON + 60 * DAY)
    assert standing(db, "月亮有多远") is None


def test_what_a_colleague_has_dealt_with_is_not_dealt_with_again(db, editor):
    DealtQuestion.deal(db, ["优待证咋办"], drafted(db, editor), by=editor, now=NOON)
    with pytest.raises(AlreadyDealt, match="别的同事"):
        DealtQuestion.deal(db, ["优待证咋办", "优带证咋办"], None, by=editor, now=NOON)


def test_asked_again_in_vain_after_it_went_into_use_it_comes_back(db, editor):
    draft = drafted(db, editor)
    DealtQuestion.deal(db, ["优待证咋办"], draft, by=editor, now=NOON)
    assert standing(db, "优待证咋办").covers(NOON + DAY), "while it is being written nobody need look at it"
    in_use(db, draft, editor, now=NOON + 2 * DAY)
    assert standing(db, "优待证咋办").covers(NOON + DAY)
    assert not standing(db, "优待证咋办").covers(NOON + 3 * DAY)
    DealtQuestion.deal(db, ["优待证咋办"], None, by=editor, now=NOON + 3 * DAY)
    assert standing(db, "优待证咋办").covers(NOON + 4 * DAY)


def test_when_the_draft_is_given_up_the_question_is_open_again(db, editor):
    draft = drafted(db, editor)
    DealtQuestion.deal(db, ["优待证咋办"], draft, by=editor, now=NOON)
    draft.drop()
    db.flush()
    assert not standing(db, "优待证咋办").covers(NOON)


# -- who waits --------------------


def test_each_person_waits_once_with_what_they_asked_last(db, editor):
    draft = drafted(db, editor)
    asked = [asks(db, "优待证咋办"), asks(db, "优待证咋个办嘛"), asks(db, "优待证", "laoli")]
    Asker.wait(db, draft, asked, now=NOON)
    Asker.wait(db, draft, asked[:1], now=NOON)
    assert sorted(each.words for each in db.scalars(select(Asker))) == ["优待证", "优待证咋个办嘛"]


def waiting(db, editor, *, now=NOON, **more):
    """老周, whose question is answered by a version in use."""
    draft = drafted(db, editor)
    Asker.wait(db, draft, [asks(db, "优待证咋办", now=now)], now=now)
    in_use(db, draft, editor)
    return db.scalars(select(Conversation)).one()


def test_nobody_is_due_before_the_second_persons_yes(db, editor):
    draft = drafted(db, editor)
    Asker.wait(db, draft, [asks(db, "优待证咋办")], now=NOON)
    assert Asker.due(db, now=NOON, most=9) == []
    in_use(db, draft, editor)
    assert [article_id for _, _, article_id in Asker.due(db, now=NOON, most=9)] == ["B01"]


def test_nobody_is_due_at_night(db, editor):
    waiting(db, editor)
    assert Asker.due(db, now=NIGHT, most=9) == []


def test_who_speaks_with_a_person_or_is_in_danger_is_not_told(db, editor):
    who = waiting(db, editor)
    (row,) = db.scalars(select(Asker))
    ticket = ReceptionTicket.open(db, who, reason="urgent", urgent="despair", now=NOON)
    assert Asker.due(db, now=NOON, most=9) == []
    assert not row.tell(db, ["答案"], now=NOON)
    ticket.close(db, outcome="answered", now=NOON)
    assert len(Asker.due(db, now=NOON, most=9)) == 1


def test_once_told_nothing_is_kept_of_it(db, editor):
    who = waiting(db, editor)
    ((talk, row, _),) = Asker.due(db, now=NOON, most=9)
    assert Asker.locked(db, talk, row).tell(db, ["现在有答案了", "带身份证。"], now=NOON)
    said = db.scalars(select(Message).where(Message.author == "bot").order_by(Message.id)).all()
    assert [each.words for each in said] == ["现在有答案了", "带身份证。"]
    assert {each.conversation_id for each in said} == {who.id}
    assert Asker.locked(db, talk, row) is None


def test_who_has_left_is_told_nothing(db, editor):
    who = waiting(db, editor)
    who.follows = False
    (row,) = db.scalars(select(Asker))
    assert not row.tell(db, ["答案"], now=NOON)
    assert db.scalars(select(Asker)).all() == []


def test_who_is_erased_waits_no_more(db, editor):
    who = waiting(db, editor)
    Erasure.of(db, who, now=NOON)
    assert db.scalars(select(Asker)).all() == []


def test_nobody_waits_longer_than_ninety_days_or_for_a_draft_that_was_given_up(db, editor):
    waiting(db, editor)
    other = drafted(db, editor, "B02")
    Asker.wait(db, other, [asks(db, "优待证丢了", "laoli")], now=NOON)
    assert Asker.drop_over(db, now=NOON, most=9) == 0
    other.drop()
    db.flush()
    assert Asker.drop_over(db, now=NOON, most=9) == 1
    assert Asker.drop_over(db, now=NOON + KEPT, most=9) == 1


# -- answers of colleagues --------------------


def suggested(db, reply="带身份证到服务站。电话 13800006021"):
    ticket = a_talk(db, "优待证咋办", now=NOON)
    chen = a_volunteer(db)
    ticket.take(db, by=chen, now=NOON)
    message = ticket.reply(db, reply, by=chen, now=NOON)
    return ticket, chen, message


def test_numbers_are_masked_in_what_is_handed_on(db):
    ticket, chen, message = suggested(db)
    made = SuggestedAnswer.suggest(db, ticket, message.id, "我 13800006021 咋办", message.words, by=chen, now=NOON)
    assert (made.question, made.reply) == ("我 138****6021 咋办", "带身份证到服务站。电话 138****6021")


def test_it_is_handed_on_once_and_goes_with_the_persons_data(db):
    ticket, chen, message = suggested(db)
    SuggestedAnswer.suggest(db, ticket, message.id, "咋办", message.words, by=chen, now=NOON)
    with pytest.raises(AlreadyDealt, match="已经提给"):
        SuggestedAnswer.suggest(db, ticket, message.id, "咋办", message.words, by=chen, now=NOON)
    Erasure.of(db, talk_of(db, ticket), now=NOON)
    assert db.scalars(select(SuggestedAnswer)).all() == []


def test_after_ninety_days_it_is_forgotten(db):
    ticket, chen, message = suggested(db)
    SuggestedAnswer.suggest(db, ticket, message.id, "咋办", message.words, by=chen, now=NOON)
    SuggestedAnswer.drop_over(db, now=NOON + KEPT - DAY)
    assert db.scalars(select(SuggestedAnswer)).one()
    SuggestedAnswer.drop_over(db, now=NOON + KEPT)
    assert db.scalars(select(SuggestedAnswer)).all() == []
