"""Whole trips through the platform: what the prototypes show, on real processes and both databases."""

from __future__ import annotations

import time

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.conversation import Conversation
from models.media import Media
from models.message import Message
from models.reception import ReceptionTicket
from simulator import Bubble, Phone
from tests.make import make_user
from tests.trips.service import Service


def words(bubbles: list[Bubble]) -> str:
    return "\n".join(bubble.text for bubble in bubbles)


def ticket_of(db: Session, phone: Phone) -> ReceptionTicket:
    conversation = db.scalars(select(Conversation).where(Conversation.contact == phone.openid)).one()
    ticket = ReceptionTicket.of(db, conversation)
    assert ticket is not None
    return ticket


def test_who_follows_is_greeted_and_may_answer_with_a_digit(service: Service) -> None:
    phone = service.platform.phone("老周", follows=False)
    assert "1 查政策" in words(phone.follow())
    assert "直接说就行" in words(phone.says("１"))


def test_a_policy_question_is_answered_with_its_source(service: Service) -> None:
    phone = service.platform.phone("陈姐")
    assert "依据：《优待证管理办法（试行）》" in words(phone.says("优待证丢了咋办"))
    assert "谢谢您" in words(phone.taps_link("1 有用"))


def test_a_petition_with_a_photo_is_filed_and_the_photo_is_kept(service: Service) -> None:
    phone = service.platform.phone("老吴")
    phone.taps_menu("反映问题")
    phone.says("1", "2", "补助少算了两年")
    phone.sends_photo()
    phone.says("1", "演示镇", "1", "重新算", "1", "吴建国 13800006021")
    assert "登记编号" in words(phone.says("1"))
    with service.sessions.begin() as db:
        media = db.scalars(select(Media).join(Conversation).where(Conversation.contact == phone.openid)).one()
    for _ in range(100):
        with service.sessions.begin() as db:
            if db.get_one(Media, media.id).state == "kept":
                return
        time.sleep(0.1)
    raise AssertionError("the photo was not fetched")


def test_a_volunteer_answers_and_the_bot_is_silent(service: Service) -> None:
    phone = service.platform.phone("刘叔")
    assert "接待室" in words(phone.says("转任工"))
    with service.sessions.begin() as db:
        volunteer = make_user(db, name="trip-volunteer")
        ticket = ticket_of(db, phone)
        ticket.take(db, by=volunteer, now=ticket.opened_at)
        ticket.reply(db, "老哥，您好，我是接待室的小陈。", by=volunteer, now=ticket.opened_at)
    assert phone.hears("我是接待室的小陈", within=10)
    assert phone.says("优待证丢了咋办") == []
    with service.sessions.begin() as db:
        ticket = ticket_of(db, phone)
        ticket.close(db, outcome="done", now=ticket.opened_at)
    assert "依据" in words(phone.says("优待证丢了咋办"))


def test_crisis_words_are_answered_at_once(service: Service) -> None:
    phone = service.platform.phone("赵阿姨")
    heard = words(phone.says("活起没得意思，不想活了"))
    assert "120" in heard
    assert "12356" in heard
    with service.sessions.begin() as db:
        assert ticket_of(db, phone).urgent == "self_harm"


def test_nothing_is_stored_in_the_clear(service: Service) -> None:
    phone = service.platform.phone("小马")
    phone.says("金丝雀canary8461")
    with service.sessions.begin() as db:
        message = db.scalars(select(Message).join(Conversation).where(Conversation.contact == phone.openid)).first()
        assert message is not None
        assert "canary8461" in message.words
        assert b"canary8461" not in (message.words_sealed or b"")
