"""The vectors of platform.md 1.6: what this second implementation must compute, and what it must refuse."""

import hashlib
import re
from pathlib import Path

import pytest

from simulator.crypto import BadEnvelope, Envelope, signature
from tests.simulator.sim_bot import AES_KEY, APP_ID, TOKEN

STAMP, NONCE, NOISE = "1735689600", "415670741", b"aaaabbbbccccdddd"
WHOLE_MESSAGE = (
    "<xml><ToUserName><![CDATA[gh_a1b2c3d4e5f6]]></ToUserName>"
    "<FromUserName><![CDATA[oTEST0000000000000000000001]]></FromUserName><CreateTime>1735689600</CreateTime>"
    "<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[优待证怎么办]]></Content><MsgId>24700000000000001</MsgId></xml>"
)
WHOLE_SEALED = (
    "jn1L23DB+6ELqJ+6bruv257BfjnIm3lJNAfX+D1wUmi9iwxucAu2hKNBYOo5LTHwVEBv4D5dF0XTUXESw5CLEpUS3a9POloKGsa3"
    "7JtZjVECD1648IAE86/+hNxPWw0WoO2Qz1QUQZHaA2KLku9JPnqP4lXcIElFl0wU7+xMPWGl0Yvo6994qWgrinsZcURFGHLOKw5h"
    "3rZI19AqnqkrnEjsrl7t/5ls2tdOdMKQ58jNEgaTPJ9DeN+rW5psIVoor/Az4vNDXerbaOqqzYKS+v+uZPbXmjAUEoEfxlBnPjtn"
    "ZHygbZRVNqLKmcbxCM0yO1NKRZCovgw9PWqldp1sHpd8GDsXVD2rI9pY2biWfYFRAbKFs6/ZlJIywXosY0Ump7/f9jd7HMaarX1/"
    "UDAT3dj6u+ginmrOBcgZlDYLmRXxBU+V1YImojEs59MO0oqx6Ucsq9hdIM7QqQHcXeeN/A=="
)
SEALED = {
    "success": (
        "jn1L23DB+6ELqJ+6bruv2x/yQWlWtiTocZxnwbBi4+2AnwgZ2baa6whmC+qU2/31aiDYa7wUpWEiBBrQ2QiPvw==",
        "f30b52930e07b0039329340fe30c6639545dbfd4",
    ),
    "<xml><a>你好</a></xml>": (
        "jn1L23DB+6ELqJ+6bruv292BKL1H0x+c5uDxwPKRmabP1XY8owC+59dRk/U/EqL8hTDBrnTwyEGMEVLOCNsTyw==",
        "b650f3526299cd35b30710fb576a07ea5b38fb5a",
    ),
    WHOLE_MESSAGE: (WHOLE_SEALED, "a52b3eb9ddf4ef8b47c934f92a43a6cdbfec3912"),
}
BAD = {
    "N1 another app id": "jn1L23DB+6ELqJ+6bruv20zr4agpi58ma0rpxxedzoanB4WM7uOUY9+pWxDvUodhbw/wN2oWXvKNdHKtEmI3EA==",
    "N2 length 4000": "jn1L23DB+6ELqJ+6bruv24rTQZnogewMkwT7qtiGvHkCEIYzl1SN0VnszQLoFWqMpQRPhehqCS/qIIF3H3d7Dw==",
    "N3 padding 0": "jn1L23DB+6ELqJ+6bruv2x/yQWlWtiTocZxnwbBi4+2AnwgZ2baa6whmC+qU2/31yxj64tKAwd09FyczQyFZ6A==",
    "N4 padding 200": "jn1L23DB+6ELqJ+6bruv2x/yQWlWtiTocZxnwbBi4+2AnwgZ2baa6whmC+qU2/3185hyxBNEDS4zVfcL8em8ZQ==",
    "N5 not UTF-8": "jn1L23DB+6ELqJ+6bruv2yz8L2DFeNnPcI9IwBEBpQSyJI9xyut8FuBMI45h5My5GeNt7UxjIX2LbPVapWljSw==",
}


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ((TOKEN, STAMP, NONCE), "57da0b98eb9d2e34a78e89493636ce7494b084cc"),
        (("AAAAA", "1714037059", "486452656"), "899cf89e464efb63f54ddac96b0a0a235f53aa78"),
        (("AAAAA", "1714036504", "1514711492"), "f464b24fc39322e44b38aa78f5edd27bd1441696"),
    ],
)
def test_plain_signatures_are_the_published_ones(parts, expected):
    assert signature(*parts) == expected


@pytest.mark.parametrize("message", SEALED, ids=["V3", "V4", "V5"])
def test_sealing_gives_the_published_bytes_and_opens_again(message):
    sealed, mark = SEALED[message]
    envelope = Envelope(AES_KEY, APP_ID)
    assert envelope.seal(message, NOISE) == sealed
    assert signature(TOKEN, STAMP, NONCE, sealed) == mark
    assert envelope.open(sealed) == message


def test_the_whole_message_is_the_one_of_the_contract():
    digest = hashlib.sha256(WHOLE_MESSAGE.encode()).hexdigest()
    assert digest == "92803c9b2ddfc0596bd4b6e74b774465cdc1208b34f038afd93de4ab6ef0e256"


@pytest.mark.parametrize("name", BAD)
def test_well_signed_rubbish_is_refused(name):
    with pytest.raises(BadEnvelope):
        Envelope(AES_KEY, APP_ID).open(BAD[name])


@pytest.mark.parametrize("sealed", ["", "****", "AAAA", "not base64!", "QUJD" * 16])
def test_what_is_no_envelope_is_refused(sealed):
    with pytest.raises(BadEnvelope):
        Envelope(AES_KEY, APP_ID).open(sealed)


@pytest.mark.parametrize("key", ["", AES_KEY[:-1], AES_KEY + "A", "+" + AES_KEY[1:]])
def test_a_key_of_another_shape_is_refused(key):
    with pytest.raises(ValueError, match="43"):
        Envelope(key, APP_ID)


def test_the_simulator_imports_nothing_of_the_bot():
    folder = Path(__file__).parents[2] / "simulator"
    imported = {
        name.split(".")[0]
        for path in folder.glob("*.py")
        for name in re.findall(r"^(?:from|import) ([\w.]+)", path.read_text(), re.MULTILINE)
    }
    assert not imported & {"bot", "models", "handlers", "knowledge_base", "migrations", "wechatpy", "xmltodict"}
