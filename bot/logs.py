"""Logs: one JSON object a line, a static event name, ids only; never words, names, phones or openids (R21)."""

from __future__ import annotations

import datetime as dt
import json
import logging
import sys
import traceback

from flask import g, has_request_context

# What a record holds by nature; the rest was given as `extra`.
_NATURAL = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class JsonLines(logging.Formatter):
    """Writes a record as one line of JSON. Of a traceback only places and the kind of error: texts may quote people."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": dt.datetime.fromtimestamp(record.created, dt.UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
            "in": record.name,
        }
        if has_request_context():
            line["request"] = g.get("request_id", "")
        line |= {key: value for key, value in vars(record).items() if key not in _NATURAL}
        if record.exc_info and record.exc_info[0]:
            line["error"] = record.exc_info[0].__name__
            frames = traceback.extract_tb(record.exc_info[2])
            line["trace"] = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames[-12:]]
        return json.dumps(line, ensure_ascii=False, default=str)


def set_up_logs() -> None:
    """Send everything to standard error as JSON lines; libraries speak up from WARNING."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    for noisy in ("urllib3", "apscheduler", "alembic", "granian", "_granian", "sqlalchemy"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
