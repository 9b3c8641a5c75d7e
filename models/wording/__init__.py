"""The office's own words for a phrase of the bot, and articles it has taken out of use: with who, when and why.

One person writes, another one decides (S2): until then, and when it is refused, nothing changes for anybody. What was
proposed and what became of it stays in the approvals; that is the history.
"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey, Index, String, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.approval import LIVES, Approval, TooLate
from models.base import Base, DomainError, UtcDateTime, new_uid
from models.user import User
from models.wording.rules import faults_in, fits

REWORD, UNWORD = "wording.approve", "wording.retire"  # own words for a phrase; back to the program's
RETIRE, RETURN = "policy.retire", "policy.return"  # an article out of use; into use again
ACTS = {REWORD: "改成", UNWORD: "改回原话", RETIRE: "停用", RETURN: "恢复使用"}


class BadWording(DomainError):
    """Own words that would not say what the phrase has to say."""


class NotInUse(DomainError):
    """What is to be taken out of use is not in use, or is already in use again."""


class Wording(Base):
    """One wording of one phrase. Rows are never changed but for their state, so the history is all there."""

    __tablename__ = "wordings"
    __table_args__ = (
        Index(
            "uq_wordings_live",
            "key",
            unique=True,
            postgresql_where=text("state = 'live'"),
            sqlite_where=text("state = 'live'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(16), unique=True, default=new_uid)
    key: Mapped[str] = mapped_column(String(60), index=True)
    words: Mapped[str] = mapped_column(String(400))
    default_then: Mapped[str] = mapped_column(String(400))  # the program's words when this was written
    state: Mapped[str] = mapped_column(String(8), default="draft")  # draft | live | retired
    written_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    written_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    approved_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)

    @classmethod
    def live(cls, db: Session) -> dict[str, str]:
        """The own words in force, by phrase: what `worded` is given wherever something is said."""
        return {row.key: row.words for row in db.execute(select(cls.key, cls.words).where(cls.state == "live"))}

    @classmethod
    def in_force(cls, db: Session) -> dict[str, Wording]:
        """The same as rows, for those who look after them."""
        return {row.key: row for row in db.scalars(select(cls).where(cls.state == "live"))}

    @classmethod
    def draft(cls, db: Session, key: str, words: str, *, default: str, by: User, now: dt.datetime) -> Approval:
        """Put own words before another person. An older proposal for the same phrase is taken back."""
        if faults := faults_in(words, default):
            raise BadWording("；".join(faults))
        made = cls(uid=new_uid(), key=key, words=words, default_then=default, state="draft")
        made.written_by_id, made.written_at = by.id, now
        db.add(made)
        db.flush()
        return Approval.propose(db, REWORD, key, {"wording": made.uid, "words": words}, by=by, now=now)

    @classmethod
    def approve(cls, db: Session, proposal: Approval, *, default: str, digest: str, by: User, now: dt.datetime) -> None:
        """Say it so from the next message on. `default`: the program's words of today; `digest`: of what was seen."""
        content = proposal.approve(db, by=by, now=now, digest=digest)
        made = db.scalars(select(cls).where(cls.uid == content["wording"])).one()
        if not fits(made.words, default):
            raise TooLate("程序里的原话改过了，这一份对不上，请照新的原话重新写")
        cls._end(db, made.key)
        made.state, made.approved_by_id, made.approved_at = "live", by.id, now

    @classmethod
    def propose_default(cls, db: Session, key: str, reason: str, *, by: User, now: dt.datetime) -> Approval:
        """Ask another person to go back to the program's words."""
        row = cls.in_force(db).get(key)
        if row is None:
            raise NotInUse("这一句说的就是原话")
        return Approval.propose(db, UNWORD, key, {"wording": row.uid, "reason": reason}, by=by, now=now)

    @classmethod
    def retire(cls, db: Session, proposal: Approval, *, digest: str, by: User, now: dt.datetime) -> None:
        """Say the program's words again."""
        content = proposal.approve(db, by=by, now=now, digest=digest)
        row = cls.in_force(db).get(proposal.subject)
        if row is None or row.uid != content["wording"]:
            raise TooLate("现在说的话已经换过了，请重新看一遍再定")
        cls._end(db, proposal.subject)

    @classmethod
    def _end(cls, db: Session, key: str) -> None:
        for row in db.scalars(select(cls).where(cls.key == key, cls.state == "live").with_for_update()):
            row.state = "retired"
        db.flush()  # before another becomes live: there is one at a time


class RetiredArticle(Base):
    """A policy article that is answered from no more; never deleted."""

    __tablename__ = "retired_articles"

    article_id: Mapped[str] = mapped_column(String(20), primary_key=True)
    reason: Mapped[str] = mapped_column(String(200))
    retired_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    approved_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime)

    @classmethod
    def ids(cls, db: Session) -> frozenset[str]:
        return frozenset(db.scalars(select(cls.article_id)))

    @classmethod
    def propose(cls, db: Session, article_id: str, reason: str, *, by: User, now: dt.datetime) -> Approval:
        """Ask another person to take an article out of use."""
        if db.get(cls, article_id) is not None:
            raise NotInUse("这一条已经停用了")
        return Approval.propose(db, RETIRE, article_id, {"reason": reason}, by=by, now=now)

    @classmethod
    def retire(cls, db: Session, proposal: Approval, *, digest: str, by: User, now: dt.datetime) -> None:
        """Answer from it no more."""
        content = proposal.approve(db, by=by, now=now, digest=digest)
        if db.get(cls, proposal.subject) is not None:
            raise TooLate("这一条已经停用了")
        row = cls(article_id=proposal.subject, reason=content["reason"], retired_by_id=proposal.proposed_by_id)
        row.approved_by_id, row.at = by.id, now
        db.add(row)

    @classmethod
    def propose_return(cls, db: Session, article_id: str, reason: str, *, by: User, now: dt.datetime) -> Approval:
        """Ask another person to answer from it again."""
        if db.get(cls, article_id) is None:
            raise NotInUse("这一条正在用")
        return Approval.propose(db, RETURN, article_id, {"reason": reason}, by=by, now=now)

    @classmethod
    def bring_back(cls, db: Session, proposal: Approval, *, digest: str, by: User, now: dt.datetime) -> None:
        """Answer from it again. Why it was out of use stays in the approvals."""
        proposal.approve(db, by=by, now=now, digest=digest)
        row = db.get(cls, proposal.subject)
        if row is None:
            raise TooLate("这一条已经恢复使用了")
        db.delete(row)


def waiting(db: Session, *acts: str, now: dt.datetime) -> list[Approval]:
    """What waits for a second person, oldest first."""
    proposed = select(Approval).where(
        Approval.act.in_(acts), Approval.state == "proposed", Approval.proposed_at > now - LIVES
    )
    return list(db.scalars(proposed.order_by(Approval.id)))


def history(db: Session, subject: str, *acts: str, most: int = 20) -> list[Approval]:
    """What was proposed for one thing and what became of it, newest first."""
    made = select(Approval).where(Approval.subject == subject, Approval.act.in_(acts))
    return list(db.scalars(made.order_by(Approval.id.desc()).limit(most)))
