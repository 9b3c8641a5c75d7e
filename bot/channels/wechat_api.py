"""WeChat's API: messages sent, files fetched. One origin, bounded waits, one renewal (docs/platform.md 5, 6, 9.5)."""

from __future__ import annotations

import datetime as dt
import json
import logging
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError

from bot.channels import MediaGone, SendFailed
from bot.channels.wechat_errors import MEDIA_GONE, RENEW_TOKEN, code_of, failed
from bot.channels.wechat_template import CannotFill, fields_of, template_data
from bot.channels.wechat_token import TokenKeeper
from bot.channels.wechat_xml import parts, safe_text, with_tap_links
from bot.settings import WeChatSettings

logger = logging.getLogger(__name__)

_MEDIA_ID = re.compile(r"[A-Za-z0-9_-]{1,128}")


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds we wait: to connect, for the next bytes, and for a whole file (R24, R26)."""

    connect: float = 3
    read: float = 10
    file: float = 30


PATIENCE = Patience()


class WeChatApi:
    """The calls to one account's API, at the platform or at a stand-in on loopback."""

    def __init__(
        self, settings: WeChatSettings, tokens: TokenKeeper, clock: Callable[[], dt.datetime], patience: Patience
    ) -> None:
        self._base = settings.api_base
        self._tokens = tokens
        self._clock = clock
        self._patience = patience
        self._http = _session(settings.api_base, patience)
        self._template = settings.template_notice
        self._template_fields: list[str] = []

    def send(self, contact: str, words: str, *, from_bot: bool) -> None:
        text = with_tap_links(words) if from_bot else safe_text(words)
        pieces = parts(text)
        if not pieces:
            raise SendFailed("nothing to say", alarm=True)
        for piece in pieces:
            self.call("message/custom/send", {"touser": contact, "msgtype": "text", "text": {"content": piece}})

    def notify(self, contact: str, words: str, *, key: str) -> str:
        """The beginning of a notice as a template message; the same key is sent once in ten minutes (sheet 7.1)."""
        if not self._template_fields:
            self._template_fields = fields_of(self.call("template/get_all_private_template"), self._template)
        try:
            data = template_data(self._template_fields, safe_text(words), at=self._clock())
        except CannotFill as fault:
            raise SendFailed(f"通知模板用不了：{fault}", alarm=True) from fault
        body = {"touser": contact, "template_id": self._template, "client_msg_id": key, "data": data}
        return str(self.call("message/template/send", body).get("msgid", ""))

    def call(self, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """One API call, with one renewal of the token if the platform refuses it. Raises SendFailed."""
        return self._with_token(path, lambda token: self._post(path, token, body))

    def fetch(self, media_id: str, *, most: int) -> bytes:
        if not _MEDIA_ID.fullmatch(media_id):
            raise MediaGone("not a media id")
        content = b""

        def download(token: str) -> dict[str, Any]:
            nonlocal content
            content, answer = self._download(media_id, token, most)
            if code_of(answer) == MEDIA_GONE:
                raise MediaGone(str(MEDIA_GONE))
            return answer

        answer = self._with_token("media/get", download)
        if not content:
            raise MediaGone("no file: " + ",".join(sorted(answer))[:40])  # of a video only its address may come (9.5)
        return content

    def _with_token(self, path: str, ask: Callable[[str], dict[str, Any]]) -> dict[str, Any]:
        for last in (False, True):
            token = self._tokens.token(self._http)
            answer = ask(token)
            code = code_of(answer)
            if not code:
                return answer
            logger.warning("wechat_said_no", extra={"path": path, "errcode": code, "rid": _rid(answer)})
            if code in RENEW_TOKEN:
                self._tokens.drop(token, refused=code if last else 0)
            if code not in RENEW_TOKEN or last:
                break
        raise failed(code, now=self._clock())

    def _post(self, path: str, token: str, body: dict[str, Any] | None) -> dict[str, Any]:
        url, query = f"{self._base}/cgi-bin/{path}", {"access_token": token}
        try:
            if body is None:
                response = self._http.get(url, params=query)
            else:
                response = self._http.post(url, params=query, data=_json(body))
        except requests.RequestException as problem:
            # Not even WeChat can tell whether a request whose answer we missed was carried out (sheet 6.2).
            unsent = _never_left(problem)
            raise SendFailed(type(problem).__name__, retry=unsent, outcome_unknown=not unsent) from None
        return _answer_of(response, response.content)

    def _download(self, media_id: str, token: str, most: int) -> tuple[bytes, dict[str, Any]]:
        """The file, or the platform's JSON: by type and first byte, since a file may parse as JSON (sheet 9.5)."""
        query = {"access_token": token, "media_id": media_id}
        ends = time.monotonic() + self._patience.file
        content = b""
        try:
            with self._http.get(f"{self._base}/cgi-bin/media/get", params=query, stream=True) as response:
                kind = response.headers.get("Content-Type", "")
                while chunk := response.raw.read1(65536, decode_content=True):  # what is there, however little
                    content += chunk
                    if len(content) > most:
                        raise MediaGone("too large")
                    if time.monotonic() > ends:
                        raise SendFailed("the file came too slowly", retry=True)
        except (requests.RequestException, HTTPError):
            raise SendFailed("no connection", retry=True) from None
        if (
            response.status_code != 200
            or "html" in kind
            or (content[:1] == b"{" and ("json" in kind or "text" in kind))
        ):
            return b"", _answer_of(response, content)
        return content, {}


class _Straight(requests.Session):
    """A session that follows no redirect (R24). `max_redirects = 0` would raise, and hide what was answered."""

    def get_redirect_target(self, resp: requests.Response) -> None:
        return None


def _session(api_base: str, patience: Patience) -> requests.Session:
    """A session that can reach one origin only, and takes no proxy from the environment."""
    session = _Straight()
    session.trust_env = False
    session.adapters.clear()
    session.mount(api_base, _OneOrigin(api_base, patience))
    return session


class _OneOrigin(HTTPAdapter):
    """Sends every request to one scheme and host, whatever the address said, and never waits without end."""

    def __init__(self, origin: str, patience: Patience) -> None:
        self._origin = urlsplit(origin)
        self._timeouts = (patience.connect, patience.read)
        super().__init__()

    def send(self, request: requests.PreparedRequest, *more: Any, **how: Any) -> requests.Response:
        address = urlsplit(str(request.url))
        request.url = urlunsplit((self._origin.scheme, self._origin.netloc, address.path, address.query, ""))
        return super().send(request, *more, **(how | {"timeout": self._timeouts}))


def _json(body: dict[str, Any]) -> bytes:
    # WeChat shows \u escapes to people and refuses them in menus: the text itself, never its escape.
    return json.dumps(body, ensure_ascii=False).encode()


def _answer_of(response: requests.Response, content: bytes) -> dict[str, Any]:
    """WeChat's JSON. HTML or a bad status is gateway trouble, which counts as "system busy" (sheet 5.2)."""
    try:
        answer = json.loads(content)
    except ValueError:
        return {"errcode": -1}
    return answer if isinstance(answer, dict) and response.status_code == 200 else {"errcode": -1}


def _rid(answer: dict[str, Any]) -> str:
    """Tencent's support asks for it; it is nobody's personal data."""
    found = re.search(r"rid: ([0-9a-f-]{1,40})", str(answer.get("errmsg", "")))
    return found[1] if found else ""


def _never_left(problem: requests.RequestException) -> bool:
    """Whether nothing was sent: a connection that was never made, not one that broke."""
    if isinstance(problem, requests.ConnectTimeout | requests.exceptions.SSLError):
        return True
    return "NewConnectionError" in repr(problem) or "NameResolution" in repr(problem)
