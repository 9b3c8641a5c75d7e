"""Talks that somebody should have seen to by now: urgent ones nobody took, taken ones nobody answers in."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session, aliased

from models.message import Message
from models.reception import ReceptionTicket
from models.reception.note import TicketNote
from models.reception.rules import SILENT_AFTER, URGENT_WITHIN

NOBODY_CAME = f"危机：{int(URGENT_WITHIN.total_seconds())} 秒没有人接，已经报警。"


def escalate_untaken(db: Session, *, now: dt.datetime, most: int = 100) -> list[ReceptionTicket]:
    """Urgent tickets that nobody took within a minute since they came, or came back; each is noted once."""
    waiting = select(ReceptionTicket).where(
        ReceptionTicket.state == "waiting",
        ReceptionTicket.urgent != "",
        ReceptionTicket.opened_at <= now - URGENT_WITHIN,
    )
    tickets = db.scalars(waiting.order_by(ReceptionTicket.opened_at).limit(most)).all()
    last = _last_system_notes(db, [ticket.id for ticket in tickets])
    found = []
    for ticket in tickets:
        note = last.get(ticket.id)
        if note is not None and (note.words == NOBODY_CAME or note.at > now - URGENT_WITHIN):
            continue
        TicketNote.add(db, ticket, NOBODY_CAME, now=now)
        ticket.changed_at = now
        found.append(ticket)
    return found


def silent_talks(
    db: Session, *, now: dt.datetime, after: dt.timedelta = SILENT_AFTER, most: int = 100
) -> list[ReceptionTicket]:
    """Taken talks whose veteran has waited so long for an answer. A note counts as a sign of life: who telephones
    with the veteran writes no reply."""
    limit = now - after
    reply = aliased(Message)
    answered = exists().where(
        reply.conversation_id == Message.conversation_id, reply.author == "staff", reply.id > Message.id
    )
    waits = exists().where(
        Message.conversation_id == ReceptionTicket.conversation_id,
        Message.author == "veteran",
        Message.said_at <= limit,
        ~answered,
    )
    noted = exists().where(
        TicketNote.ticket_id == ReceptionTicket.id,
        TicketNote.user_id == ReceptionTicket.taken_by_id,
        TicketNote.at > limit,
    )
    silent = select(ReceptionTicket).where(
        ReceptionTicket.state == "taken", ReceptionTicket.taken_at <= limit, waits, ~noted
    )
    return list(db.scalars(silent.order_by(ReceptionTicket.conversation_id).limit(most)))


def _last_system_notes(db: Session, ticket_ids: list[int]) -> dict[int, TicketNote]:
    newest = select(func.max(TicketNote.id)).where(TicketNote.ticket_id.in_(ticket_ids), TicketNote.user_id.is_(None))
    notes = select(TicketNote).where(TicketNote.id.in_(newest.group_by(TicketNote.ticket_id)))
    return {note.ticket_id: note for note in db.scalars(notes)} if ticket_ids else {}
