"""How a person is shown to those who need not know more: 王*国, 138****6021 (authz-matrix 2, `masked`)."""

from __future__ import annotations

from models.masking import mask

NAMELESS = "老战友"  # who has not told a name


def masked_name(name: str) -> str:
    """First and last character of a name; one who told none is 老战友."""
    if not name:
        return NAMELESS
    if len(name) == 1:
        return f"{name}*"
    return f"{name[0]}*" if len(name) == 2 else f"{name[0]}*{name[-1]}"


def masked_words(words: str, most: int) -> str:
    """What was said, on one line, numbers masked, no longer than `most` characters."""
    flat = " ".join(mask(words).text.split())
    return flat if len(flat) <= most else f"{flat[: most - 1]}…"
