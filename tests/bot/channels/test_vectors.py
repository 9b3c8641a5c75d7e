"""The published vectors at the door, and everything that is not one: one refusal for every reason (R2, R3)."""

from __future__ import annotations

import base64
import datetime as dt
import logging

import pytest

from tests.bot.channels import pushes
from tests.bot.channels.door import Door
from tests.bot.channels.pushes import APP_ID, NOISE, NONCE, OURS, STAMP, TOKEN

# What is refused never reaches a database; one kind is enough.
pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)

V3 = (
    "jn1L23DB+6ELqJ+6bruv2x/yQWlWtiTocZxnwbBi4+2AnwgZ2baa6whmC+qU2/31aiDYa7wUpWEiBBrQ2QiPvw==",
    "f30b52930e07b0039329340fe30c6639545dbfd4",
)
V4 = (
    "jn1L23DB+6ELqJ+6bruv292BKL1H0x+c5uDxwPKRmabP1XY8owC+59dRk/U/EqL8hTDBrnTwyEGMEVLOCNsTyw==",
    "b650f3526299cd35b30710fb576a07ea5b38fb5a",
)
V5_SEALED = (
    "jn1L23DB+6ELqJ+6bruv257BfjnIm3lJNAfX+D1wUmi9iwxucAu2hKNBYOo5LTHwVEBv4D5dF0XTUXESw5CLEpUS3a9POloKGsa3"
    "7JtZjVECD1648IAE86/+hNxPWw0WoO2Qz1QUQZHaA2KLku9JPnqP4lXcIElFl0wU7+xMPWGl0Yvo6994qWgrinsZcURFGHLOKw5h"
    "3rZI19AqnqkrnEjsrl7t/5ls2tdOdMKQ58jNEgaTPJ9DeN+rW5psIVoor/Az4vNDXerbaOqqzYKS+v+uZPbXmjAUEoEfxlBnPjtn"
    "ZHygbZRVNqLKmcbxCM0yO1NKRZCovgw9PWqldp1sHpd8GDsXVD2rI9pY2biWfYFRAbKFs6/ZlJIywXosY0Ump7/f9jd7HMaarX1/"
    "UDAT3dj6u+ginmrOBcgZlDYLmRXxBU+V1YImojEs59MO0oqx6Ucsq9hdIM7QqQHcXeeN/A=="
)
V5 = (V5_SEALED, "a52b3eb9ddf4ef8b47c934f92a43a6cdbfec3912")
BAD = {
    "N1 another app id": (
        "jn1L23DB+6ELqJ+6bruv20zr4agpi58ma0rpxxedzoanB4WM7uOUY9+pWxDvUodhbw/wN2oWXvKNdHKtEmI3EA==",
        "5e279c49cf14d2290914e71c5471ff310e545c63",
    ),
    "N2 length 4000": (
        "jn1L23DB+6ELqJ+6bruv24rTQZnogewMkwT7qtiGvHkCEIYzl1SN0VnszQLoFWqMpQRPhehqCS/qIIF3H3d7Dw==",
        "c993505f6c1496ada489db55642c60c517a6467b",
    ),
    "N3 padding 0": (
        "jn1L23DB+6ELqJ+6bruv2x/yQWlWtiTocZxnwbBi4+2AnwgZ2baa6whmC+qU2/31yxj64tKAwd09FyczQyFZ6A==",
        "f10600a7c3ec1488fc45d06f61bb03d1b600b9b5",
    ),
    "N4 padding 200": (
        "jn1L23DB+6ELqJ+6bruv2x/yQWlWtiTocZxnwbBi4+2AnwgZ2baa6whmC+qU2/3185hyxBNEDS4zVfcL8em8ZQ==",
        "67c897516b6f4cd71e0771e636d3a8e8829d8c35",
    ),
    "N5 not UTF-8": (
        "jn1L23DB+6ELqJ+6bruv2yz8L2DFeNnPcI9IwBEBpQSyJI9xyut8FuBMI45h5My5GeNt7UxjIX2LbPVapWljSw==",
        "cbbf073f9dff9e8b3afb9b78d5b56361c5e4dd8a",
    ),
}
IN_2025 = dt.datetime.fromtimestamp(int(STAMP), dt.UTC)


def sealed_post(door: Door, sealed: str, *, mark: str = "", body: bytes = b"", **changes: str):
    parameters = pushes.query(sealed=sealed, **({"msg_signature": mark} if mark else {}) | changes)
    return door.post(parameters, body or pushes.envelope(sealed))


def is_refused(response, door: Door) -> bool:
    """The one refusal: 403, nothing in it, its headers the same whatever was wrong; and nothing was stored."""
    plain = door.client.post("/channels/wechat_oa", data=b"")
    assert (response.status_code, response.data) == (403, b"")
    assert sorted(response.headers) == sorted(plain.headers)
    return door.rows() == {}


