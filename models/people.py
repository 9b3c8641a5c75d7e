"""The people: veterans, and what they consented to."""

from __future__ import annotations

import datetime as dt
from typing import Any, cast

from sqlalchemy import ForeignKey, LargeBinary, String, Table, bindparam, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, Sealed, UtcDateTime, keys_of, new_uid, stored
from models.statement import Statement

CONSENT_VERSION = "2026-11-29"  # of the words in handlers/kit/consent.py; whoever changes those changes it
HANDLING = "handling"  # to keep what is told, with name and phone, and show it to those who handle the matter
SENSITIVE = "sensitive"  # illness, disability, papers, hardship, also in pictures (PIPL 28): asked on its own (29)


class Veteran(Base):
    """A person as the office knows one: only what was told for a purpose; one openid until identity is proven (R37)."""

    __tablename__ = "veterans"

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(16), unique=True, default=new_uid)
    name_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    phone_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    phone_index: Mapped[str | None] = mapped_column(String(40), index=True)
    created_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)

    name = Sealed()
    phone = Sealed()

    def told(self, *, name: str = "", phone: str = "") -> None:
        """Keep the name or phone the person gave, and an index to find the phone by (R47)."""
        if name:
            self.name = name
        if phone:
            self.phone = phone
            self.phone_index = keys_of(self).index("veterans.phone", phone)

    def forget(self) -> None:
        self.name_sealed = self.phone_sealed = self.phone_index = None


class Consent(Base):
    """What a person agreed to, in which words, and when it was taken back (PIPL 14, 15; R53)."""

    __tablename__ = "consents"

    id: Mapped[int] = mapped_column(primary_key=True)
    veteran_id: Mapped[int] = mapped_column(ForeignKey("veterans.id"), index=True)
    purpose: Mapped[str] = mapped_column(String(20))
    version: Mapped[str] = mapped_column(String(20))
    given_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    withdrawn_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)

    @classmethod
    def standing(cls, db: Session, veteran_id: int | None, purpose: str = HANDLING) -> Consent | None:
        """The consent in force for a purpose, if any. The one to sensitive data ends with the one it came after."""
        if veteran_id is None:
            return None
        db.flush()
        row = _STANDING.run(db, {"veteran": veteran_id, "wanted": purpose, "handling": HANDLING})
        return stored(db, cls, row) if row else None

    @classmethod
    def take_back(cls, db: Session, veteran_id: int | None, *, now: dt.datetime) -> None:
        """Every consent of a person ends at once (PIPL 15)."""
        given = select(cls).where(cls.veteran_id == veteran_id, cls.withdrawn_at.is_(None))
        for consent in db.scalars(given):
            consent.withdrawn_at = now


def _standing(_dialect: str) -> Any:
    """Forms ask with every answer. The consent to handling may be the wanted one itself: none is older than it."""
    consents = cast(Table, Consent.__table__)
    handling = consents.alias()
    mine = (handling.c.veteran_id == bindparam("veteran"), handling.c.withdrawn_at.is_(None))
    newest = select(func.max(handling.c.id)).where(*mine, handling.c.purpose == bindparam("handling"))
    wanted = (consents.c.purpose == bindparam("wanted"), consents.c.withdrawn_at.is_(None))
    found = select(consents).where(consents.c.veteran_id == bindparam("veteran"), *wanted)
    return found.where(consents.c.id >= newest.scalar_subquery()).order_by(consents.c.id.desc()).limit(1)


_STANDING = Statement(_standing)
