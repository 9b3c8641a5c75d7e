"""The demonstration: its keys are made once and kept to itself, its district is invented and complete."""

import datetime as dt
import json
import os
import socket
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import requests
from sqlalchemy import func, select

from bot.channels import Refused
from bot.channels.invented import InventedPeople
from bot.demo import FIRST_LOOK, _simulator_arguments, demo_environ
from bot.demo_data import STAFF, TOWNS, VILLAGES, fill, hire
from bot.demo_data.life import enliven, renew
from bot.office import open_office
from bot.settings import PREFIX, read_settings
from models.approval import Approval
from models.conversation import Conversation
from models.petition import Petition
from models.petition.clock import day_of
from models.station import Station
from models.station.hours import OfficeHours
from tests.bot.test_settings import ROOT
from tests.make import NOON, make_district, make_user
from tests.trips.service import children

PORTS = {"port": 8000, "phone_port": 8099}


def test_keys_are_kept_between_two_starts(tmp_path):
    first = demo_environ(tmp_path / "demo", **PORTS)
    second = demo_environ(tmp_path / "demo", port=8001, phone_port=8098)
    changed = {name for name in first if first[name] != second[name]}
    assert changed == {f"{PREFIX}PUBLIC_URL", f"{PREFIX}WECHAT_API_BASE"}


def test_only_their_owner_may_read_them(tmp_path):
    demo_environ(tmp_path / "demo", **PORTS)
    assert (tmp_path / "demo" / "keys.json").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "demo").stat().st_mode & 0o777 == 0o700


def test_every_demonstration_has_keys_of_its_own(tmp_path):
    demo_environ(tmp_path / "a", **PORTS)
    demo_environ(tmp_path / "b", **PORTS)
    one, two = (json.loads((tmp_path / name / "keys.json").read_text()) for name in "ab")
    assert not set(one.values()) & set(two.values())


@pytest.mark.parametrize("attempt", range(20))
def test_its_settings_are_sound_and_a_trials(tmp_path, attempt):
    settings = read_settings(demo_environ(tmp_path / "demo", **PORTS))
    assert settings.trial
    assert settings.wechat.api_base == "http://127.0.0.1:8099"
    assert settings.database_url == f"sqlite:///{tmp_path}/demo/demo.db"


def test_the_simulator_is_told_the_same_account(tmp_path):
    environ = demo_environ(tmp_path / "demo", **PORTS)
    said = _simulator_arguments(environ, **PORTS)
    told = dict(zip(said[::2], said[1::2], strict=True))
    assert told["--app-id"] == environ[f"{PREFIX}WECHAT_APP_ID"]
    assert told["--webhook"] == "http://127.0.0.1:8000/channels/wechat_oa"


def test_the_whole_demonstration_runs_and_no_command_line_shows_a_secret(tmp_path):
    """R70: every user of the machine can read command lines."""
    ports = [free_port(), free_port()]
    command = [sys.executable, "-m", "bot.cli", "demo", "--port", str(ports[0]), "--phone-port", str(ports[1])]
    environ = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        command, cwd=tmp_path, env=environ, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as demo:
        try:
            assert any("模拟手机" in line.decode() for line in demo.stdout)
            assert requests.get(f"http://127.0.0.1:{ports[1]}/", timeout=5).ok
            started = children(demo.pid)
            shown = "".join(Path(f"/proc/{pid}/cmdline").read_text() for pid in (demo.pid, *started))
        finally:
            demo.terminate()
    assert len(started) == 4
    made = json.loads((tmp_path / "var" / "demo" / "keys.json").read_text())
    assert made["WECHAT_APP_ID"] in shown
    assert [name for name, value in made.items() if name != "WECHAT_APP_ID" and value in shown] == []


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_the_district_has_one_centre_thirteen_towns_and_their_villages(db):
    fill(db)
    fill(db)  # a second start adds nothing
    counted = select(Station.level, func.count()).group_by(Station.level)
    assert (
        dict(db.execute(counted).all())
        == {"district": 1, "town": TOWNS, "village": VILLAGES}
        == {
            "district": 1,
            "town": 13,
            "village": 121,
        }
    )
    stations = db.scalars(select(Station)).all()
    by_id = {station.id: station for station in stations}
    above = {"town": "district", "village": "town"}
    for station in stations:
        assert "演示" in station.name, "every name says that it is made up"
        assert OfficeHours.read(station.hours).times
        if station.parent_id is not None:
            assert by_id[station.parent_id].level == above[station.level]
    assert len({station.name for station in stations}) == 135
    assert Station.district(db).phone


def test_every_invented_place_is_found_by_its_name(db):
    fill(db)
    for station in db.scalars(select(Station).where(Station.parent_id.is_not(None))):
        place = station.name.removesuffix("退役军人服务站")
        assert Station.named(db, f"我住{place}，要反映问题").name == station.name


def test_a_database_with_stations_is_left_alone(db):
    db.add(Station(code="520115", name="观山湖区退役军人服务中心", level="district"))
    db.flush()
    fill(db)
    assert db.scalar(select(func.count()).select_from(Station)) == 1


@pytest.mark.parametrize("at", [dt.time(0, 20), dt.time(23, 40)])
def test_the_invented_office_is_furnished_at_any_hour(db, library, at):
    now = dt.datetime.combine(NOON.date(), at, NOON.tzinfo)
    fill(db)
    hire(db, "no password opens this", now=now)
    enliven(db, library, now=now)
    days = [(due - day_of(now)).days for due in db.scalars(select(Petition.due_on)) if due is not None]
    assert {-1, 1} <= set(days)


def test_an_office_with_stations_of_its_own_gets_no_invented_people(db, library):
    make_district(db)
    enliven(db, library, now=NOON)
    assert db.scalar(select(func.count()).select_from(Conversation)) == 0


def test_in_an_office_with_stations_of_its_own_no_proposal_is_made_younger(db):
    make_district(db)
    Approval.propose(db, "broadcast.send", "x", {}, by=make_user(db), now=NOON)
    assert renew(db, now=NOON + dt.timedelta(days=1)) == 0


def test_nor_does_a_demonstration_in_which_somebody_has_spoken(db, library):
    fill(db)
    hire(db, "no password opens this", now=NOON)
    Conversation.of(db, "wechat_oa", "oSIM-laozhou", now=NOON)
    enliven(db, library, now=NOON)
    assert db.scalar(select(func.count()).select_from(Conversation)) == 1


def test_invented_people_are_answered_in_a_trial_only_and_nobody_can_speak_as_one(tmp_path, library):
    trial = read_settings(demo_environ(tmp_path / "demo", **PORTS))
    office = open_office(trial, library=library)
    people = office.channels[InventedPeople.name]
    people.send("赵建甲", "您好", from_bot=False)
    with pytest.raises(Refused):
        people.open({}, b"<xml/>", now=NOON)
    with pytest.raises(Refused):
        people.greet({})
    assert InventedPeople.name not in open_office(replace(trial, mode="production"), library=library).channels


def test_what_is_said_of_a_first_look_is_about_accounts_that_exist():
    assert set(FIRST_LOOK) < set(STAFF)
