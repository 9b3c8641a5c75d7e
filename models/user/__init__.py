"""Those who work here: who they are, as what, for which station and until when."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey, Index, LargeBinary, Select, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, DomainError, Sealed, UtcDateTime, new_uid

LONGEST_GRANT = dt.timedelta(days=365)  # a role is given for a year at most (authz-matrix 1)


class RolesClash(DomainError):
    """Two roles that one person must not hold together (separation of duty, S1)."""


# S1: who holds the first must hold none of the others.
EXCLUSIVE = {
    "admin": {"volunteer", "officer", "staff", "supervisor", "discipline", "council", "cashier", "auditor"},
    "cashier": {"auditor"},
    "discipline": {"supervisor", "bwriter", "editor"},
}


class User(Base):
    """Somebody who works here. `person` is the same for two accounts of one human being: rules about two people
    compare it, never the account (S2).
    """

    __tablename__ = "users"
    # An index, not a constraint: SQLite adds one without copying a table that others refer to.
    __table_args__ = (Index("uq_users_uid", "uid", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(16), default=new_uid)
    person: Mapped[str] = mapped_column(String(16), default=new_uid)
    name: Mapped[str] = mapped_column(String(40), unique=True)
    shown_as: Mapped[str] = mapped_column(String(20))
    password_hash: Mapped[str] = mapped_column(String(200), default="")
    totp_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    totp_since: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    totp_step: Mapped[int] = mapped_column(default=0)  # the last time step whose code was used: each works once (R30)
    setup_hash: Mapped[str | None] = mapped_column(String(64))  # of the one-time link that sets the first password
    setup_until: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    epoch: Mapped[int] = mapped_column(default=0)  # raised to end every sign-in at once (R33, R44)
    on_duty: Mapped[bool] = mapped_column(default=False)
    disabled_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)

    totp = Sealed()

    @classmethod
    def named(cls, db: Session, name: str) -> User | None:
        return db.scalars(select(cls).where(cls.name == name)).first()

    def grants(self, db: Session, *, now: dt.datetime) -> list[RoleGrant]:
        """The roles in force: confirmed, begun, not ended."""
        return list(db.scalars(RoleGrant.in_force(now).where(RoleGrant.user_id == self.id)))

    def grant(
        self,
        db: Session,
        role: str,
        *,
        station_id: int | None,
        by: str,
        now: dt.datetime,
        confirmed_by: User | None = None,
        confirmed: bool = False,
    ) -> RoleGrant:
        """Give a role for a year. It works once somebody else has confirmed it (S8), or at once when `confirmed`."""
        held = {grant.role for grant in self.grants(db, now=now)}
        for one, others in EXCLUSIVE.items():
            if (role == one and held & others) or (one in held and role in others):
                raise RolesClash(f"{role} 不能和 {'、'.join(sorted(held))} 由同一个人担任")
        grant = RoleGrant(
            user_id=self.id,
            role=role,
            station_id=station_id,
            from_at=now,
            until_at=now + LONGEST_GRANT,
            granted_by=by,
            confirmed_by_id=confirmed_by.id if confirmed_by else None,
            confirmed_at=now if confirmed or confirmed_by else None,
        )
        db.add(grant)
        self.epoch += 1
        db.flush()
        return grant

    def end_sign_ins(self) -> None:
        """Every open sign-in of this account is over at the next request (R33)."""
        self.epoch += 1


class RoleGrant(Base):
    """One role of one user, for a station and below, from a day until a day."""

    __tablename__ = "role_grants"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    role: Mapped[str] = mapped_column(String(12))
    station_id: Mapped[int | None] = mapped_column(ForeignKey("stations.id"))  # none: the district's
    from_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    until_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    granted_by: Mapped[str] = mapped_column(String(60))
    confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    confirmed_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)

    @classmethod
    def in_force(cls, now: dt.datetime) -> Select[RoleGrant]:
        """A select of the grants that work now."""
        return select(cls).where(
            cls.confirmed_at.is_not(None), cls.from_at <= now, cls.until_at > now, cls.ended_at.is_(None)
        )

    @classmethod
    def somebody_is(cls, db: Session, role: str, *, now: dt.datetime) -> bool:
        return db.scalars(cls.in_force(now).where(cls.role == role).limit(1)).first() is not None
