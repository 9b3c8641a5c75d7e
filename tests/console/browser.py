"""A member of staff at a browser, without a window: signs in, opens pages, fills in forms as the page offers them."""

from __future__ import annotations

import html
import re
from typing import Any

import pyotp
from flask import Flask
from werkzeug.test import TestResponse

HOST = "door.example"
PASSWORD = "ein guter Satz für Tests"
SEED = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


class Browser:
    """One browser. It follows no redirect by itself; `page` is what it saw last."""

    def __init__(self, app: Flask) -> None:
        self._client = app.test_client()
        self._there = {"base_url": f"https://{HOST}"}
        self._clock = app.extensions["desk"].clock
        self.page: TestResponse | None = None

    def opens(self, path: str, **headers: str) -> TestResponse:
        self.page = self._client.get(path, headers=headers, **self._there)
        return self.page

    def sends(self, path: str, /, *, once: str | None = None, **fields: Any) -> TestResponse:
        """Post a form with the hidden fields of the page seen last; `once` repeats a form that was sent before."""
        hidden = self._hidden()
        if once is not None:
            hidden["once"] = once
        self.page = self._client.post(path, data=hidden | fields, **self._there)
        return self.page

    def signs_in(self, name: str, *, password: str = PASSWORD, factor: bool = True) -> TestResponse:
        """Name, password, and the code of the app where it is asked for."""
        self.opens("/console/sign-in")
        answer = self.sends("/console/sign-in", name=name, password=password)
        if factor and answer.status_code == 303 and "/console/factor" in answer.headers["Location"]:
            self.opens("/console/factor")
            answer = self.sends("/console/factor", code=pyotp.TOTP(SEED).at(self._clock()))
        return answer

    def reads(self) -> str:
        """The words on the page, without its tags."""
        assert self.page is not None
        bare = re.sub(r"<(script|style)\b.*?</\1>", " ", self.page.text, flags=re.S)
        return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", bare)))

    def cookie(self, name: str) -> str:
        found = self._client.get_cookie(f"__Host-{name}", domain=HOST)
        return found.value if found else ""

    def plants(self, name: str, value: str) -> None:
        """A cookie that somebody else has put there."""
        self._client.set_cookie(f"__Host-{name}", value, domain=HOST, secure=True)

    def forges(self, path: str, *, with_keys: bool = True, **headers: str) -> TestResponse:
        """A form of another site."""
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        fields = self._hidden() if with_keys else {}
        return self._client.post(path, data=fields, headers=headers, **self._there)

    def _hidden(self) -> dict[str, str]:
        seen = self.page.text if self.page is not None and "html" in self.page.content_type else ""
        if 'name="csrf_token"' not in seen:
            seen = self._client.get("/console/sign-in", **self._there).text
            if 'name="csrf_token"' not in seen:
                seen = self._client.get("/console/account", **self._there).text
        found = re.findall(r'name="(csrf_token|once)" value="([^"]*)"', seen)
        return {name: html.unescape(value) for name, value in reversed(found)}
