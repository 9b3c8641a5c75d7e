"""python -m bot.cli: the same command, for a process that starts another."""

from bot.cli import frontdoor

frontdoor()
