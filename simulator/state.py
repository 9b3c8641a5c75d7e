"""What the platform remembers about one account (platform.md 12.2)."""

import itertools
import secrets
import time
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from simulator.counters import Counters
from simulator.media import MediaShelf
from simulator.people import Person
from simulator.tokens import Tokens

Json: TypeAlias = dict[str, Any]
AGENT_HOLD = 30 * 60.0

DEFAULT_MENU: Json = {
    "button": [
        {
            "name": "查政策",
            "sub_button": [
                {"type": "click", "name": name, "key": name}
                for name in ("优待证", "抚恤补助", "看病住院", "就业安置", "政策更新")
            ],
        },
        {
            "name": "办事情",
            "sub_button": [
                {"type": "click", "name": name, "key": name}
                for name in ("反映问题", "申请帮扶", "查办到哪步", "我的资料")
            ],
        },
        {
            "name": "找人",
            "sub_button": [{"type": "click", "name": name, "key": name} for name in ("找人", "打电话给我", "帮助")],
        },
    ]
}


@dataclass
class Template:
    """A message template: field names such as `thing1`, preset values for `const` and `enum` fields."""

    template_id: str
    title: str
    fields: list[str]
    presets: dict[str, list[str]] = field(default_factory=dict)
    # 2: one consent, one message. 3: long-term. 0: a template message, which needs no consent.
    consent: int = 0


@dataclass
class Scene:
    """A QR code with a scene; `dies` is None for the permanent ones."""

    ticket: str
    scene: str
    dies: float | None
    numeric: bool = False


@dataclass
class Broadcast:
    """A mass job and whom it reached."""

    number: int
    client_id: str
    kind: str
    content: Json
    audience: list[str]
    made: float
    sent: int = 0
    failed: int = 0
    status: str = "SENDING"
    url: str = ""


@dataclass
class Publication:
    """A published draft; status as in platform.md 8.5."""

    publish_id: str
    article_id: str
    articles: list[Json]
    status: int
    url: str
    made: float


@dataclass
class Agent:
    """A customer-service account."""

    account: str
    nickname: str
    number: int
    bound_to: str = ""
    online: bool = False


@dataclass
class Session:
    """A person with an agent (`account`), or waiting for one (empty)."""

    openid: str
    account: str
    since: float
    last: float


@dataclass
class CallRecord:
    """One API call. The token is never kept; `asked` and `answer` serve openapi/rid/get."""

    at: float
    method: str
    path: str
    errcode: int
    rid: str
    seconds: float = 0.0
    openid: str = ""
    asked: str = ""
    answer: str = ""


@dataclass
class Sent:
    """A message the account sent by API; `how` is custom, template, subscribe or mass."""

    at: float
    how: str
    openid: str
    kind: str
    body: Json
    number: str = ""


@dataclass
class State:
    """Everything at once; guarded by the lock of the `World` that owns it."""

    people: dict[str, Person] = field(default_factory=dict)
    tokens: Tokens = field(default_factory=Tokens)
    counters: Counters = field(default_factory=Counters)
    media: MediaShelf = field(default_factory=MediaShelf)
    menu: Json | None = None
    conditional_menus: dict[str, Json] = field(default_factory=dict)
    tags: dict[int, str] = field(default_factory=dict)
    scenes: dict[str, Scene] = field(default_factory=dict)
    templates: dict[str, Template] = field(default_factory=dict)
    client_ids: dict[tuple[str, str], tuple[float, str]] = field(default_factory=dict)
    broadcasts: dict[int, Broadcast] = field(default_factory=dict)
    speed: int = 0
    drafts: dict[str, list[Json]] = field(default_factory=dict)
    publications: dict[str, Publication] = field(default_factory=dict)
    agents: dict[str, Agent] = field(default_factory=dict)
    sessions: dict[str, Session] = field(default_factory=dict)
    records: list[Json] = field(default_factory=list)
    sent: list[Sent] = field(default_factory=list)
    calls: list[CallRecord] = field(default_factory=list)
    tickets: dict[str, float] = field(default_factory=dict)
    codes: dict[str, tuple[str, float, str]] = field(default_factory=dict)
    web_tokens: dict[str, tuple[str, float, str]] = field(default_factory=dict)
    # Numbers follow real time, so that a restarted simulator never repeats one the bot may remember.
    numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(time.time_ns() // 1_000_000))

    def number(self) -> int:
        """A fresh job, message or menu number."""
        return next(self.numbers)

    def session_of(self, openid: str, now: float) -> Session | None:
        """The agent session that holds this person, unless 30 minutes have passed without a word (platform.md 3.4)."""
        session = self.sessions.get(openid)
        if session and session.account and now - session.last >= AGENT_HOLD:
            del self.sessions[openid]
            return None
        return session

    def record(self, openid: str, account: str, code: int, words: str, now: float) -> None:
        """A row for msgrecord/getmsglist: 2002 the agent sent, 2003 the agent received, 1000 to 1005 events."""
        row = {"openid": openid, "opercode": code, "text": words, "time": int(now), "worker": account}
        self.records.append(row)


def fresh_id(length: int = 43) -> str:
    """A random id as the platform likes them."""
    return secrets.token_urlsafe(length)[:length]
