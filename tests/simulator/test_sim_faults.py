"""Every switch of the API side does what it says (platform.md 12.4)."""

import time

import pytest
import requests

SEND, TEMPLATE = "/cgi-bin/message/custom/send", "/cgi-bin/message/template/send"


@pytest.fixture
def ready(caller, phone):
    """A follower inside his window, and a caller with a token."""
    phone.says("在吗")
    assert caller.token
    return caller


def test_a_dead_api_cuts_the_line(ready, platform, phone):
    platform.faults.api_down = True
    with pytest.raises(requests.ConnectionError):
        ready.send(phone)
    platform.faults.clear()
    assert ready.send(phone) == 0
    assert len(platform.sent) == 1


def test_gateway_pages_and_500(ready, platform, phone):
    platform.faults.html_answers = True
    answer = ready.raw("POST", SEND, b"{}")
    assert answer.status_code == 200
    assert answer.text.startswith("<html>")
    platform.faults.clear()
    platform.faults.http_500 = True
    assert ready.raw("POST", SEND, b"{}").status_code == 500


def test_slowness_of_the_api_and_of_the_token_endpoint_alone(ready, platform, phone):
    platform.faults.token_slow = 0.4
    started = time.monotonic()
    assert ready.send(phone) == 0
    assert time.monotonic() - started < 0.4
    ready.stable()
    assert time.monotonic() - started >= 0.4
    platform.faults.clear()
    platform.faults.api_slow = 0.2
    started = time.monotonic()
    assert ready.send(phone) == 0
    assert time.monotonic() - started >= 0.2


def test_a_hanging_token_endpoint_does_not_outlive_the_simulator(make, bot):
    platform = make()
    platform.faults.token_slow = 30
    with bot.serve() as platform.webhook:
        started = time.monotonic()
        with platform.serve() as base, pytest.raises(requests.Timeout):
            requests.post(base + "/cgi-bin/stable_token", json={}, timeout=0.1, proxies={"http": ""})
        assert time.monotonic() - started < 2


def test_40001_for_ever(ready, platform, phone):
    platform.faults.token_always_invalid = True
    ready.renew()
    assert [ready.send(phone) for _ in range(3)] == [40001] * 3
    assert "access_token" in ready.stable()


@pytest.mark.parametrize("errcode", [40164, 61004, 40125, 40013, 40243])
def test_the_token_endpoint_refuses(caller, platform, errcode):
    platform.faults.token_error = errcode
    assert caller.stable()["errcode"] == caller.plain()["errcode"] == errcode


def test_an_address_that_is_not_listed(ready, platform, phone):
    platform.faults.address_not_listed = True
    assert ready.send(phone) == 40164
    assert "127.0.0.1" in ready.stable()["errmsg"]


def test_busy_twice_then_fine(ready, platform, phone):
    platform.faults.busy_calls = 2
    assert [ready.send(phone) for _ in range(3)] == [-1, -1, 0]
    assert len(platform.sent) == 1


@pytest.mark.parametrize("errcode", [45015, 45047, 45009, 48002])
def test_a_forced_send_error_delivers_nothing(ready, platform, phone, errcode):
    platform.faults.send_error = errcode
    assert ready.send(phone) == errcode
    assert platform.sent == []
    platform.faults.send_error = 0
    assert ready.send(phone) == 0


def test_answers_can_be_queued_for_one_path(ready, platform, phone):
    platform.faults.next_errors[SEND] = [45011, -1]
    assert [ready.send(phone) for _ in range(3)] == [45011, -1, 0]


@pytest.mark.parametrize("errcode", [43101, 47003, 40249, 43116, 40252])
def test_a_forced_template_error(ready, platform, phone, errcode):
    platform.faults.template_error = errcode
    assert ready.post(TEMPLATE, {"touser": phone.openid})["errcode"] == errcode


