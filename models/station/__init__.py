"""The stations: district centre, towns and communities, villages; who answers there and when."""

from __future__ import annotations

from sqlalchemy import ForeignKey, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base
from models.station.hours import OfficeHours


class Station(Base):
    """A 退役军人服务中心 or 服务站 (保障法 65). The one without a parent is the district's."""

    __tablename__ = "stations"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(12), unique=True)
    name: Mapped[str] = mapped_column(String(40))
    level: Mapped[str] = mapped_column(String(8))  # district | town | village
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("stations.id"), index=True)
    hours: Mapped[str] = mapped_column(String(120), default="")
    phone: Mapped[str] = mapped_column(String(30), default="")
    address: Mapped[str] = mapped_column(String(120), default="")
    duty: Mapped[str] = mapped_column(String(40), default="")  # the duty officer, as veterans may read it
    closed: Mapped[bool] = mapped_column(default=False)
    scan_address: Mapped[str] = mapped_column(String(200), default="")  # what its scan code says, as WeChat made it

    @property
    def office_hours(self) -> OfficeHours:
        return OfficeHours.read(self.hours)

    @classmethod
    def district(cls, db: Session) -> Station | None:
        """The district's centre; None in an office that has not been set up."""
        return db.scalars(select(cls).where(cls.parent_id.is_(None)).order_by(cls.id)).first()

    @classmethod
    def coded(cls, db: Session, code: str) -> Station | None:
        """The station with this code, as its own scene code (platform.md 3.3) says it."""
        return db.scalars(select(cls).where(cls.code == code)).first() if code else None

    @classmethod
    def named(cls, db: Session, words: str) -> Station | None:
        """The station whose place a veteran names, the most local one first: 金华镇翁贡村 → the village."""
        places = [(station.place, station) for station in db.scalars(select(cls).where(cls.parent_id.is_not(None)))]
        found = [(place, station) for place, station in places if place and place in words]
        if not found:
            return None
        return max(found, key=lambda pair: (pair[1].level == "village", len(pair[0])))[1]

    @property
    def place(self) -> str:
        """The place as people say it: 金华, 翁贡."""
        bare = self.name.removesuffix("退役军人服务站").removesuffix("退役军人服务中心")
        # One ending only, and never down to one character: 新村社区 is 新村, not 新, which stands in any story.
        endings = (ending for ending in ("街道", "社区", "镇", "乡", "村") if bare.endswith(ending))
        place = bare.removesuffix(next(endings, ""))
        return place if len(place) > 1 else bare
