"""The list as an Excel table: what the list shows, masked, for a stated reason, so much and so often a day (R43).

The file is made while the answer is awaited and kept nowhere: it is downloaded once, since there is nothing to download
a second time. It is made when the entry in the audit stands: SQLite has one writer, whom veterans' words wait for.
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Sequence

from flask import Response
from sqlalchemy import case, func, select

from console.answers import Answers
from console.desk import actor, db, note, note_apart, now, signed, today, user
from console.page import Later, Page
from console.petitions import Wanted, found, listed
from console.petitions.page import REASON
from console.petitions.view import Row, rows_of
from console.sheets import KIND, BadSheet, Sheet, write_book
from models.audit import AuditEntry
from models.audit.stated_reason import StatedReason
from models.base import DomainError
from models.case import Case
from models.conversation import SHANGHAI
from models.petition import Petition
from models.petition.clock import day_of
from models.petition.full_export import FAILED, FULL
from models.user import User
from models.user.visible import visible

PAGE = Page("petition_export")
ACT = "export.petitions_masked"
MOST_ROWS, MOST_A_DAY = 2_000, 5
HEAD = ("编号", "哪方面", "提出的人", "站点", "承办人", "办到哪步", "提出日期", "最迟哪天", "期限")
WIDTHS = (13, 18, 14, 26, 12, 14, 13, 13, 14)


class NotMade(DomainError):
    """The table was too much for its maker, or two wanted one at once."""


@PAGE.post("/petitions/exports", "export", "petitions_masked", fresh=True)
def export() -> Later | tuple[str, int]:
    answers = Answers()
    reason = answers.text("export_reason", "导出的原因", least=REASON, most=200)
    petitions = wanted_of(Wanted.read(answers), "petitions_masked", answers, "export_reason")
    if not answers.ok:
        return listed(Wanted.read(answers), answers), 422
    serial = secrets.token_hex(4)
    cells = _cells(petitions, serial)
    StatedReason.state(db(), f"{ACT} {serial}", reason, by=user(), now=now())
    note(ACT, serial, f"{len(petitions)} rows")
    return Later(lambda: sent_as_table(serial, WIDTHS, cells))


def sent_as_table(noted: str, widths: Sequence[int], rows: Sequence[Sequence[str]]) -> Response:
    """The file. `noted`: the subject of the entry in the audit; one more there takes it back when no file was made."""
    try:
        book = write_book([Sheet("信访办件", widths, rows)])
    except BadSheet:
        book = b""
    if not book:
        note_apart(FAILED, noted)
        raise NotMade("表没有做成，这一次不算。请过几分钟再导一次")
    headers = {"Content-Disposition": "attachment; filename=petitions.xlsx", "Cache-Control": "no-store, private"}
    return Response(book, mimetype=KIND, headers=headers)


def exported_today(person: str) -> int:
    """How often a person has taken a table today, with whichever account."""
    accounts = [f"user {id_}" for id_ in db().scalars(select(User.id).where(User.person == person))]
    midnight = now().astimezone(SHANGHAI).replace(hour=0, minute=0, second=0, microsecond=0)
    counted = func.sum(case((AuditEntry.act == FAILED, -1), else_=1))
    taken = (AuditEntry.act.in_((ACT, FULL, FAILED)), AuditEntry.actor.in_(accounts), AuditEntry.at >= midnight)
    return db().scalar(select(counted).where(*taken)) or 0


def wanted_of(wanted: Wanted, action: str, answers: Answers, field: str) -> Sequence[Petition]:
    """Those of the list as it was filtered, if they are not too many, without what names the person at the desk."""
    if exported_today(signed().actor.person) >= MOST_A_DAY:
        answers.faults[field] = f"今天已经导出 {MOST_A_DAY} 次，明天再来"
        return []
    ours = visible(Petition, actor(), "export", action).with_only_columns(Petition.id).correlate(None)
    rows = found(wanted).where(Petition.id.in_(ours)).order_by(Case.due_on.is_(None), Case.due_on, Case.id.desc())
    petitions = db().scalars(rows.limit(MOST_ROWS + 1)).all()
    if len(petitions) > MOST_ROWS:
        answers.faults[field] = f"一次最多导出 {MOST_ROWS} 件，请先筛选"
        return []
    return [petition for petition in petitions if not petition.keeps_away(db(), user())]


def _cells(petitions: Sequence[Petition], serial: str) -> list[list[str]]:
    rows = rows_of(db(), petitions, today=today())
    body = [_row(row, petition.filed_at) for row, petition in zip(rows, petitions, strict=True)]
    return [list(HEAD), *body, [], [foot_of(serial, len(body))]]


def foot_of(serial: str, count: int) -> str:
    """Who took it and when, on the table itself."""
    moment = now().astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
    return f"{signed().shown_as} {moment} 导出，流水号 {serial}，共 {count} 件。只为写明的用处，用完请删掉。"


def _row(row: Row, filed_at: dt.datetime) -> list[str]:
    last = row.due_on.isoformat() if row.due_on else ""
    filed = day_of(filed_at).isoformat()
    return [row.number, row.topic, row.who, row.station, row.officer, row.status, filed, last, row.due]
