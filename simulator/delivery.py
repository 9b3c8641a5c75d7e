"""Delivering a push as the platform does: a limit, retries of the same body, first timely answer (platform.md 2)."""

import secrets
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import requests
from requests.adapters import HTTPAdapter

from simulator import bubbles, push
from simulator.crypto import signature
from simulator.people import Bubble
from simulator.push import Push
from simulator.reply import Reply, validate
from simulator.state import Session
from simulator.wire import Request, request_for
from simulator.world import Delivery, Post, World

_MOST_READ = 1024 * 1024
_PAUSE = 0.05  # of the limit: the wait after a refused connection, where the contract names none


def plain_session() -> requests.Session:
    """Kept-alive connections, no proxy and no credentials from the environment."""
    session = requests.Session()
    session.trust_env = False
    session.mount("http://", HTTPAdapter(pool_connections=4, pool_maxsize=64))
    return session


class Courier:
    """Carries pushes to one webhook; may be used from several threads."""

    def __init__(self, world: World, webhook: str, reply_limit: float, tries: int) -> None:
        if tries not in (3, 4):
            raise ValueError("the platform tries 3 times, or 4 (contract section 2.1)")
        if reply_limit < 0.3:
            raise ValueError("the limit can be scaled down to 0.3 s, not further")
        self.world, self.webhook, self.reply_limit, self.tries = world, webhook, reply_limit, tries
        self._session = plain_session()
        self._thread: threading.Thread | None = None

    # --- one push ---

    def deliver(self, item: Push, about: str = "") -> Delivery:
        """Deliver on the caller's thread and show what came of it."""
        world = self.world
        with world.news:
            number = len(world.deliveries) + 1
            delivery = Delivery(number, item.key, item.label, item.sender, world.account.mode, about, world.now())
            world.deliveries.append(delivery)
        replies = self._copies(item, delivery)
        if world.faults.late_retry is not None and replies[0] is not None:
            time.sleep(world.faults.late_retry)
            replies.append(self._attempt(item, delivery)[0])
        self._settle(item, delivery, replies)
        return delivery

    def _copies(self, item: Push, delivery: Delivery) -> list[Reply | None]:
        copies = max(1, self.world.faults.parallel_copies)
        if copies == 1:
            return [self._try(item, delivery)]
        with ThreadPoolExecutor(copies) as pool:
            return list(pool.map(lambda _: self._try(item, delivery), range(copies)))

    def _try(self, item: Push, delivery: Delivery) -> Reply | None:
        for _ in range(self.tries):
            reply, status = self._attempt(item, delivery)
            if status >= 500:
                self.world.complain(f"HTTP 状态 {status}：签名对的推送不能回 5xx", delivery)
            elif reply is not None:
                return reply
        return None

    def _attempt(self, item: Push, delivery: Delivery) -> tuple[Reply | None, int]:
        """One POST: the judged answer, or None when none came in time."""
        world, at, started = self.world, self.world.now(), time.monotonic()
        request = request_for(item, world)
        status, body, trouble = 0, b"", ""
        try:
            status, body = self._post(request, started)
        except requests.Timeout:
            trouble = f"no answer within {self.reply_limit:g} s"
        except requests.RequestException as broken:
            trouble = type(broken).__name__ if self.webhook else "no webhook address is set"
            time.sleep(self.reply_limit * _PAUSE)
        if not trouble and world.faults.take("lost_answers"):
            trouble = "the answer was thrown away (fault)"
        with world.news:
            delivery.posts.append(Post(at, status, time.monotonic() - started, trouble))
        if trouble:
            return None, 0
        return validate(status, body, item, world, request.envelope), status

    def _post(self, request: Request, started: float) -> tuple[int, bytes]:
        headers = {"Content-Type": "text/xml", "User-Agent": "Mozilla/4.0", "Accept": "*/*"}
        with self._session.post(
            self.webhook, params=request.query, data=request.body, headers=headers, timeout=self.reply_limit,
            stream=True, allow_redirects=False,
        ) as response:  # fmt: skip
            body = b""
            for chunk in response.iter_content(1024):
                body += chunk
                # The limit is for the whole answer, while requests counts each read anew.
                if time.monotonic() - started > self.reply_limit:
                    raise requests.Timeout
                if len(body) > _MOST_READ:
                    break
            if time.monotonic() - started > self.reply_limit:
                raise requests.Timeout
            return response.status_code, body

    # --- what came of it ---

    def _settle(self, item: Push, delivery: Delivery, replies: list[Reply | None]) -> None:
        world, faults = self.world, self.world.faults
        reply = replies[0]
        delivery.reply_kind = reply.kind if reply else ""
        delivery.reply_bytes = reply.size if reply else 0
        if faults.forging(world.account.mode):
            self._judge_forgery(delivery)
        elif faults.malformed:
            self._judge_malformed(delivery, reply)
        elif faults.old_aes_key and delivery.status == 403:
            delivery.outcome = "refused"
        else:
            self._judge(item, delivery, replies)

    def _judge_forgery(self, delivery: Delivery) -> None:
        delivery.outcome = "refused" if delivery.status == 403 else "failed"
        if delivery.status != 403:
            self.world.complain(f"伪造的推送回了 {delivery.status}，应该是 403", delivery)

    def _judge_malformed(self, delivery: Delivery, reply: Reply | None) -> None:
        quiet = reply is not None and reply.kind in ("success", "empty")
        refused = delivery.status in (400, 403, 413) and not self.world.faults.json_push
        delivery.outcome = "silent" if quiet else "refused" if refused else "failed"
        if not quiet and not refused:
            self.world.complain(f"读不懂的推送不该有回话（状态 {delivery.status}）", delivery)

    def _judge(self, item: Push, delivery: Delivery, replies: list[Reply | None]) -> None:
        reply = next((each for each in replies if each and each.good), None)
        for each in replies:
            for words in each.complaints if each else ["直到最后一次推送都没有按时回话"]:
                self.world.complain(words, delivery)
        if len({self._shown(each) for each in replies}) > 1:
            self.world.complain("同一条推送，几次回话不一样", delivery)
        if reply is None:
            delivery.outcome = "failed"
            if item.shows_trouble and item.sender in self.world.state.people:
                trouble = Bubble("platform", "trouble", bubbles.TROUBLE_TEXT, (), self.world.now())
                self.world.show(item.sender, trouble)
            return
        delivery.reply_kind, delivery.reply_bytes = reply.kind, reply.size
        delivery.outcome = "silent" if reply.root is None else "answered"
        self._carry_out(item, reply)

    @staticmethod
    def _shown(reply: Reply | None) -> tuple[str, str]:
        """What of a reply the person sees; CreateTime may differ between copies."""
        bubble = bubbles.from_reply(reply.root, 0.0) if reply and reply.root else None
        return (reply.kind if reply else "none", repr(bubble))

    def _carry_out(self, item: Push, reply: Reply) -> None:
        if reply.root is None:
            return
        if reply.kind == "transfer_customer_service":
            holder = reply.root.child("TransInfo")
            self._hand_over(item.sender, holder.words("KfAccount") if holder else "")
            return
        bubble = bubbles.from_reply(reply.root, self.world.now())
        if bubble and item.sender in self.world.state.people:
            self.world.show(item.sender, bubble)

    def _hand_over(self, openid: str, account: str) -> None:
        """The person waits, or is with the agent at once when that one is online (platform.md 3.4)."""
        world, now = self.world, self.world.now()
        with world.news:
            agent = world.state.agents.get(account)
            taken_by = account if agent and agent.online else ""
            world.state.sessions[openid] = Session(openid, taken_by, now, now)
        if taken_by:
            world.later(world.pushes.event(openid, "kf_create_session", push.agent(taken_by)))

    # --- the verification request, and events that nobody waits for ---

    def verify(self) -> bool:
        """Ask as the console does when the address is saved (platform.md 1.2); anything but the echo is a complaint."""
        account = self.world.account
        stamp, nonce, echo = str(int(self.world.now())), secrets.token_hex(5), str(secrets.randbelow(10**18))
        query = {"signature": signature(account.token, stamp, nonce), "timestamp": stamp, "nonce": nonce}
        try:
            answer = self._session.get(
                self.webhook, params={**query, "echostr": echo}, timeout=self.reply_limit, allow_redirects=False
            )
        except requests.RequestException as trouble:
            self.world.complain(f"验证请求没有回音：{type(trouble).__name__}")
            return False
        good = answer.status_code == 200 and answer.content == echo.encode()
        if not good:
            self.world.complain(f"验证请求回了 {answer.status_code} {answer.content[:40]!r}，不是 echostr")
        return good

    def start(self) -> None:
        """Begin delivering what API calls caused."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._carry, name="courier", daemon=True)
            self._thread.start()

    def _carry(self) -> None:
        while (item := self.world.outbox.get()) is not None:
            try:
                if self.webhook:
                    self.deliver(item)
            finally:
                self.world.outbox.task_done()
        self.world.outbox.task_done()

    def stop(self) -> None:
        """Deliver what is queued, then end, and close the kept connections."""
        if self._thread is not None:
            self.world.outbox.put(None)
            self._thread.join(self.reply_limit * self.tries + 1)
            self._thread = None
        self._session.close()

    def wait_idle(self, within: float) -> bool:
        """Wait until everything queued has been delivered; False when time ran out."""
        end = time.monotonic() + within
        while self.world.outbox.unfinished_tasks:
            if time.monotonic() > end:
                return False
            time.sleep(0.005)
        return True
