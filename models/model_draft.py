"""A draft that the office's own helper model writes for whoever speaks with a veteran. It is never sent by itself."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence

from sqlalchemy import ForeignKey, Index, LargeBinary, String, delete, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, BigId, DomainError, Sealed, UtcDateTime, new_uid
from models.conversation import Conversation
from models.masking import mask, mask_secrets
from models.message import Message
from models.people import Veteran
from models.reception import ReceptionTicket
from models.user import User

MOST_AN_HOUR = 20  # by one colleague: nobody reads more of them against their sources
WAITS_FOR = dt.timedelta(minutes=3)  # then the veteran has waited long enough, and a person answers alone
KEPT = dt.timedelta(days=7)
OTHER, NUMBER = "对方", "（号码）"
# What the mask leaves of a number is still part of a number.
_MASKED = re.compile(r"[0-9]*\*{4,}[0-9Xx]*")
MARK = re.compile("〔([A-Z][0-9]{2,3})〕")  # an article that a line of a draft rests on
_OWN_NAME = re.compile(r"(我叫|我的名字[叫是]|姓名[是:：]?)[一-龥]{2,4}(?=[，,。.；;！!\s]|$)")


class CannotDraft(DomainError):
    """A person has to answer this one alone, or has asked too often."""


class ModelDraft(Base):
    """What one colleague asked for in one talk, and what came of it.

    The veteran's words are not kept here. They are read from the transcript when they are about to leave this machine,
    so that what was erased, or hidden for a restricted petition, since they were said does not leave it.
    """

    __tablename__ = "model_drafts"
    __table_args__ = (Index("ix_model_drafts_by_id_at", "by_id", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(16), unique=True, default=new_uid)
    by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    ticket_id: Mapped[int] = mapped_column(ForeignKey("reception_tickets.id"), index=True)
    message_id: Mapped[int] = mapped_column(BigId, ForeignKey("messages.id"))  # what is to be answered
    articles: Mapped[str] = mapped_column(String(100))  # those it may be drawn from, by their ids, with commas
    state: Mapped[str] = mapped_column(String(6), default="wanted")  # wanted | done | failed
    answer_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    trouble: Mapped[str] = mapped_column(String(100), default="")  # why it failed, in Chinese, nothing of the words
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime)

    answer = Sealed()

    @property
    def article_ids(self) -> list[str]:
        return self.articles.split(",")

    @classmethod
    def ask(
        cls,
        db: Session,
        ticket: ReceptionTicket,
        message: Message,
        article_ids: Sequence[str],
        *,
        by: User,
        now: dt.datetime,
    ) -> ModelDraft:
        """Have an answer to a message drafted from these articles. Raises CannotDraft.

        Never in a crisis: there only a person's own words will do. Never from words told for a restricted petition
        (X1). That a person has filed one is no reason to refuse: the refusal would tell it (X2).
        """
        if ticket.urgent or message.sealed_apart:
            raise CannotDraft("这件事要您自己来回，电脑不起草")
        before = cls.latest(db, ticket, by)
        if before is not None and before.waits(now):
            raise CannotDraft("正在起草，请等一等")
        if cls._asked_since(db, by, now - dt.timedelta(hours=1)) >= MOST_AN_HOUR:
            raise CannotDraft(f"一小时最多起草 {MOST_AN_HOUR} 次，请先自己回")
        made = cls(
            uid=new_uid(), by_id=by.id, ticket_id=ticket.id, message_id=message.id, articles=",".join(article_ids),
            state="wanted", trouble="", at=now,
        )  # fmt: skip
        db.add(made)
        db.flush()
        return made

    @classmethod
    def latest(cls, db: Session, ticket: ReceptionTicket, by: User) -> ModelDraft | None:
        """The one this colleague asked for last in this talk."""
        ours = select(cls).where(cls.ticket_id == ticket.id, cls.by_id == by.id)
        return db.scalars(ours.order_by(cls.id.desc()).limit(1)).first()

    @classmethod
    def next_wanted(cls, db: Session) -> ModelDraft | None:
        """The one that has waited longest."""
        return db.scalars(select(cls).where(cls.state == "wanted").order_by(cls.id).limit(1)).first()

    def waits(self, now: dt.datetime) -> bool:
        """Whether it is still worth waiting for."""
        return self.state == "wanted" and now - self.at < WAITS_FOR

    def question(self, db: Session) -> str:
        """What is to be answered, as it may leave this machine; empty where it must not any more."""
        message, ticket = db.get_one(Message, self.message_id), db.get_one(ReceptionTicket, self.ticket_id)
        if ticket.urgent or message.sealed_apart:
            return ""
        conversation = db.get_one(Conversation, ticket.conversation_id)
        veteran = db.get(Veteran, conversation.veteran_id) if conversation.veteran_id is not None else None
        return nameless_words(message.words, name=veteran.name if veteran else "")

    def keep(self, answer: str) -> None:
        """What it is to say, for the colleague to read."""
        self.state, self.answer = "done", answer

    def fail(self, why: str) -> None:
        self.state, self.trouble = "failed", why[:100]

    @classmethod
    def drop_all(cls, db: Session, conversation: Conversation) -> None:
        talks = select(ReceptionTicket.id).where(ReceptionTicket.conversation_id == conversation.id)
        db.execute(delete(cls).where(cls.ticket_id.in_(talks)).execution_options(synchronize_session="fetch"))

    @classmethod
    def _asked_since(cls, db: Session, by: User, moment: dt.datetime) -> int:
        return db.scalar(select(func.count()).where(cls.by_id == by.id, cls.at > moment)) or 0


def nameless_words(words: str, *, name: str) -> str:
    """Words without the name and the numbers of whoever says them, and without military detail (R48, R49)."""
    known = words.replace(name, OTHER) if len(name) > 1 else words
    masked = mask(mask_secrets(known.strip()).text).text
    return _MASKED.sub(NUMBER, _OWN_NAME.sub(rf"\1{OTHER}", masked))


def cited_in(words: str) -> list[str]:
    """The articles that words name by their marks, in order, each once."""
    return list(dict.fromkeys(MARK.findall(words)))


def without_marks(words: str) -> str:
    return MARK.sub("", words)
