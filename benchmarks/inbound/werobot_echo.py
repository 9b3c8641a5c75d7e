"""The bar: WeRoBot answering with the words it was given. Runs in .venv-bench, which has none of our code."""

import os
from typing import Any

import werobot  # type: ignore[import-not-found]

robot = werobot.WeRoBot(token=os.environ["BENCH_TOKEN"])
robot.config["APP_ID"] = os.environ["BENCH_APP_ID"]
robot.config["ENCODING_AES_KEY"] = os.environ["BENCH_AES_KEY"]
if os.environ["BENCH_SESSION"] == "off":
    robot.config["SESSION_STORAGE"] = False


@robot.handler  # type: ignore[untyped-decorator]
def echo(message: Any) -> str:
    return getattr(message, "content", "") or getattr(message, "key", "") or "?"


application = robot.wsgi
