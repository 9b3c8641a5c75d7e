"""The one way to rows of people: what an actor may see for an act, with scope, withdrawal and restriction inside."""

from __future__ import annotations

from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, and_, exists, false, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session

from models.base import Base
from models.broadcast import Broadcast
from models.case import Case, CaseEvent, Interest
from models.conversation import Conversation
from models.media import Media
from models.message import RESTRICTED, Message
from models.petition import Petition
from models.reception import ReceptionTicket
from models.user.authority import Actor, Granted, Rule

Row = TypeVar("Row", bound=Base)


def visible(model: type[Row], actor: Actor, resource: str, action: str) -> Select[Row]:
    """The rows of a model that the actor may reach for this act; none when the table allows nothing (R38, R39)."""
    allowed = [_within(model, rule, grant, actor) for rule, grant in actor.rules(resource, action)]
    return select(model).where(or_(false(), *allowed), *_never(model, actor, resource))


def is_hidden(db: Session, row: Base, actor: Actor) -> bool:
    """Whether a row is not there for this person, whatever their rights: restricted, or their interest (X2, W3)."""
    model = type(row)
    there = select(model).where(model.id == row.id, *_never(model, actor, ""))  # type: ignore[attr-defined]
    return db.scalars(there).first() is None


def _within(model: type[Base], rule: Rule, grant: Granted, actor: Actor) -> ColumnElement[bool]:
    """The condition of one rule. A scope that says nothing about a model lets nothing through."""
    if rule.scope in ("district", "all"):
        return true()
    if rule.scope in ("subtree", "station"):
        return _in_stations(model, grant)
    if rule.scope == "claimed":
        return _claimed(model, actor)
    if rule.scope == "assigned":
        return _assigned(model, actor)
    return _own(model, actor) if rule.scope == "own" else false()


def _in_stations(model: type[Base], grant: Granted) -> ColumnElement[bool]:
    if grant.stations is None:
        return true()
    if model is Media:
        return Media.conversation_id.in_(select(Conversation.id).where(Conversation.station_id.in_(grant.stations)))
    column: InstrumentedAttribute[Any] | None = getattr(model, "station_id", None)
    return column.in_(grant.stations) if column is not None else false()


def _claimed(model: type[Base], actor: Actor) -> ColumnElement[bool]:
    """What belongs to a talk that the actor holds now."""
    holds = and_(ReceptionTicket.taken_by_id == actor.user_id, ReceptionTicket.state == "taken")
    if model is ReceptionTicket:
        return holds
    talks = select(ReceptionTicket.conversation_id).where(holds)
    column = _conversation_of(model)
    return column.in_(talks) if column is not None else false()


def _assigned(model: type[Base], actor: Actor) -> ColumnElement[bool]:
    """What belongs to a matter that names the actor."""
    if model in (Case, Petition):
        return Case.officer_id == actor.user_id
    if model is Media:
        return Media.uid.in_(
            select(CaseEvent.media_uid).join(Case, Case.id == CaseEvent.case_id).where(Case.officer_id == actor.user_id)
        )
    column = _conversation_of(model)
    matters = select(Case.conversation_id).where(Case.officer_id == actor.user_id, Case.restricted.is_(False))
    return column.in_(matters) if column is not None else false()


def _own(model: type[Base], actor: Actor) -> ColumnElement[bool]:
    if model is ReceptionTicket:
        return or_(ReceptionTicket.taken_by_id == actor.user_id, ReceptionTicket.closed_by_id == actor.user_id)
    if model is Broadcast:
        return Broadcast.written_by_id == actor.user_id
    return false()


def _never(model: type[Base], actor: Actor, resource: str) -> list[ColumnElement[bool]]:
    """What no right opens: restricted matters to all but the discipline contact, and one's own interest (W3, X2)."""
    withdrawn = select(Interest).where(Interest.person == actor.person, Interest.lifted_at.is_(None))
    conditions: list[ColumnElement[bool]] = []
    if model in (Case, Petition):
        conditions.append(Case.restricted.is_(resource == "restricted"))
        conditions.append(Case.id.not_in(_ids(withdrawn, Interest.case_id)))
    column = _conversation_of(model)
    if column is not None:
        theirs = _ids(withdrawn, Interest.conversation_id)
        conditions.append(or_(column.is_(None), column.not_in(theirs)))
    if model is Media and resource != "restricted":
        hidden = select(CaseEvent.media_uid).join(Case, Case.id == CaseEvent.case_id).where(Case.restricted)
        conditions.append(Media.uid.not_in(hidden))
        of_them = exists().where(Message.id == Media.message_id, Message.routed == RESTRICTED)  # still being told
        conditions.append(~of_them)
    return conditions


def _ids(found: Select[Interest], column: InstrumentedAttribute[int | None]) -> Select[int | None]:
    return found.with_only_columns(column).where(column.is_not(None))


def _conversation_of(model: type[Base]) -> InstrumentedAttribute[Any] | None:
    if model is Conversation:
        return Conversation.id
    return getattr(model, "conversation_id", None)
