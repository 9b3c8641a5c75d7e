"""The platform misbehaves when it pushes: each message has one effect and one answer all the same."""

from __future__ import annotations

import time

import pytest
import requests
from sqlalchemy import func, select

from models.conversation import Conversation
from models.dialogue_run import DialogueRun
from models.media import Media
from models.message import Message
from simulator import Phone, push
from simulator.faults import FORGERIES, MALFORMED
from tests.trips.desk import (
    conversation_of,
    heard_messages,
    in_talk,
    replies_to,
    reply,
    shown,
    wait_for,
    words,
    words_of,
)
from tests.trips.service import ACCOUNT, Service

LOST_CARD = "优待证丢了咋办"


def one_row_and_one_reply(service: Service, phone: Phone) -> None:
    heard = heard_messages(service, phone)
    assert len(heard) == 1
    assert len(replies_to(service, heard[0])) == 1


def rows(service: Service) -> int:
    with service.sessions.begin() as db:
        return db.scalar(select(func.count()).select_from(Message)) or 0


def metric(service: Service, name: str, labels: str = "") -> float:
    answer = requests.get(f"{service.url}/metrics", headers={"Authorization": f"Bearer {'m' * 24}"}, timeout=5)
    line = next((line for line in answer.text.splitlines() if line.startswith(f"{name}_total{labels}")), " 0")
    return float(line.rsplit(" ", 1)[1])


def test_three_copies_at_once_have_one_effect_and_equal_answers(service: Service) -> None:
    phone = service.platform.phone("三连")
    service.platform.faults.parallel_copies = 3
    assert "依据" in words(phone.says(LOST_CARD))
    assert service.platform.deliveries[-1].attempts == 3
    one_row_and_one_reply(service, phone)
    # A petition is filed once, however often its last word arrives.
    service.platform.faults.parallel_copies = 0
    phone.says("反映问题", "1", "补助少算了", "1", "演示镇", "1", "重新算", "1", "1")
    service.platform.faults.parallel_copies = 3
    assert "登记编号" in words(phone.says("1"))
    service.platform.faults.parallel_copies = 0
    assert words(phone.says("4")).count("补助少算了") <= 1


def test_a_late_retry_gets_the_stored_answer(service: Service) -> None:
    phone = service.platform.phone("迟到")
    service.platform.faults.late_retry = 0.2
    assert len(phone.says(LOST_CARD)) == 1
    assert service.platform.deliveries[-1].attempts == 2
    one_row_and_one_reply(service, phone)


@pytest.mark.parametrize("lost", [1, 2])
def test_after_lost_answers_the_retry_gets_the_stored_one(service: Service, lost: int) -> None:
    phone = service.platform.phone(f"没回音{lost}")
    service.platform.faults.lost_answers = lost
    assert "依据" in words(phone.says(LOST_CARD))
    assert service.platform.deliveries[-1].attempts == lost + 1
    one_row_and_one_reply(service, phone)


def test_when_every_answer_is_lost_the_words_are_kept_all_the_same(service: Service) -> None:
    phone = service.platform.phone("全没回音")
    service.platform.faults.lost_answers = 3
    assert [bubble.who for bubble in phone.says(LOST_CARD)] == ["platform"]
    assert service.platform.complaints
    service.platform.complaints.clear()
    one_row_and_one_reply(service, phone)


def test_two_taps_within_one_second_are_two_events_and_a_double_tap_is_one(service: Service) -> None:
    phone = service.platform.phone("手快")
    service.platform.faults.created = int(time.time())
    first, second = words(phone.taps_menu("优待证")), words(phone.taps_menu("看病住院"))
    assert first
    assert second
    assert first != second
    assert words(phone.taps_menu("看病住院")) == second
    assert len(heard_messages(service, phone)) == 2


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forgery_is_refused_and_nothing_is_stored(service: Service, name: str) -> None:
    phone, before = service.platform.phone("冒充"), rows(service)
    setattr(service.platform.faults, name, True)
    assert phone.says("我是冒充的") == []
    delivery = service.platform.deliveries[-1]
    assert (delivery.outcome, delivery.status) == ("refused", 403)
    assert rows(service) == before
    assert heard_messages(service, phone) == []


