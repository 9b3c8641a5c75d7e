"""What was asked in vain: what the editors did about it, and who waits to be told when there is an answer.

Of a question that was dealt with only a blind index of its words is kept. The words of those who wait are kept sealed,
since they are told what they had asked; they go when they have been told.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ForeignKey, LargeBinary, String, UniqueConstraint, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, DomainError, Sealed, UtcDateTime, insert_into, keys_of, new_uid
from models.conversation import SHANGHAI, Conversation
from models.message import Message, Priority
from models.policy import PolicyVersion
from models.reception import ReceptionTicket
from models.user import User
from models.wording import RetiredArticle

KEPT = dt.timedelta(days=90)
FROM, UNTIL = dt.time(9), dt.time(18)  # in Guiyang; nobody is woken
PUT_OFF = dt.timedelta(days=1)
PUBLISHED = ("live", "replaced")


class AlreadyDealt(DomainError):
    """A colleague was faster."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What became of a question: put aside (no `state`), or given to a version that stands in this `state`."""

    state: str | None
    approved_at: dt.datetime | None

    def covers(self, asked_at: dt.datetime) -> bool:
        """Whether nothing is left to do for who asked then.

        Asked again in vain after the version went into use, it has to be looked at anew; and so when the draft was
        given up.
        """
        if self.state in PUBLISHED:
            return self.approved_at is not None and asked_at <= self.approved_at
        return self.state != "dropped"


class DealtQuestion(Base):
    """Words that an editor has dealt with: given to a version of an article, or put aside (`version_id` empty)."""

    __tablename__ = "dealt_questions"

    id: Mapped[int] = mapped_column(primary_key=True)
    words_index: Mapped[str] = mapped_column(String(40), unique=True)
    version_id: Mapped[int | None] = mapped_column(ForeignKey("policy_versions.id"))
    by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime)

    @classmethod
    def index_of(cls, db: Session, words: str) -> str:
        """The blind index of words in the form in which they are compared."""
        return keys_of(db).index("dealt_questions.words_index", words)

    @classmethod
    def standings(cls, db: Session) -> dict[str, Standing]:
        """All that was dealt with, by the index of its words."""
        columns = select(cls.words_index, PolicyVersion.state, PolicyVersion.approved_at)
        rows = db.execute(columns.outerjoin(PolicyVersion, PolicyVersion.id == cls.version_id))
        return {row.words_index: Standing(row.state, row.approved_at) for row in rows}

    @classmethod
    def deal(
        cls, db: Session, words: Collection[str], version: PolicyVersion | None, *, by: User, now: dt.datetime
    ) -> None:
        """These words are dealt with from now on. Raises AlreadyDealt when a colleague has done so meanwhile."""
        indexes = {cls.index_of(db, each) for each in words}
        over = select(PolicyVersion.id).where(PolicyVersion.state != "draft")
        db.execute(
            delete(cls)
            .where(cls.words_index.in_(indexes), cls.version_id.in_(over))
            .execution_options(synchronize_session=False)
        )
        row = {"version_id": version.id if version else None, "by_id": by.id, "at": now}
        made = insert_into(db, cls).values([{"words_index": index, **row} for index in sorted(indexes)])
        done = db.scalars(made.on_conflict_do_nothing(index_elements=["words_index"]).returning(cls.id)).all()
        if len(done) < len(indexes):
            raise AlreadyDealt("这个问题别的同事刚处理过，请刷新再看")

    @classmethod
    def drop_over(cls, db: Session, *, now: dt.datetime) -> None:
        db.execute(delete(cls).where(cls.at <= now - KEPT).execution_options(synchronize_session=False))


