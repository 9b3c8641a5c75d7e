"""Where a dialogue stands with one person, kept between two messages."""

from __future__ import annotations

import datetime as dt
import json
from functools import cache
from typing import Any, cast

from sqlalchemy import ForeignKey, Index, LargeBinary, Select, String, Table, Update, bindparam, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column
from sqlalchemy.orm.attributes import set_committed_value

from models.base import Base, Sealed, UtcDateTime, keys_of, new_uid, place_of, stored
from models.conversation import Conversation


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
        row = db.connection().execute(_open_run(), {"conversation": conversation.id}).first()
        return stored(db, cls, row._asdict()) if row else None

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
        run = cls(uid=new_uid(), conversation_id=conversation.id, dialogue=dialogue, status="open", touched_at=now)
        db.add(run)
        run.keep(state, now=now)
        db.flush()
        return run

    def keep(self, state: dict[str, Any], *, now: dt.datetime) -> None:
        self._state = json.dumps(state, ensure_ascii=False)
        self.touched_at, self.reminded_at = now, None

    def become(self, db: Session, dialogue: str, state: dict[str, Any], *, now: dt.datetime) -> None:
        """Nothing of the dialogue before is worth keeping: another one goes on in its row.

        This is what most messages end with, so it is one statement, built once, past the unit of work.
        """
        words = json.dumps(state, ensure_ascii=False).encode()
        values = {
            "dialogue": dialogue,
            "state_sealed": keys_of(db).seal(words, bound_to=place_of(self, "state_sealed")),
            "touched_at": now,
            "reminded_at": None,
        }
        db.connection().execute(_writing_over(), values | {"run": self.id})
        for name, value in values.items():
            set_committed_value(self, name, value)

    def park(self) -> None:
        self.status = "parked"

    def resume(self, *, now: dt.datetime) -> None:
        self.status, self.touched_at = "open", now

    def close(self) -> None:
        """A finished or dropped run keeps nothing of what was told."""
        self.status, self.state_sealed = "closed", None


@cache
def _writing_over() -> Update:
    table = cast(Table, DialogueRun.__table__)
    given: dict[str, Any] = {
        name: bindparam(name) for name in ("dialogue", "state_sealed", "touched_at", "reminded_at")
    }
    return table.update().where(table.c.id == bindparam("run")).values(given)


@cache
def _open_run() -> Select[Any]:
    """Asked for at every word, so built once."""
    table = cast(Table, DialogueRun.__table__)
    return select(table).where(table.c.conversation_id == bindparam("conversation"), table.c.status == "open")