def test_forced_errors_of_notices_and_broadcasts(ready, platform, phone):
    platform.faults.subscribe_error, platform.faults.mass_error = 43101, 45028
    assert ready.post("/cgi-bin/message/subscribe/bizsend")["errcode"] == 43101
    assert ready.post("/cgi-bin/message/mass/sendall")["errcode"] == 45028
    assert ready.post("/cgi-bin/message/mass/send")["errcode"] == 45028


def test_a_message_can_be_accepted_without_an_answer(ready, platform, phone):
    platform.faults.accepted_then_silent = 1
    with pytest.raises(requests.Timeout):
        ready.raw(
            "POST", SEND, f'{{"touser":"{phone.openid}","msgtype":"text","text":{{"content":"好"}}}}', timeout=0.2
        )
    phone.hears("好")
    assert ready.send(phone) == 0
    assert len(platform.sent) == 2


def test_the_silence_ends_with_a_cut_line(ready, platform, phone):
    platform.faults.accepted_then_silent, platform.faults.silence = 1, 0.05
    with pytest.raises(requests.ConnectionError):
        ready.send(phone)
    assert len(platform.sent) == 1


def test_expired_media(ready, platform, phone):
    media_id = ready.upload("/cgi-bin/media/upload", b"\xff\xd8\xff x", type="image")["media_id"]
    body = {"touser": phone.openid, "msgtype": "image", "image": {"media_id": media_id}}
    platform.faults.media_expired = True
    assert ready.post(SEND, body)["errcode"] == 40007
    platform.faults.media_expired = False
    assert ready.post(SEND, body)["errcode"] == 0


def test_a_token_revoked_between_two_sends(ready, platform, phone):
    assert ready.send(phone) == 0
    platform.revoke_tokens()
    assert ready.send(phone) == 40001
    ready.renew()
    assert ready.send(phone) == 0


def test_a_broadcast_that_went_out_and_answers_45065(ready, platform, phone):
    platform.faults.broadcast_answers_45065 = True
    body = {"filter": {"is_to_all": True}, "msgtype": "text", "text": {"content": "通知"}, "clientmsgid": "n1"}
    answer = ready.post("/cgi-bin/message/mass/sendall", body)
    assert answer["errcode"] == 45065
    phone.hears("通知")
    assert ready.post("/cgi-bin/message/mass/get", {"msg_id": answer["msg_id"]})["msg_status"] == "SEND_SUCCESS"


def test_a_lost_event_is_never_pushed_but_can_be_polled(ready, platform, phone, bot):
    platform.faults.lost_events = {"MASSSENDJOBFINISH"}
    body = {"filter": {"is_to_all": True}, "msgtype": "text", "text": {"content": "通知"}}
    number = ready.post("/cgi-bin/message/mass/sendall", body)["msg_id"]
    platform.settle()
    assert "MASSSENDJOBFINISH" not in [asked.words("Event") for asked in bot.read]
    assert ready.post("/cgi-bin/message/mass/get", {"msg_id": number})["msg_status"] == "SEND_SUCCESS"


def test_results_can_be_bad(ready, platform, phone, bot):
    platform.faults.broadcast_result, platform.faults.template_result = "err(20001)", "failed:user block"
    body = {"filter": {"is_to_all": True}, "msgtype": "text", "text": {"content": "通知"}}
    number = ready.post("/cgi-bin/message/mass/sendall", body)["msg_id"]
    assert ready.post("/cgi-bin/message/mass/get", {"msg_id": number})["msg_status"] == "SEND_FAIL"
    template = {"touser": phone.openid, "template_id": platform.add_template("试", ["thing1"])}
    ready.post(TEMPLATE, {**template, "data": {"thing1": {"value": "好"}}})
    platform.settle()
    assert [asked.words("Status") for asked in bot.read[-2:]] == ["err(20001)", "failed:user block"]
    assert [bubble.kind for bubble in phone.bubbles] == ["text", "text"]
