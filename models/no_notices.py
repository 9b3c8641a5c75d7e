"""Who said 退订通知 and then left: nothing but a blind index, so that they are not sent notices when they are back."""

from __future__ import annotations

from sqlalchemy import String, delete
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, insert_into


class NoNotices(Base):
    """One contact who is gone and wants no notices. Like an erasure it names nobody (R51); it ends with the return."""

    __tablename__ = "no_notices"

    contact_index: Mapped[str] = mapped_column(String(40), primary_key=True)
    listed: Mapped[bool] = mapped_column(default=False)  # the list that outlives the database says the same

    @classmethod
    def remember(cls, db: Session, contact_index: str) -> None:
        """The conversation that knew it ends now."""
        row = insert_into(db, cls.__table__).values(contact_index=contact_index, listed=False)
        db.execute(row.on_conflict_do_nothing())

    @classmethod
    def is_back(cls, db: Session, contact_index: str) -> bool | None:
        """Somebody returns who had wanted none: whether that is listed. The new conversation knows it from now on, and
        this ends. None for everybody else."""
        mine = delete(cls).where(cls.contact_index == contact_index).returning(cls.listed)
        return db.scalar(mine.execution_options(synchronize_session=False))
