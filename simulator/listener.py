"""What every phone does underneath: putting bubbles into the chat, delivering, finding links, waiting."""

import time

from simulator import push
from simulator.delivery import Courier
from simulator.markup import Fields
from simulator.people import Bubble, Link, Person
from simulator.world import World


class NotFollowing(RuntimeError):
    """Only followers can write, tap the menu or be written to."""


class Listener:
    """The chat of one person: reading it, waiting for it, and writing into it."""

    def __init__(self, world: World, person: Person, courier: Courier) -> None:
        self._world, self.person, self._courier = world, person, courier
        self._mark = 0
        self._heard: set[int] = set()

    @property
    def openid(self) -> str:
        return self.person.openid

    @property
    def name(self) -> str:
        return self.person.name

    @property
    def bubbles(self) -> list[Bubble]:
        """The whole transcript, the person's own bubbles included."""
        with self._world.news:
            return list(self.person.bubbles)

    @property
    def transcript(self) -> str:
        """The chat as text, for messages of failing tests."""
        return "\n".join(f"[{bubble.who}] {bubble.text}" for bubble in self.bubbles)

    def link(self, label: str) -> Link:
        """The newest link with that label, number, first word or menu id; its `href` tells where it leads."""
        links = [link for bubble in reversed(self.bubbles) for link in bubble.links]
        for fits in (_same, _begins):
            found = next((link for link in links if fits(link, label)), None)
            if found:
                return found
        raise AssertionError(f"no link {label!r} in the chat of {self.name}:\n{self.transcript}")

    def hears(self, *fragments: str, within: float = 5.0) -> Bubble:
        """Wait for a bubble with every fragment, new since the last thing this phone did and not heard before."""
        end = time.monotonic() + within
        with self._world.news:
            while True:
                for place in range(self._mark, len(self.person.bubbles)):
                    bubble = self.person.bubbles[place]
                    told = bubble.who != "me" and place not in self._heard
                    if told and all(fragment in bubble for fragment in fragments):
                        self._heard.add(place)
                        return bubble
                left = end - time.monotonic()
                if left <= 0 or not self._world.news.wait(left):
                    wanted = "、".join(fragments)
                    raise AssertionError(f"{self.name} did not hear {wanted} within {within:g} s:\n{self.transcript}")

    def hears_nothing(self, within: float = 0.3) -> None:
        """Make sure that no bubble arrives for a while."""
        before = len(self.bubbles)
        time.sleep(within)
        news = [bubble.text for bubble in self.bubbles[before:] if bubble.who != "me"]
        if news:
            raise AssertionError(f"{self.name} heard {news}")

    def _message(self, kind: str, own: Fields, shown: str, media_id: str = "") -> list[Bubble]:
        if not self.person.follows:
            raise NotFollowing(f"{self.name} does not follow the account")
        world, now = self._world, self._world.now()
        tapped = "bizmsgmenuid" in dict(own)
        with world.news:
            # A tapped option counts as a menu tap (platform.md 4.4); for tap links it assumes the same.
            (self.person.acted if tapped else self.person.spoke)(now)
            session = world.state.session_of(self.openid, now)
            held = session is not None and bool(session.account)
            self._mark = len(self.person.bubbles)
            self.person.bubbles.append(Bubble("me", kind, shown, (), now, self.name, media_id))
            world.news.notify_all()
            if session and held:
                session.last = now
                world.state.record(self.openid, session.account, 2003, shown, now)
        if held:
            return []
        return self._deliver(world.pushes.message(self.openid, kind, own, world.faults.created), shown, mark=False)

    def _event(self, name: str, own: Fields, about: str = "") -> list[Bubble]:
        if not self.person.follows and name in ("CLICK", "VIEW", "SCAN"):
            raise NotFollowing(f"{self.name} does not follow the account")
        return self._deliver(self._world.pushes.event(self.openid, name, own, self._world.faults.created), about)

    def _deliver(self, item: push.Push, about: str, *, mark: bool = True) -> list[Bubble]:
        with self._world.news:
            if mark:
                self._mark = len(self.person.bubbles)
            start = len(self.person.bubbles)
        self._courier.deliver(item, about)
        with self._world.news:
            return [bubble for bubble in self.person.bubbles[start:] if bubble.who != "me"]

    def _stored(self, kind: str, data: bytes, name: str, form: str) -> str:
        with self._world.news:
            return self._world.state.media.put(kind, data, self._world.now(), name=name, form=form).media_id


def _same(link: Link, label: str) -> bool:
    return label in (link.label, link.menu_id, link.says)


def _begins(link: Link, label: str) -> bool:
    """`1` finds `1 查政策` and `1、查政策`, but not `10 别的`."""
    rest = link.label.removeprefix(label)
    return link.label.startswith(label) and not (label[-1:].isdigit() and rest[:1].isdigit())
