"""What templates, styles and scripts must never hold (R18, R60), and files of others as they came."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest

from console.page import HERE

TEMPLATES = sorted((HERE / "templates").rglob("*"))
STYLES = sorted((HERE / "static").glob("*.css"))
HTMX = "71ea67185bfa8c98c39d31717c6fce5d852370fcdfd129db4543774d3145c0de"
# What Chrome 66 and Safari 12 do not know: whole rules would be dropped by old phones.
TOO_NEW = r":has\(|:is\(|:where\(|@layer|clamp\(|\binset:|aspect-ratio|(?<![-\w])(?:min|max)\("


def test_htmx_is_as_its_authors_made_it():
    assert hashlib.sha256((HERE / "static/vendor/htmx-2.0.10.min.js").read_bytes()).hexdigest() == HTMX


@pytest.mark.parametrize("template", [path for path in TEMPLATES if path.is_file()], ids=lambda path: path.name)
def test_a_template_is_escaped_and_holds_no_script_and_no_style(template: Path):
    assert template.suffix == ".html", "only .html is escaped"
    text = template.read_text("utf-8")
    assert not re.search(r"\|\s*safe|Markup|autoescape false", text), "unescaped"
    assert not re.search(r"<script(?![^>]*\bsrc=)", text), "a script within the page"
    assert not re.search(r"\s(?:style|on[a-z]+)\s*=\s*[\"']", text), "an inline style or handler"
    assert not re.search(r"=\{\{", text), "an attribute without quotes"
    assert not re.search(r"(?:href|src|action)=\"(?:https?:)?//", text), "an address of others"


@pytest.mark.parametrize("style", STYLES, ids=lambda path: path.name)
def test_a_style_sheet_is_for_old_phones_too(style: Path):
    text = re.sub(r"/\*.*?\*/", "", style.read_text("utf-8"), flags=re.S)
    assert not re.search(TOO_NEW, text)
    assert "@import" not in text
    assert "url(" not in text


def test_scripts_keep_nothing_in_the_browser():
    text = (HERE / "static/live.js").read_text("utf-8")
    assert not re.search(r"localStorage|sessionStorage|indexedDB|document\.cookie|eval\(", text)
