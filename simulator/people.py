"""People as the platform knows them: following, quota buckets (platform.md 6.1), tags, consents, bubbles."""

import base64
import hashlib
import re
import time
from dataclasses import dataclass, field

MESSAGE_QUOTA, MESSAGE_WINDOW = 5, 48 * 3600.0
ACTION_QUOTA, ACTION_WINDOW = 3, 60.0
MONTHLY_BROADCASTS = 4
OPENID_SHAPE = re.compile(r"o[A-Za-z0-9_-]{27}")
BEIJING_OFFSET = 8 * 3600


def openid_for(app_id: str, name: str) -> str:
    """The same name always gets the same openid, so a restarted simulator meets the bot's old records."""
    digest = hashlib.sha256(f"{app_id}:{name}".encode()).digest()
    return "oSIM" + base64.urlsafe_b64encode(digest).decode()[:24]


def beijing(moment: float) -> time.struct_time:
    """Calendar fields in Beijing, where the platform's days and months begin."""
    return time.gmtime(moment + BEIJING_OFFSET)


def day_of(moment: float) -> str:
    return time.strftime("%Y-%m-%d", beijing(moment))


def month_of(moment: float) -> str:
    return time.strftime("%Y-%m", beijing(moment))


@dataclass(frozen=True)
class Link:
    """Something to tap in a bubble. `kind`: `tap` sends `says` with `menu_id`, `web` and `mini` open a page."""

    label: str
    kind: str
    href: str = ""
    says: str = ""
    menu_id: str = ""


@dataclass(frozen=True)
class Bubble:
    """One thing in the chat. `who`: `me`, `account`, `agent` or `platform` (its error text); `at` in Unix seconds."""

    who: str
    kind: str
    text: str
    links: tuple[Link, ...] = ()
    at: float = 0.0
    name: str = ""
    media_id: str = ""

    def __contains__(self, fragment: str) -> bool:
        return fragment in self.text


@dataclass
class Bucket:
    """A quota of custom messages and the moment it ends."""

    left: int = 0
    until: float = 0.0

    def refill(self, quota: int, until: float) -> None:
        self.left, self.until = quota, until

    def alive(self, now: float) -> bool:
        return now < self.until

    def usable(self, now: float) -> int:
        return self.left if self.alive(now) else 0


@dataclass
class Person:
    """A person with a phone. `received` counts broadcasts by Beijing month; `consents` by template."""

    openid: str
    name: str
    follows: bool = True
    since: float = 0.0
    remark: str = ""
    came_by: str = "ADD_SCENE_SEARCH"
    scene: str = ""
    tags: set[int] = field(default_factory=set)
    blacklisted: bool = False
    refuses_templates: bool = False
    messages: Bucket = field(default_factory=Bucket)
    actions: Bucket = field(default_factory=Bucket)
    last_exchange: float = float("-inf")
    typing_until: float = float("-inf")
    received: dict[str, int] = field(default_factory=dict)
    consents: dict[str, int] = field(default_factory=dict)
    long_consents: set[str] = field(default_factory=set)
    bubbles: list[Bubble] = field(default_factory=list)

    def spoke(self, now: float) -> None:
        """Any message gives five custom messages for 48 hours."""
        self.messages.refill(MESSAGE_QUOTA, now + MESSAGE_WINDOW)
        self.last_exchange = now

    def acted(self, now: float) -> None:
        """A menu tap, following or a scene code gives three custom messages for one minute."""
        self.actions.refill(ACTION_QUOTA, now + ACTION_WINDOW)
        self.last_exchange = now

    def window_open(self, now: float) -> bool:
        return self.messages.alive(now) or self.actions.alive(now)

    def spend(self, now: float) -> bool:
        """Use one custom message, the short-lived ones first; False when none is left."""
        for bucket in (self.actions, self.messages):
            if bucket.usable(now):
                bucket.left -= 1
                self.last_exchange = now
                self.typing_until = float("-inf")
                return True
        return False

    def leave(self) -> None:
        """Unfollowing closes every window and takes the tags away."""
        self.follows = False
        self.messages, self.actions = Bucket(), Bucket()
        self.tags.clear()
        self.remark = ""

    def take_broadcast(self, now: float) -> bool:
        """Whether a broadcast reaches this person: the fifth in a month silently does not."""
        month = month_of(now)
        if not self.follows or self.received.get(month, 0) >= MONTHLY_BROADCASTS:
            return False
        self.received[month] = self.received.get(month, 0) + 1
        return True
