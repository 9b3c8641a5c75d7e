"""Nouns and verbs: what the office remembers, and what may be done to it."""

from models import (
    audit,
    case,
    channel_token,
    conversation,
    dialogue_run,
    erasure,
    job_lease,
    media,
    message,
    people,
    petition,
    reception,
    station,
)

# Naming them here means that whoever imports one table knows all of them: relations and migrations see the whole.
__all__ = [
    "audit",
    "case",
    "channel_token",
    "conversation",
    "dialogue_run",
    "erasure",
    "job_lease",
    "media",
    "message",
    "people",
    "petition",
    "reception",
    "station",
]
