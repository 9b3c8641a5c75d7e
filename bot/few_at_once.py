"""Few requests at a time: more threads only fight for the interpreter. Open streams do not count, they only wait."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import Any

AT_ONCE = 4  # of one web process (docs/benchmarks.md)


class FewAtOnce:
    """Lets so many requests in at once; the others wait outside, in the thread that has them.

    A turn ends when the answer is made, not when it has been sent: what goes out bit by bit holds a thread, no turn.
    """

    def __init__(self, app: Any, most: int = AT_ONCE) -> None:
        self._app = app
        self._turns = threading.BoundedSemaphore(most)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        with self._turns:
            answer: Iterable[bytes] = self._app(environ, start_response)
        return answer
