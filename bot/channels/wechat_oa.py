"""The WeChat Official Account channel. The only file that imports wechatpy."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import hashlib
import hmac
import logging
import re
import secrets
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy.exc import SQLAlchemyError
from wechatpy.crypto import WeChatCrypto
from wechatpy.exceptions import InvalidAppIdException

from bot.channels import Inbound, Parameters, Push, Refused, StoreAway
from bot.channels.wechat_api import PATIENCE, Patience, WeChatApi
from bot.channels.wechat_events import read_inbound, unreadable
from bot.channels.wechat_token import TokenKeeper
from bot.channels.wechat_xml import BadXml, fits, read_push, read_xml, text_answer, with_tap_links
from bot.metrics import ALARMS
from bot.settings import WeChatSettings

logger = logging.getLogger(__name__)

SKEW_WORTH_A_LOG = dt.timedelta(minutes=10)
_ECHO = re.compile(r"[A-Za-z0-9_-]{1,128}")
# Ten digits, no fewer or more: the signed parts are hashed without a mark between them, so with a free length a digit
# could move over to the nonce and the signature would stay valid (C3).
_TIMESTAMP, _NONCE = re.compile(r"[0-9]{10}"), re.compile(r"[A-Za-z0-9_-]{1,32}")


@dataclass(frozen=True, slots=True)
class _Sealing:
    """How to seal the answer to one push: with the key that opened it."""

    crypto: WeChatCrypto | None
    nonce: str


class WeChatOfficialAccount:
    """One Official Account: its webhook and its API, at the platform or at a stand-in on loopback."""

    name = "wechat_oa"

    def __init__(
        self,
        settings: WeChatSettings,
        tokens: TokenKeeper,
        clock: Callable[[], dt.datetime],
        patience: Patience = PATIENCE,
    ) -> None:
        self._settings = settings
        self._tokens = tokens
        self._api = WeChatApi(settings, tokens, clock, patience)
        keys = [key for key in (settings.aes_key, settings.aes_key_previous) if key]
        self._cryptos = [WeChatCrypto(settings.token, key, settings.app_id) for key in keys]

    # -- the webhook --------------------

    def greet(self, parameters: Parameters) -> str:
        self._prove(parameters, "signature")
        return _once(parameters, "echostr", _ECHO)

    @property
    def original_id(self) -> str:
        return self._settings.original_id

    def acknowledge(self) -> str:
        return "success"

    def open(self, parameters: Parameters, body: bytes, *, now: dt.datetime) -> Push:
        encrypted = "encrypt_type" in parameters and parameters["encrypt_type"] != ["raw"]
        if encrypted and list(parameters["encrypt_type"]) != ["aes"]:
            raise Refused("encrypt_type")
        if not encrypted and self._settings.security == "safe":
            raise Refused("plaintext while safe")
        timestamp, nonce = self._prove(parameters, "signature")
        crypto = None
        if encrypted:
            body, crypto = self._decrypt(parameters, body)
        skew = abs(now.timestamp() - int(timestamp))
        if skew > SKEW_WORTH_A_LOG.total_seconds():
            logger.warning("clock_skew", extra={"seconds": int(skew)})
        push = Push(_read(body, now), _Sealing(crypto, nonce))
        self._check_account(push)
        return push

    def fits(self, words: str) -> bool:
        return fits(words)

    def answer(self, push: Push, words: str, *, at: dt.datetime) -> tuple[str, str]:
        inbound = push.inbound
        xml = text_answer(to=inbound.contact, ours=inbound.ours, words=with_tap_links(words), at=at)
        sealing: _Sealing = push.seal_with
        if sealing.crypto is not None:
            xml = sealing.crypto.encrypt_message(xml, secrets.token_hex(8), str(int(at.timestamp())))
        return xml, "application/xml"

    def imitate(self, xml: str, *, at: dt.datetime) -> tuple[dict[str, str], bytes]:
        """A push as the platform would make it, for trials of our own service: query and body."""
        envelope = self._cryptos[0].encrypt_message(xml, secrets.token_hex(8), str(int(at.timestamp())))
        sealed = read_xml(envelope.encode())
        timestamp, nonce = sealed["TimeStamp"], sealed["Nonce"]
        query = {
            "signature": self._sign(timestamp, nonce),
            "timestamp": timestamp,
            "nonce": nonce,
            "encrypt_type": "aes",
            "msg_signature": sealed["MsgSignature"],
        }
        return query, envelope.encode()

    def open_answer(self, body: bytes) -> str:
        """The words of our own sealed answer, for trials."""
        sealed = read_xml(body)
        inner = self._cryptos[0].decrypt_message(
            body.decode(), sealed["MsgSignature"], sealed["TimeStamp"], sealed["Nonce"]
        )
        return read_xml(inner if isinstance(inner, bytes) else inner.encode())["Content"]

    def _sign(self, *parts: str) -> str:
        signing = "".join(sorted([self._settings.token, *parts]))
        return hashlib.sha1(signing.encode()).hexdigest()  # noqa: S324  the platform's own scheme

    def _prove(self, parameters: Parameters, named: str, *signed: str) -> tuple[str, str]:
        """Check a signature in constant time, on bytes; each parameter has to be there exactly once (R2)."""
        timestamp, nonce = _once(parameters, "timestamp", _TIMESTAMP), _once(parameters, "nonce", _NONCE)
        given = _once(parameters, named, re.compile(r"[0-9a-f]{40}"))
        if not hmac.compare_digest(self._sign(timestamp, nonce, *signed).encode(), given.encode()):
            raise Refused(named)
        return timestamp, nonce

    def _decrypt(self, parameters: Parameters, body: bytes) -> tuple[bytes, WeChatCrypto]:
        """The inner XML. Whatever goes wrong in here is one and the same refusal (R3: no padding oracle)."""
        try:
            sealed = read_xml(body).get("Encrypt", "")
            raw = base64.b64decode(sealed.encode(), validate=True)
        except (BadXml, binascii.Error, UnicodeEncodeError) as problem:
            raise Refused("Encrypt") from problem
        if not raw or len(raw) % 16:
            raise Refused("Encrypt")
        timestamp, nonce = self._prove(parameters, "msg_signature", sealed)
        foreign = False
        for crypto in self._cryptos:
            try:
                inner = crypto.decrypt_message(
                    {"Encrypt": sealed}, _once(parameters, "msg_signature"), timestamp, nonce
                )
            except InvalidAppIdException:
                foreign = True
            except Exception:  # noqa: S112  wechatpy raises four kinds more, one of them struct.error
                continue
            else:
                return inner.encode() if isinstance(inner, str) else inner, crypto
        if foreign:  # one of our keys opened it, and it is for another account (R4); only the operators are told
            logger.error("push_for_another_app")
            ALARMS.labels("push").inc()
        raise Refused("decrypt")

    def _check_account(self, push: Push) -> None:
        """A push has to name our account (R4); what was unreadable names none."""
        seen = push.inbound.ours
        try:
            ours = self._settings.original_id or (seen and self._tokens.learn_original_id(seen))
        except (SQLAlchemyError, sqlite3.Error) as problem:
            raise StoreAway(push) from problem
        if seen and seen != ours:
            logger.error("push_for_another_account")
            ALARMS.labels("push").inc()
            raise Refused("ToUserName")

    # -- the API --------------------

    def send(self, contact: str, words: str, *, from_bot: bool) -> None:
        self._api.send(contact, words, from_bot=from_bot)

    @property
    def can_notify(self) -> bool:
        return bool(self._settings.template_notice)

    def notify(self, contact: str, words: str, *, key: str) -> str:
        return self._api.notify(contact, words, key=key)

    def fetch(self, media_id: str, *, most: int) -> bytes:
        return self._api.fetch(media_id, most=most)

    def call(self, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """One API call. Raises SendFailed."""
        return self._api.call(path, body)


def _read(body: bytes, now: dt.datetime) -> Inbound:
    """A signed body. What cannot be read is kept as unreadable: no retry storm follows, and nothing is lost."""
    try:
        return read_inbound(read_push(body))
    except BadXml as problem:
        logger.warning("push_unreadable", extra={"why": str(problem)})
        ALARMS.labels("push").inc()
        return unreadable(body, now)


def _once(parameters: Parameters, name: str, form: re.Pattern[str] | None = None) -> str:
    values = parameters.get(name, ())
    if len(values) != 1 or (form and not form.fullmatch(values[0])):
        raise Refused(name)
    return values[0]
