"""The worker and the sweep of the notices with their clocks at noon: notices leave by day, tests run at any hour."""

from __future__ import annotations

import datetime as dt
import os
import sys
import threading

from bot.delivery import deliver
from bot.office import Office, open_office, utc_now
from bot.settings import read_settings
from bot.sweeps_notices import NoticeSweep
from knowledge_base.library import Library
from models.conversation import SHANGHAI

AGAIN = 0.05  # seconds; a minute in life


def until_noon() -> dt.timedelta:
    """How far the clock has to be put forward, so that it is noon in Guiyang."""
    here = utc_now().astimezone(SHANGHAI)
    noon = here.replace(hour=12, minute=0, second=0, microsecond=0)
    return (noon if noon >= here else noon + dt.timedelta(days=1)) - here


def sweep(office: Office) -> None:
    """What the scheduler does, at once and for ever."""
    notices, never = NoticeSweep(office.channels), threading.Event()
    while not never.wait(AGAIN):
        with office.sessions.begin() as db:
            notices.spread_broadcasts(db, office.clock())


def main() -> None:
    work, ahead = sys.argv[1], dt.timedelta(seconds=float(sys.argv[2]))
    library = Library([])  # nobody asks here, and reading the real one takes seconds
    office = open_office(read_settings(os.environ), clock=lambda: utc_now() + ahead, library=library)
    if work == "deliver":
        deliver(office, threading.Event())
    else:
        sweep(office)


if __name__ == "__main__":
    main()
