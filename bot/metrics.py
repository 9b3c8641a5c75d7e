"""What is counted. Labels never hold ids, words or small groups of people (R69)."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest

REGISTRY = CollectorRegistry()
PUSHES = Counter("frontdoor_pushes", "Pushes by kind", ["kind"], registry=REGISTRY)
ANSWERED = Counter("frontdoor_answers", "Pushes by what came of them", ["outcome"], registry=REGISTRY)
RECEIVED = Histogram(
    "frontdoor_push_seconds",
    "Time from a push to its response",
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 4, 5),
    registry=REGISTRY,
)
SENT = Counter("frontdoor_sent", "Messages the worker settled, by outcome", ["outcome"], registry=REGISTRY)
MEDIA = Counter("frontdoor_media", "Files the worker settled, by outcome", ["outcome"], registry=REGISTRY)
ALARMS = Counter("frontdoor_alarms", "Things an operator has to look at", ["what"], registry=REGISTRY)


def rendered() -> bytes:
    return generate_latest(REGISTRY)