def test_a_key_that_was_never_ours_is_refused(service: Service) -> None:
    before = rows(service)
    service.platform.faults.old_aes_key = "anotherkeyanotherkeyanotherkeyanotherkey01A"
    assert service.platform.phone("旧钥匙").says("您好") == []
    assert service.platform.deliveries[-1].outcome == "refused"
    assert rows(service) == before


@pytest.mark.parametrize("name", MALFORMED)
def test_what_nobody_can_read_is_acknowledged_or_refused_and_never_answered(service: Service, name: str) -> None:
    phone = service.platform.phone("乱码")
    setattr(service.platform.faults, name, True)
    assert phone.says(f"您好 {name}") == []
    assert service.platform.deliveries[-1].outcome in ("silent", "refused")
    service.platform.faults.clear()
    assert "依据" in words(phone.says(LOST_CARD))


def test_json_is_acknowledged_kept_and_reported(service: Service) -> None:
    """Somebody switched the data format in the console: every push is lost until an operator looks."""
    phone, before = service.platform.phone("杰森"), metric(service, "frontdoor_alarms", '{what="unreadable"}')
    service.platform.faults.json_push = True
    assert phone.says("这是JSON里的话") == []
    delivery = service.platform.deliveries[-1]
    assert (delivery.outcome, delivery.reply_kind, delivery.attempts) == ("silent", "success", 1)
    assert metric(service, "frontdoor_alarms", '{what="unreadable"}') == before + 1
    with service.sessions.begin() as db:
        kept = db.scalars(
            select(Message)
            .join(Conversation, Conversation.id == Message.conversation_id)
            .where(Conversation.contact == "unreadable")
        )
        assert any("这是JSON里的话" in message.words for message in kept)


def test_a_clock_twenty_minutes_off_is_no_reason_to_be_silent(service: Service) -> None:
    service.platform.faults.clock_skew = 1200
    assert "依据" in words(service.platform.phone("快钟").says(LOST_CARD))
    service.platform.faults.clock_skew = -1200
    assert "依据" in words(service.platform.phone("慢钟").says(LOST_CARD))
    assert '"event": "clock_skew"' in service.log_of("serve").read_text()


@pytest.mark.parametrize("name", ["reordered_elements", "unknown_element"])
def test_harmless_oddities_change_nothing(service: Service, name: str) -> None:
    phone = service.platform.phone(f"怪{name[:4]}")
    setattr(service.platform.faults, name, True)
    assert "依据" in words(phone.says(LOST_CARD))
    one_row_and_one_reply(service, phone)


def test_the_end_mark_of_a_section_is_only_text(service: Service) -> None:
    """`]]>` arrives in two CDATA sections, and has to leave in two again."""
    phone = service.platform.phone("方括号")
    phone.says("反映问题", "1")
    phone.says("补助]]><Content>少算</Content>了]]>")
    assert words_of(service, heard_messages(service, phone)[-1]) == "补助]]><Content>少算</Content>了]]>"
    phone.says("1", "演示镇", "1", "重新算]]>", "1")
    readback = words(phone.says("1"))
    assert "补助]]>" in readback
    assert "重新算]]>" in readback


@pytest.mark.parametrize("kind", ["sticker", "Event_of_Tomorrow"])
def test_kinds_nobody_foresaw_are_answered(service: Service, kind: str) -> None:
    phone = service.platform.phone(f"新花样{kind[:3]}")
    number = str(time.time_ns())
    assert "看不了" in words(phone.pushes({"MsgType": kind, "MsgId": number}))
    assert phone.happens(kind) == []
    assert service.platform.deliveries[-1].reply_kind == "success"


def test_a_text_of_nothing_is_answered(service: Service) -> None:
    assert service.platform.phone("没话").says("") != []


