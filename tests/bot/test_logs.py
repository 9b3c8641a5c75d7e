"""The logs: one JSON object a line, and never what somebody said."""

import io
import json
import logging
import sys

import flask
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.logs import JsonLines, set_up_logs

NOISY = ("urllib3", "apscheduler", "alembic", "granian", "_granian", "sqlalchemy")


@pytest.fixture
def quiet_logs():
    """Logging as it was before, whatever a command set up."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    levels = {name: logging.getLogger(name).level for name in NOISY}
    yield
    root.handlers[:], root.level = handlers, level
    for name, before in levels.items():
        logging.getLogger(name).setLevel(before)


@pytest.fixture
def log():
    """A logger that writes into a string; `lines()` are its lines as objects."""
    target = io.StringIO()
    handler = logging.StreamHandler(target)
    handler.setFormatter(JsonLines())
    logger = logging.getLogger("bot.test")
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    logger.propagate = False
    logger.lines = lambda: [json.loads(line) for line in target.getvalue().removesuffix("\n").split("\n")]
    yield logger
    logger.removeHandler(handler)


def test_a_line_is_one_object_with_time_level_event_and_place(log):
    log.info("message_sent", extra={"message_id": 17})
    (line,) = log.lines()
    assert line.pop("at").endswith("+00:00")
    assert line == {"level": "info", "event": "message_sent", "in": "bot.test", "message_id": 17}


@pytest.mark.parametrize("value", ["a\nb", "a\r\nb", '"},{"event":"forged"', "\x00\x1b[31m", "老周", "\ud800"])
def test_a_value_stays_in_its_line(log, value):
    log.warning("push_refused", extra={"why": value})
    log.warning("next")
    lines = log.lines()
    assert [line["event"] for line in lines] == ["push_refused", "next"]
    assert lines[0]["why"] == value


@given(st.text(), st.dictionaries(st.text(min_size=1), st.text() | st.integers() | st.none() | st.binary()))
def test_whatever_is_logged_is_one_line_of_json(event, extra):
    record = logging.makeLogRecord({"name": "bot.test", "msg": event.replace("%", ""), "levelname": "INFO"})
    for key, value in extra.items():
        record.__dict__.setdefault(f"x_{key}", value)
    line = JsonLines().format(record)
    assert "\n" not in line
    assert isinstance(json.loads(line), dict)


def test_of_an_error_only_its_kind_and_places_are_told(log):
    def fails():
        raise ValueError("老周的电话 13800006021")

    try:
        try:
            fails()
        except ValueError as inner:
            raise KeyError("王建国") from inner
    except KeyError:
        log.exception("dialogue_failed", extra={"message_id": 1})
    (line,) = log.lines()
    assert (line["level"], line["error"]) == ("error", "KeyError")
    assert line["trace"]
    assert all("test_logs.py" in place for place in line["trace"])
    written = json.dumps(line, ensure_ascii=False)
    assert "13800006021" not in written
    assert "王建国" not in written


def test_a_traceback_is_cut_to_its_end(log):
    def deeper(levels):
        if levels:
            deeper(levels - 1)
        raise RuntimeError

    try:
        deeper(50)
    except RuntimeError:
        log.exception("too_deep")
    (line,) = log.lines()
    assert len(line["trace"]) == 12
    assert line["trace"][-1].endswith("deeper")


def test_in_a_request_its_number_is_on_every_line(log):
    app = flask.Flask("test")
    with app.test_request_context():
        flask.g.request_id = "ab12cd34"
        log.info("one")
        log.info("two")
    with app.test_request_context():
        log.info("early")
    assert [line.get("request") for line in log.lines()] == ["ab12cd34", "ab12cd34", ""]


def test_what_json_does_not_know_is_written_as_text(log):
    log.info("odd", extra={"size": {1}, "where": object})
    (line,) = log.lines()
    assert line["size"] == "{1}"


@pytest.mark.usefixtures("quiet_logs")
def test_everything_goes_to_standard_error_and_libraries_speak_up_from_warning(capsys):
    set_up_logs()
    set_up_logs()
    logging.getLogger("bot.x").info("ours")
    logging.getLogger("urllib3.connectionpool").info("not theirs")
    logging.getLogger("sqlalchemy.engine").warning("a warning of theirs")
    said = capsys.readouterr()
    assert said.out == ""
    assert [json.loads(line)["event"] for line in said.err.splitlines()] == ["ours", "a warning of theirs"]
    assert logging.getLogger().handlers[0].stream is sys.stderr
