"""信访办件: the list by the day something is due, and one petition's page."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, func, select
from werkzeug.wrappers import Response

from console.answers import Answers
from console.desk import actor, db, note, now, signed, today, user
from console.page import Page, back_to, read_by_us, render
from console.petitions.page import REASON, open_for_a_while, reached, shown, view_of, why
from console.petitions.view import rows_of
from models.approval import LIVES
from models.case import Case
from models.petition import OPEN, Petition
from models.petition.full_export import takeable, waiting
from models.station import Station
from models.user.visible import visible

PAGE = Page("petitions", menu="信访", first="listing")

A_PAGE = 20
SHOWS = {
    "open": "在办的", "late": "超期的", "received": "待告知", "accepted": "正在办", "answered": "已答复", "over": "结束的",
    "all": "全部",
}  # fmt: skip
WHOSE = {"": "所有人", "mine": "我承办的", "nobody": "还没有承办人"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """The filters, as the address carries them."""

    show: str
    station: str
    whose: str
    number: str
    page: int

    @classmethod
    def read(cls, answers: Answers) -> Wanted:
        show, whose, page = answers["show"], answers["whose"], answers["page"]
        number = "".join(figure for figure in answers["number"] if figure in "0123456789")[:10]
        return cls(
            show if show in SHOWS else "open",
            answers["station"][:12],
            whose if whose in WHOSE else "",
            number,
            int(page) if page.isascii() and page.isdigit() and 0 < len(page) < 6 and int(page) > 0 else 1,
        )

    def address(self, page: int) -> dict[str, str | int]:
        return {"show": self.show, "station": self.station, "whose": self.whose, "number": self.number, "page": page}


@PAGE.get("/petitions", "petition", "list")
def listing() -> str:
    wanted = Wanted.read(Answers())
    read_by_us("petition", "list", f"page {wanted.page}")
    return listed(wanted, Answers())


def listed(wanted: Wanted, answers: Answers) -> str:
    """The page of the list."""
    stations, ours = _stations(), found(wanted)
    count = db().scalar(select(func.count()).select_from(ours.subquery())) or 0
    late = db().scalar(select(func.count()).select_from(_listed().where(_is_late()).subquery())) or 0
    soonest = ours.order_by(Case.due_on.is_(None), Case.due_on, Case.id.desc())
    some = db().scalars(soonest.limit(A_PAGE).offset((wanted.page - 1) * A_PAGE)).all()
    return render(
        "petitions/list.html",
        answers=answers,
        takeable=takeable(db(), signed().user_id, now=now()) if actor().may("export", "petitions_full") else [],
        lives=LIVES,
        exports_wait=len(waiting(db(), now=now())) if actor().may("export", "approve") else 0,
        may_export=actor().may("export", "petitions_masked") and count > 0,
        rows=rows_of(db(), some, today=today()),
        wanted=wanted,
        count=count,
        late=late,
        pages=max(1, -(-count // A_PAGE)),
        shows=SHOWS,
        whose=WHOSE,
        stations=[("", "全部站点"), *((each.code, each.name) for each in stations)],
    )


@PAGE.get("/petitions/<number>", "petition", "read")
def page(number: str) -> str:
    petition = reached(number)
    view = view_of(petition)
    if view == "ask":
        return why(petition, Answers())
    read_by_us("petition", "read" if view == "full" else "read_other", petition.uid)
    return shown(petition, Answers(), view=view)


@PAGE.post("/petitions/<number>/readings", "petition", "read")
def open_it(number: str) -> Response | tuple[str, int]:
    """Why somebody who does not handle it reads it; the reason stays with the petition."""
    petition, answers = reached(number), Answers()
    reason = answers.text("reason", "原因", least=REASON, most=200)
    if not answers.ok:
        return why(petition, answers), 422
    petition.note(db(), "read", now=now(), words=f"原因：{reason}", by=user(), shown=False)
    open_for_a_while(petition)
    note("petition.read", petition.uid)
    return back_to("petitions.page", number=number)


def _listed() -> Select[Petition]:
    return visible(Petition, actor(), "petition", "list")


def found(wanted: Wanted) -> Select[Petition]:
    """What the filters let through of what this person may see."""
    ours = _listed()
    if wanted.number:
        return ours.where(Case.number == wanted.number)
    ours = ours.where(*_shows(wanted.show))
    if wanted.whose:
        ours = ours.where(Case.officer_id == signed().user_id if wanted.whose == "mine" else Case.officer_id.is_(None))
    if wanted.station:
        ours = ours.where(Case.station_id.in_(_below(wanted.station, _stations())))
    return ours


def _shows(show: str) -> list[ColumnElement[bool]]:
    if show == "all":
        return []
    if show == "late":
        return [_is_late()]
    if show == "open":
        return [Case.status.in_(OPEN)]
    return [Case.status.not_in(OPEN) if show == "over" else Case.status == show]


def _is_late() -> ColumnElement[bool]:
    return Case.due_on < today()


def _stations() -> list[Station]:
    return list(db().scalars(select(Station).order_by(Station.code)))


def _below(code: str, stations: list[Station]) -> set[int]:
    """A station with all below it: a town's list has its villages'."""
    below = {each.id for each in stations if each.code == code}
    while more := {each.id for each in stations if each.parent_id in below} - below:
        below |= more
    return below
