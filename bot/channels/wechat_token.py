"""The access token: one in the database for all processes, renewed by one of them, outside any transaction."""

from __future__ import annotations

import datetime as dt
import json
import logging
import time
from collections.abc import Callable
from typing import Any

import requests
from sqlalchemy.orm import Session, sessionmaker

from bot.channels import SendFailed
from bot.channels.wechat_errors import ASK_AGAIN_IN, BUSY, MEANING, code_of
from bot.settings import WeChatSettings
from models.channel_token import ChannelToken

logger = logging.getLogger(__name__)

LONGEST_LIFE = 7200  # seconds
EARLY = dt.timedelta(minutes=5)  # WeChat keeps the old token alive as long, after giving out a new one
PATIENCE = 15.0  # seconds to wait for another process that is renewing


class TokenKeeper:
    """Gives out the token in force. `stable_token` answers repeated calls with the same one (platform.md 5.1)."""

    def __init__(
        self, settings: WeChatSettings, sessions: sessionmaker[Session], clock: Callable[[], dt.datetime]
    ) -> None:
        self._settings = settings
        self._sessions = sessions
        self._clock = clock
        self._channel = f"wechat_oa:{settings.app_id}"
        self._original_id = ""

    def token(self, http: requests.Session) -> str:
        """The token in force, renewed if need be. Raises SendFailed when there is none to be had for now."""
        waited_until = time.monotonic() + PATIENCE
        while time.monotonic() < waited_until:
            token, ours = self._look()
            if token:
                return token
            if ours:
                return self._renew(http)
            time.sleep(0.1)  # another process is at it
        raise SendFailed("no access token", retry=True)

    def drop(self, token: str, *, refused: int = 0) -> None:
        """The platform refused this token. `refused`: it did so right after a renewal, so for a while nobody tries."""
        now = self._clock()
        with self._sessions.begin() as db:
            row = ChannelToken.of(db, self._channel)
            row.drop(token)
            if refused and not row.usable(now=now):
                row.failed(f"{refused} {MEANING.get(refused, '')}".strip(), stopped_until=now + ASK_AGAIN_IN)

    def learn_original_id(self, seen: str) -> str:
        """Our gh_ id, when the settings do not name it: that of the first good push, for ever after."""
        if not self._original_id:
            with self._sessions.begin() as db:
                row = ChannelToken.of(db, f"{self._channel}:original_id")
                row.token = row.token or seen
                self._original_id = row.token
        return self._original_id

    def _look(self) -> tuple[str, bool]:
        """The token, or whether it is ours to renew."""
        now = self._clock()
        with self._sessions.begin() as db:
            row = ChannelToken.of(db, self._channel)
            if token := row.usable(now=now):
                return token, False
            if row.stopped_until and now < row.stopped_until:
                raise SendFailed(f"no access token: {row.trouble}", retry_after=row.stopped_until - now)
            return "", row.claim_renewal(db, now=now)

    def _renew(self, http: requests.Session) -> str:
        answer = self._ask(http)
        now = self._clock()
        token = str(answer.get("access_token") or "")
        with self._sessions.begin() as db:
            row = ChannelToken.of(db, self._channel)
            if token:
                row.renewed(token, expires_at=now + max(_life(answer) - EARLY, dt.timedelta(minutes=1)))
                return token
            code = code_of(answer) or -1
            pause = dt.timedelta(seconds=5) if code in BUSY else ASK_AGAIN_IN
            row.failed(f"{code} {MEANING.get(code, '')}".strip(), stopped_until=now + pause)
        logger.error("no_access_token", extra={"errcode": code})
        raise SendFailed(f"no access token: {code}", retry_after=pause, alarm=True)

    def _ask(self, http: requests.Session) -> dict[str, Any]:
        """The secret goes in the body: an address ends up in logs and exception texts (R27)."""
        body = {
            "grant_type": "client_credential",
            "appid": self._settings.app_id,
            "secret": self._settings.app_secret,
            "force_refresh": False,
        }
        try:
            response = http.post(f"{self._settings.api_base}/cgi-bin/stable_token", data=json.dumps(body).encode())
            answer = response.json()
        except (requests.RequestException, ValueError):
            return {"errcode": -1}
        return answer if isinstance(answer, dict) else {"errcode": -1}


def _life(answer: dict[str, Any]) -> dt.timedelta:
    """How long the token still lives, by the platform's word as far as it makes sense."""
    seconds = answer.get("expires_in")
    return dt.timedelta(seconds=min(seconds, LONGEST_LIFE) if isinstance(seconds, int) else LONGEST_LIFE)
