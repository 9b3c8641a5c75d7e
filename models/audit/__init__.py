"""Who did what to whose record, in a chain that shows every change; triggers refuse any (R54, migration 0001)."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import json
import secrets
from collections.abc import Iterator

from sqlalchemy import String, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, UtcDateTime

NAMELESS = "restricted/"
CHAIN_LOCK = 7_201_001  # PostgreSQL advisory lock: one writer of the chain at a time


class AuditEntry(Base):
    """One act. Ids and names of fields only, never words or numbers of a person."""

    __tablename__ = "audit_entries"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    actor: Mapped[str] = mapped_column(String(60))
    act: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(60))
    detail: Mapped[str] = mapped_column(String(200), default="")
    digest: Mapped[str] = mapped_column(String(64))

    @classmethod
    def write(
        cls, db: Session, *, actor: str, act: str, subject: str, now: dt.datetime, detail: str = ""
    ) -> AuditEntry:
        """Append to the chain; the last write of a transaction, since it holds the chain until the commit."""
        if db.get_bind().dialect.name == "postgresql":
            db.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": CHAIN_LOCK})
        last = db.scalars(select(cls).order_by(cls.id.desc()).limit(1)).first()
        entry = cls(at=now, actor=actor, act=act, subject=subject, detail=detail)
        entry.digest = entry.digest_after(last.digest if last else "", db.info["audit_key"])
        db.add(entry)
        db.flush()
        return entry

    def digest_after(self, previous: str, key: bytes) -> str:
        """HMAC over the entry before and this one's canonical JSON."""
        moment = self.at.astimezone(dt.UTC).isoformat(timespec="microseconds")
        facts = json.dumps([moment, self.actor, self.act, self.subject, self.detail], ensure_ascii=False)
        return hmac.new(key, f"{previous}{facts}".encode(), hashlib.sha256).hexdigest()

    @classmethod
    def broken(cls, db: Session) -> Iterator[int]:
        """Ids of entries that do not follow from the one before."""
        previous = ""
        for entry in db.scalars(select(cls).order_by(cls.id)).yield_per(1000):
            if entry.digest != entry.digest_after(previous, db.info["audit_key"]):
                yield entry.id
            previous = entry.digest


def nameless() -> str:
    """A random name for a matter that nobody else may know of: the audit says that it was one, never which (X2)."""
    return f"{NAMELESS}{secrets.token_hex(4)}"
