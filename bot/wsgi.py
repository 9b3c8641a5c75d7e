"""What the web server loads: the application of the office that the environment describes."""

from __future__ import annotations

import os

from bot.app import create_app
from bot.logs import set_up_logs
from bot.office import open_office
from bot.settings import read_settings

set_up_logs()
app = create_app(open_office(read_settings(os.environ)))
