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
    people,
    petition,
    reception,
    station,
    user,
    wording,
)
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
    "people",
    "petition",
    "reception",
    "sign_in",
    "station",
    "user",
    "wording",
]
