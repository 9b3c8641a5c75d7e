"""What an operator does to the office stands in its audit chain, with the name the system knows (R70)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot.office import Office
from bot.settings import PREFIX
from models.station import Station
from models.vault import new_key
from simulator import Platform
from tests.bot.conftest import ACCOUNT, run
from tests.bot.lived_in import acts


@pytest.fixture
def kind() -> str:
    """One database is enough here."""
    return "sqlite"


@pytest.fixture
def platform() -> Iterator[Platform]:
    platform = Platform(**{name.removeprefix("WECHAT_").lower(): value for name, value in ACCOUNT.items()})
    with platform.serve():
        yield platform


@pytest.fixture
def here(office: Office, environ: dict[str, str], platform: Platform) -> dict[str, str]:
    """The office's settings, but that somebody else's name stands in the environment."""
    place = {
        "DATABASE_URL": office.engine.url.render_as_string(hide_password=False),
        "MEDIA_DIR": str(office.settings.media_dir),
        "WECHAT_API_BASE": platform.world.base_url,
    }
    changed = {PREFIX + name: value for name, value in place.items()}
    return environ | changed | {"USER": "nobody", "LOGNAME": "nobody", "SUDO_USER": "nobody"}


def test_a_rotation_of_the_keys_is_noted_and_so_is_one_that_found_nothing_to_do(office, here):
    here[f"{PREFIX}DATA_KEYS"] = f"{new_key()},{here[f'{PREFIX}DATA_KEYS']}"
    for _ in range(2):
        assert run("keys", "rotate", environ=here).returncode == 0
    first, second = acts(office)
    assert first[:2] == second[:2] == ("keys_rotated", "database")
    assert int(first[2].split()[0]) > 0
    assert second[2] == "0 values and files"


def test_a_new_menu_is_noted_when_wechat_has_taken_it(office, here, platform):
    platform.faults.next_errors["/cgi-bin/menu/create"] = [45009]
    assert run("menu", environ=here).returncode == 1
    assert acts(office) == []
    platform.faults.clear()
    assert run("menu", environ=here).returncode == 0
    assert acts(office) == [("menu_published", "wechat_oa", "")]


def test_scan_codes_are_made_once_for_each_station_and_noted(office, here, platform):
    platform.faults.next_errors["/cgi-bin/qrcode/create"] = [0, 45009]
    stopped = run("stations", "codes", environ=here)
    assert stopped.returncode == 1
    assert "没有要全" in stopped.stderr
    platform.faults.clear()
    assert "要到了 2 个" in run("stations", "codes", environ=here).stdout
    assert "每个站点都有二维码了" in run("stations", "codes", environ=here).stdout
    made = ("station_codes_made", "stations")
    assert acts(office) == [(*made, "1 codes"), (*made, "2 codes")]
    scenes = {scene.scene: scene for scene in platform.world.state.scenes.values()}
    assert sorted(scenes) == ["520115", "52011501", "5201150101"]
    assert all(scene.dies is None for scene in scenes.values()), "a sheet on a wall is there for years"
    with office.sessions.begin() as db:
        kept = {station.code: station.scan_address for station in db.query(Station)}
    assert all(address.startswith("http://weixin.qq.com/q/") for address in kept.values())
    assert len(set(kept.values())) == 3
    assert "要到了 3 个" in run("stations", "codes", "--again", environ=here).stdout


def test_making_keys_or_looking_changes_nothing_and_is_not_noted(office, here):
    for command in (["keys", "new"], ["db", "check"], ["db", "upgrade"]):
        assert run(*command, environ=here).returncode == 0
    assert acts(office) == []
