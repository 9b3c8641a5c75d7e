"""A stand-in for the WeChat Official Account platform, with phones.

An independent second implementation of docs/platform.md: it imports nothing of the bot, so it can prove the bot wrong.
`python -m simulator --help` starts one for people; `Platform` is the same thing for tests.
"""

from simulator.people import Bubble, Link
from simulator.phone import Phone
from simulator.platform import Platform

__all__ = ["Bubble", "Link", "Phone", "Platform"]
