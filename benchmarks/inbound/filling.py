"""A million stored messages, made inside the database: twenty a phone, half heard and half answered."""

from __future__ import annotations

import re

from sqlalchemy import create_engine, text

MESSAGES = 1_000_000
A_PHONE = 20
PHONES = MESSAGES // A_PHONE
HEARD_BYTES, SAID_BYTES = 78, 320  # what a question and an answer come to, sealed

# How each database counts to n, and makes bytes that do not compress.
_COUNTED = {
    "sqlite": "with recursive counted(n) as (select 0 union all select n + 1 from counted where n + 1 < {count})",
    "postgresql": "with counted(n) as (select generate_series(0, {count} - 1))",
}
_BYTES = {
    "sqlite": "randomblob({length})",
    "postgresql": "substring(sha512(int8send(n))||sha512(int8send(-n))||sha512(int8send(n*3))||sha512(int8send(n*5))"
    "||sha512(int8send(n*7)), 1, {length})",
}
_CONTACT = {
    "sqlite": "'oBENCH' || printf('%022d', n)",
    "postgresql": "'oBENCH' || lpad(n::text, 22, '0')",
}
_CONVERSATIONS = """
insert into conversations (id, uid, channel, contact, mode, follows, misunderstood, heard_at, message_quota, act_quota,
  minute, heard_this_minute, day, heard_this_day, holds_messages)
{counted} select n + 1, 'c' || n, 'wechat_oa', {contact}, 'bot', true, 0, '2026-11-01 08:00:00', 5, 0, 0, 0, 0, 0, false
from counted
"""
_MESSAGES = """
insert into messages (id, uid, conversation_id, author, kind, external_id, words_sealed, masked, routed, reply_to_id,
  status, priority, tries, trouble, said_at)
{counted} select n + 1, 'm' || n, n % {phones} + 1, {author}, 'text', {key}, {words}, '', {routed}, {answers},
  {status}, 0, 0, '', '2026-11-01 08:00:00'
from counted where (n / {phones}) % 2 = {side}
"""
_HEARD = {"author": "'veteran'", "key": "'wechat_oa:m:' || n", "routed": "'policy:B01'", "answers": "null"}
_SAID = {"author": "'bot'", "key": "null", "routed": "''", "answers": "n + 1 - {phones}"}


def fill(database_url: str, *, phones: int = PHONES) -> None:
    """Fill a database that has its tables and nothing in them; phones are numbered from 0."""
    engine = create_engine(re.sub(r"^postgres(?:ql)?://", "postgresql+psycopg://", database_url))
    kind = engine.dialect.name
    with engine.begin() as db:
        counted = _COUNTED[kind].format(count=phones)
        db.execute(text(_CONVERSATIONS.format(counted=counted, contact=_CONTACT[kind])))
        for side, (parts, length) in enumerate(((_HEARD, HEARD_BYTES), (_SAID, SAID_BYTES))):
            filled = {name: part.format(phones=phones) for name, part in parts.items()}
            filled |= {"words": _BYTES[kind].format(length=length), "counted": _COUNTED[kind].format(count=MESSAGES)}
            filled |= {"status": "'received'" if side == 0 else "'handed_over'"}
            db.execute(text(_MESSAGES.format(phones=phones, side=side, **filled)))
        if kind == "postgresql":
            for table in ("conversations", "messages"):
                db.execute(
                    text(f"select setval(pg_get_serial_sequence('{table}', 'id'), (select max(id) from {table}))")
                )
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as db:
        for order in (
            ("vacuum analyze", "checkpoint") if kind == "postgresql" else ("analyze", "pragma wal_checkpoint(truncate)")
        ):
            db.execute(text(order))
    engine.dispose()
