"""A phone that talks to the engine directly: no platform, no HTTP, one transaction a message."""

from __future__ import annotations

import datetime as dt
import itertools

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from bot.channels import Inbound
from bot.conversation import read, receive
from knowledge_base.library import Library
from models.conversation import Conversation
from models.message import Message

_ids = itertools.count(24_700_000_000_000_000)


class Phone:
    """`says` sends words and remembers the answers; `hears` looks for fragments in the last one."""

    def __init__(
        self, sessions: sessionmaker[Session], library: Library, *, now: dt.datetime, openid: str = "oTEST-laozhou"
    ) -> None:
        self.sessions, self.library, self.now, self.openid = sessions, library, now, openid
        self.heard: list[str] = []

    def says(self, *texts: str) -> str:
        """Say one thing after another; the last answer."""
        for text in texts:
            self.sends(text=text)
        return self.last

    def sends(self, kind: str = "text", text: str = "", media_id: str = "", external_id: str = "") -> str:
        inbound = Inbound(self.openid, external_id or f"m:{next(_ids)}", kind, self.now, text, media_id, ours="gh_test")
        reading = read(inbound, self.library)
        with self.sessions.begin() as db:
            outcome = receive(
                db, "wechat_oa", inbound, reading, self.library, now=self.now, may_hand_over=lambda words: True
            )
            words = outcome.reply.words if outcome.reply else ""
        self.heard.append(words)
        return words

    @property
    def last(self) -> str:
        return self.heard[-1] if self.heard else ""

    def hears(self, *fragments: str) -> None:
        for fragment in fragments:
            assert fragment in self.last, f"not heard: {fragment!r}\nheard:\n{self.last}"

    def hears_nothing(self) -> None:
        assert self.last == "", self.last

    def waits(self, **time: float) -> None:
        self.now += dt.timedelta(**time)

    def conversation(self, db: Session) -> Conversation:
        return db.scalars(select(Conversation).where(Conversation.contact == self.openid)).one()

    def transcript(self, db: Session) -> list[str]:
        messages = select(Message).where(Message.conversation_id == self.conversation(db).id).order_by(Message.id)
        return [message.words for message in db.scalars(messages)]
