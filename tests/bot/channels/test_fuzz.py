"""Whatever comes in, the door gives one of its few answers; whatever goes out reads back (R11)."""

from __future__ import annotations

import base64
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.channels.wechat_xml import BadXml, parts, read_push, text_answer, with_tap_links
from tests.bot.channels import pushes
from tests.bot.channels.pushes import LAOZHOU, OURS
from tests.make import NOON

on_sqlite = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)

AT = int(NOON.timestamp())
GOOD = pushes.message(at=AT, Content="优待证怎么办").encode()
EVENT = pushes.event("CLICK", at=AT, EventKey="查政策").encode()
# The database is one for all examples: what is looked at is the answer, not the rows.
slowly = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

names = st.sampled_from(
    [
        "ToUserName",
        "FromUserName",
        "CreateTime",
        "MsgType",
        "Content",
        "MsgId",
        "Event",
        "EventKey",
        "MediaId",
        "OpenID",
        "x",
    ]
)
texts = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        ["", "event", "text", "image", OURS, LAOZHOU, str(AT), "0", "subscribe", "unsubscribe", "<b/>", "]]>"]
    ),
)


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A push with some bytes changed, cut out, doubled or put in."""
    body = bytearray(draw(st.sampled_from([GOOD, EVENT])))
    for _ in range(draw(st.integers(0, 4))):
        place = draw(st.integers(0, max(0, len(body) - 1)))
        end = place + draw(st.integers(0, 20))
        body[place:end] = draw(st.one_of(st.binary(max_size=8), st.just(bytes(body[place:end] * 2))))
    return bytes(body)


@st.composite
def assembled(draw: st.DrawFn) -> bytes:
    """An XML of our elements in any number and order, with any texts."""
    elements = draw(st.lists(st.tuples(names, texts), max_size=12))
    return f"<xml>{''.join(f'<{name}>{text}</{name}>' for name, text in elements)}</xml>".encode("utf-8", "replace")


bodies = st.one_of(st.binary(max_size=300), mutated(), assembled())
parameters = st.lists(
    st.tuples(
        st.sampled_from(["signature", "timestamp", "nonce", "encrypt_type", "msg_signature", "openid", "echostr", "x"]),
        st.one_of(
            st.text(st.characters(exclude_categories=["Cs"]), max_size=45),
            st.sampled_from(["aes", "raw", "1735689600"]),
        ),
    ),
    max_size=8,
)


@on_sqlite
@given(body=bodies)
@slowly
def test_a_signed_body_is_answered_with_200_or_refused(door, body):
    started = time.thread_time()
    response = door.push(body)
    assert response.status_code in (200, 403)
    assert time.thread_time() - started < 1


@on_sqlite
@given(body=bodies)
@slowly
def test_a_signed_plain_body_is_always_answered(make_door, body):
    response = make_door(security="plain").push_plain(body)
    assert response.status_code in (200, 403)  # 403: for another account
    assert response.status_code == 200 or b"ToUserName" in body


@on_sqlite
@given(parameters=parameters, body=bodies)
@slowly
def test_an_unsigned_request_is_refused(door, parameters, body):
    for response in (door.post(parameters, body), door.client.get(pushes.address(parameters))):
        assert (response.status_code, response.data) == (403, b"")


@on_sqlite
@given(
    sealed=st.one_of(st.text(max_size=80), st.binary(max_size=96).map(lambda noise: base64.b64encode(noise).decode()))
)
@slowly
def test_a_signed_envelope_around_anything_is_refused(door, sealed):
    sealed = sealed.encode("utf-8", "replace").decode()
    response = door.post(pushes.query(sealed=sealed or "x"), pushes.envelope(sealed))
    assert (response.status_code, response.data) == (403, b"")


@on_sqlite
@given(host=st.text(st.characters(codec="latin-1", exclude_categories=["Cc"]), max_size=20), path=st.text(max_size=30))
@slowly
def test_any_path_gives_a_page_of_ours(door, host, path):
    path = path.encode("utf-8", "replace").decode()
    response = door.client.get("/" + path.lstrip("/").split("?")[0], headers={"X-Forwarded-Host": host})
    assert response.status_code in (200, 308, 400, 403, 404, 405)


@given(words=st.text(st.characters(exclude_categories=["Cs"]), max_size=300))
@slowly
def test_words_read_back_from_an_answer(words):
    try:
        answer = text_answer(to=LAOZHOU, ours=OURS, words=words, at=NOON)
    except BadXml:
        assert not any(character > " " and character not in "\ufffe\uffff" for character in words)
        return
    kept = "".join(sign for sign in words if sign in "\t\n\r" or (sign >= " " and sign not in "\ufffe\uffff"))
    expected = kept.replace("\r\n", "\n").replace("\r", "\n")
    assert pushes.fields(answer.encode())["Content"] == expected
    assert read_push(answer.encode())["Content"] == expected.strip()


@given(words=st.text(st.characters(exclude_categories=["Cs"]), max_size=3000))
@slowly
def test_pieces_fit_and_lose_no_word(words):
    linked = with_tap_links(words)
    for text in {words, linked}:
        pieces = parts(text)
        assert all(len(piece.encode()) <= 2048 and piece.strip() for piece in pieces)
        assert "".join("".join(pieces).split()) == "".join(text.split())
