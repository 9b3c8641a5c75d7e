"""Our own style sheet, script and icon. Names are looked up in a list, never on the disk."""

from __future__ import annotations

import mimetypes
from functools import cache

from flask import Response, abort

from console.page import HERE, Page

PAGE = Page("static_files")
KEPT = "public, max-age=300"


@PAGE.get("/static/<name>", "page", "static")
def file(name: str) -> Response:
    path = _files().get(name)
    if path is None:
        abort(404)
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return Response(path, mimetype=kind, headers={"Cache-Control": KEPT})


@cache
def _files() -> dict[str, bytes]:
    return {
        path.name: path.read_bytes() for path in (HERE / "static").rglob("*") if path.suffix in (".css", ".js", ".svg")
    }