class Asker(Base):
    """Somebody whose question had no answer: told once, when the version that answers it is in use."""

    __tablename__ = "askers"
    __table_args__ = (UniqueConstraint("conversation_id", "version_id", name="uq_askers_conversation_id_version_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(16), default=new_uid)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id"))
    version_id: Mapped[int] = mapped_column(ForeignKey("policy_versions.id"), index=True)
    words_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    asked_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    kept_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    next_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)  # not looked at before

    words = Sealed()

    @classmethod
    def wait(cls, db: Session, version: PolicyVersion, asked: Iterable[Message], *, now: dt.datetime) -> None:
        """Who asked these will be told when the version is in use: each once, of what they asked last."""
        waiting = set(db.scalars(select(cls.conversation_id).where(cls.version_id == version.id)))
        for message in sorted(asked, key=lambda each: each.id, reverse=True):
            if message.conversation_id in waiting:
                continue
            waiting.add(message.conversation_id)
            asker = cls(uid=new_uid(), conversation_id=message.conversation_id, version_id=version.id)
            asker.asked_at, asker.kept_at, asker.next_at = message.said_at, now, now
            db.add(asker)
            asker.words = message.words
        db.flush()

    @classmethod
    def join(cls, db: Session, words: str, message_id: int, *, now: dt.datetime) -> bool:
        """Who asks in the words for which a draft is being written waits for it too; whether there is such a draft.

        `words` in the form in which they are compared.
        """
        dealt = select(DealtQuestion.version_id).where(DealtQuestion.words_index == DealtQuestion.index_of(db, words))
        drafts = select(PolicyVersion).where(PolicyVersion.id.in_(dealt), PolicyVersion.state == "draft")
        draft = db.scalars(drafts).first()
        if draft is not None:
            cls.wait(db, draft, [db.get_one(Message, message_id)], now=now)
        return draft is not None

    @classmethod
    def due(cls, db: Session, *, now: dt.datetime, most: int) -> list[tuple[int, int, str]]:
        """Who can be told now, by conversation, row and article, in the order in which they are locked.

        Nobody before nine and after six o'clock, and nobody whose chat a person holds, or waits for one.
        """
        if not FROM <= now.astimezone(SHANGHAI).time() < UNTIL:
            return []
        rows = db.execute(
            select(cls.conversation_id, cls.id, PolicyVersion.article_id)
            .join(PolicyVersion, PolicyVersion.id == cls.version_id)
            .join(Conversation, Conversation.id == cls.conversation_id)
            .where(PolicyVersion.state.in_(PUBLISHED), Conversation.mode == "bot", cls.next_at <= now)
            .where(PolicyVersion.article_id.not_in(select(RetiredArticle.article_id)))
            .order_by(cls.conversation_id, cls.id)
            .limit(most)
        )
        return [(row.conversation_id, row.id, row.article_id) for row in rows]

    @classmethod
    def locked(cls, db: Session, conversation_id: int, asker_id: int) -> Asker | None:
        """One that is due, behind the lock of its conversation; None when it was told or erased meanwhile."""
        db.get_one(Conversation, conversation_id, with_for_update=True, populate_existing=True)
        return db.get(cls, asker_id, with_for_update=True, populate_existing=True)

    def tell(self, db: Session, bubbles: Sequence[str], *, now: dt.datetime) -> bool:
        """Say it, and forget that they waited; whether it was said.

        Where WeChat lets nothing through it is held until the veteran speaks. Who has asked for a person since, or is
        in danger, is told another time; who has left, never.
        """
        conversation = db.get_one(Conversation, self.conversation_id)
        if conversation.mode != "bot" or ReceptionTicket.of(db, conversation) is not None:
            return False
        for words in bubbles if conversation.follows else ():
            conversation.say(db, words, now=now, priority=Priority.NUDGE)
        db.delete(self)
        db.flush()
        return conversation.follows

    def put_off(self, *, now: dt.datetime) -> None:
        """There is nothing to say today: the article is not in force yet, or cannot be read."""
        self.next_at = now + PUT_OFF

    @classmethod
    def drop_all(cls, db: Session, conversation: Conversation) -> None:
        db.execute(
            delete(cls).where(cls.conversation_id == conversation.id).execution_options(synchronize_session="fetch")
        )

    @classmethod
    def drop_over(cls, db: Session, *, now: dt.datetime, most: int) -> int:
        """Who has waited for 90 days waits no more, and who waits for a draft that was given up; how many."""
        given_up = select(PolicyVersion.id).where(PolicyVersion.state == "dropped")
        over = select(cls.id).where((cls.kept_at <= now - KEPT) | cls.version_id.in_(given_up)).limit(most)
        ids = list(db.scalars(over))
        db.execute(delete(cls).where(cls.id.in_(ids)).execution_options(synchronize_session="fetch"))
        return len(ids)
