"""A few line icons, drawn by ourselves; always beside a word, never instead of one."""

from __future__ import annotations

from markupsafe import Markup

_PATHS = {
    "house": "M3 11 12 3l9 8v10h-6v-6H9v6H3z",
    "tray": "M3 13l3-8h12l3 8v7H3zM3 13h6l1 3h4l1-3h6",
    "clock": "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 7v5l3 3",
    "check": "M4 12l5 5L20 6",
    "back": "M11 5l-7 7 7 7M4 12h16",
    "bubble": "M4 4h16v12H9l-5 4z",
    "phone": "M6 3h4l2 5-3 2c1 2 3 4 5 5l2-3 5 2v4c-8 3-18-7-15-15z",
    "warning": "M12 3 2 20h20zM12 9v5M12 17v.5",
}


def icon(name: str) -> Markup:
    return Markup('<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d="{}"/></svg>').format(_PATHS[name])
