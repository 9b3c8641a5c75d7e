"""The world one simulator runs: account, clock, faults, state, and the lists a test looks at afterwards."""

import queue
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from simulator.crypto import Envelope
from simulator.faults import Faults
from simulator.people import Bubble, Person
from simulator.push import Push, PushFactory
from simulator.state import DEFAULT_MENU, Json, State

Clock = Callable[[], datetime] | Callable[[], float]
MODES = ("safe", "compatible", "plain")


@dataclass(frozen=True)
class Account:
    """The account as its console shows it."""

    app_id: str
    app_secret: str
    token: str
    aes_key: str
    original_id: str
    mode: str

    def __post_init__(self) -> None:
        if self.mode not in MODES:
            raise ValueError(f"mode must be one of {', '.join(MODES)}")
        if not re.fullmatch(r"[A-Za-z0-9_]{3,32}", self.token):
            raise ValueError("the token has 3 to 32 letters, digits or underscores")


@dataclass
class Post:
    """One attempt at a push: HTTP status (0 when no answer came), seconds, and what went wrong, if anything."""

    at: float
    status: int
    seconds: float
    trouble: str = ""


@dataclass
class Delivery:
    """One push and what came of it.

    `outcome`: `answered` (a bubble was shown), `silent` (`success` or an empty body), `refused` (a forgery got its
    403), `failed` (the person saw the error text, or would have).
    """

    number: int
    key: str
    kind: str
    openid: str
    mode: str
    about: str
    at: float
    posts: list[Post] = field(default_factory=list)
    outcome: str = ""
    reply_kind: str = ""
    reply_bytes: int = 0
    complaints: list[str] = field(default_factory=list)

    @property
    def attempts(self) -> int:
        return len(self.posts)

    @property
    def status(self) -> int:
        """The HTTP status of the last attempt."""
        return self.posts[-1].status if self.posts else 0

    @property
    def seconds(self) -> float:
        """Seconds from the first attempt to the answer, all attempts together."""
        return sum(post.seconds for post in self.posts)


def reading(clock: Clock | None) -> Callable[[], float]:
    """Any accepted clock as Unix seconds."""
    if clock is None:
        return time.time

    def now() -> float:
        moment = clock()
        if isinstance(moment, datetime):
            if moment.tzinfo is None:
                raise ValueError("the clock must give aware datetimes")
            return moment.timestamp()
        return float(moment)

    return now


class World:
    """State with its lock. Everything that changes `state` holds `news`, whose lock also guards the transcripts."""

    def __init__(self, account: Account, clock: Clock | None) -> None:
        self.account = account
        self.now = reading(clock)
        self.faults = Faults()
        self.state = State()
        self.news = threading.Condition(threading.RLock())
        self.envelope = Envelope(account.aes_key, account.app_id)
        self.pushes = PushFactory(account.original_id, self.now)
        self.deliveries: list[Delivery] = []
        self.complaints: list[str] = []
        self.outbox: queue.Queue[Push | None] = queue.Queue()
        self.stopping = threading.Event()
        self.base_url = ""

    def show(self, openid: str, bubble: Bubble) -> None:
        """Put a bubble into somebody's chat and wake whoever waits for it."""
        with self.news:
            self.state.people[openid].bubbles.append(bubble)
            self.news.notify_all()

    def complain(self, words: str, delivery: Delivery | None = None) -> None:
        """Something the bot did breaks the contract."""
        with self.news:
            if delivery:
                delivery.complaints.append(words)
                words = f"第 {delivery.number} 次推送（{delivery.kind}）：{words}"
            self.complaints.append(words)

    def later(self, push: Push) -> None:
        """Deliver from the courier thread: an event caused by an API call must not wait inside that call."""
        if push.event not in self.faults.lost_events:
            self.outbox.put(push)

    def person(self, openid: str) -> Person | None:
        return self.state.people.get(openid)

    @property
    def menu(self) -> Json:
        """The menu phones show: the account's own, or a built-in one until it makes one."""
        return self.state.menu or DEFAULT_MENU
