"""The scan codes of the stations: whoever scans one is known to live there (docs/platform.md 3.3)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import select, update

from bot.channels import SendFailed
from bot.office import Office
from models.database import reading
from models.station import Station

PERMANENT = "QR_LIMIT_STR_SCENE"  # 100,000 for an account, never to be taken back: so one for each station, once
_ADDRESS = re.compile(r"https?://[!-~]{1,180}")


def make_codes(office: Office, call: Callable[[str, dict[str, Any]], dict[str, Any]], *, again: bool) -> Iterator[str]:
    """Have WeChat make a code for each open station that has none, or for all of them `again`; the stations' codes.

    Each is kept as soon as it is made, so that a second run goes on where this one ended. Raises SendFailed.
    """
    stations = select(Station.code).where(Station.closed.is_(False)).order_by(Station.code)
    with office.sessions(bind=reading(office.engine)) as db:
        codes = db.scalars(stations if again else stations.where(Station.scan_address == "")).all()
    for code in codes:
        scene = {"action_name": PERMANENT, "action_info": {"scene": {"scene_str": code}}}
        address = str(call("qrcode/create", scene).get("url", ""))
        if not _ADDRESS.fullmatch(address):
            raise SendFailed("the platform made no code", alarm=True)
        with office.sessions.begin() as db:
            db.execute(update(Station).where(Station.code == code).values(scan_address=address))
        yield code