def test_who_unfollows_in_mid_dialogue_hears_no_more_and_is_forgotten(service: Service) -> None:
    platform = service.platform
    phone = in_talk(service, "走了")
    phone.says("金丝雀canary-leaving")
    phone.sends_photo()
    with service.sessions.begin() as db:
        number = conversation_of(db, phone).id
    platform.faults.api_slow = 0.3
    reply(service, phone, "第一句", "第二句", "第三句")
    platform.faults.clear()
    phone.unfollow()
    sent = len(platform.sent)
    with service.sessions.begin() as db:
        gone = db.get_one(Conversation, number)
        assert not gone.follows
        assert phone.openid not in gone.contact
        runs = select(DialogueRun.status).where(DialogueRun.conversation_id == number)
        assert set(db.scalars(runs)) <= {"closed"}

    def over() -> bool:
        with service.sessions.begin() as db:
            theirs = list(db.scalars(select(Message).where(Message.conversation_id == number)))
            files = list(db.scalars(select(Media).where(Media.conversation_id == number)))
            return all(not m.words_sealed for m in theirs) and all(f.state == "erased" for f in files)

    wait_for(over)
    time.sleep(1.2)  # two looks of the worker
    assert len(platform.sent) - sent <= 1  # one may have been under way
    assert not shown(phone, "第三句")
    with service.sessions.begin() as db:
        ended = db.scalars(select(Message.status).where(Message.conversation_id == number, Message.author == "staff"))
        assert not set(ended) & {"queued", "claimed", "sending", "held"}


def test_a_repeated_farewell_does_not_bring_the_person_back(service: Service) -> None:
    phone = service.platform.phone("走两遍")
    phone.says(LOST_CARD)
    service.platform.faults.lost_answers = 1
    phone.unfollow()
    with service.sessions.begin() as db:
        assert db.scalars(select(Conversation).where(Conversation.contact == phone.openid)).all() == []


def test_nothing_of_who_left_names_him_any_more(service: Service) -> None:
    phone = service.platform.phone("不留名", follows=False)
    phone.follow()
    phone.taps_menu("优待证")
    phone.unfollow()
    with service.sessions.begin() as db:
        assert db.scalars(select(Message.external_id).where(Message.external_id.contains(phone.openid))).all() == []


def test_who_comes_back_is_a_stranger(service: Service) -> None:
    phone = service.platform.phone("回来")
    phone.says("反映问题", "1", "补助少算了")
    phone.unfollow()
    assert "1 查政策" in words(phone.follow())
    assert "补助少算了" not in words(phone.says("接着填"))


def test_closing_the_account_at_wechat_erases_everything(service: Service) -> None:
    phone = service.platform.phone("注销")
    phone.says("金丝雀canary-closing")
    with service.sessions.begin() as db:
        number = conversation_of(db, phone).id
    phone.happens("user_authorization_cancellation", push.about_person(phone.openid, ACCOUNT["APP_ID"]))
    with service.sessions.begin() as db:
        assert phone.openid not in db.get_one(Conversation, number).contact
        left = db.scalars(select(Message).where(Message.conversation_id == number))
        assert not any(message.words for message in left)


def test_two_who_close_their_accounts_in_one_second_are_both_erased(service: Service) -> None:
    """The sender of these events is the platform; only `OpenID` tells them apart (sheet 3.3)."""
    phones = [service.platform.phone(name) for name in ("同走甲", "同走乙")]
    moment = int(time.time())
    for phone in phones:
        phone.says(LOST_CARD)
        about = {"OpenID": phone.openid, "AppID": ACCOUNT["APP_ID"]}
        event = {"MsgType": "event", "Event": "user_authorization_cancellation"}
        phone.pushes({"FromUserName": "gh_platform", "CreateTime": moment, **event, **about})
    with service.sessions.begin() as db:
        left = db.scalars(select(Conversation.contact).where(Conversation.contact.in_(p.openid for p in phones)))
        assert left.all() == []


def test_an_expired_photo_is_asked_for_once(service: Service) -> None:
    phone = service.platform.phone("旧照片")
    phone.says("反映问题", "1", "补助少算了")
    service.platform.faults.media_expired = True
    since = len(service.platform.calls)
    phone.sends_photo()
    with service.sessions.begin() as db:
        media = db.scalars(select(Media).where(Media.conversation_id == conversation_of(db, phone).id)).one()

    def refused() -> bool:
        with service.sessions.begin() as db:
            return db.get_one(Media, media.id).state == "refused"

    wait_for(refused)
    time.sleep(0.6)
    assert sum(call.path == "/cgi-bin/media/get" for call in service.platform.calls[since:]) == 1
