"""The office's own periods: days in the environment, or one clear sentence for each fault."""

import datetime as dt
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from bot.retention import BadRetention, Retention, read_retention

ROOT = Path(__file__).parents[2]


def faults(**days):
    with pytest.raises(BadRetention) as refused:
        read_retention({f"FRONTDOOR_KEEP_{name}": value for name, value in days.items()})
    return refused.value.faults


def test_without_a_word_of_the_office_the_periods_are_ours():
    given = {"FRONTDOOR_MODE": "production", "FRONTDOOR_KEEP_CHATS_DAYS": " "}
    assert read_retention(given) == Retention()
    days = Retention()
    assert [each.days for each in (days.questions, days.drafts, days.files, days.phones, days.chats)] == [
        30, 30, 90, 90, 730,
    ]  # fmt: skip


def test_the_office_sets_what_it_wants():
    keep = read_retention({"FRONTDOOR_KEEP_CHATS_DAYS": "365", "FRONTDOOR_KEEP_FILES_DAYS": " 3650 "})
    assert keep == Retention(chats=dt.timedelta(days=365), files=dt.timedelta(days=3650))


@pytest.mark.parametrize("value", ["0", "-1", "3651", "two", "30.5", "三十", "３０", "1e3", "30 天", "99999999999999"])
def test_what_is_no_number_of_days_is_refused(value):
    assert faults(CHATS_DAYS=value) == ["FRONTDOOR_KEEP_CHATS_DAYS 要是 1 到 3650 的整数，是保存的天数。"]


@pytest.mark.parametrize(("name", "least"), [("SIGN_INS_DAYS", 184), ("REASONS_DAYS", 1096)])
def test_what_the_law_wants_kept_cannot_end_sooner(name, least):
    assert faults(**{name: str(least - 1)}) == [f"FRONTDOOR_KEEP_{name} 要是 {least} 到 3650 的整数，是保存的天数。"]
    assert read_retention({f"FRONTDOOR_KEEP_{name}": str(least)}) == Retention()


def test_a_misspelt_name_is_no_silence():
    (fault,) = faults(CHAT_DAYS="30")
    assert fault.startswith("没有 FRONTDOOR_KEEP_CHAT_DAYS 这个设置")
    assert "FRONTDOOR_KEEP_CHATS_DAYS" in fault


def test_all_faults_are_told_at_once():
    assert len(faults(CHATS_DAYS="0", FILES_DAYS="x", PETITIONS_DAYS="30")) == 3


def test_a_command_ends_with_2_and_says_why():
    @click.command()
    def jobs():
        read_retention({"FRONTDOOR_KEEP_CHATS_DAYS": "0"})

    result = CliRunner().invoke(jobs)
    assert result.exit_code == 2
    assert result.stderr.startswith("设置有问题，没有启动：\n· FRONTDOOR_KEEP_CHATS_DAYS 要是")


@pytest.mark.parametrize("document", [".env.example", "README.md"])
def test_every_period_is_documented(document):
    text = (ROOT / document).read_text("utf-8")
    for name in Retention.__dataclass_fields__:
        assert f"KEEP_{name.upper()}_DAYS" in text
