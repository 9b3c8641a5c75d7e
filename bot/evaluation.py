"""How good the answers are, on questions whose right topic is known. It runs the code that answers messages."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from handlers.kit.turn import Reading
from handlers.petition import TRIGGERS
from handlers.petition.report import reports
from handlers.reception import asks_for_a_person
from knowledge_base.library import Library

ROUTES = ("OUT", "PETITION", "HUMAN", "CRISIS")


@dataclass(slots=True)
class Figures:
    """Counts by label. Shares of nothing are None."""

    places: list[int] = field(default_factory=list)  # of the right article among the hits, 0 when not among them
    routed: dict[str, list[str]] = field(default_factory=lambda: {route: [] for route in ROUTES})
    other_crises: int = 0
    others: int = 0
    seconds: float = 0.0
    count: int = 0

    def summary(self) -> dict[str, float | None]:
        """The figures that `policy eval --json` prints."""
        return {
            "hit1": _share(place == 1 for place in self.places),
            "hit3": _share(1 <= place <= 3 for place in self.places),
            "mrr": _share(1 / place if place else 0.0 for place in self.places),
            "out_false_answers": _share(route == "answer" for route in self.routed["OUT"]),
            "crisis_recall": _share(route == "crisis" for route in self.routed["CRISIS"]),
            "crisis_false_alarms": self.other_crises / self.others if self.others else None,
            "petition_recall": _share(route == "petition" for route in self.routed["PETITION"]),
            "human_recall": _share(route == "person" for route in self.routed["HUMAN"]),
            "ms_per_question": self.seconds / self.count * 1000 if self.count else None,
        }

    def table(self) -> Iterable[str]:
        yield f"{'政策问题':<8}{len(self.places):>5} 条"
        for route, roads in self.routed.items():
            counted = "，".join(f"{road} {roads.count(road)}" for road in sorted(set(roads)))
            yield f"{route:<12}{len(roads):>5} 条  {counted}"
        for name, value in self.summary().items():
            yield f"{name:<22}{'—' if value is None else f'{value:.3f}'}"


def evaluate(rows: Sequence[tuple[str, str]], library: Library) -> Figures:
    """Figures over `(question, topic_id)`; a topic is an article id or one of ROUTES."""
    figures = Figures()
    started = time.perf_counter()
    for question, topic in rows:
        reading = Reading.of(question, library)
        road = road_of(reading)
        if topic == "CRISIS":
            figures.routed[topic].append(road)
            continue
        figures.others += 1
        figures.other_crises += road == "crisis"
        if topic in ROUTES:
            figures.routed[topic].append(road)
        else:
            ids = [hit.id for hit in reading.found.hits]
            figures.places.append(ids.index(topic) + 1 if topic in ids else 0)
    figures.seconds, figures.count = time.perf_counter() - started, len(rows)
    return figures


def road_of(reading: Reading) -> str:
    """Where a first message goes: crisis, person, petition, answer, choices or not_found."""
    if reading.crisis:
        return "crisis"
    if asks_for_a_person(reading):
        return "person"
    if reading.plain in TRIGGERS or reports(reading.plain) or reading.found.road == "PETITION":
        return "petition"
    if reading.found.road == "OUT":
        return "not_found"
    if reading.found.sure:
        return "answer"
    return "choices" if reading.found.possible else "not_found"


def _share(values: Iterable[float]) -> float | None:
    counted = [float(value) for value in values]
    return sum(counted) / len(counted) if counted else None
