"""What the web server loads: the application of the office that the environment describes, behind its outer guards."""

from __future__ import annotations

import gc
import os
import sys

from bot.addresses import ShortAddresses
from bot.app import create_app
from bot.few_at_once import FewAtOnce
from bot.logs import set_up_logs
from bot.office import open_office
from bot.settings import read_settings
from handlers.kit.turn import Reading

# Threads give way at every wait anyway. Python's own 5 ms would also cut most turns in two, often while they hold the
# write lock, and that costs a tenth of what a process can answer (docs/benchmarks.md).
sys.setswitchinterval(0.05)
set_up_logs()
office = open_office(read_settings(os.environ))
Reading.of("您好", office.library)  # reads the dictionary and what was learned: the first veteran must not wait for it
app = ShortAddresses(FewAtOnce(create_app(office)))

# The library and the dictionary stay for good: looking through all of them as often as Python does by itself would take
# a twentieth of a turn.
gc.collect()
gc.freeze()
gc.set_threshold(20_000, 20, 20)
