"""The first page: what has to be done now, by role, then figures that lead to their lists."""

from __future__ import annotations

from console.page import Page, render

PAGE = Page("home")


@PAGE.get("/", "session", "own_log")
def home() -> str:
    return render("home/home.html")
