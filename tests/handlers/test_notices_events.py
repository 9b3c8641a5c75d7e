"""What the platform tells by itself is nobody's word: keeping periods count from what the veteran does (R50)."""

from __future__ import annotations

import datetime as dt
import itertools

import pytest
from sqlalchemy import func, select

from bot import sweeps
from bot.channels.wechat_events import read_inbound
from bot.conversation import receive
from handlers.kit.turn import Reading
from models.broadcast.spread import spread
from models.conversation import Conversation
from models.message import Message, Status
from models.people import HANDLING, Consent
from tests.make import NOON
from tests.notices import make_approved, make_known, messages_of
from tests.phone import Phone

YEAR = dt.timedelta(days=365)
OURS = {"ToUserName": "gh_test"}
BY_THE_PLATFORM = {
    "a template's result": {"Event": "TEMPLATESENDJOBFINISH", "MsgID": "200", "Status": "success"},
    "a changed nickname": {"Event": "user_info_modified"},
    "where the phone is": {"Event": "LOCATION", "Latitude": "26.6", "Longitude": "106.6"},
    "one nobody knows": {"Event": "something_new"},
}
BY_THE_VETERAN = {
    "a word": {"MsgType": "text", "Content": "你好", "MsgId": "24700000000000001"},
    "a picture": {"MsgType": "image", "MediaId": "x", "MsgId": "24700000000000002"},
    "the menu": {"Event": "CLICK", "EventKey": "查政策"},
    "a code scanned": {"Event": "SCAN", "EventKey": "x"},
    "coming back": {"Event": "subscribe"},
}
_seconds = itertools.count(1_800_000_000)


def pushed(phone: Phone, **fields: str) -> None:
    """WeChat pushes this about 老周."""
    about = OURS | {"FromUserName": phone.openid, "CreateTime": str(next(_seconds)), "MsgType": "event"}
    inbound = read_inbound(about | fields)
    reading = Reading.of(inbound.text, phone.library)
    with phone.sessions.begin() as db:
        receive(db, "wechat_oa", inbound, reading, phone.library, now=phone.now)


def heard_at(phone: Phone) -> dt.datetime:
    with phone.sessions.begin() as db:
        return phone.conversation(db).heard_at


@pytest.mark.parametrize("fields", BY_THE_PLATFORM.values(), ids=BY_THE_PLATFORM)
def test_what_the_platform_tells_is_not_heard_from_the_veteran(phone: Phone, fields: dict[str, str]) -> None:
    phone.says("你好")
    phone.waits(days=40)
    pushed(phone, **fields)
    assert heard_at(phone) == NOON


@pytest.mark.parametrize("fields", BY_THE_VETERAN.values(), ids=BY_THE_VETERAN)
def test_what_the_veteran_does_is(phone: Phone, fields: dict[str, str]) -> None:
    phone.says("你好")
    phone.waits(days=40)
    pushed(phone, **fields)
    assert heard_at(phone) == phone.now


@pytest.mark.parametrize("fields", BY_THE_PLATFORM.values(), ids=BY_THE_PLATFORM)
def test_nobody_follows_because_the_platform_told_something(phone: Phone, fields: dict[str, str]) -> None:
    phone.says("你好")
    with phone.sessions.begin() as db:
        phone.conversation(db).follows = False  # WeChat said so when something was to be sent
    pushed(phone, **fields)
    with phone.sessions.begin() as db:
        assert not phone.conversation(db).follows
    phone.says("我回来了")
    with phone.sessions.begin() as db:
        assert phone.conversation(db).follows


def test_a_late_result_does_not_bring_back_who_has_left(phone: Phone) -> None:
    """R51: the openid is gone with the person; what became of an old message concerns the message alone."""
    phone.says("你好")
    with phone.sessions.begin() as db:
        notice = make_approved(db, now=phone.now)
        spread(db, phone.now, template=True)
        message = messages_of(db, notice)[0]
        message.status, message.external_id = Status.SENT, "template:200"
        message_id = message.id
    phone.sends("unsubscribe")
    pushed(phone, Event="TEMPLATESENDJOBFINISH", MsgID="200", Status="failed:user block")
    with phone.sessions.begin() as db:
        assert db.scalars(select(Conversation).where(Conversation.contact == phone.openid)).all() == []
        assert db.get_one(Message, message_id).status == Status.FAILED, "and it is believed"


def test_notices_and_their_results_keep_no_chat_alive(phone: Phone) -> None:
    phone.says("你好")
    with phone.sessions.begin() as db:
        veteran = make_known(db, phone.conversation(db).id, name="周建国")
        db.add(Consent(veteran_id=veteran.id, purpose=HANDLING, version="1", given_at=NOON))
    for _ in range(3):
        phone.waits(days=240)
        with phone.sessions.begin() as db:
            make_approved(db, now=phone.now)
        with phone.sessions.begin() as db:
            assert spread(db, phone.now, template=True) == 1
        pushed(phone, Event="user_info_modified")
    with phone.sessions.begin() as db:
        assert sweeps.forget_chats(db, NOON + 2 * YEAR - dt.timedelta(seconds=1)) == 0
        assert sweeps.forget_chats(db, NOON + 2 * YEAR) > 0
        assert sweeps.forget_profiles(db, NOON + 2 * YEAR) == 1
        assert db.scalar(select(func.count(Message.words_sealed))) == 0
