"""frontdoor db: what the checks find, what the commands say, and what tomorrow's program makes of yesterday's data."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import requests
from sqlalchemy import select, text

from bot.backup import upgrade_with_copy
from bot.db_check import check
from bot.office import Office
from bot.schema import current_revision
from models.base import new_uid
from models.media import Media
from models.petition import Petition
from tests.bot.conftest import PROJECT, run
from tests.bot.lived_in import acts, assert_refused, back_up, restore_into
from tests.bot.test_demo import free_port
from tests.make import NOON
from tests.trips.desk import wait_for


def _faults(office: Office) -> str:
    return "\n".join(finding.words for finding in check(office) if finding.mark == "✗")


def test_check_names_what_is_missing_and_what_is_too_much(office):
    assert _faults(office) == ""
    stray = new_uid()
    office.media.keep(stray, b"x")
    assert stray in _faults(office)
    office.media.erase(stray)
    with office.sessions.begin() as db:
        uid = db.scalars(select(Media)).one().uid
    office.media.keep(uid, b"x")
    (office.settings.media_dir / uid[:2] / uid).write_bytes(b"changed")
    assert "打不开" in _faults(office)
    office.media.erase(uid)
    assert "不见了" in _faults(office)


def test_check_names_a_changed_audit_entry_and_words_that_do_not_open(office, kind):
    with office.engine.begin() as connection:
        if kind == "sqlite":
            connection.execute(text("drop trigger audit_no_update"))
        else:
            connection.execute(text("set session_replication_role = replica"))
        connection.execute(text("update audit_entries set actor = 'nobody'"))
        connection.execute(text("update petitions set wish_sealed = story_sealed"))
        if kind == "postgresql":
            connection.execute(text("set session_replication_role = default"))
    faults = _faults(office)
    assert "审计记录 1 被改过" in faults
    assert "petitions.wish_sealed" in faults


# -- the commands --------------------


def test_the_commands_speak_plainly(open_at, environ, tmp_path, identity, office):
    key = tmp_path / "key.txt"
    key.write_text(f"# created: today\n# public key: {identity.to_public()}\n{identity}\n")
    sealed = _environ(environ, office) | {"FRONTDOOR_BACKUP_RECIPIENT": str(identity.to_public())}
    archive = str(tmp_path / "nightly.backup")
    assert "备份好了" in _done(run("db", "backup", archive, environ=sealed))
    assert "不覆盖" in _fails(run("db", "backup", archive, environ=sealed), 2)
    there = _environ(environ, open_at())
    assert "私钥" in _fails(run("db", "restore", archive, environ=there), 2)
    assert "恢复好了" in _done(run("db", "restore", archive, "--identity-file", str(key), environ=there))
    assert "✗" not in _done(run("db", "check", environ=there))
    assert "不是空的" in _fails(run("db", "restore", archive, "--identity-file", str(key), environ=there), 2)
    warned = run("db", "backup", f"{archive}.plain", environ=_environ(environ, office))
    assert "没有加密" in warned.stderr


def test_tomorrows_program_takes_yesterdays_backup(office, open_at, environ, tmp_path):
    tomorrow = _tomorrow(tmp_path)
    archive = back_up(office, tmp_path)
    there = _environ(environ, open_at())
    assert "恢复好了" in _done(run("db", "restore", str(archive), environ=there, cwd=tomorrow))
    assert "✗" not in _done(run("db", "check", environ=there, cwd=tomorrow))
    newer = tmp_path / "newer.backup"
    _done(run("db", "backup", str(newer), environ=there, cwd=tomorrow))
    assert_refused(open_at(), newer, "更新的程序")


def test_an_upgrade_keeps_a_copy_of_what_it_changes(office, open_at, environ, tmp_path, kind):
    upgrade_with_copy(office, now=NOON)  # it is the newest already: nothing to do, nothing kept
    here = _environ(environ, office)
    assert "升级前的备份" in _done(run("db", "upgrade", environ=here, cwd=_tomorrow(tmp_path)))
    (copy,) = _copies(office, kind)
    _holds_the_petition(open_at(), copy)
    assert acts(office)[-1] == ("upgraded", "database", copy.name)
    assert "比程序新" in _fails(run("db", "upgrade", environ=here), 2)
    assert len(list(copy.parent.iterdir())) == 1


def test_serve_keeps_the_same_copy_when_nobody_upgraded(office, open_at, environ, tmp_path, kind):
    upgrade_with_copy(office, now=NOON)
    port = free_port()
    values = os.environ | _environ(environ, office)
    command = [sys.executable, "-m", "bot.cli", "serve", "--port", str(port)]
    with subprocess.Popen(command, cwd=_tomorrow(tmp_path), env=values) as tomorrow:
        try:
            wait_for(lambda: _answers(port) or tomorrow.poll() is not None, within=60)
            assert tomorrow.poll() is None
        finally:
            tomorrow.terminate()
    (copy,) = _copies(office, kind)
    assert copy.name.startswith("before-9999-")
    _holds_the_petition(open_at(), copy)
    assert current_revision(office.engine) == "9999"


def test_a_new_database_is_upgraded_without_a_trace_so_that_a_backup_can_be_restored(
    office, open_at, environ, tmp_path
):
    new = open_at()
    assert "最新" in _done(run("db", "upgrade", environ=_environ(environ, new)))
    restore_into(new, back_up(office, tmp_path))


def _answers(port: int) -> bool:
    try:
        return requests.get(f"http://127.0.0.1:{port}/readyz", timeout=1).ok
    except requests.RequestException:
        return False


def _copies(office: Office, kind: str) -> list[Path]:
    sibling = Path(office.engine.url.database) if kind == "sqlite" else office.settings.media_dir
    return list((sibling.parent / "backups").iterdir())


def _holds_the_petition(again: Office, copy: Path) -> None:
    restore_into(again, copy)
    with again.sessions.begin() as db:
        assert db.scalars(select(Petition)).one()


def _environ(environ: dict[str, str], office: Office) -> dict[str, str]:
    url = office.engine.url.render_as_string(hide_password=False)
    return environ | {"FRONTDOOR_DATABASE_URL": url, "FRONTDOOR_MEDIA_DIR": str(office.settings.media_dir)}


def _done(process) -> str:
    assert process.returncode == 0, process.stdout + process.stderr
    return process.stdout


def _fails(process, code: int) -> str:
    assert process.returncode == code, process.stdout + process.stderr
    return process.stdout + process.stderr


def _tomorrow(tmp_path: Path) -> Path:
    """The program with one more migration."""
    program = tmp_path / "tomorrow"
    for room in ("bot", "console", "handlers", "knowledge_base", "migrations", "models"):
        shutil.copytree(PROJECT / room, program / room, ignore=shutil.ignore_patterns("__pycache__"))
    newest = max(path.name for path in (program / "migrations/versions").glob("0*.py"))[:4]
    (program / "migrations/versions/9999_tomorrow.py").write_text(
        f'import sqlalchemy as sa\nfrom alembic import op\n\nrevision = "9999"\ndown_revision = "{newest}"\n\n\n'
        'def upgrade():\n    op.add_column("stations", sa.Column("remark", sa.String(20), server_default=""))\n'
    )
    return program


def test_a_photo_that_went_during_the_backup_is_noted_as_gone(office, open_at, tmp_path):
    shutil.rmtree(office.settings.media_dir)
    again = open_at()
    restore_into(again, back_up(office, tmp_path))
    with again.sessions.begin() as db:
        assert db.scalars(select(Media)).one().state == "erased"
    assert _faults(again) == ""


def test_the_check_ends_with_one_when_something_is_wrong(office, environ):
    office.media.keep(new_uid(), b"x")
    assert "没有对应的记录" in _fails(run("db", "check", environ=_environ(environ, office)), 1)
