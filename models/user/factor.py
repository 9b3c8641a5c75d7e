"""The second factor: a code from an app (TOTP, RFC 6238), and codes on paper for the day the phone is lost (R30)."""

from __future__ import annotations

import datetime as dt
import secrets

import pyotp
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from models.base import keys_of
from models.user import User
from models.user.sign_in import RecoveryCode

STEP = 30  # seconds a code lives; the one before and the one after count too, for clocks that differ
RECOVERY_CODES = 10
ISSUER = "军人之家"


def new_seed() -> str:
    return pyotp.random_base32()


def address_of(user: User, seed: str) -> str:
    """What the QR code says to the app."""
    return pyotp.TOTP(seed).provisioning_uri(name=user.name, issuer_name=ISSUER)


def code_at(seed: str, now: dt.datetime) -> str:
    """The code an app shows now; shown on the page for accounts of the demonstration only."""
    return pyotp.TOTP(seed).at(now)


def enrol(db: Session, user: User, seed: str, code: str, *, now: dt.datetime) -> list[str] | None:
    """Bind the app whose first code was typed; ten codes for paper, shown once. None when the code is not right."""
    step = _step_of(seed, code, now=now)
    if step is None:
        return None
    user.totp, user.totp_since, user.totp_step = seed, now, step
    db.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))
    codes = [f"{secrets.randbelow(10**5):05d}-{secrets.randbelow(10**5):05d}" for _ in range(RECOVERY_CODES)]
    for made in codes:
        db.add(RecoveryCode(user_id=user.id, code_index=_index(db, user, made)))
    user.end_sign_ins()
    return codes


def shows(db: Session, user: User, code: str, *, now: dt.datetime) -> bool:
    """Whether this is the app's code, never used before, or a code from paper that is used up with it."""
    given = code.strip().replace(" ", "")
    step = _step_of(user.totp, given, now=now) if user.totp_sealed else None
    if step is not None:
        if step <= user.totp_step:
            return False
        user.totp_step = step
        return True
    unused = select(RecoveryCode).where(RecoveryCode.user_id == user.id, RecoveryCode.used_at.is_(None))
    paper = db.scalars(unused.where(RecoveryCode.code_index == _index(db, user, given))).first()
    if paper is None:
        return False
    paper.used_at = now
    return True


def forget(db: Session, user: User) -> None:
    """The phone is gone: the person binds another one at the next sign-in."""
    user.totp_sealed, user.totp_since, user.totp_step = None, None, 0
    db.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))
    user.end_sign_ins()


def _step_of(seed: str, code: str, *, now: dt.datetime) -> int | None:
    """The time step a code belongs to, of the last, this and the next."""
    here = int(now.timestamp()) // STEP
    totp = pyotp.TOTP(seed)
    return next(
        (step for step in (here, here - 1, here + 1) if secrets.compare_digest(totp.generate_otp(step), code)), None
    )


def _index(db: Session, user: User, code: str) -> str:
    return keys_of(db).index("recovery_codes.code", f"{user.uid} {code}")
