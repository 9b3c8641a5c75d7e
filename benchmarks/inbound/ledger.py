"""The books after a run: every acknowledged message stored exactly once, and answered exactly once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import create_engine, text

_STORED = """
select heard.external_id, count(reply.id) from messages heard
left join messages reply on reply.reply_to_id = heard.id and reply.author = 'bot' and reply.words_sealed is not null
where heard.author = 'veteran' group by heard.id, heard.external_id
"""


@dataclass(frozen=True, slots=True)
class Books:
    """What the database holds against what was acknowledged."""

    acknowledged: int
    lost: int
    doubled: int
    unanswered: int
    petitions: int

    @property
    def right(self) -> bool:
        return not (self.lost or self.doubled or self.unanswered)


def audit(database_url: str, acknowledged: Sequence[str]) -> Books:
    engine = create_engine(re.sub(r"^postgres(?:ql)?://", "postgresql+psycopg://", database_url))
    with engine.connect() as db:
        rows = db.execute(text(_STORED)).all()
        petitions = db.execute(text("select count(*) from petitions")).scalar_one()
    engine.dispose()
    replies = {key: count for key, count in rows}  # noqa: C416  a Row is no pair to dict()
    wanted = set(acknowledged)
    return Books(
        acknowledged=len(wanted),
        lost=len(wanted - replies.keys()),
        doubled=len(rows) - len(replies) + len(acknowledged) - len(wanted),
        unanswered=sum(1 for key in wanted & replies.keys() if replies[key] != 1),
        petitions=petitions,
    )
