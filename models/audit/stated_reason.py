"""A reason typed before something is seen that belongs to no matter and no talk, which would keep it (R42)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from sqlalchemy import ForeignKey, Index, LargeBinary, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, Sealed, UtcDateTime, new_uid
from models.masking import mask, mask_secrets
from models.user import User

HOLDS_FOR = dt.timedelta(minutes=30)  # as on a petition (decision 16): asked each time, people type anything
NAMED = "reason "  # before the uid, in the detail of the entries that a reason stands for


class StatedReason(Base):
    """Why somebody looks at what. The audit has no words; its entries name this row, and who may reads it there."""

    __tablename__ = "stated_reasons"
    __table_args__ = (Index("ix_stated_reasons_user_id_about", "user_id", "about"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(16), unique=True, default=new_uid)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    about: Mapped[str] = mapped_column(String(60))  # calls <uid of the notice>
    reason_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime)

    reason = Sealed()

    @classmethod
    def state(cls, db: Session, about: str, reason: str, *, by: User, now: dt.datetime) -> StatedReason:
        """Keep a reason; numbers of people and military detail are masked in it as in every note of staff."""
        made = cls(uid=new_uid(), user_id=by.id, about=about, at=now)
        db.add(made)
        made.reason = mask(mask_secrets(reason.strip()).text).text
        db.flush()
        return made

    @classmethod
    def standing(cls, db: Session, about: str, *, user_id: int, now: dt.datetime) -> StatedReason | None:
        """The reason this account gave for this thing within the last half hour."""
        given = select(cls).where(cls.user_id == user_id, cls.about == about, cls.at > now - HOLDS_FOR)
        return db.scalars(given.order_by(cls.id.desc()).limit(1)).first()

    @property
    def named(self) -> str:
        """How an entry of the audit refers to it."""
        return f"{NAMED}{self.uid}"

    @classmethod
    def of_details(cls, db: Session, details: Collection[str]) -> dict[str, StatedReason]:
        """The reasons that entries of the audit refer to, by those details."""
        uids = [detail.removeprefix(NAMED) for detail in details if detail.startswith(NAMED)]
        return {row.named: row for row in db.scalars(select(cls).where(cls.uid.in_(uids)))} if uids else {}
