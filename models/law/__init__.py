"""Laws and notices by their articles, as somebody here has brought them in; in use when another person agreed.

A version that holds from another day stands beside the older one; the same version once more replaces it. Rows are
never changed but for their state, and never deleted: what an answer rested on can be read later.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Protocol

from sqlalchemy import Date, ForeignKey, Index, String, Text, UniqueConstraint, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.approval import Approval, TooLate, digest_of
from models.base import Base, DomainError, UtcDateTime, new_uid
from models.user import User

BRING_IN, TAKE_OUT = "law.approve", "law.retire"  # into use; out of use
ACTS = {BRING_IN: "启用法规", TAKE_OUT: "停用法规"}
NOW_IN_FORCE, OLDER, TO_COME = "现行", "旧文本", "还没施行"


class NoLaw(DomainError):
    """What is brought in is in use already, word for word, or what is to be taken out of use is not in use."""


class Words(Protocol):
    """One article of a law that is brought in."""

    @property
    def label(self) -> str: ...
    @property
    def anchor(self) -> str: ...
    @property
    def heading(self) -> str: ...
    @property
    def words(self) -> str: ...


class Given(Protocol):
    """A law that is brought in: `name` is the same for all its versions."""

    @property
    def name(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def issuer(self) -> str: ...
    @property
    def document_number(self) -> str: ...
    @property
    def adopted(self) -> dt.date | None: ...
    @property
    def effective(self) -> dt.date: ...
    @property
    def region(self) -> str: ...
    @property
    def source(self) -> str: ...
    @property
    def articles(self) -> Sequence[Words]: ...


class LawText(Base):
    """One version of a law. `name` without year and state, by which citations find it; `effective`: since when."""

    __tablename__ = "law_texts"
    __table_args__ = (
        Index(
            "uq_law_texts_live",
            "name",
            "region",
            "effective",
            unique=True,
            postgresql_where=text("state = 'live'"),
            sqlite_where=text("state = 'live'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(16), unique=True, default=new_uid)
    name: Mapped[str] = mapped_column(String(100), index=True)
    title: Mapped[str] = mapped_column(String(100))
    issuer: Mapped[str] = mapped_column(String(100))
    document_number: Mapped[str] = mapped_column(String(60))
    adopted: Mapped[dt.date | None] = mapped_column(Date)
    effective: Mapped[dt.date] = mapped_column(Date)
    region: Mapped[str] = mapped_column(String(60))
    source: Mapped[str] = mapped_column(String(200))
    digest: Mapped[str] = mapped_column(String(64))  # of its head and every word of its articles
    state: Mapped[str] = mapped_column(String(8), default="draft")  # draft | live | replaced | retired
    brought_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    brought_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    approved_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)

    articles: Mapped[list[LawArticle]] = relationship(order_by="LawArticle.place")

    @property
    def anchors(self) -> frozenset[str]:
        return frozenset(article.anchor for article in self.articles)

    @classmethod
    def propose(cls, db: Session, given: Given, *, by: User, now: dt.datetime) -> Approval:
        """Put a law before another person. NoLaw when these very words are in use already."""
        digest = _digest_of(given)
        if db.scalar(select(cls.id).where(cls.digest == digest, cls.state == "live")):
            raise NoLaw(f"《{given.title}》已经在用了，一个字都没有变")
        made = cls(
            uid=new_uid(), name=given.name, title=given.title, issuer=given.issuer, region=given.region,
            document_number=given.document_number, adopted=given.adopted, effective=given.effective,
            source=given.source, digest=digest, state="draft", brought_by_id=by.id, brought_at=now,
        )  # fmt: skip
        made.articles = [
            LawArticle(place=place, label=each.label, anchor=each.anchor, heading=each.heading, words=each.words)
            for place, each in enumerate(given.articles)
        ]
        db.add(made)
        db.flush()
        return Approval.propose(db, BRING_IN, made.uid, {"digest": digest, "words": made.title}, by=by, now=now)

    @classmethod
    def approve(cls, db: Session, proposal: Approval, *, digest: str, by: User, now: dt.datetime) -> None:
        """Into use, in the stead of what held from the same day; other versions stay. `digest`: of what was seen."""
        proposal.approve(db, by=by, now=now, digest=digest)
        made = db.scalars(select(cls).where(cls.uid == proposal.subject).with_for_update()).one()
        same = (cls.name == made.name, cls.region == made.region, cls.effective == made.effective)
        for row in db.scalars(select(cls).where(*same, cls.state == "live").with_for_update()):
            row.state = "replaced"
        db.flush()  # before another becomes live: there is one at a time
        made.state, made.approved_by_id, made.approved_at = "live", by.id, now

    def propose_end(self, db: Session, reason: str, *, by: User, now: dt.datetime) -> Approval:
        """Ask another person to take it out of use: repealed, or brought in by mistake."""
        if self.state != "live":
            raise NoLaw("这一份没有在用")
        return Approval.propose(db, TAKE_OUT, self.uid, {"reason": reason}, by=by, now=now)

    @classmethod
    def retire(cls, db: Session, proposal: Approval, *, digest: str, by: User, now: dt.datetime) -> None:
        """Out of use: it is found and cited no more."""
        proposal.approve(db, by=by, now=now, digest=digest)
        row = db.scalars(select(cls).where(cls.uid == proposal.subject).with_for_update()).one()
        if row.state != "live":
            raise TooLate("这一份已经不在用了")
        row.state = "retired"

    @classmethod
    def live(cls, db: Session) -> list[LawText]:
        """What is in use, law by law, the newest version of each first."""
        newest = (cls.name, cls.region, cls.effective.desc())
        return list(db.scalars(select(cls).where(cls.state == "live").order_by(*newest)))

    @classmethod
    def in_force(cls, db: Session, names: Iterable[str], *, today: dt.date) -> LawText | None:
        """The version that holds today of the law of one of these names."""
        called = select(cls).where(cls.name.in_(list(names)), cls.state == "live", cls.effective <= today)
        return db.scalars(called.order_by(cls.effective.desc()).limit(1)).first()


class LawArticle(Base):
    """One article. `label` as it is printed (第四十五条), `anchor` its name within the page (article-45)."""

    __tablename__ = "law_articles"
    __table_args__ = (UniqueConstraint("law_id", "anchor"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    law_id: Mapped[int] = mapped_column(ForeignKey("law_texts.id"))
    place: Mapped[int]
    label: Mapped[str] = mapped_column(String(40))
    anchor: Mapped[str] = mapped_column(String(40))
    heading: Mapped[str] = mapped_column(String(400))
    words: Mapped[str] = mapped_column(Text)

    law: Mapped[LawText] = relationship(viewonly=True)


def standings(versions: Sequence[LawText], *, today: dt.date) -> list[tuple[LawText, str]]:
    """Versions of one law, the newest first, in the order they are shown: what holds today, what held, what will."""
    come = [law for law in versions if law.effective <= today]
    said = [(law, NOW_IN_FORCE if law is come[0] else OLDER) for law in come]
    return said + [(law, TO_COME) for law in versions if law.effective > today]


def _digest_of(given: Given) -> str:
    head = [given.title, given.issuer, given.document_number, str(given.adopted), str(given.effective)]
    words = [[each.label, each.heading, each.words] for each in given.articles]
    return digest_of([*head, given.region, given.source, words])
