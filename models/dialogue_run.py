"""Where a dialogue stands with one person, kept between two messages."""

from __future__ import annotations

import datetime as dt
import json
from functools import cache
from typing import Any, cast

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Table, bindparam, literal, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column
from sqlalchemy.orm.attributes import set_committed_value

from models.base import Base, Sealed, UtcDateTime, inserting, keys_of, new_uid, place_of, stored
from models.conversation import Conversation
from models.statement import Statement


class DialogueRun(Base):
    """Where a dialogue stands with one person. One is open at most; a form that was left waits parked."""

    __tablename__ = "dialogue_runs"
    __table_args__ = (
        Index(
            "uq_dialogue_runs_open",
            "conversation_id",
            unique=True,
            postgresql_where=text("status = 'open'"),
            sqlite_where=text("status = 'open'"),
        ),
        Index("ix_dialogue_runs_conversation_id_status", "conversation_id", "status"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(16), default=new_uid)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id"))
    dialogue: Mapped[str] = mapped_column(String(20))
    status: Mapped[str] = mapped_column(String(8), default="open")  # open | parked | closed
    state_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    touched_at: Mapped[dt.datetime] = mapped_column(UtcDateTime, index=True)
    reminded_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)

    _state = Sealed()

    @property
    def state(self) -> dict[str, Any]:
        """Small JSON keyed by stable names (keys, never positions)."""
        state: dict[str, Any] = json.loads(self._state or "{}")
        return state

    @classmethod
    def open_in(cls, db: Session, conversation: Conversation) -> DialogueRun | None:
        row = _open_run().run(db, {"conversation": conversation.id})
        return stored(db, cls, row) if row else None

    @classmethod
    def parked_in(cls, db: Session, conversation: Conversation, dialogue: str | None = None) -> DialogueRun | None:
        """The form that was left last, of this dialogue or of any."""
        query = select(cls).where(cls.conversation_id == conversation.id, cls.status == "parked")
        if dialogue:
            query = query.where(cls.dialogue == dialogue)
        return db.scalars(query.order_by(cls.touched_at.desc())).first()

    @classmethod
    def begin(
        cls, db: Session, conversation: Conversation, dialogue: str, state: dict[str, Any], *, now: dt.datetime
    ) -> DialogueRun:
        uid = new_uid()
        values = {
            "uid": uid,
            "conversation_id": conversation.id,
            "dialogue": dialogue,
            "status": "open",
            "state_sealed": keys_of(db).seal(_written(state), bound_to=f"dialogue_runs.state_sealed.{uid}"),
            "touched_at": now,
        }
        row = _beginning().run(db, values)
        return stored(db, cls, {**values, "reminded_at": None, **(row or {})})

    def keep(self, state: dict[str, Any], *, now: dt.datetime) -> None:
        self._state = _written(state).decode()
        self.touched_at, self.reminded_at = now, None

    def become(self, db: Session, dialogue: str, state: dict[str, Any], *, now: dt.datetime) -> None:
        """Nothing of the dialogue before is worth keeping: another one goes on in its row.

        This is what most messages end with, so it is one statement, built once, past the unit of work.
        """
        values = {
            "dialogue": dialogue,
            "state_sealed": keys_of(db).seal(_written(state), bound_to=place_of(self, "state_sealed")),
            "touched_at": now,
            "reminded_at": None,
        }
        _writing_over().run(db, values | {"run": self.id})
        for name, value in values.items():
            set_committed_value(self, name, value)

    def park(self) -> None:
        self.status = "parked"

    def resume(self, *, now: dt.datetime) -> None:
        self.status, self.touched_at = "open", now

    def close(self) -> None:
        """A finished or dropped run keeps nothing of what was told."""
        self.status, self.state_sealed = "closed", None


def _written(state: dict[str, Any]) -> bytes:
    return json.dumps(state, ensure_ascii=False).encode()


@cache
def _beginning() -> Statement:
    table = cast(Table, DialogueRun.__table__)
    names = ("uid", "conversation_id", "dialogue", "status", "state_sealed", "touched_at")
    return Statement(lambda dialect: inserting(dialect, table, names).returning(table.c.id))


@cache
def _writing_over() -> Statement:
    table = cast(Table, DialogueRun.__table__)
    given: dict[str, Any] = {
        name: bindparam(name, type_=table.c[name].type)
        for name in ("dialogue", "state_sealed", "touched_at", "reminded_at")
    }
    return Statement(lambda _: table.update().where(table.c.id == bindparam("run")).values(given))


@cache
def _open_run() -> Statement:
    table = cast(Table, DialogueRun.__table__)
    is_open = table.c.status == literal("open")
    return Statement(lambda _: select(table).where(table.c.conversation_id == bindparam("conversation"), is_open))
