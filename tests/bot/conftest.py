"""An office of its own for each test, on an empty database of either kind, and commands run as an operator runs them."""

from __future__ import annotations

import os
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from pyrage.x25519 import Identity
from sqlalchemy.engine import make_url

from bot.cli import frontdoor
from bot.office import Office, open_office
from bot.schema import upgrade
from bot.settings import PREFIX, read_settings
from knowledge_base.library import Library
from models.vault import new_key
from tests.bot.lived_in import move_in
from tests.make import NOON
from tests.postgres import tell

PROJECT = Path(__file__).parent.parent.parent
ACCOUNT = {
    "WECHAT_APP_ID": "wx00aa11bb22cc33dd",
    "WECHAT_APP_SECRET": "f" * 32,
    "WECHAT_TOKEN": "doctorTokenDoctor2026",
    "WECHAT_AES_KEY": "tripkeytripkeytripkeytripkeytripkeytripkeyA",
    "WECHAT_ORIGINAL_ID": "gh_doctor000000",
}


@pytest.fixture(params=["sqlite", "postgresql"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def fresh_url(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], str]]:
    """Makes an empty database and tells its address; as many as the test wants."""
    made: list[str] = []

    def make() -> str:
        name = f"backup_{uuid.uuid4().hex[:8]}"
        if kind == "sqlite":
            return f"sqlite:///{tmp_path}/{name}/office.db"
        tell(request.getfixturevalue("postgres"), f"create database {name}")
        made.append(name)
        return make_url(request.getfixturevalue("postgres")).set(database=name).render_as_string(hide_password=False)

    yield make
    for name in made:  # a hundred of them would keep the server busy for a minute when it stops
        tell(request.getfixturevalue("postgres"), f"drop database {name} with (force)")


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """Settings of an office that tries things out; the keys are new ones."""
    values = ACCOUNT | {
        "MODE": "trial",
        "DATABASE_URL": f"sqlite:///{tmp_path}/office.db",
        "MEDIA_DIR": str(tmp_path / "media"),
        "SECRET_KEY": "s" * 40,
        "DATA_KEYS": new_key(),
        "INDEX_KEY": new_key(),
        "AUDIT_KEY": new_key(),
        "PUBLIC_URL": "http://127.0.0.1:9",
        "WECHAT_API_BASE": "http://127.0.0.1:9",
    }
    return {PREFIX + name: value for name, value in values.items()}


@pytest.fixture
def open_at(
    fresh_url: Callable[[], str], environ: dict[str, str], tmp_path: Path, library: Library
) -> Iterator[Callable[..., Office]]:
    """Opens an office on an empty database and an empty media folder; changes are settings by name."""
    opened: list[Office] = []

    def make(**changes: str) -> Office:
        place = {"DATABASE_URL": fresh_url(), "MEDIA_DIR": str(tmp_path / uuid.uuid4().hex)}
        changed = environ | {PREFIX + name: value for name, value in (place | changes).items()}
        office = open_office(read_settings(changed), clock=lambda: NOON, library=library)
        opened.append(office)
        return office

    yield make
    for office in opened:
        office.engine.dispose()


@pytest.fixture
def office(open_at: Callable[..., Office]) -> Office:
    """An office that people have used. Other tests call another one by this name."""
    office = open_at()
    upgrade(office.engine)
    with office.sessions.begin() as db:
        move_in(db, office)
    return office


@pytest.fixture
def identity() -> Identity:
    """The key that opens backups; it is kept away from the office."""
    return Identity.generate()


def run_here(*command: str, environ: Mapping[str, str], said: str = "") -> Result:
    """`frontdoor …` in this process, with these settings and none that the machine of the test may have. Bugs come out."""
    cleared = {name: None for name in os.environ if name.startswith(PREFIX)}
    return CliRunner().invoke(frontdoor, command, env=cleared | environ, input=said, catch_exceptions=False)


def run(*command: str, environ: dict[str, str], cwd: Path = PROJECT) -> subprocess.CompletedProcess[str]:
    """`frontdoor …`: of this program here, which saves three seconds; of one that lies elsewhere in its own process."""
    if cwd == PROJECT:
        done = run_here(*command, environ=environ)
        return subprocess.CompletedProcess(command, done.exit_code, done.stdout, done.stderr)
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "bot.cli", *command],
        env={"PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1", **environ},
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
