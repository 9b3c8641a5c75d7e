"""Nouns and verbs: what the office remembers, and what may be done to it."""

from models import (
    approval,
    audit,
    broadcast,
    case,
    channel_token,
    conversation,
    dialogue_run,
    draft,
    erasure,
    job_lease,
    media,
    message,
    no_notices,
    people,
    petition,
    reception,
    station,
    user,
    wording,
)
from models.audit import stated_reason
from models.user import sign_in

# Naming them here means that whoever imports one table knows all of them: relations and migrations see the whole.
__all__ = [
    "approval",
    "audit",
    "broadcast",
    "case",
    "channel_token",
    "conversation",
    "dialogue_run",
    "draft",
    "erasure",
    "job_lease",
    "media",
    "message",
    "no_notices",
    "people",
    "petition",
    "reception",
    "sign_in",
    "stated_reason",
    "station",
    "user",
    "wording",
]
