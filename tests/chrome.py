"""A real browser, without a screen."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

# Without a screen nothing is gained by drawing as if there were a graphics card; it costs a tenth of a journey.
ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--disable-software-rasterizer", "--disable-extensions")


@contextmanager
def open_chrome() -> Iterator[Browser]:
    """A browser; each test opens windows of its own in it."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_chromium(), args=ARGUMENTS)
        yield browser
        browser.close()


def _chromium() -> str:
    """Where the browser is; said loudly when there is none, and a failure in CI."""
    found = "/usr/bin/chromium" if Path("/usr/bin/chromium").exists() else shutil.which("chromium")
    if found:
        return found
    said = "CHROMIUM IS MISSING: the console's journeys were NOT tried. apt install chromium"
    if os.environ.get("CI") == "true":
        pytest.fail(said)
    print(f"\n{said}", file=sys.__stderr__)
    pytest.skip(said)
