"""The simulator as tests and the command line use it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from simulator import push
from simulator.bubbles import split_links
from simulator.delivery import Courier
from simulator.faults import Faults
from simulator.people import Bubble, Person, openid_for
from simulator.phone import Phone
from simulator.server import serving
from simulator.state import Agent, CallRecord, Sent, Session, State, Template, fresh_id
from simulator.web import create_app
from simulator.world import Account, Clock, Delivery, World


class Platform:
    """A WeChat platform with one account on it.

    `clock` returns an aware datetime or Unix seconds; days may be jumped. `reply_limit` is in real seconds and may be
    scaled down to 0.3; `tries` is 3 or 4 (platform.md 2.1).
    """

    def __init__(
        self, *, app_id: str, app_secret: str, token: str, aes_key: str, original_id: str, mode: str = "safe",
        webhook: str = "", clock: Clock | None = None, reply_limit: float = 5.0, tries: int = 3,
    ) -> None:  # fmt: skip
        self.world = World(Account(app_id, app_secret, token, aes_key, original_id, mode), clock)
        self._courier = Courier(self.world, webhook, reply_limit, tries)
        self._phones: dict[str, Phone] = {}
        self._lock = threading.Lock()
        self.app = create_app(self)

    @property
    def faults(self) -> Faults:
        """The switches of `faults.py`."""
        return self.world.faults

    @property
    def state(self) -> State:
        """What the platform remembers: people, tokens, media, jobs …"""
        return self.world.state

    @property
    def complaints(self) -> list[str]:
        """Everything the strict validation found wrong so far."""
        return self.world.complaints

    @property
    def calls(self) -> list[CallRecord]:
        """Every API call: path, errcode, seconds."""
        return self.world.state.calls

    @property
    def deliveries(self) -> list[Delivery]:
        """Every push: key, attempts, status, seconds, reply kind."""
        return self.world.deliveries

    @property
    def sent(self) -> list[Sent]:
        """Every message the account sent by API."""
        return self.world.state.sent

    @property
    def webhook(self) -> str:
        """Where pushes go; may be set after the simulator has started."""
        return self._courier.webhook

    @webhook.setter
    def webhook(self, address: str) -> None:
        self._courier.webhook = address

    @property
    def reply_limit(self) -> float:
        return self._courier.reply_limit

    # --- people ---

    @property
    def phones(self) -> list[Phone]:
        return list(self._phones.values())

    def phone(self, name: str, *, follows: bool = True) -> Phone:
        """The phone of that person; new people follow already unless told otherwise, and no event is pushed."""
        with self._lock:
            if name not in self._phones:
                openid = openid_for(self.world.account.app_id, name)
                person = Person(openid, name, follows, self.world.now())
                with self.world.news:
                    self.state.people[openid] = person
                self._phones[name] = Phone(self.world, person, self._courier)
            return self._phones[name]

    # --- what an operator does in the console ---

    def verify(self) -> bool:
        """Save the address in the console: the GET request with `echostr`."""
        return self._courier.verify()

    def add_template(
        self, title: str, fields: list[str], *, consent: int = 0, presets: dict[str, list[str]] | None = None
    ) -> str:
        """Choose a template; `consent` 0 for a template message, 2 for one-time and 3 for long-term notices."""
        template = Template(fresh_id(), title, fields, presets or {}, consent)
        self.state.templates[template.template_id] = template
        return template.template_id

    def revoke_tokens(self) -> None:
        """Another system fetched its own token: ours die at once."""
        with self.world.news:
            self.state.tokens.revoke()

    # --- the agents' desk (platform.md 3.4) ---

    def add_agent(self, account: str, nickname: str, *, online: bool = True) -> None:
        """A bound customer-service account."""
        number = 1001 + len(self.state.agents)
        self.state.agents[account] = Agent(account, nickname, number, f"wx_{number}", online)

    def agent_takes(self, phone: Phone, account: str) -> None:
        """An agent takes a waiting person; from now on his messages go to the desk, not to the webhook."""
        now = self.world.now()
        with self.world.news:
            self.state.sessions[phone.openid] = Session(phone.openid, account, now, now)
        self._desk_event(phone, "kf_create_session", account)

    def agent_says(self, phone: Phone, words: str) -> None:
        """An agent writes from the desk."""
        now = self.world.now()
        session = self.state.session_of(phone.openid, now)
        if session is None or not session.account:
            raise ValueError(f"no agent is talking with {phone.name}")
        session.last = now
        self.state.record(phone.openid, session.account, 2002, words, now)
        text, links = split_links(words)
        name = self.state.agents[session.account].nickname
        self.world.show(phone.openid, Bubble("agent", "text", text, links, now, name))

    def agent_closes(self, phone: Phone) -> None:
        """An agent ends the session."""
        with self.world.news:
            session = self.state.sessions.pop(phone.openid)
        self._desk_event(phone, "kf_close_session", session.account)

    def _desk_event(self, phone: Phone, name: str, account: str) -> None:
        self.world.later(self.world.pushes.event(phone.openid, name, push.agent(account)))

    # --- running ---

    @contextmanager
    def serve(self, port: int = 0, host: str = "127.0.0.1") -> Iterator[str]:
        """Run the API and the phone page in a thread while the block runs; gives the base address."""
        self.world.stopping.clear()
        with serving(self.app, host, port) as address:
            self.world.base_url = address
            self._courier.start()
            try:
                yield address
            finally:
                self.world.stopping.set()
                self._courier.stop()

    def settle(self, within: float = 5.0) -> None:
        """Wait until the events that API calls caused have been delivered."""
        if not self._courier.wait_idle(within):
            raise AssertionError(f"events are still waiting to be delivered after {within:g} s")
