"""战友: found by a whole phone number or case number, never by words; a card of what may be known; who looked at it."""

from __future__ import annotations

import re
import unicodedata

from flask import abort
from sqlalchemy import select

from console.answers import Answers
from console.audit_words import said
from console.desk import actor, db, note, turn_away
from console.page import Page, read_by_us, render
from models.people import Veteran
from models.person_card import card, find, is_hidden_person, reached
from models.petition import Petition
from models.user.visible import visible

PAGE = Page("people", menu="战友", first="blank")
WAYS = {"message": "微信里收到", "template": "收到办事提醒", "call": "要打电话通知"}


@PAGE.get("/people", "veteran", "search")
def blank() -> str:
    return render("people/search.html", answers=Answers(), found=None, number="")


@PAGE.post("/people", "veteran", "search")
def search() -> str | tuple[str, int]:
    """By POST, so that no number of a person stands in an address, a history or a log."""
    answers = Answers()
    typed = unicodedata.normalize("NFKC", answers["number"])[:40]
    figures = re.sub(r"[^0-9]", "", typed)
    if not 10 <= len(figures) <= 15:
        answers.faults["number"] = "请写完整的手机号，或者 10 位登记编号。只写一部分、写名字，都查不了"
        return render("people/search.html", answers=answers, found=None, number=""), 422
    found = find(db(), actor(), typed)
    note("veteran.search", found[0].uid if len(found) == 1 else "veterans", f"found {len(found)}")
    return render("people/search.html", answers=answers, found=found, number=_matter(figures))


@PAGE.get("/people/<uid>", "veteran", "card")
def one(uid: str) -> str:
    named = select(Veteran).where(Veteran.uid == uid)
    veteran = db().scalars(named.where(reached(actor(), "card"))).first()
    if veteran is None:
        there = db().scalars(named).first()
        if there is None:
            abort(404)
        turn_away(uid, "veteran.card", hidden=is_hidden_person(db(), there, actor()))
    shown = card(db(), actor(), veteran)
    read_by_us("veteran", "card", veteran.uid)
    may_read = actor().may("petition", "list")
    return render("people/card.html", card=shown, ways=WAYS, said=said, may_read=may_read)


def _matter(figures: str) -> str:
    """The case number that was typed, when its page is open to this person; an anonymous matter has no card."""
    found = visible(Petition, actor(), "petition", "list").where(Petition.number == figures)
    return figures if db().scalars(found).first() is not None else ""
