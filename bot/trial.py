"""A trial on real input: every question of a file as an encrypted post from its own phone, to a running service."""

from __future__ import annotations

import datetime as dt
import math
import secrets
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import requests
from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from bot.channels.wechat_oa import WeChatOfficialAccount
from bot.office import Office
from models.message import Message

IN_TIME = 5.0  # seconds; WeChat's patience
PATIENCE = 20.0

Row = tuple[str, str]  # question, topic


@dataclass(frozen=True, slots=True)
class Sent:
    """What came back for one question."""

    topic: str
    external_id: str
    seconds: float
    status: int
    answered: bool


@dataclass(slots=True)
class Report:
    """Where the questions went, how fast, and what failed."""

    roads: dict[str, Counter[str]] = field(default_factory=dict)
    seconds: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    def lines(self) -> Iterator[str]:
        """A Markdown table by label, then the times and the failures."""
        roads = sorted({road for counted in self.roads.values() for road in counted})
        yield f"| 应到 | 条数 | {' | '.join(roads)} |"
        yield f"|---|{'---|' * (len(roads) + 1)}"
        for label, counted in sorted(self.roads.items()):
            yield f"| {label} | {counted.total()} | {' | '.join(str(counted[road]) for road in roads)} |"
        p50, p99 = (_percentile(self.seconds, share) * 1000 for share in (0.50, 0.99))
        yield f"答复时间：p50 {p50:.0f} 毫秒，p99 {p99:.0f} 毫秒；{len(self.seconds)} 条。"
        yield f"失败 {len(self.failures)} 条。" if self.failures else "没有失败：每条都存了一次、按时答了。"
        yield from self.failures[:20]


def run_trial(
    office: Office, rows: Sequence[Row], url: str, *, at_once: int = 8, tick: Callable[[], None] = lambda: None
) -> Report:
    """Send every question and report. The service must be running with the same settings."""
    channel = office.channels["wechat_oa"]
    if not isinstance(channel, WeChatOfficialAccount):
        raise TypeError("a trial needs the WeChat channel")
    run = secrets.randbelow(10**9)
    with ThreadPoolExecutor(at_once) as pool, requests.Session() as http:
        http.trust_env = False
        jobs = [pool.submit(_send, http, channel, url, row, f"{run:09d}{place:08d}") for place, row in enumerate(rows)]
        sent = []
        for job in jobs:
            sent.append(job.result())
            tick()
    return _report(office, sent)


def _send(http: requests.Session, channel: WeChatOfficialAccount, url: str, row: Row, number: str) -> Sent:
    question, topic = row
    now = dt.datetime.now(dt.UTC)
    openid = f"oTRIAL{number}"
    text = question.replace("]]>", "]]]]><![CDATA[>")
    xml = (
        f"<xml><ToUserName><![CDATA[{channel.original_id}]]></ToUserName>"
        f"<FromUserName><![CDATA[{openid}]]></FromUserName><CreateTime>{int(now.timestamp())}</CreateTime>"
        f"<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[{text}]]></Content><MsgId>{number}</MsgId></xml>"
    )
    query, body = channel.imitate(xml, at=now)
    started = time.perf_counter()
    try:
        response = http.post(url, params=query, data=body, headers={"Content-Type": "text/xml"}, timeout=PATIENCE)
    except requests.RequestException:
        return Sent(topic, f"{channel.name}:m:{number}", time.perf_counter() - started, 0, answered=False)
    seconds = time.perf_counter() - started
    answered = response.content.startswith(b"<xml>") and bool(channel.open_answer(response.content))
    return Sent(topic, f"{channel.name}:m:{number}", seconds, response.status_code, answered)


def _report(office: Office, sent: Iterable[Sent]) -> Report:
    report = Report()
    with office.sessions.begin() as db:
        for one in sent:
            answer = aliased(Message)
            kept = (
                select(func.count(Message.id), func.max(answer.routed))
                .select_from(Message)
                .outerjoin(answer, answer.reply_to_id == Message.id)
            )
            times, routed = db.execute(kept.where(Message.external_id == one.external_id)).one()
            road = _road(routed or "")
            label = one.topic if one.topic in ("OUT", "PETITION", "HUMAN", "CRISIS") else "政策"
            right = road == "answer" and routed == f"policy:{one.topic}"
            shown = "答对" if right else {"answer": "答了别的"}.get(road, road)
            if road == "choices" and one.topic in routed:
                shown = "列出里有"
            report.roads.setdefault(label, Counter())[shown] += 1
            report.seconds.append(one.seconds)
            if one.status != 200 or times != 1 or not one.answered or one.seconds > IN_TIME:
                report.failures.append(f"{one.external_id}：HTTP {one.status}，存 {times} 次，{one.seconds:.2f} 秒")
    return report


def _road(routed: str) -> str:
    """The first word of where a message was routed, `policy` read as an answer."""
    first = routed.split(":", maxsplit=1)[0]
    return {"policy": "answer", "": "其他"}.get(first, first)


def _percentile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, math.ceil(share * len(ordered)) - 1)] if ordered else 0.0
