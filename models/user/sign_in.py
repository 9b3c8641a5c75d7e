"""Sign-ins: a row for each browser that is in, the tries that failed, and codes for a lost second factor."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets

from sqlalchemy import ColumnElement, ForeignKey, String, func, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, UtcDateTime, keys_of
from models.user import User

IDLE = dt.timedelta(minutes=30)
LONGEST = dt.timedelta(hours=12)
OWN_DEVICE = dt.timedelta(days=14)  # 自己的手机, for representatives and volunteers
PROVED_FOR = dt.timedelta(minutes=5)  # R36: weighty acts ask for the password again after that
NOTE_EVERY = dt.timedelta(minutes=1)  # how exactly the last use is known

# R29: wrong tries for one account from one network, for one account in a day, from one network.
TRIES, TRIES_WITHIN = 5, dt.timedelta(minutes=10)
TRIES_A_DAY = 50
TRIES_A_NETWORK, NETWORK_WITHIN = 20, dt.timedelta(minutes=15)


class SignIn(Base):
    """One browser that is signed in. Its token is only in the cookie; the row holds a hash (R32)."""

    __tablename__ = "sign_ins"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    epoch: Mapped[int]
    started_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    own_device: Mapped[bool] = mapped_column(default=False)
    factor_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)  # when the second factor was shown
    proved_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)  # when the password was last given
    ended_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)

    @classmethod
    def begin(cls, db: Session, user: User, *, own_device: bool, now: dt.datetime) -> tuple[SignIn, str]:
        """A new sign-in and the token for its cookie."""
        token = secrets.token_urlsafe(32)
        row = cls(
            token_hash=hash_of(token),
            user_id=user.id,
            epoch=user.epoch,
            started_at=now,
            seen_at=now,
            ends_at=now + (OWN_DEVICE if own_device else LONGEST),
            own_device=own_device,
            proved_at=now,
        )
        db.add(row)
        db.flush()
        return row, token

    @classmethod
    def of(cls, db: Session, token: str) -> SignIn | None:
        """The row of a cookie, living or not."""
        return db.scalars(select(cls).where(cls.token_hash == hash_of(token))).first() if token else None

    def lives(self, user: User, *, now: dt.datetime) -> bool:
        """Not ended, not too old, not idle for too long, and nothing has ended all sign-ins of the account."""
        if self.ended_at is not None or user.disabled_at is not None or self.epoch != user.epoch or now >= self.ends_at:
            return False
        return self.own_device or now - self.seen_at < IDLE

    def renew(self) -> str:
        """A new token for the same browser: after the second factor the old one is worth nothing (R32)."""
        token = secrets.token_urlsafe(32)
        self.token_hash = hash_of(token)
        return token

    def end(self, *, now: dt.datetime) -> None:
        self.ended_at = now


class SignInTry(Base):
    """A wrong password or code, by blind indexes of the account and the network it came from."""

    __tablename__ = "sign_in_tries"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_index: Mapped[str] = mapped_column(String(40), index=True)
    network_index: Mapped[str] = mapped_column(String(40), index=True)
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime, index=True)

    @classmethod
    def note(cls, db: Session, *, account: str, network: str, now: dt.datetime) -> None:
        keys = keys_of(db)
        db.add(
            cls(
                account_index=keys.index("sign_in_tries.account", account),
                network_index=keys.index("sign_in_tries.network", network),
                at=now,
            )
        )

    @classmethod
    def locked(cls, db: Session, *, account: str, network: str, now: dt.datetime) -> bool:
        """Whether even the right password is refused for now; open sign-ins go on (R29)."""
        keys = keys_of(db)
        ours = cls.account_index == keys.index("sign_in_tries.account", account)
        here = cls.network_index == keys.index("sign_in_tries.network", network)
        return (
            cls._count(db, ours, here, since=now - TRIES_WITHIN) >= TRIES
            or cls._count(db, ours, since=now - dt.timedelta(days=1)) >= TRIES_A_DAY
            or cls._count(db, here, since=now - NETWORK_WITHIN) >= TRIES_A_NETWORK
        )

    @classmethod
    def forgive(cls, db: Session, *, account: str) -> None:
        """The right password was given: what was wrong before counts no more for this account."""
        index = keys_of(db).index("sign_in_tries.account", account)
        db.execute(
            update(cls)
            .where(cls.account_index == index)
            .values(account_index="")
            .execution_options(synchronize_session=False)
        )

    @classmethod
    def _count(cls, db: Session, *conditions: ColumnElement[bool], since: dt.datetime) -> int:
        return db.scalar(select(func.count()).select_from(cls).where(cls.at > since, *conditions)) or 0


class RecoveryCode(Base):
    """A code to get in once without the second factor; kept as a blind index."""

    __tablename__ = "recovery_codes"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    code_index: Mapped[str] = mapped_column(String(40))
    used_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)


def hash_of(token: str) -> str:
    """What is stored of a random token; it is long enough to need no salt."""
    return hashlib.sha256(token.encode()).hexdigest()