@pytest.mark.parametrize(
    ("token", "stamp", "nonce", "mark"),
    [
        (TOKEN, STAMP, NONCE, "57da0b98eb9d2e34a78e89493636ce7494b084cc"),
        ("AAAAA", "1714037059", "486452656", "899cf89e464efb63f54ddac96b0a0a235f53aa78"),
        ("AAAAA", "1714036504", "1514711492", "f464b24fc39322e44b38aa78f5edd27bd1441696"),
    ],
    ids=["V1", "V2", "V6"],
)
def test_the_published_plain_signatures_are_believed(make_door, token, stamp, nonce, mark):
    door = make_door(token=token)
    asked = [("signature", mark), ("timestamp", stamp), ("nonce", nonce), ("echostr", "123")]
    response = door.client.get(pushes.address(asked))
    assert (response.status_code, response.data, response.mimetype) == (200, b"123", "text/plain")
    response = door.client.get(pushes.address([(name, text.replace("1", "2")) for name, text in asked]))
    assert is_refused(response, door)


@pytest.mark.parametrize(("sealed", "mark"), [V3, V4], ids=["V3", "V4"])
def test_what_opens_but_is_no_push_is_kept_and_acknowledged(door, sealed, mark):
    response = sealed_post(door, sealed, mark=mark)
    assert (response.status_code, response.text) == (200, "success")
    assert [kind for kind, _ in door.kept()] == ["unreadable"]


def test_the_published_message_is_answered(door):
    door.clock.now = IN_2025 + dt.timedelta(seconds=1)
    words = door.heard(sealed_post(door, V5[0], mark=V5[1]))
    assert "优待证" in words
    assert door.kept() == [("text", "优待证怎么办")]


@pytest.mark.parametrize(("sealed", "mark"), BAD.values(), ids=BAD)
def test_a_good_signature_over_bad_content_is_refused(door, sealed, mark):
    assert is_refused(sealed_post(door, sealed, mark=mark), door)


@pytest.mark.parametrize("place", [0, 21, 43, 200, len(V5[0]) - 3])
def test_one_changed_character_is_refused(door, place):
    door.clock.now = IN_2025
    changed = V5[0][:place] + ("A" if V5[0][place] != "A" else "B") + V5[0][place + 1 :]
    assert is_refused(sealed_post(door, changed, mark=V5[1]), door)


def test_the_padding_tells_nothing(door):
    """C4: all 256 last bytes of a block, under a good signature, give the very same answer."""
    block = bytearray(base64.b64decode(V3[0]))
    seen = set()
    for last in range(256):
        block[-17] = last
        response = sealed_post(door, base64.b64encode(bytes(block)).decode())
        seen.add((response.status_code, response.data, tuple(sorted(response.headers))))
    # One of them is V3 itself, which opens.
    assert {(403, b""), (200, b"success")} >= {answer[:2] for answer in seen}
    assert len(seen) == 2


@pytest.mark.parametrize("pad", [0, 33, 200, 255])
def test_padding_of_an_impossible_size_is_refused(door, pad):
    block = pushes.padded(b"<xml></xml>", noise=NOISE)
    assert is_refused(sealed_post(door, pushes.encrypt(block[:-1] + bytes([pad]))), door)


@pytest.mark.parametrize(
    "sealed",
    [
        "",
        "=",
        "****",
        "A",
        "AAAA",
        "中文",
        V3[0] + "A",
        V3[0] + "====",
        V3[0][:-2],
        V3[0][:44] + "*" + V3[0][44:],
        V3[0][:44] + "\n" + V3[0][44:],
        V3[0][:44] + " " + V3[0][44:],
        V3[0][:44] + "=" + V3[0][44:],
        V3[0].replace("+", "-").replace("/", "_"),
        base64.b64encode(b"x" * 24).decode(),
        base64.b64encode(b"x" * 16).decode(),
    ],
)
def test_what_is_not_base64_from_end_to_end_is_refused(door, sealed):
    assert is_refused(sealed_post(door, sealed, mark=pushes.sign(STAMP, NONCE, sealed)), door)


@pytest.mark.parametrize(
    "body",
    [
        f"<xml><Encrypt>{V3[0]}</Encrypt><Encrypt>{V3[0]}</Encrypt></xml>",
        f"<xml><Encrypt><b>{V3[0]}</b></Encrypt></xml>",
        f"<xml><a><Encrypt>{V3[0]}</Encrypt></a></xml>",
        f"<!DOCTYPE xml><xml><Encrypt>{V3[0]}</Encrypt></xml>",
        f"<XML><Encrypt>{V3[0]}</Encrypt></XML>",
        f"<xml><Encrypt>{V3[0]}</Encrypt>",
        f"<xml><encrypt>{V3[0]}</encrypt></xml>",
        f'{{"Encrypt": "{V3[0]}"}}',
        "<xml></xml>",
        "",
        " ",
    ],
)
def test_an_envelope_of_another_form_is_refused(door, body):
    parameters = pushes.query(sealed=V3[0])
    assert is_refused(door.post(parameters, body.encode()), door)


