"""A petition: recorded as told, with a receipt and the clock of the 信访工作条例 (2022)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Sealed, keys_of, new_uid
from models.case import Case, CaseNumber
from models.conversation import SHANGHAI, Conversation
from models.station import Station

TELL_WITHIN = dt.timedelta(days=15)  # 条例 22, 23: tell whether it is accepted
MOST_REPRESENTATIVES = 5  # 条例 20


class Petition(Case):
    """What somebody wants put right. Fields are what 条例 19 asks for: name, address, request, facts and reasons."""

    __tablename__ = "petitions"
    __mapper_args__ = {"polymorphic_identity": "petition"}

    id: Mapped[int] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    topic: Mapped[str] = mapped_column(String(20))
    raised_before: Mapped[bool]
    story_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    where_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    unit_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    wish_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    names_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    phone_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    phone_index: Mapped[str | None] = mapped_column(String(40), index=True)

    story = Sealed()
    where = Sealed()
    unit = Sealed()
    wish = Sealed()
    names = Sealed()
    phone = Sealed()

    @classmethod
    def file(
        cls,
        db: Session,
        conversation: Conversation,
        *,
        topic: str,
        story: str,
        where: str,
        unit: str,
        wish: str,
        raised_before: bool,
        names: Sequence[str],
        phone: str,
        media_uids: Sequence[str],
        now: dt.datetime,
    ) -> Petition:
        """Record a petition as told. Without name or phone it is anonymous: no written answer can be promised (23)."""
        if len(names) > MOST_REPRESENTATIVES:
            raise ValueError("more representatives than 条例 20 allows")
        station = Station.named(db, where)
        petition = cls(
            uid=new_uid(),
            number=CaseNumber.next(db, now=now),
            conversation_id=conversation.id,
            veteran_id=conversation.veteran_id,
            station_id=station.id if station else None,
            status="received",
            filed_at=now,
            topic=topic,
            raised_before=raised_before,
        )
        db.add(petition)
        petition.story, petition.where, petition.unit, petition.wish = story, where, unit, wish
        petition.names, petition.phone = "、".join(names), phone
        petition.phone_index = keys_of(db).index("petitions.phone", phone) if phone else None
        db.flush()
        petition.note(db, "received", now=now)
        for uid in media_uids:
            petition.add(db, "", now=now, media_uid=uid)
        return petition

    @property
    def anonymous(self) -> bool:
        return self.names_sealed is None and self.phone_sealed is None

    @property
    def tell_by(self) -> dt.date:
        """The last day to tell whether it is accepted: 15 days, the day of receipt not counted."""
        return (self.filed_at.astimezone(SHANGHAI) + TELL_WITHIN).date()
