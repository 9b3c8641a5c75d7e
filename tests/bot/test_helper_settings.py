"""The helper model answers on a machine of the office's own, or there is none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.helper_settings import NAMELESS, ODD_KEY, OUTSIDE, HelperSettings, helper_faults
from bot.settings import read_settings
from tests.bot.test_settings import PRODUCTION, TRIAL, environ, faults

HERE = "http://127.0.0.1:8000/v1"


@pytest.mark.parametrize("base", [PRODUCTION, TRIAL], ids=["production", "trial"])
def test_nobody_drafts_unless_the_office_has_said_so(base):
    assert not read_settings(environ(base)).helper.on
    assert not read_settings(environ(base | {"HELPER_MODEL": "small-model"})).helper.on


@pytest.mark.parametrize(
    "url",
    [
        HERE,
        "http://localhost:11434/v1",
        "http://10.3.0.7:8000",
        "http://172.16.0.9/v1/",
        "https://192.168.1.20:8443/v1",
        "http://[::1]:8000/v1",
        "http://[fd00::7]:8000/v1",
    ],
)
def test_a_machine_of_the_office_is_taken(url):
    helper = read_settings(environ(PRODUCTION | {"HELPER_URL": url, "HELPER_MODEL": "small-model"})).helper
    assert helper.on
    assert helper.url == url


@pytest.mark.parametrize(
    "url",
    [
        "https://api.openai.com/v1",
        "http://helper.local:8000/v1",
        "http://helper:8000/v1",
        "http://8.8.8.8/v1",
        "http://172.32.0.1/v1",
        "http://169.254.169.254/v1",
        "http://192.0.2.1/v1",
        "http://0.0.0.0:8000/v1",
        "http://[::ffff:8.8.8.8]/v1",
        "http://[2001:db8::1]/v1",
        "http://127.0.0.1@example.com/v1",
        "http://example.com\\@127.0.0.1/v1",
        "http://127.0.0.1.example.com/v1",
        "http://user:word@127.0.0.1/v1",
        "http://127.0.0.1/v1?to=example.com",
        "http://127.0.0.1:99999/v1",
        "http://[::1/v1",
        "ftp://127.0.0.1/v1",
        "127.0.0.1:8000",
        "just some words",
    ],
)
def test_any_other_machine_is_refused_without_naming_it(url):
    assert faults(PRODUCTION, HELPER_URL=url, HELPER_MODEL="small-model") == [OUTSIDE]
    assert url not in OUTSIDE


def test_a_model_has_a_name_and_a_key_is_one_word():
    assert faults(PRODUCTION, HELPER_URL=HERE) == [NAMELESS]
    assert faults(PRODUCTION, HELPER_URL=HERE, HELPER_MODEL="m", HELPER_KEY="两个 词") == [ODD_KEY]


@given(st.text(max_size=60), st.text(max_size=20))
def test_whatever_is_set_is_taken_or_refused(url, key):
    assert all(fault.endswith("。") for fault in helper_faults(HelperSettings(url=url, key=key)))


def test_the_key_is_not_shown():
    assert "key-canary" not in repr(HelperSettings(url=HERE, model="m", key="key-canary"))
