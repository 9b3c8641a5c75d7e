"""The three modes, the two keys, the check of the address, and whose account a push is for (R1, R4, R5, R7)."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.bot.channels import pushes
from tests.bot.channels.door import Clock, Door, alarms, make_office, words_of
from tests.bot.channels.pushes import AES_KEY, APP_ID, LAOZHOU, OLD_KEY, OURS

# What is refused never reaches a database; one kind is enough.
pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


def test_plaintext_mode_answers_in_plain(make_door):
    door = make_door(security="plain", aes_key="", aes_key_previous="")
    response = door.push_plain(door.text("你好"))
    assert response.status_code == 200
    assert response.mimetype == "application/xml"
    assert "老战友" in words_of(response.data)
    assert door.push(door.text("你好")).status_code == 403


@pytest.mark.parametrize("encrypt_type", ["", "raw"])
def test_compatible_mode_goes_by_the_address(make_door, encrypt_type):
    door = make_door(security="compatible")
    parameters = pushes.query(**({"encrypt_type": encrypt_type} if encrypt_type else {}))
    assert "老战友" in words_of(door.post(parameters, door.text("你好")).data)


def test_compatible_mode_seals_its_answer_to_a_sealed_push(make_door):
    """The body holds the message twice, in plain and sealed; only what is sealed counts."""
    door = make_door(security="compatible")
    outer = {"FromUserName": "oSOMEBODYELSE", "CreateTime": "1", "MsgType": "image", "Content": "找人"}
    response = door.push(door.text("你好"), **outer)
    assert b"Encrypt" in response.data
    assert "老战友" in door.heard(response)
    assert door.kept() == [("text", "你好")]


def test_safe_mode_refuses_plaintext_however_well_signed(door):
    for parameters in (pushes.query(), pushes.query(encrypt_type="raw"), pushes.query(msg_signature="0" * 40)):
        response = door.post(parameters, door.text("你好"))
        assert (response.status_code, response.data) == (403, b"")
    assert door.rows() == {}


def test_a_signature_cannot_be_left_out_in_plaintext(make_door):
    door = make_door(security="plain")
    for parameters in ([], pushes.query(signature="0" * 40), pushes.query(token="another")):
        assert door.post(parameters, door.text("你好")).status_code == 403
    assert door.rows() == {}


@pytest.mark.parametrize("key", [AES_KEY, OLD_KEY])
def test_the_answer_is_sealed_with_the_key_that_opened_the_push(door, key):
    response = door.push(door.text("你好"), key=key)
    assert "老战友" in door.heard(response, key=key)


def test_a_key_that_is_not_set_any_more_opens_nothing(make_door):
    door = make_door(aes_key_previous="")
    assert door.push(door.text("你好"), key=OLD_KEY).status_code == 403
    assert "老战友" in door.heard(door.push(door.text("你好")))
    assert len(door.kept()) == 1


def test_who_speaks_is_what_was_sealed_never_the_query_or_the_envelope(door):
    assert door.heard(door.push(door.text("你好"), FromUserName="oOUTER", MsgType="event", Event="unsubscribe"))
    assert door.contacts() == [LAOZHOU]


@pytest.mark.parametrize("account", ["gh_000000000000", OURS.upper(), OURS + "x"])
def test_a_push_for_another_account_is_refused(door, caplog, account):
    response = door.push(door.text("你好", ToUserName=account), ToUserName=OURS)
    assert (response.status_code, response.data) == (403, b"")
    assert door.rows() == {}
    assert "push_for_another_account" in [record.getMessage() for record in caplog.records]


@pytest.mark.parametrize("key", [AES_KEY, OLD_KEY])
@pytest.mark.parametrize("app_id", ["wx0000000000000000", APP_ID.upper(), ""])
def test_a_push_for_another_app_alarms_and_its_sender_does_not_learn_why(door, caplog, key, app_id):
    before = alarms("push")
    response = door.push(door.text("你好"), key=key, app_id=app_id)
    other = door.post(pushes.query(), b"")
    assert (response.status_code, response.data) == (other.status_code, other.data) == (403, b"")
    assert list(response.headers) == list(other.headers)
    assert alarms("push") == before + 1
    (alarm,) = [record for record in caplog.records if record.getMessage() == "push_for_another_app"]
    assert alarm.levelname == "ERROR"
    assert "wx" not in str(vars(alarm)).replace("wechat", "")
    assert door.rows() == {}


def test_what_no_key_opens_or_only_the_old_one_is_no_alarm(door, caplog):
    before = alarms("push")
    door.heard(door.push(door.text("你好"), key=OLD_KEY), key=OLD_KEY)
    assert door.push(door.text("你好"), key=AES_KEY[41::-1] + "A").status_code == 403
    assert alarms("push") == before
    assert "push_for_another_app" not in [record.getMessage() for record in caplog.records]


def test_the_envelope_may_name_any_account(door):
    sealed = pushes.seal(door.text("你好"))
    body = f"<xml><ToUserName>gh_other</ToUserName><Encrypt>{sealed}</Encrypt></xml>"
    assert door.heard(door.post(pushes.query(sealed=sealed), body))


def test_our_id_is_learned_from_the_first_good_push_and_kept(make_door, engine, sessions, library):
    door = make_door(original_id="")
    sealed = pushes.seal(door.text("你好", ToUserName="gh_evil"))
    assert door.post(pushes.query(sealed=sealed, msg_signature="0" * 40), pushes.envelope(sealed)).status_code == 403
    assert door.push(door.text("你好", ToUserName="gh_evil"), app_id="wx0000000000000000").status_code == 403
    assert door.heard(door.push(door.text("你好")))
    clock = Clock()
    later = Door(make_office(engine, sessions, library, clock=clock, original_id=""), clock)
    for process in (door, later):
        assert process.push(process.text("你好", ToUserName="gh_evil")).status_code == 403
        assert process.heard(process.push(process.text("你好")))


# -- the check of our address --------------------


@pytest.mark.parametrize("security", ["safe", "compatible", "plain"])
@pytest.mark.parametrize("echo", ["1234567890123456789", "a", "A_-9", "x" * 128])
def test_the_check_is_echoed_bare_in_every_mode(make_door, security, echo):
    door = make_door(security=security)
    response = door.client.get(pushes.address(pushes.query(echostr=echo)))
    assert (response.status_code, response.data) == (200, echo.encode())
    assert response.mimetype == "text/plain"
    assert response.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "echo", ["<script>alert(1)</script>", "", "x" * 129, "1\n", "1 2", "中文", "１２", "a.b", "%00"]
)
def test_nothing_else_is_echoed_even_when_signed(door, echo):
    response = door.client.get(pushes.address(pushes.query(echostr=echo)))
    assert (response.status_code, response.data) == (403, b"")


def test_nothing_is_echoed_unsigned_or_twice(door):
    for parameters in (
        [("echostr", "1")],
        pushes.query(echostr="1", signature="0" * 40),
        pushes.query(echostr="1", token="another"),
        [*pushes.query(echostr="1"), ("echostr", "2")],
        [*pushes.query(echostr="1"), ("nonce", "2")],
        pushes.query(),
    ):
        response = door.client.get(pushes.address(parameters))
        assert (response.status_code, response.data) == (403, b"")


def test_a_check_years_old_still_stands(door):
    door.clock.now += dt.timedelta(days=3650)
    assert door.client.get(pushes.address(pushes.query(echostr="1"))).data == b"1"


def test_other_channels_and_methods_are_not_there(door):
    assert door.client.post(pushes.address(pushes.query(), name="wecom"), data=b"<xml/>").status_code == 404
    assert door.client.get("/channels/").status_code == 404
    for method in ("PUT", "DELETE", "PATCH"):
        assert door.client.open("/channels/wechat_oa", method=method).status_code == 405
