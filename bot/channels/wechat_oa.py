"""The WeChat Official Account channel. The only file that imports wechatpy."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import hashlib
import hmac
import json
import logging
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import requests
from requests.adapters import HTTPAdapter
from wechatpy.crypto import WeChatCrypto

from bot.channels import Inbound, MediaGone, Parameters, Push, Refused, SendFailed
from bot.channels.wechat_errors import RENEW_TOKEN, failed
from bot.channels.wechat_events import read_inbound, unreadable
from bot.channels.wechat_token import TokenKeeper
from bot.channels.wechat_xml import BadXml, parts, read_push, read_xml, safe_text, text_answer, with_tap_links
from bot.settings import WeChatSettings

logger = logging.getLogger(__name__)

TIMEOUTS = (3, 10)  # seconds to connect, to read
SKEW_WORTH_A_LOG = dt.timedelta(minutes=10)
_ECHO = re.compile(r"[A-Za-z0-9_-]{1,128}")
# Ten digits, no fewer or more: the signed parts are hashed without a mark between them, so with a free length a digit
# could move over to the nonce and the signature would stay valid (C3).
_TIMESTAMP, _NONCE = re.compile(r"[0-9]{10}"), re.compile(r"[A-Za-z0-9_-]{1,32}")
_MEDIA_ID = re.compile(r"[A-Za-z0-9_-]{1,128}")


@dataclass(frozen=True, slots=True)
class _Sealing:
    """How to seal the answer to one push: with the key that opened it."""

    crypto: WeChatCrypto | None
    nonce: str


class WeChatOfficialAccount:
    """One Official Account: its webhook and its API, at the platform or at a stand-in on loopback."""

    name = "wechat_oa"

    def __init__(self, settings: WeChatSettings, tokens: TokenKeeper, clock: Callable[[], dt.datetime]) -> None:
        self._settings = settings
        self._tokens = tokens
        self._clock = clock
        keys = [key for key in (settings.aes_key, settings.aes_key_previous) if key]
        self._cryptos = [WeChatCrypto(settings.token, key, settings.app_id) for key in keys]
        self._http = _session(settings.api_base)

    # -- the webhook ------------------------------------------------------------------------------------------------

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
        return Push(self._read(body, now), _Sealing(crypto, nonce))

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
        envelope = f"<xml><Encrypt><![CDATA[{sealed}]]></Encrypt></xml>"
        for crypto in self._cryptos:
            try:
                inner = crypto.decrypt_message(envelope, _once(parameters, "msg_signature"), timestamp, nonce)
            except Exception:  # noqa: S112  wechatpy raises five kinds, one of them struct.error
                continue
            return inner.encode() if isinstance(inner, str) else inner, crypto
        raise Refused("decrypt")

    def _read(self, body: bytes, now: dt.datetime) -> Inbound:
        """A signed body. What cannot be read is kept as unreadable: no retry storm follows, and nothing is lost."""
        try:
            fields = read_push(body)
        except BadXml as problem:
            logger.warning("push_unreadable", extra={"why": str(problem)})
            return unreadable(body, now)
        ours = self._settings.original_id or self._tokens.learn_original_id(fields["ToUserName"])
        if fields["ToUserName"] != ours:
            logger.error("push_for_another_account")
            raise Refused("ToUserName")
        return read_inbound(fields)

    # -- the API ----------------------------------------------------------------------------------------------------

    def send(self, contact: str, words: str, *, from_bot: bool) -> None:
        text = with_tap_links(words) if from_bot else safe_text(words)
        for part in parts(text):
            self.call("message/custom/send", {"touser": contact, "msgtype": "text", "text": {"content": part}})

    def call(self, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """One API call, with one renewal of the token if the platform refuses it. Raises SendFailed."""
        for last in (False, True):
            token = self._tokens.token(self._http)
            answer = self._post(path, token, body)
            code = int(answer.get("errcode") or 0)
            if code in RENEW_TOKEN and not last:
                self._tokens.drop(token)
                continue
            if code:
                logger.warning("wechat_said_no", extra={"path": path, "errcode": code, "rid": _rid(answer)})
                raise failed(code, now=self._clock())
            return answer
        raise AssertionError("unreachable")

    def _post(self, path: str, token: str, body: dict[str, Any] | None) -> dict[str, Any]:
        url = f"{self._settings.api_base}/cgi-bin/{path}"
        try:
            if body is None:
                response = self._http.get(url, params={"access_token": token}, timeout=TIMEOUTS)
            else:
                response = self._http.post(url, params={"access_token": token}, data=_json(body), timeout=TIMEOUTS)
        except requests.Timeout as problem:
            # Not even WeChat can tell whether a request whose answer we missed was carried out (sheet 6.2).
            before_sending = isinstance(problem, requests.ConnectTimeout)
            raise SendFailed("timeout", retry=before_sending, outcome_unknown=not before_sending) from None
        except requests.ConnectionError as problem:
            refused = _refused_outright(problem)
            raise SendFailed("no connection", retry=refused, outcome_unknown=not refused) from None
        return _answer_of(response)

    def fetch(self, media_id: str, *, most: int) -> bytes:
        if not _MEDIA_ID.fullmatch(media_id):
            raise MediaGone("not a media id")
        for last in (False, True):
            token = self._tokens.token(self._http)
            content, answer = self._download(media_id, token, most)
            code = int(answer.get("errcode") or 0)
            if code in RENEW_TOKEN and not last:
                self._tokens.drop(token)
                continue
            if code == 40007:
                raise MediaGone("40007")
            if code:
                raise failed(code, now=self._clock())
            return content
        raise AssertionError("unreachable")

    def _download(self, media_id: str, token: str, most: int) -> tuple[bytes, dict[str, Any]]:
        """The file, or the platform's JSON: by type and first byte, since a file may parse as JSON (sheet 9.5)."""
        parameters = {"access_token": token, "media_id": media_id}
        url = f"{self._settings.api_base}/cgi-bin/media/get"
        try:
            with self._http.get(url, params=parameters, timeout=TIMEOUTS, stream=True) as response:
                content = b""
                for chunk in response.iter_content(65536):
                    content += chunk
                    if len(content) > most:
                        raise SendFailed("too large")
                kind = response.headers.get("Content-Type", "")
        except requests.RequestException:
            raise SendFailed("no connection", retry=True) from None
        if content[:1] == b"{" and ("json" in kind or "text" in kind):
            return b"", _answer_of(response, content)
        return content, {}


