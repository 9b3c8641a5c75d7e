"""A notice as it will look on one's own phone: whoever writes or checks it asks the account for it by a code.

No account of ours is tied to a WeChat number for this: the code names the notice, and whoever says it in the chat
within its minutes is answered with the words. It costs none of WeChat's quota, since it is an answer.
"""

from __future__ import annotations

import datetime as dt
import hashlib

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.base import keys_of
from models.broadcast import Broadcast

SLOT = dt.timedelta(minutes=10)
DIGITS = 6
NOT_SENT = ("draft", "proposed", "approved")


def preview_code(db: Session, notice: Broadcast, *, now: dt.datetime) -> str:
    """The code of this notice now. It is computed, not kept, and holds for ten to twenty minutes."""
    return _code(db, notice.uid, _slot(now))


def notice_of_code(db: Session, code: str, *, now: dt.datetime) -> Broadcast | None:
    """The notice a code stands for, while it has not left."""
    slots = (_slot(now), _slot(now) - 1)
    for notice in db.scalars(select(Broadcast).where(Broadcast.state.in_(NOT_SENT)).order_by(Broadcast.id.desc())):
        if any(_code(db, notice.uid, slot) == code for slot in slots):
            return notice
    return None


def _slot(now: dt.datetime) -> int:
    return int(now.timestamp() // SLOT.total_seconds())


def _code(db: Session, uid: str, slot: int) -> str:
    secret = keys_of(db).index("broadcasts.preview", f"{uid} {slot}")
    return str(int(hashlib.sha256(secret.encode()).hexdigest(), 16) % 10**DIGITS).zfill(DIGITS)
