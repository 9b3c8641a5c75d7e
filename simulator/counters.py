"""How often each API was called: by Beijing day, by minute, and the monthly resets (platform.md 9.9)."""

from collections import Counter

from simulator.people import day_of, month_of

DAILY = {
    "/cgi-bin/token": 2000,
    "/cgi-bin/stable_token": 500_000,
    "/cgi-bin/menu/create": 1000,
    "/cgi-bin/menu/get": 10_000,
    "/cgi-bin/media/upload": 100_000,
    "/cgi-bin/media/get": 200_000,
    "/cgi-bin/message/custom/send": 500_000,
    "/cgi-bin/message/template/send": 100_000,
    "/cgi-bin/message/mass/send": 100,
    "/cgi-bin/message/mass/sendall": 100,
    "/cgi-bin/message/mass/preview": 100,
    "/cgi-bin/qrcode/create": 100_000,
    "/cgi-bin/user/get": 500,
    "/cgi-bin/user/info": 5_000_000,
    "/cgi-bin/user/info/updateremark": 10_000,
    "/cgi-bin/draft/add": 1000,
    "/cgi-bin/freepublish/submit": 100,
    "/cgi-bin/freepublish/get": 100,
    "/cgi-bin/freepublish/delete": 10,
}
BY_MINUTE = {
    "/cgi-bin/stable_token": 10_000,
    "/cgi-bin/message/mass/send": 60,
    "/cgi-bin/message/mass/sendall": 60,
}
RESETS_PER_MONTH = 10
OTHERWISE = 1_000_000


class Counters:
    """Counts and limits. Both limits are plain dicts, so a test may lower them."""

    def __init__(self) -> None:
        self.daily: dict[str, int] = dict(DAILY)
        self.by_minute: dict[str, int] = dict(BY_MINUTE)
        self._day: Counter[tuple[str, str]] = Counter()
        self._minute: Counter[tuple[int, str]] = Counter()
        self._resets: Counter[str] = Counter()

    def count(self, path: str, now: float) -> int:
        """Count one call; 45011 or 45009 when it is one too many, else 0."""
        day, minute = (day_of(now), path), (int(now // 60), path)
        self._day[day] += 1
        self._minute[minute] += 1
        if path in self.by_minute and self._minute[minute] > self.by_minute[path]:
            return 45011
        return 45009 if self._day[day] > self.limit(path) else 0

    def limit(self, path: str) -> int:
        return self.daily.get(path, OTHERWISE)

    def used(self, path: str, now: float) -> int:
        return self._day[day_of(now), path]

    def reset(self, now: float) -> bool:
        """clear_quota: ten times a month; False when used up."""
        month = month_of(now)
        if self._resets[month] >= RESETS_PER_MONTH:
            return False
        self._resets[month] += 1
        self._day.clear()
        self._minute.clear()
        return True

    def reset_one(self, path: str) -> None:
        """openapi/quota/clear for one path."""
        for key in [key for key in self._day if key[1] == path]:
            del self._day[key]
