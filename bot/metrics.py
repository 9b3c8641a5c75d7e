"""What is counted. Labels never hold ids, words or small groups of people (R69)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.media import Media
from models.message import UNSETTLED, Message
from models.reception import ReceptionTicket

REGISTRY = CollectorRegistry()
PUSHES = Counter("frontdoor_pushes", "Pushes by kind", ["kind"], registry=REGISTRY)
ANSWERED = Counter("frontdoor_answers", "Pushes by what came of them", ["outcome"], registry=REGISTRY)
RECEIVED = Histogram(
    "frontdoor_push_seconds",
    "Time from a push to its response",
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 4, 5),
    registry=REGISTRY,
)
ALARMS = Counter("frontdoor_alarms", "Things an operator has to look at", ["what"], registry=REGISTRY)
MESSAGES = Gauge("frontdoor_messages", "Messages that are not through, by status", ["status"], registry=REGISTRY)
TICKETS = Gauge("frontdoor_tickets_waiting", "Veterans waiting for a person", ["urgent"], registry=REGISTRY)
FILES = Gauge("frontdoor_files", "Files of veterans that are not kept, by state", ["state"], registry=REGISTRY)


def rendered(db: Session) -> bytes:
    """All figures. What the other processes do is read from the rows: they have no door of their own to ask at."""
    troubled = select(Message.status, func.count()).where(Message.status.in_(UNSETTLED)).group_by(Message.status)
    _set(MESSAGES, UNSETTLED, db.execute(troubled))
    waiting = select(func.count()).where(ReceptionTicket.state == "waiting")
    TICKETS.labels("yes").set(db.scalar(waiting.where(ReceptionTicket.urgent != "")) or 0)
    TICKETS.labels("no").set(db.scalar(waiting.where(ReceptionTicket.urgent == "")) or 0)
    _set(FILES, ("wanted", "refused", "lapsed"), db.execute(select(Media.state, func.count()).group_by(Media.state)))
    return generate_latest(REGISTRY)


def _set(gauge: Gauge, names: Iterable[str], counted: Iterable[Sequence[Any]]) -> None:
    found = dict.fromkeys(names, 0)
    found.update({name: count for name, count in counted if name in found})
    for name, count in found.items():
        gauge.labels(name).set(count)
