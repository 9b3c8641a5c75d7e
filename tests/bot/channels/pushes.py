"""Pushes as the platform makes them, built on `cryptography` alone: signed, sealed, or plain XML."""

from __future__ import annotations

import base64
import hashlib
import os
import struct
from urllib.parse import urlencode
from xml.etree import ElementTree

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

TOKEN = "sim_token_2026"
AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
OLD_KEY = "OldKeyOldKeyOldKeyOldKeyOldKeyOldKeyOldKeyA"
APP_ID = "wx5823bf96d3bd56c7"
OURS = "gh_a1b2c3d4e5f6"
LAOZHOU = "oTEST0000000000000000000001"
STAMP, NONCE, NOISE = "1735689600", "415670741", b"aaaabbbbccccdddd"  # of the published vectors

Query = list[tuple[str, str]]


def sign(*parts: str, token: str = TOKEN) -> str:
    return hashlib.sha1("".join(sorted([token, *parts])).encode()).hexdigest()


def padded(message: bytes, *, app_id: str = APP_ID, noise: bytes = b"") -> bytes:
    """What is encrypted: 16 random bytes, the length, the message, the app id, and padding to 32."""
    plain = (noise or os.urandom(16)) + struct.pack(">I", len(message)) + message + app_id.encode()
    pad = 32 - len(plain) % 32
    return plain + bytes([pad]) * pad


def encrypt(block: bytes, key: str = AES_KEY) -> str:
    aes = base64.b64decode(key + "=")
    cipher = Cipher(algorithms.AES(aes), modes.CBC(aes[:16])).encryptor()
    return base64.b64encode(cipher.update(block) + cipher.finalize()).decode()


def seal(message: str | bytes, *, key: str = AES_KEY, app_id: str = APP_ID, noise: bytes = b"") -> str:
    """The text of `Encrypt`."""
    return encrypt(padded(message.encode() if isinstance(message, str) else message, app_id=app_id, noise=noise), key)


def unseal(sealed: str, key: str = AES_KEY) -> tuple[str, str]:
    """The message and the app id inside an `Encrypt`."""
    aes = base64.b64decode(key + "=")
    cipher = Cipher(algorithms.AES(aes), modes.CBC(aes[:16])).decryptor()
    block = cipher.update(base64.b64decode(sealed)) + cipher.finalize()
    block = block[: -block[-1]]
    end = 20 + struct.unpack(">I", block[16:20])[0]
    return block[20:end].decode(), block[end:].decode()


def query(*, stamp: str = STAMP, nonce: str = NONCE, sealed: str = "", token: str = TOKEN, **changes: str) -> Query:
    """The parameters of a push, signed; those of an encrypted one when `sealed` is given."""
    made = {"signature": sign(stamp, nonce, token=token), "timestamp": stamp, "nonce": nonce, "openid": "oSOMEBODY"}
    if sealed:
        made |= {"encrypt_type": "aes", "msg_signature": sign(stamp, nonce, sealed, token=token)}
    return list((made | changes).items())


def address(parameters: Query, name: str = "wechat_oa") -> str:
    return f"/channels/{name}?{urlencode(parameters)}"


def envelope(sealed: str, **outer: str) -> bytes:
    return xml(**({"ToUserName": OURS} | outer), Encrypt=sealed).encode()


def xml(**elements: str) -> str:
    """Elements in the order given, each text in CDATA but numbers bare, as the platform writes them."""
    return f"<xml>{''.join(element(name, text) for name, text in elements.items())}</xml>"


def element(name: str, text: str) -> str:
    if text.startswith("<") or (text.isascii() and text.isdigit()):
        return f"<{name}>{text}</{name}>"
    split = text.replace("]]>", "]]]]><![CDATA[>")
    return f"<{name}><![CDATA[{split}]]></{name}>"


def message(kind: str = "text", *, at: int, number: str = "24700000000000001", **own: str) -> str:
    """A message of 老周; `own` adds elements or changes the common ones, an empty `number` leaves MsgId out."""
    common = {"ToUserName": OURS, "FromUserName": LAOZHOU, "CreateTime": str(at), "MsgType": kind}
    return xml(**(common | own | ({"MsgId": number} if number else {})))


def event(name: str, *, at: int, **own: str) -> str:
    common = {"ToUserName": OURS, "FromUserName": LAOZHOU, "CreateTime": str(at), "MsgType": "event", "Event": name}
    return xml(**(common | own))


def fields(text: str | bytes) -> dict[str, str]:
    """The elements of an answer, by a parser that is not ours. A repeated or nested one fails."""
    root = ElementTree.fromstring(text)
    names = [child.tag for child in root]
    assert root.tag == "xml"
    assert len(set(names)) == len(names), names
    assert not any(len(child) for child in root)
    return {child.tag: child.text or "" for child in root}
