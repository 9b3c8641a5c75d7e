"""The gate of the API side: order of checks, error codes, faults, the log of calls (platform.md 12.1 and 12.3)."""

import json
import re
import secrets
import socket
import time

from flask import Request, Response

from simulator import (
    api_mass,
    api_media,
    api_menu,
    api_message,
    api_misc,
    api_publish,
    api_staff,
    api_template,
    api_token,
    api_user,
    api_web,
)
from simulator.api_call import Answer, Asked, Call
from simulator.errors import Refusal
from simulator.state import CallRecord, Json
from simulator.world import World

CALLS: dict[str, Call] = {
    **api_token.CALLS,
    **api_message.CALLS,
    **api_template.CALLS,
    **api_mass.CALLS,
    **api_publish.CALLS,
    **api_user.CALLS,
    **api_menu.CALLS,
    **api_media.CALLS,
    **api_misc.CALLS,
    **api_staff.CALLS,
    **api_web.CALLS,
}
TOKEN_PATHS = frozenset(api_token.CALLS)
# An escape of anything beyond ASCII that is not itself escaped: \u4e00 but not \\u4e00, and not the \u000b JSON needs.
_ESCAPED = re.compile(r"(?<!\\)(?:\\\\)*\\u(?!00[0-7])[0-9a-fA-F]{4}")


def request_id() -> str:
    """The `rid` support asks for."""
    return "-".join(secrets.token_hex(4) for _ in range(3))


class Api:
    """Answers API calls for one world."""

    def __init__(self, world: World) -> None:
        self.world = world

    def answer(self, request: Request) -> Response:
        """Answer one request and log it; the lock is held only while the call itself runs."""
        started, rid = time.monotonic(), request_id()
        gateway = self._gateway(request)
        if gateway is not None:
            return gateway
        call = CALLS.get(request.path) or api_misc.statistics(request.path)
        try:
            answer, errcode = self._run(request, call), 0
        except Refusal as refusal:
            answer = {"errcode": refusal.errcode, "errmsg": f"{refusal.text} rid: {rid}", **refusal.extra}
            errcode = refusal.errcode
        self._log(request, rid, answer, errcode, time.monotonic() - started)
        if errcode == 0 and call and call.sends and self.world.faults.take("accepted_then_silent"):
            self.world.stopping.wait(self.world.faults.silence)
            return self._cut(request)
        if isinstance(answer, Response):
            return answer
        words = json.dumps(answer, ensure_ascii=False, separators=(",", ":"))
        return Response(words, mimetype="application/json; charset=utf-8")

    def _gateway(self, request: Request) -> Response | None:
        """Trouble before the API is reached."""
        faults = self.world.faults
        hold = faults.api_slow + (faults.token_slow if request.path in TOKEN_PATHS else 0.0)
        if hold:
            self.world.stopping.wait(hold)
        if faults.api_down:
            return self._cut(request)
        if faults.http_500:
            return Response("Internal Server Error", 500, mimetype="text/plain")
        if faults.html_answers:
            return Response("<html><body><h1>502 Bad Gateway</h1></body></html>", mimetype="text/html")
        return None

    @staticmethod
    def _cut(request: Request) -> Response:
        """Close the connection under the caller's feet."""
        connection = request.environ.get("werkzeug.socket")
        if isinstance(connection, socket.socket):
            connection.shutdown(socket.SHUT_RDWR)
        return Response(status=500)

    def _run(self, request: Request, call: Call | None) -> Answer:
        if call is None:
            raise Refusal(40066)
        if not call.allows(request.method):
            raise Refusal(43002 if call.method == "POST" else 43001)
        now = self.world.now()
        with self.world.news:
            self._check_token(request, call, now)
            self._check_limits(request.path, now)
            body = _json_of(request) if call.json and request.method == "POST" else {}
            self._check_faults(request.path, call)
            asked = Asked(self.world, request.path, request.args, body, request.files, request.form, now)
            return call.run(asked)

    def _check_token(self, request: Request, call: Call, now: float) -> None:
        if call.token:
            verdict = self.world.state.tokens.verdict(request.args.get("access_token", ""), now)
            if verdict == 0 and self.world.faults.token_always_invalid:
                verdict = 40001
            if verdict:
                raise Refusal(verdict)
        if self.world.faults.address_not_listed and (call.token or request.path in TOKEN_PATHS):
            raise Refusal(40164)

    def _check_limits(self, path: str, now: float) -> None:
        verdict = self.world.state.counters.count(path, now)
        if verdict:
            raise Refusal(verdict)

    def _check_faults(self, path: str, call: Call) -> None:
        faults = self.world.faults
        if path in TOKEN_PATHS:
            if faults.token_error:
                raise Refusal(faults.token_error)
        elif faults.take("busy_calls"):
            raise Refusal(-1)
        forced = faults.next_error(path) or (int(getattr(faults, call.fault)) if call.fault else 0)
        if forced:
            raise Refusal(forced)

    def _log(self, request: Request, rid: str, answer: Answer, errcode: int, seconds: float) -> None:
        asked, openid = "", ""
        if request.mimetype != "multipart/form-data":
            asked = request.get_data(as_text=True)
            found = re.search(r'"(?:touser|openid)"\s*:\s*"([^"]+)"', asked)
            openid = found[1] if found else request.args.get("openid", "")
        words = json.dumps(answer, ensure_ascii=False) if isinstance(answer, dict) else "(binary)"
        if request.path in TOKEN_PATHS:
            asked, words = "", ""
        code = int(answer.get("errcode", errcode)) if isinstance(answer, dict) else errcode
        who = (request.method, request.path, code, rid, seconds, openid)
        with self.world.news:
            self.world.state.calls.append(CallRecord(self.world.now(), *who, asked, words))


def _json_of(request: Request) -> Json:
    """The body as an object whatever the Content-Type says; 47001 when it is none, 40033 when it is escaped."""
    try:
        words = request.get_data().decode()
        body = json.loads(words)
    except ValueError as trouble:
        raise Refusal(47001) from trouble
    if _ESCAPED.search(words):
        raise Refusal(40033)
    if not isinstance(body, dict):
        raise Refusal(47001)
    return body
