"""Long addresses are refused before anything reads them (R14)."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from urllib.parse import quote
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from werkzeug import Response

from bot.app import HEADERS

LONGEST = 4096  # path and query; ours stay below 500


class ShortAddresses:
    """An application that is only asked when the address is short."""

    def __init__(self, application: WSGIApplication) -> None:
        self._application = application

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if _length(environ) <= LONGEST:
            return self._application(environ, start_response)
        sorry = Response(
            f"地址太长了。编号 {secrets.token_hex(4)}", 414, HEADERS, content_type="text/plain; charset=utf-8"
        )
        return sorry(environ, start_response)


def _length(environ: WSGIEnvironment) -> int:
    """As it was sent; the server has decoded the path, to characters that stand for bytes."""
    return len(quote(environ.get("PATH_INFO", ""), encoding="latin-1")) + len(environ.get("QUERY_STRING", ""))
