"""The register of stations: who answers where and when. One by one, or as an Excel table, looked through first."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from typing import Any

from flask import Response, abort, flash, g, request
from sqlalchemy import select
from werkzeug.wrappers import Response as BaseResponse

from console.answers import Answers
from console.desk import db, note, now, seen, user
from console.page import Page, back_to, render
from console.scan_code import drawn
from console.sheets import KIND, LARGEST_FILE, BadSheet, Sheet, read_sheet, write_book
from knowledge_base.normal import tidy
from models.draft import Draft
from models.station import Station
from models.station.list import carry_out, plan_of
from models.station.register import CALLED, COLUMNS, LEVELS, Entry, cells_of, in_order, keep, register

PAGE = Page("stations")
WAITING_AT = "stations.list"  # where a list that was looked through waits for its confirmation
FORM_AROUND = 20_000  # bytes of an upload that are not the file
WIDTHS = (14, 32, 10, 14, 40, 22, 40, 16, 8)


@PAGE.get("/stations", "station", "read")
def tree() -> str:
    return render("stations/tree.html", rows=in_order(register(db()).values()), levels=LEVELS)


@PAGE.get("/station-entry", "station", "edit")
def blank() -> str:
    return _form(Entry("", "", "village"), Answers(), new=True)


@PAGE.post("/stations", "station", "edit")
def add() -> BaseResponse | tuple[str, int]:
    answers = Answers()
    entry = _given(answers, answers["code"].strip())
    if entry.code in register(db()):
        answers.faults["code"] = f"编码 {entry.code} 已经有了"
    return _kept(entry, answers, new=True)


@PAGE.get("/stations/<code>", "station", "edit")
def one(code: str) -> str:
    seen(Station, code, "station", "edit", by="code")
    return _form(register(db())[code], Answers())


@PAGE.post("/stations/<code>", "station", "edit")
def change(code: str) -> BaseResponse | tuple[str, int]:
    seen(Station, code, "station", "edit", by="code")
    answers = Answers()
    return _kept(_given(answers, code), answers)


@PAGE.get("/stations/<code>/scan-code", "station", "read")
def scan_code(code: str) -> str:
    return _codes([seen(Station, code, "station", "read", by="code")], one=True)


@PAGE.get("/station-codes", "station", "read")
def scan_codes() -> str:
    """All of them, a sheet of paper for each."""
    return _codes(db().scalars(select(Station).where(Station.closed.is_(False)).order_by(Station.code)).all())


@PAGE.get("/station-list", "station", "import")
def listing() -> str:
    """Choose a file; or see what the one that was chosen would do."""
    rows = json.loads(Draft.of(db(), user().id, WAITING_AT) or "[]")
    return render("stations/list.html", plan=plan_of(db(), rows) if rows else None, columns=COLUMNS, fault="")


@PAGE.get("/station-list/sheet", "station", "read")
def sheet() -> Response:
    """The stations as they are, to be changed and brought back; and how each column is filled in."""
    rows = [list(CALLED.values()), *(cells_of(entry) for entry in register(db()).values())]
    how = [["栏目", "怎么填"], *([called, hint] for _, called, _, hint in COLUMNS)]
    book = write_book([Sheet("站点", WIDTHS, rows), Sheet("怎么填", (14, 70), how)])
    if not book:
        abort(500)
    headers = {"Content-Disposition": "attachment; filename=stations.xlsx", "Cache-Control": "no-store, private"}
    return Response(book, mimetype=KIND, headers=headers)


@PAGE.post("/station-list", "station", "import")
def look_through() -> BaseResponse | tuple[str, int]:
    """Nothing is changed yet. A list without a bad row waits for the confirmation."""
    plan = plan_of(db(), g.sheet) if g.sheet else None
    fault = g.bad_sheet or ("" if plan else "这张表是空的")
    if plan is None or plan.faults:
        return render("stations/list.html", plan=plan, columns=COLUMNS, fault=fault), 422
    Draft.keep(db(), user().id, WAITING_AT, json.dumps(g.sheet, ensure_ascii=False), now=now())
    return back_to("stations.listing")


@PAGE.post("/station-list/confirmation", "station", "import")
def confirm() -> BaseResponse:
    """All of it, and exactly what was shown; if the register has changed meanwhile, it is shown again."""
    rows = json.loads(Draft.of(db(), user().id, WAITING_AT) or "[]")
    plan = plan_of(db(), rows)
    if not rows or Answers()["digest"] != plan.digest:
        flash("站点这期间有改动，请再看一遍" if rows else "这张表已经导入过了")
        return back_to("stations.listing" if rows else "stations.tree")
    carry_out(db(), plan)
    Draft.drop(db(), user().id, WAITING_AT)
    flash(f"导入好了：{plan.summed_up}。")
    counts = f"added {len(plan.added)}, changed {len(plan.changed)}, closed {len(plan.closed)}"
    note("station.import", "stations", counts)
    return back_to("stations.tree")


@PAGE.post("/station-list/dismissal", "station", "import")
def dismiss() -> BaseResponse:
    Draft.drop(db(), user().id, WAITING_AT)
    return back_to("stations.listing")


@PAGE.blueprint.url_value_preprocessor
def let_a_table_in(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Before anything reads the form: this one may be larger than a message of WeChat's."""
    if endpoint == "stations.look_through":
        request.max_content_length = LARGEST_FILE + FORM_AROUND


@PAGE.blueprint.before_request
def read_the_table() -> None:
    """Before the transaction: reading may take seconds, and SQLite has one writer, whom veterans' words wait for."""
    if request.endpoint != "stations.look_through":
        return
    file = request.files.get("file")
    g.sheet, g.bad_sheet = [], ""
    try:
        g.sheet = read_sheet(file.read(LARGEST_FILE + 1) if file is not None else b"")
    except BadSheet as bad:
        g.bad_sheet = str(bad)


def _codes(stations: Sequence[Station], *, one: bool = False) -> str:
    drawings = [(station, drawn(station.scan_address)) for station in stations if station.scan_address]
    return render("stations/codes.html", drawings=drawings, missing=len(stations) - len(drawings), one=one)


def _given(answers: Answers, code: str) -> Entry:
    """What the form says; the rules are the register's, the same as for a table."""
    told = {
        name: " ".join(tidy(answers[name]).split())
        for name in ("name", "level", "above", "hours", "phone", "address", "duty")
    }
    return Entry(code, **told, closed=answers.checked("closed"))


def _kept(entry: Entry, answers: Answers, *, new: bool = False) -> BaseResponse | tuple[str, int]:
    before = register(db()).get(entry.code, entry)
    if answers.ok:
        answers.faults.update(keep(db(), entry))
    if not answers.ok:
        return _form(entry, answers, new=new), 422
    flash(f"{entry.name}：保存了。")
    changed = [name for name in CALLED if getattr(before, name) != getattr(entry, name)]
    note("station.edit", f"station {entry.code}", "added" if new else ", ".join(changed))
    return back_to("stations.tree")


def _form(entry: Entry, answers: Answers, *, new: bool = False) -> str:
    others = [each for each in register(db()).values() if each.level != "village" and each.code != entry.code]
    above = [
        ("", "没有上级（区级）"),
        *((each.code, f"{each.name}（{each.code}）") for each in others if not each.closed),
    ]
    hints = {name: hint for name, _, _, hint in COLUMNS}
    given = dataclasses.asdict(entry)
    return render(
        "stations/one.html", entry=entry, given=given, answers=answers, new=new, above=above, hints=hints, levels=LEVELS
    )