def test_an_envelope_may_be_written_with_spaces_a_mark_and_more_elements(door):
    body = f"\ufeff<xml>\n <ToUserName>{OURS}</ToUserName>\n <Encrypt>\n{V3[0]}\n</Encrypt><AgentID>1</AgentID></xml>"
    response = door.post(pushes.query(sealed=V3[0]), body.encode())
    assert (response.status_code, response.text) == (200, "success")


GOOD = dict(pushes.query(sealed=V3[0]))


@pytest.mark.parametrize(
    "changes",
    [
        {"signature": "中" * 40},
        {"signature": GOOD["signature"].upper()},
        {"signature": ""},
        {"signature": GOOD["signature"] + "\n"},
        {"signature": "0" * 40},
        {"msg_signature": "中" * 40},
        {"msg_signature": GOOD["msg_signature"].upper()},
        {"msg_signature": ""},
        {"msg_signature": GOOD["signature"]},
        {"timestamp": "²"},
        {"timestamp": "１７３５６８９６００"},
        {"timestamp": ""},
        {"timestamp": "-1735689600"},
        {"timestamp": "1" * 13},
        {"nonce": ""},
        {"nonce": "n" * 33},
        {"nonce": "é"},
        {"nonce": "a b"},
        {"encrypt_type": ""},
        {"encrypt_type": "raw"},
        {"encrypt_type": "AES"},
        {"encrypt_type": "des"},
    ],
)
def test_every_parameter_has_its_form(door, changes):
    """C1; the signatures are computed over what is sent, so that the form alone decides."""
    stamp, nonce = changes.get("timestamp", STAMP), changes.get("nonce", NONCE)
    marks = {"signature": pushes.sign(stamp, nonce), "msg_signature": pushes.sign(stamp, nonce, V3[0])}
    assert is_refused(sealed_post(door, V3[0], **(marks | changes)), door)


@pytest.mark.parametrize("name", sorted(set(GOOD) - {"openid"}))
def test_every_parameter_stands_there_exactly_once(door, name):
    without = [pair for pair in GOOD.items() if pair[0] != name]
    assert is_refused(door.post(without, pushes.envelope(V3[0])), door)
    twice = [*GOOD.items(), (name, GOOD[name])]
    assert is_refused(door.post(twice, pushes.envelope(V3[0])), door)


def test_the_hash_of_the_token_alone_proves_nothing(door):
    """C2."""
    mark, sealed_mark = pushes.sign(), pushes.sign(V3[0])
    asked = [("signature", mark), ("timestamp", ""), ("nonce", ""), ("echostr", "1")]
    assert is_refused(door.client.get(pushes.address(asked)), door)
    assert is_refused(door.client.get(pushes.address([("signature", mark), ("echostr", "1")])), door)
    asked = [("signature", mark), ("msg_signature", sealed_mark), ("encrypt_type", "aes")]
    assert is_refused(door.post(asked, pushes.envelope(V3[0])), door)


@pytest.mark.parametrize("cut", [1, 2])
def test_a_signature_does_not_move_between_its_parts(door, cut):
    """C3: the parts are hashed without a mark between them, so a digit moved over leaves both signatures valid."""
    whole = dict(pushes.query(nonce="99999", sealed=V3[0]))
    for stamp, nonce in ((STAMP + "9" * cut, "9" * (5 - cut)), (STAMP[:-cut], STAMP[-cut:] + "99999")):
        moved = {"timestamp": stamp, "nonce": nonce}
        assert is_refused(sealed_post(door, V3[0], **(whole | moved)), door)
        asked = [("signature", whole["signature"]), *moved.items(), ("echostr", "1")]
        assert is_refused(door.client.get(pushes.address(asked)), door)
    assert pushes.sign(STAMP + "9" * cut, "9" * (5 - cut)) == whole["signature"]


@pytest.mark.parametrize("moved", [16, 32, 64])
def test_part_of_the_sealed_text_cannot_move_into_the_nonce(door, moved):
    """C3: a message whose sealed text begins with letters only; 64 of them are three whole blocks."""
    sealed = "A" * 64 + pushes.seal(door.text("你好"))[64:]
    nonce, rest = NONCE + sealed[:moved], sealed[moved:]
    assert is_refused(door.post(pushes.query(nonce=nonce, sealed=rest), pushes.envelope(rest)), door)


@pytest.mark.parametrize(("age", "logged"), [(0, 0), (599, 0), (601, 1), (-601, 1), (1200, 1), (365 * 86400, 1)])
def test_a_clock_that_differs_is_logged_and_not_refused(door, caplog, age, logged):
    stamp = str(door.second - age)
    sealed = pushes.seal(door.text("你好"))
    with caplog.at_level(logging.WARNING):
        words = door.heard(door.post(pushes.query(stamp=stamp, sealed=sealed), pushes.envelope(sealed)))
    assert words
    assert [record.getMessage() for record in caplog.records].count("clock_skew") == logged


def test_the_app_id_inside_has_to_be_ours_to_the_last_letter(door):
    for app_id in ("", APP_ID[:-1], APP_ID + "0", APP_ID.upper(), "wx0000000000000000"):
        assert is_refused(door.push(door.text("你好"), app_id=app_id), door)
    assert door.heard(door.push(door.text("你好")))
