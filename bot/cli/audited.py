"""Acts of whoever is at the machine, in the audit chain (R70)."""

from __future__ import annotations

import os
import pwd

from bot.office import Office
from models.audit import AuditEntry


def audit(office: Office, act: str, subject: str, *, detail: str = "") -> None:
    """Note an act that was done, in a transaction of its own."""
    with office.sessions.begin() as db:
        AuditEntry.write(db, actor=actor(), act=act, subject=subject, detail=detail, now=office.clock())


def actor() -> str:
    """Who is at the machine, as the system knows it; the environment could say anything."""
    try:
        return f"os:{pwd.getpwuid(os.getuid()).pw_name}"[:60]
    except KeyError:
        return f"os:{os.getuid()}"
