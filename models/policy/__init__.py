"""The office's own articles: every version kept, one draft at a time, in use only after a second person's yes.

A version is the whole article as one text (docs/policy-articles.zh.md). What ships with the program is version 0 of its
article, so going back to it is one more version.
"""

from __future__ import annotations

import datetime as dt
import hashlib

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, func, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.approval import Approval, TooLate
from models.base import Base, DomainError, UtcDateTime, new_uid
from models.user import User

PUBLISH = "policy.publish"
LONGEST_TEXT = 60_000  # characters: some hundred ways of asking and a long page


class BeingChanged(DomainError):
    """Another colleague has saved this draft meanwhile."""


class NotChecked(DomainError):
    """A version must not go into use before it was tried on the saved questions, or when it does worse on one."""


class PolicyVersion(Base):
    """One version of one article. What has been in use is never changed again."""

    __tablename__ = "policy_versions"
    __table_args__ = (
        UniqueConstraint("article_id", "number", name="uq_policy_versions_article_id_number"),
        Index(
            "uq_policy_versions_live", "article_id", unique=True,
            postgresql_where=text("state = 'live'"), sqlite_where=text("state = 'live'"),
        ),
        Index(
            "uq_policy_versions_draft", "article_id", unique=True,
            postgresql_where=text("state = 'draft'"), sqlite_where=text("state = 'draft'"),
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(16), unique=True, default=new_uid)
    article_id: Mapped[str] = mapped_column(String(20))
    number: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    what_changed: Mapped[str] = mapped_column(String(200), default="")
    state: Mapped[str] = mapped_column(String(10), default="draft")  # draft | live | replaced | dropped
    saved: Mapped[int] = mapped_column(default=1)  # how often; a form that read an older one must not overwrite
    written_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    written_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    approved_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    check_of: Mapped[str] = mapped_column(String(64), default="")  # the digest that is to be, or was, tried
    check_result: Mapped[str | None] = mapped_column(Text)  # JSON; empty while it waits for the jobs process

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()

    @property
    def is_checked(self) -> bool:
        """Whether this very text was tried on the saved questions."""
        return self.check_result is not None and self.check_of == self.digest

    @property
    def waits_for_check(self) -> bool:
        return self.check_result is None and self.check_of == self.digest

    @classmethod
    def live(cls, db: Session) -> dict[str, int]:
        """The versions in use, by article: what every process compares with what it has."""
        return {row.article_id: row.id for row in db.execute(select(cls.article_id, cls.id).where(cls.state == "live"))}

    @classmethod
    def texts(cls, db: Session) -> dict[str, str]:
        """The same as texts."""
        rows = db.execute(select(cls.article_id, cls.text).where(cls.state == "live"))
        return {row.article_id: row.text for row in rows}

    @classmethod
    def draft_of(cls, db: Session, article_id: str) -> PolicyVersion | None:
        return db.scalars(select(cls).where(cls.article_id == article_id, cls.state == "draft")).first()

    @classmethod
    def drafts(cls, db: Session) -> list[PolicyVersion]:
        """What is being written, latest first."""
        return list(db.scalars(select(cls).where(cls.state == "draft").order_by(cls.written_at.desc(), cls.id.desc())))

    @classmethod
    def history(cls, db: Session, article_id: str) -> list[PolicyVersion]:
        """What has been in use, newest first."""
        been = select(cls).where(cls.article_id == article_id, cls.state.in_(("live", "replaced")))
        return list(db.scalars(been.order_by(cls.number.desc())))

    @classmethod
    def save(
        cls, db: Session, article_id: str, words: str, *, saved: int, what_changed: str, by: User, now: dt.datetime
    ) -> PolicyVersion:
        """Keep the draft of an article, sound or not. `saved` is the count the form read, 0 where there was none."""
        draft = cls.draft_of(db, article_id)
        if (draft.saved if draft else 0) != saved:
            raise BeingChanged("这一条的草稿，别的同事刚改过。您写的没有存，请先看看对方改了什么")
        if draft is None:
            draft = cls(uid=new_uid(), article_id=article_id, number=cls._next_number(db, article_id), saved=0)
            draft.state = "draft"
            db.add(draft)
        draft.text, draft.what_changed, draft.saved = words[:LONGEST_TEXT], what_changed, saved + 1
        draft.written_by_id, draft.written_at = by.id, now
        db.flush()
        return draft

    def drop(self) -> None:
        """Give the draft up; it stays in the table, out of sight."""
        self._must_be_draft()
        self.state = "dropped"

    def ask_for_check(self) -> None:
        """Have this text tried on the saved questions. The jobs process does, in a few seconds."""
        self._must_be_draft()
        if not self.is_checked:
            self.check_of, self.check_result = self.digest, None

    @classmethod
    def to_be_checked(cls, db: Session) -> PolicyVersion | None:
        """The one that has waited longest."""
        waiting = select(cls).where(cls.state == "draft", cls.check_of != "", cls.check_result.is_(None))
        return next((each for each in db.scalars(waiting.order_by(cls.written_at)) if each.waits_for_check), None)

    def keep_check(self, digest: str, result: str) -> None:
        """What came of it, unless the text has been changed meanwhile."""
        if self.check_of == digest:
            self.check_result = result

    def propose(self, db: Session, *, by: User, now: dt.datetime) -> Approval:
        """Put the draft before another person, and have it tried."""
        self._must_be_draft()
        self.ask_for_check()
        content = {"version": self.uid, "text": self.digest, "reason": self.what_changed}
        return Approval.propose(db, PUBLISH, self.article_id, content, by=by, now=now)

    @classmethod
    def publish(
        cls, db: Session, proposal: Approval, *, digest: str, does_worse: bool, by: User, now: dt.datetime
    ) -> PolicyVersion:
        """Answer with it from now on. `does_worse`: by its check, a saved question would be answered worse."""
        content = proposal.approve(db, by=by, now=now, digest=digest)
        made = db.scalars(select(cls).where(cls.uid == content["version"]).with_for_update()).one()
        if made.state != "draft" or made.digest != content["text"]:
            raise TooLate("提交以后草稿又改过了，请重新提交")
        if not made.is_checked:
            raise NotChecked("还没有试完已存的问题，等几秒钟再点")
        if does_worse:
            raise NotChecked("用上它，有的已存问题会答得更差。请先改好，或者把那个问题拿掉")
        for row in db.scalars(select(cls).where(cls.article_id == made.article_id, cls.state == "live")):
            row.state = "replaced"
        db.flush()  # there is one live version at a time
        made.state, made.approved_by_id, made.approved_at = "live", by.id, now
        return made

    def _must_be_draft(self) -> None:
        if self.state != "draft":
            raise TooLate("这一份已经不是草稿了")

    @classmethod
    def _next_number(cls, db: Session, article_id: str) -> int:
        return (db.scalar(select(func.max(cls.number)).where(cls.article_id == article_id)) or 0) + 1
