"""From a push to the request that carries it: query, body, sealing, and the faults that bend them (platform.md 1.3)."""

import base64
import json
import secrets
from dataclasses import dataclass

from simulator.crypto import BLOCK, Envelope, signature
from simulator.markup import Fields, write
from simulator.push import Push
from simulator.world import World


@dataclass(frozen=True)
class Request:
    """What is POSTed. `envelope` is the one the reply must be sealed with, None after a plain push."""

    query: dict[str, str]
    body: bytes
    envelope: Envelope | None


def request_for(push: Push, world: World) -> Request:
    """A fresh request: same message, new timestamp, nonce and ciphertext at every attempt (platform.md 2.1)."""
    faults, account = world.faults, world.account
    stamp, nonce = str(int(world.now() + faults.clock_skew)), str(secrets.randbelow(10**9) + 10**8)
    query = {
        "signature": _spoilt(signature(account.token, stamp, nonce), world),
        "timestamp": stamp,
        "nonce": nonce,
        "openid": push.sender,
    }
    body = _body(push, world)
    if account.mode == "plain" or (account.mode == "safe" and faults.plain_while_safe):
        return Request(query, body, None)
    envelope = Envelope(faults.old_aes_key, account.app_id) if faults.old_aes_key else world.envelope
    sealed = _sealed(body.decode("utf-8", "surrogateescape"), world, envelope)
    query["encrypt_type"] = "aes"
    query["msg_signature"] = _spoilt(signature(account.token, stamp, nonce, sealed), world)
    if faults.tampered_encrypt:
        sealed = ("A" if sealed[0] != "A" else "B") + sealed[1:]
    wrapped: Fields = [("ToUserName", account.original_id), ("Encrypt", sealed)]
    if account.mode == "compatible":
        wrapped = [*push.fields, ("Encrypt", sealed)]
    return Request(query, write(wrapped).encode(), envelope)


def _spoilt(good: str, world: World) -> str:
    if world.faults.non_ascii_signature:
        return "签" + good[1:]
    return "0" * len(good) if world.faults.wrong_signature else good


def _sealed(message: str, world: World, envelope: Envelope) -> str:
    """Normally a good envelope; under a fault, one of the vectors N1, N2, N3 or N5 around the same message."""
    faults, app_id = world.faults, world.account.app_id.encode()
    words = message.encode("utf-8", "surrogateescape")
    if faults.not_utf8:
        return _by_hand(envelope, len(words) + 2, b"\xff\xfe" + words + app_id)
    if faults.foreign_app_id:
        return _by_hand(envelope, len(words), words + b"wx0000000000000000")
    if faults.bad_length:
        return _by_hand(envelope, len(words) + 4000, words + app_id)
    if faults.bad_padding:
        return _by_hand(envelope, len(words), words + app_id, last=0)
    return _by_hand(envelope, len(words), words + app_id)


def _by_hand(envelope: Envelope, length: int, content: bytes, last: int | None = None) -> str:
    plain = secrets.token_bytes(16) + length.to_bytes(4, "big") + content
    padding = BLOCK - len(plain) % BLOCK
    padded = plain + bytes([padding]) * padding
    if last is not None:
        padded = padded[:-1] + bytes([last])
    return base64.b64encode(envelope.encrypt_blocks(padded)).decode()


def _body(push: Push, world: World) -> bytes:
    faults = world.faults
    fields: Fields = list(push.fields)
    if faults.unknown_element:
        fields.append(("AnElementNobodyKnows", [("Inner", "1")]))
    if faults.repeated_elements:
        fields.extend(pair for pair in push.fields if pair[0] in ("FromUserName", "MsgId", "Content"))
    if faults.gbk:
        # Words of letters only would be the same bytes in both encodings.
        fields.append(("Encoding", "国标"))
    if faults.oversize:
        fields.append(("Padding", "很" * 110_000))
    if faults.reordered_elements:
        fields.reverse()
    if faults.json_push:
        return json.dumps(dict(fields), ensure_ascii=False).encode()
    text = write(fields)
    if faults.document_type:
        text = '<!DOCTYPE xml [<!ENTITY who "x">]>' + text
    return text.encode("gbk", "replace") if faults.gbk else text.encode()
