"""审计记录: who did what to what, day by day, in plain words; and whether the chain is whole."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select

from console.answers import Answers
from console.audit_words import THINGS, WHOLE, about, said
from console.desk import actor, db
from console.page import Page, read_by_us, render
from models.audit.trail import Wanted, chain, trail
from models.user import User

PAGE = Page("audit", menu="审计", first="listing")


@PAGE.get("/audit", "audit", "read")
def listing() -> str:
    wanted = _wanted(Answers())
    lines, more = trail(db(), actor(), wanted)
    read_by_us("audit", "read", "audit")
    return render(
        "audit/list.html",
        lines=lines, more=more, wanted=wanted, people=_people(), things=THINGS, whole=WHOLE, said=said, subject=about,
    )  # fmt: skip


@PAGE.get("/audit/chain", "audit", "verify")
def verify() -> str:
    found = chain(db())
    read_by_us("audit", "verify", "audit")
    return render("audit/chain.html", chain=found)


def _wanted(answers: Answers) -> Wanted:
    """The filters of the address; what cannot be one is none."""
    try:
        day = dt.date.fromisoformat(answers["day"])
    except ValueError:
        day = None
    before = answers["before"]
    return Wanted(
        answers["actor"][:60],
        answers["act"][:40],
        day if day is not None and 2020 <= day.year < 2100 else None,
        int(before) if before.isascii() and before.isdigit() and len(before) < 10 else 0,
    )


def _people() -> list[tuple[str, str]]:
    """Whom to filter by: those who have an account, the closed ones last."""
    rows = db().execute(
        select(User.id, User.shown_as, User.name).order_by(User.disabled_at.is_not(None), User.shown_as).limit(500)
    )
    return [
        ("", "所有人"),
        *((f"user {id_}", f"{shown}（{name}）") for id_, shown, name in rows),
        ("nobody", "没登录的"),
    ]