def _session(api_base: str) -> requests.Session:
    """A session that can reach one origin only: no proxy from the environment, no redirect elsewhere (R24)."""
    session = requests.Session()
    session.trust_env = False
    session.max_redirects = 0
    session.adapters.clear()
    session.mount(api_base, _OneOrigin(api_base))
    return session


class _OneOrigin(HTTPAdapter):
    """Sends every request to one scheme and host, whatever the address said."""

    def __init__(self, origin: str) -> None:
        self._origin = urlsplit(origin)
        super().__init__()

    def send(self, request: requests.PreparedRequest, *more: Any, **how: Any) -> requests.Response:
        address = urlsplit(str(request.url))
        request.url = urlunsplit((self._origin.scheme, self._origin.netloc, address.path, address.query, ""))
        return super().send(request, *more, **how)


def _once(parameters: Parameters, name: str, form: re.Pattern[str] | None = None) -> str:
    values = parameters.get(name, ())
    if len(values) != 1 or (form and not form.fullmatch(values[0])):
        raise Refused(name)
    return values[0]


def _json(body: dict[str, Any]) -> bytes:
    # WeChat shows \u escapes to people and refuses them in menus: the text itself, never its escape.
    return json.dumps(body, ensure_ascii=False).encode()


def _answer_of(response: requests.Response, content: bytes | None = None) -> dict[str, Any]:
    """WeChat's JSON. HTML or a bad status is gateway trouble, which counts as "system busy" (sheet 5.2)."""
    try:
        answer = json.loads(content if content is not None else response.content)
    except ValueError:
        return {"errcode": -1}
    return answer if isinstance(answer, dict) and response.status_code == 200 else {"errcode": -1}


def _rid(answer: dict[str, Any]) -> str:
    """Tencent's support asks for it; it is nobody's personal data."""
    found = re.search(r"rid: ([0-9a-f-]{1,40})", str(answer.get("errmsg", "")))
    return found[1] if found else ""


def _refused_outright(problem: requests.ConnectionError) -> bool:
    """Whether nothing was sent: a connection that was never made, not one that broke."""
    return "NewConnectionError" in repr(problem) or "NameResolution" in repr(problem)
