"""The tables, in Markdown."""

from __future__ import annotations

import statistics
from collections.abc import Sequence

from benchmarks.inbound.throughput import AS_IT_COMES, SESSION_OFF, Entry


def throughput_table(entries: Sequence[Entry]) -> str:
    by_name = {entry.name: entry for entry in entries}
    first, second = by_name[AS_IT_COMES].rate, by_name[SESSION_OFF].rate
    lines = [
        "| | turns/s, median (range) | p50 / p99 ms | CPU µs a turn | × as it comes | × session off | stored and answered once |",
        "|---|---|---|---|---|---|---|",
    ]
    for entry in entries:
        rate = f"{entry.rate:,.0f} ({min(entry.rates):,.0f}–{max(entry.rates):,.0f})"
        waits = f"{entry.milliseconds(0.5):.1f} / {entry.milliseconds(0.99):.1f}"
        cpu = f"{statistics.median(entry.cpu):,.0f}"
        lines.append(
            f"| {entry.name} | {rate} | {waits} | {cpu} | {entry.rate / first:.2f} | {entry.rate / second:.2f} | {_books(entry)} |"
        )
    return "\n".join(lines)


def _books(entry: Entry) -> str:
    if not entry.books:
        return "stores nothing"
    acknowledged = sum(books.acknowledged for books in entry.books)
    wrong = sum(books.lost + books.doubled + books.unanswered for books in entry.books)
    return f"{acknowledged - wrong:,} of {acknowledged:,}"


def faults(entries: Sequence[Entry]) -> list[str]:
    """One line for everything that went wrong; a run with such lines proves nothing."""
    found = []
    for entry in entries:
        found += [
            f"{entry.name}: {what} × {count}" for result in entry.results for what, count in result.faults.items()
        ]
        found += [f"{entry.name}: {books}" for books in entry.books if not books.right]
    return found
