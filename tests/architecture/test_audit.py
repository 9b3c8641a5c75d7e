"""What `make audit` makes of a report: a flaw fails, and what was not looked up is never taken for sound (R71)."""

from __future__ import annotations

import json
import re
import subprocess
import sys

import pytest

from tests.architecture.test_code import HOUSE

SOUND = {"name": "flask", "version": "3.1.3", "vulns": []}
FLAWED = {"name": "jinja2", "version": "2.0", "vulns": [{"id": "PYSEC-2019-217", "fix_versions": ["2.10.1"]}]}
UNKNOWN = {"name": "jieba", "skip_reason": "Dependency not found on PyPI and could not be audited: jieba (0.42.1)"}


def audit(*dependencies, report=None):
    text = json.dumps({"dependencies": dependencies, "fixes": []}) if report is None else report
    return subprocess.run(
        [sys.executable, HOUSE / ".ci" / "audit.py"], input=text, capture_output=True, text=True, check=False
    )


def test_sound_libraries_pass_in_one_line():
    done = audit(SOUND, SOUND)
    assert (done.returncode, done.stdout) == (0, "2 libraries looked up, 0 known flaws\n")


def test_a_flaw_fails_and_says_what_mends_it():
    done = audit(SOUND, FLAWED, UNKNOWN)
    assert done.returncode == 1
    assert "FLAW jinja2 2.0: PYSEC-2019-217, mended in 2.10.1" in done.stdout
    assert "2 libraries looked up, 1 known flaws" in done.stdout


@pytest.mark.parametrize("report", ["", "not json", "{}", '{"dependencies": []}'])
def test_without_a_report_nothing_fails_and_it_is_said_loudly(report):
    done = audit(report=report)
    assert done.returncode == 0
    assert "!!! NOT AUDITED" in done.stdout
    assert "0 libraries looked up" in done.stdout


def test_what_the_service_does_not_know_is_named():
    done = audit(SOUND, UNKNOWN)
    assert done.returncode == 0
    assert "!!! NOT AUDITED" in done.stdout
    assert re.search(r"^!!! jieba$", done.stdout, re.MULTILINE)


def test_the_gate_runs_it():
    assert "make audit" in (HOUSE / ".ci" / "run").read_text().splitlines()
    assert "pip-audit" in (HOUSE / "requirements-dev.lock").read_text()
