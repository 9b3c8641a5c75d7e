"""Acts that need two people: one proposes, another one decides, on exactly what was proposed (S2, S3)."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from typing import Any

from sqlalchemy import ForeignKey, LargeBinary, Select, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, DomainError, Sealed, UtcDateTime, new_uid
from models.user import User

LIVES = dt.timedelta(hours=24)


class NeedsAnother(DomainError):
    """The one who proposed must not decide, also not from a second account."""


class TooLate(DomainError):
    """The proposal is a day old, was decided, or what it was about has changed meanwhile."""


class Approval(Base):
    """One proposed act: on what, with which content, by whom, and what another person said to it."""

    __tablename__ = "approvals"

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(16), unique=True, default=new_uid)
    act: Mapped[str] = mapped_column(String(40))  # petition.decline | broadcast.send | policy.retire | …
    subject: Mapped[str] = mapped_column(String(40), index=True)  # the uid or key of what it is about
    content_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    digest: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(10), default="proposed")  # proposed | approved | refused
    proposed_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    proposed_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    answer_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)

    _content = Sealed()
    answer = Sealed()

    @property
    def content(self) -> dict[str, Any]:
        content: dict[str, Any] = json.loads(self._content or "{}")
        return content

    @classmethod
    def propose(
        cls, db: Session, act: str, subject: str, content: dict[str, Any], *, by: User, now: dt.datetime
    ) -> Approval:
        """Ask another person to decide. An older proposal of the same act on the same thing is taken back."""
        for older in db.scalars(cls._waiting(act, subject)):
            older.state, older.decided_at = "refused", now
        made = cls(
            uid=new_uid(), act=act, subject=subject, state="proposed", digest=digest_of(content),
            proposed_by_id=by.id, proposed_at=now,
        )  # fmt: skip
        db.add(made)
        made._content = json.dumps(content, ensure_ascii=False)
        db.flush()
        return made

    @classmethod
    def waiting(cls, db: Session, act: str, subject: str, *, now: dt.datetime) -> Approval | None:
        """The living proposal of this act on this thing."""
        found = db.scalars(cls._waiting(act, subject).order_by(cls.id.desc())).first()
        return found if found is not None and found.lives(now=now) else None

    def lives(self, *, now: dt.datetime) -> bool:
        return self.state == "proposed" and now - self.proposed_at < LIVES

    def approve(self, db: Session, *, by: User, now: dt.datetime, digest: str | None = None) -> dict[str, Any]:
        """Agree; the content to act on. `digest` is that of what the decider has seen, where it was shown apart."""
        self._may_decide(db, by=by, now=now)
        if digest is not None and digest != self.digest:
            raise TooLate("内容改过了，请重新看一遍再定")
        self.state, self.decided_by_id, self.decided_at = "approved", by.id, now
        return self.content

    def refuse(self, db: Session, reason: str, *, by: User, now: dt.datetime) -> None:
        """Send it back, and say why."""
        self._may_decide(db, by=by, now=now)
        self.state, self.decided_by_id, self.decided_at = "refused", by.id, now
        self.answer = reason

    def _may_decide(self, db: Session, *, by: User, now: dt.datetime) -> None:
        db.flush()  # a refresh alone would drop what is not written yet, where nothing flushes by itself
        db.refresh(self, with_for_update=True)
        if not self.lives(now=now):
            raise TooLate("这一份已经定过，或者放了一天以上，要重新提交")
        if db.get_one(User, self.proposed_by_id).person == by.person:
            raise NeedsAnother("自己提的不能自己定，要请另一位同事")

    @classmethod
    def _waiting(cls, act: str, subject: str) -> Select[Approval]:
        return select(cls).where(cls.act == act, cls.subject == subject, cls.state == "proposed")


def digest_of(content: Any) -> str:
    """What an approval is bound to: any change makes another digest (S3)."""
    return hashlib.sha256(json.dumps(content, ensure_ascii=False, sort_keys=True).encode()).hexdigest()
