"""The kinds of danger, and their order (domain.md 10.1)."""

from __future__ import annotations

from enum import StrEnum


class Crisis(StrEnum):
    """Kinds of danger, the most urgent first; fire, drowning and accidents are MEDICAL: life in danger now."""

    MEDICAL = "medical"
    SELF_HARM = "self_harm"
    THREAT = "threat"
    ABUSE = "abuse"
    DISTRESS = "distress"
    FRAUD = "fraud"
