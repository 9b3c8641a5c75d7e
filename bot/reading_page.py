"""The reading page: one answer in large type, with all that the short one leaves out, for whoever has the link.

Public like the answer itself: no sign-in, no cookie, no script, and nobody notes who reads what. It shows what is in
use at this moment; what is out of use says so and never stands there as if it were valid.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from functools import cache
from itertools import groupby
from pathlib import Path

from flask import Blueprint, Response, make_response, render_template, request

from bot.office import Office, office_here
from console.page import needs
from handlers.policy import READABLE
from handlers.policy.answer import spelled_out
from knowledge_base.article import VERIFIED, Article
from knowledge_base.library import Library
from models.database import reading
from models.petition.clock import day_of
from models.station import Station

CHECK_EACH_TIME = "no-cache"  # an article may be taken out of use at any moment; unchanged, it costs a few bytes
FOR_GOOD = "public, max-age=31536000, immutable"  # the address changes with the content
SIZES = {"": "字大点", "big": "字小点"}  # each with the link to the other
_STYLE = Path(__file__).parent / "templates" / "reading" / "reading.css"


def reading_page() -> Blueprint:
    """The pages below `/policies`."""
    page = Blueprint("reading_page", __name__, url_prefix=READABLE, template_folder="templates")

    @page.get("/<article_id>")
    @needs("page", "help")
    def article(article_id: str) -> Response:
        office = office_here()
        library = office.living.now().library
        today = day_of(office.clock())
        shown = library.get(article_id)
        phone = _phone(office)
        if shown is None:
            return _answer(_gone(library, article_id, today, phone), 404)
        return _answer(_written(library, shown, today, phone), 200)

    @page.get("/reading.css")
    @needs("page", "help")
    def style() -> Response:
        return Response(_style(), mimetype="text/css", headers={"Cache-Control": FOR_GOOD})

    return page


def _answer(page: str, code: int) -> Response:
    response = make_response(page, code)
    response.headers["Cache-Control"] = CHECK_EACH_TIME
    response.add_etag()
    return response.make_conditional(request)  # type: ignore[return-value]


def _written(library: Library, article: Article, today: dt.date, phone: str) -> str:
    related = [other for id_ in article.related if (other := library.get(id_))]
    parts = {"细说": article.details, "要带什么": article.bring, "去哪里办": article.where}
    return render_template(
        "reading/article.html",
        article=article,
        answer=_blocks(article.answer),
        parts=[(name, _blocks(spelled_out(words, library))) for name, words in parts.items() if words],
        amount=article.amount_on(today),
        source=f"《{article.source}》" if not article.source.startswith("（") else article.source,
        caution=VERIFIED[article.verified],
        related=related,
        **_around(phone),
    )


def _gone(library: Library, article_id: str, today: dt.date, phone: str) -> str:
    """Never an answer under an old link: what became of the article, and what is in force in its stead."""
    known = library.everything.get(article_id)
    instead = [article for article in library.articles.values() if known and article_id in article.supersedes]
    coming = known is not None and known.begins is not None and known.begins > today
    return render_template("reading/gone.html", known=known, coming=coming, instead=instead, **_around(phone))


def _around(phone: str) -> dict[str, object]:
    size = "big" if "big" in request.args else ""
    return {"phone": phone, "reading_size": size, "other_size": SIZES[size], "style": _address_of_style()}


def _phone(office: Office) -> str:
    with office.sessions(bind=reading(office.engine)) as db:
        station = Station.district(db)
        return station.phone if station else ""


def _blocks(words: str) -> list[tuple[bool, list[str]]]:
    """Lines one below the other; those with a dot or a dash in front together, as a list (True)."""
    lines = [line.strip() for line in words.splitlines() if line.strip()]
    return [
        (listed, [line.lstrip("·- ") if listed else line for line in group])
        for listed, group in groupby(lines, key=lambda line: line.startswith(("·", "- ")))
    ]


@cache
def _style() -> bytes:
    return _STYLE.read_bytes()


@cache
def _address_of_style() -> str:
    return f"{READABLE}/reading.css?{hashlib.sha256(_style()).hexdigest()[:12]}"
