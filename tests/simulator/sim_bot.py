"""A tiny account behind the webhook, and a tiny caller of the API: what the simulator is tried against."""

import json
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from urllib.parse import parse_qsl, urlsplit

import requests

from simulator.crypto import BadEnvelope, Envelope, signature
from simulator.markup import BadMarkup, Element, Fields, read, write

APP_ID, SECRET, TOKEN = "wx5823bf96d3bd56c7", "s" * 32, "sim_token_2026"
AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
OLD_KEY = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFG"
ORIGINAL_ID = "gh_a1b2c3d4e5f6"


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self, moment: float = 1_767_600_000.0):
        self.moment = moment

    def __call__(self) -> float:
        return self.moment

    def jump(self, *, seconds: float = 0, hours: float = 0, days: float = 0) -> None:
        self.moment += seconds + hours * 3600 + days * 86400


def reply_fields(asked: Element, kind: str, *own) -> Fields:
    return [
        ("ToUserName", asked.words("FromUserName")),
        ("FromUserName", asked.words("ToUserName")),
        ("CreateTime", 1_767_600_000),
        ("MsgType", kind),
        *own,
    ]


def text_reply(asked: Element, words: str) -> str:
    return write(reply_fields(asked, "text", ("Content", words)))


class JsonPush(Exception):
    """The one unreadable body that must be answered with `success`."""


class Bot:
    """Checks signatures as the contract asks, remembers what it read, and answers what the test tells it to."""

    def __init__(self, mode: str = "safe", keys: tuple[str, ...] = (AES_KEY,)):
        self.mode, self.keys = mode, keys
        self.read: list[Element] = []
        self.queries: list[dict[str, str]] = []
        self.bodies: list[bytes] = []
        self.sleeps: list[float] = []
        self.answer: Callable[[Element], str] = self.echo
        self.status = 200
        # Bends the finished body, for answers no honest account sends.
        self.bend: Callable[[bytes], bytes] = lambda body: body
        self.plain_replies = False
        self._lock = Lock()

    def echo(self, asked: Element) -> str:
        if asked.words("MsgType") == "event":
            return "success"
        return text_reply(asked, "收到：" + (asked.words("Content") or asked.words("MsgType")))

    def post(self, query: dict[str, str], body: bytes) -> tuple[int, bytes]:
        with self._lock:
            self.queries.append(query)
            self.bodies.append(body)
            sleep = self.sleeps.pop(0) if self.sleeps else 0
        time.sleep(sleep)
        parts = (TOKEN, query.get("timestamp", ""), query.get("nonce", ""))
        if signature(*parts) != query.get("signature"):
            return 403, b""
        try:
            asked, envelope = self._open(query, body)
        except JsonPush:
            return 200, b"success"
        except (BadEnvelope, BadMarkup, UnicodeDecodeError):
            return 403, b""
        if asked.repeated():
            return 200, b"success"
        with self._lock:
            self.read.append(asked)
        return self.status, self.bend(self._seal(self.answer(asked), envelope))

    def _open(self, query: dict[str, str], body: bytes) -> tuple[Element, Envelope | None]:
        if len(body) > 256 * 1024:
            raise BadMarkup("too large")
        if query.get("encrypt_type") != "aes":
            if self.mode == "safe":
                raise BadEnvelope("plain while safe")
            return self._inner(body.decode(), None)
        sealed = read(body.decode()).words("Encrypt")
        if signature(TOKEN, query["timestamp"], query["nonce"], sealed) != query["msg_signature"]:
            raise BadEnvelope("msg_signature")
        trouble = BadEnvelope("no key")
        for key in self.keys:
            envelope = Envelope(key, APP_ID)
            try:
                words = envelope.open(sealed)
            except BadEnvelope as broken:
                trouble = broken
                continue
            return self._inner(words, envelope)
        raise trouble

    @staticmethod
    def _inner(words: str, envelope: Envelope | None) -> tuple[Element, Envelope | None]:
        if words.startswith("{"):
            raise JsonPush
        return read(words), envelope

    def _seal(self, words: str, envelope: Envelope | None) -> bytes:
        if envelope is None or words in ("", "success") or self.plain_replies:
            return words.encode()
        sealed = envelope.seal(words)
        mark = signature(TOKEN, "1767600000", "415670741", sealed)
        fields: Fields = [("Encrypt", sealed), ("MsgSignature", mark), ("TimeStamp", 1_767_600_000)]
        return write([*fields, ("Nonce", "415670741")]).encode()

    def serve(self) -> "Served":
        return Served(self)


class Served:
    """The bot on a loopback port, for as long as the block runs."""

    def __init__(self, bot: Bot):
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_GET(self):
                self.give(200, dict(parse_qsl(urlsplit(self.path).query)).get("echostr", "").encode())

            def do_POST(self):
                query = dict(parse_qsl(urlsplit(self.path).query, keep_blank_values=True))
                self.give(*bot.post(query, self.rfile.read(int(self.headers["Content-Length"]))))

            def give(self, status, body):
                # The platform may have hung up on a slow answer.
                try:
                    self.send_response(status)
                    self.send_header("Content-Length", str(len(body)))
                    self.end_headers()
                    self.wfile.write(body)
                except ConnectionError:
                    self.close_connection = True

            def log_message(self, *_values):
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_details):
                pass

        self._server = Server(("127.0.0.1", 0), Handler)

    def __enter__(self) -> str:
        Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.005}, daemon=True).start()
        return f"http://127.0.0.1:{self._server.server_port}/channels/wechat_oa"

    def __exit__(self, *_details) -> None:
        self._server.shutdown()
        self._server.server_close()


class Caller:
    """Calls the API as a bot would."""

    def __init__(self, base: str):
        self.base = base
        self.session = requests.Session()
        self.session.trust_env = False
        self.words = ""

    def stable(self, **changes):
        body = {"grant_type": "client_credential", "appid": APP_ID, "secret": SECRET, **changes}
        return self.session.post(f"{self.base}/cgi-bin/stable_token", json=body, timeout=5).json()

    def plain(self, **changes):
        query = {"grant_type": "client_credential", "appid": APP_ID, "secret": SECRET, **changes}
        return self.session.get(f"{self.base}/cgi-bin/token", params=query, timeout=5).json()

    @property
    def token(self) -> str:
        if not self.words:
            self.words = self.stable()["access_token"]
        return self.words

    def renew(self) -> None:
        self.words = ""

    def raw(self, method, path, data=None, timeout=5, **query):
        query = {"access_token": self.token, **query}
        return self.session.request(method, self.base + path, params=query, data=data, timeout=timeout)

    def post(self, path, body=None, **query):
        words = json.dumps(body if body is not None else {}, ensure_ascii=False).encode()
        return self.raw("POST", path, words, **query).json()

    def get(self, path, **query):
        return self.raw("GET", path, **query).json()

    def upload(self, path, data, name="a.jpg", **query):
        query = {"access_token": self.token, **query}
        return self.session.post(self.base + path, params=query, files={"media": (name, data)}, timeout=5).json()

    def send(self, phone, words="您的事办好了", **more):
        body = {"touser": phone.openid, "msgtype": "text", "text": {"content": words}, **more}
        return self.post("/cgi-bin/message/custom/send", body)["errcode"]
