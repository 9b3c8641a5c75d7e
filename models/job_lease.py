"""Which process does the sweeps: one row with an end, so that one works at a time however many are started."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import String, or_
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, UtcDateTime, insert_into

LASTS = dt.timedelta(seconds=15)


class JobLease(Base):
    """The lease on all sweeps. Whoever holds it renews it; when its holder dies, the next one has it in 15 s."""

    __tablename__ = "job_leases"

    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    holder: Mapped[str] = mapped_column(String(40))
    until: Mapped[dt.datetime] = mapped_column(UtcDateTime)

    @classmethod
    def hold(cls, db: Session, name: str, holder: str, *, now: dt.datetime) -> bool:
        """Take or renew the lease; False while another process has it."""
        mine_or_over = or_(cls.holder == holder, cls.until <= now)
        made = insert_into(db, cls).values(name=name, holder=holder, until=now + LASTS)
        taken = made.on_conflict_do_update(
            index_elements=["name"], set_={"holder": holder, "until": now + LASTS}, where=mine_or_over
        )
        return bool(db.scalar(taken.returning(cls.holder)) == holder)

    @classmethod
    def let_go(cls, db: Session, name: str, holder: str, *, now: dt.datetime) -> None:
        """Give the lease back at a clean stop, so that nobody has to wait for its end."""
        lease = db.get(cls, name)
        if lease is not None and lease.holder == holder:
            lease.until = now
