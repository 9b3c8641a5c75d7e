"""What phones post, built before the clock starts: signed, encrypted, every one with a key of its own.

Of ten posts six are policy questions, in the wording of the articles' own 怎么问; the rest are digits, answers to a
form, and taps on the menu. Three phones are one turn of the wheel: two askers and one who files a petition.
"""

from __future__ import annotations

import itertools
import random
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bot.channels.wechat_events import read_inbound
from knowledge_base.article import read
from knowledge_base.library import FOLDER
from simulator.crypto import Envelope, signature

PATH = "/channels/wechat_oa"
TRIOS_AT_ONCE = 24  # 72 phones talk in turn, so a phone is never asked its next word before it has its answer
QUESTION, CLICK = "", "click:"

ASKER = (QUESTION, "click:查政策", QUESTION, QUESTION, "1", QUESTION, QUESTION, QUESTION, QUESTION, QUESTION)
FORM = ("click:反映问题", "1", "1", "补助少算了两年", "1", "青山镇石桥村", "区社保局", "重新算、补发", "1")
FILER = (*[QUESTION] * 6, *FORM, "王建国 13800000000", "1", "click:查办到哪步", QUESTION, QUESTION)


@dataclass(frozen=True, slots=True)
class Account:
    """One Official Account, the same for every server that is measured."""

    token: str
    aes_key: str
    app_id: str
    original_id: str


@dataclass(frozen=True, slots=True)
class Post:
    """One request as it goes over the wire, and the key under which the message has to be found afterwards."""

    request: bytes
    key: str


def make_account() -> Account:
    # 43 letters and digits whose last one carries no loose bits, as the platform makes them.
    return Account(secrets.token_hex(12), secrets.token_hex(21) + "A", f"wx{secrets.token_hex(8)}", "gh_bench0000000")


def contact(number: int) -> str:
    """The openid of a phone."""
    return f"oBENCH{number:022d}"


def build(account: Account, count: int, *, seed: int, phones: Iterator[int] | None = None) -> list[Post]:
    """The first `count` posts of phones that arrive block by block."""
    writer = Writer(account)
    chance, numbers = random.Random(seed), phones or itertools.count()
    posts: list[Post] = []
    while len(posts) < count:
        posts += [writer.post(phone, turn, said) for phone, turn, said in _block(numbers, chance)]
    return posts[:count]


def _block(numbers: Iterator[int], chance: random.Random) -> list[tuple[int, int, str]]:
    """(phone, its nth word, the word) in the order of time: every phone keeps its own order and an even pace."""
    asked = questions()
    words: list[tuple[float, int, int, str]] = []
    for _ in range(TRIOS_AT_ONCE):
        for script in (ASKER, ASKER, FILER):
            phone, offset = next(numbers), chance.random()
            for turn, line in enumerate(script):
                said = chance.choice(asked) if line == QUESTION else line
                words.append(((turn + offset) / len(script), phone, turn, said))
    return [(phone, turn, said) for _, phone, turn, said in sorted(words)]


_known: list[str] = []


def questions() -> list[str]:
    """Every way of asking of every article."""
    if not _known:
        _known.extend(way for path in sorted((FOLDER / Path("policies")).glob("*.md")) for way in read(path).ways)
    return _known


class Writer:
    """Writes posts as the platform does."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._envelope = Envelope(account.aes_key, account.app_id)
        self._numbers = itertools.count(time.time_ns() // 100)
        self._began = int(time.time())

    def say(self, sender: str, words: str) -> Post:
        """A text of somebody, now."""
        fields = {
            "ToUserName": self._account.original_id,
            "FromUserName": sender,
            "CreateTime": str(int(time.time())),
            "MsgType": "text",
            "Content": words,
            "MsgId": str(next(self._numbers)),
        }
        return self._sealed(sender, fields)

    def post(self, phone: int, turn: int, said: str) -> Post:
        # An event has no number; the second tells it apart, so each word of a phone gets a second of its own.
        sender = contact(phone)
        fields = {
            "ToUserName": self._account.original_id,
            "FromUserName": sender,
            "CreateTime": str(self._began + turn - 60),
        }
        if said.startswith(CLICK):
            fields |= {"MsgType": "event", "Event": "CLICK", "EventKey": said.removeprefix(CLICK)}
        else:
            fields |= {"MsgType": "text", "Content": said, "MsgId": str(next(self._numbers))}
        return self._sealed(sender, fields)

    def _sealed(self, sender: str, fields: dict[str, str]) -> Post:
        message = "".join(f"<{name}><![CDATA[{text}]]></{name}>" for name, text in fields.items())
        key = f"wechat_oa:{read_inbound(fields).external_id}"
        return Post(self._request(sender, f"<xml>{message}</xml>"), key)

    def _request(self, sender: str, message: str) -> bytes:
        token, stamp, nonce = self._account.token, str(self._began), str(secrets.randbelow(10**9) + 10**8)
        sealed = self._envelope.seal(message)
        body = (
            f"<xml><ToUserName><![CDATA[{self._account.original_id}]]></ToUserName>"
            f"<Encrypt><![CDATA[{sealed}]]></Encrypt></xml>"
        ).encode()
        query = (
            f"signature={signature(token, stamp, nonce)}&timestamp={stamp}&nonce={nonce}&openid={sender}"
            f"&encrypt_type=aes&msg_signature={signature(token, stamp, nonce, sealed)}"
        )
        head = (
            f"POST {PATH}?{query} HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: Mozilla/4.0\r\n"
            f"Content-Type: text/xml\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body
