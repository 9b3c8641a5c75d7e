"""A restore that is not certain to be right is refused, and nothing has changed then."""

from __future__ import annotations

import io
import shutil
import tarfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from pyrage.x25519 import Identity
from sqlalchemy import func, select

from bot.archive import MANIFEST, BackupRefused, Manifest
from bot.office import Office
from bot.schema import upgrade
from models.base import new_uid
from models.conversation import Conversation
from models.vault import new_key
from tests.bot.lived_in import assert_refused, back_up, restore_into
from tests.make import make_district


@pytest.mark.parametrize("place", [0.1, 0.5, 0.99])
def test_a_flipped_byte_is_refused(office, open_at, tmp_path, identity, place):
    archive = back_up(office, tmp_path, str(identity.to_public()))
    _flip(archive, int(archive.stat().st_size * place))
    assert_refused(open_at(), archive, "打不开", str(identity))


def test_a_flipped_byte_of_a_plain_backup_is_refused(office, open_at, tmp_path):
    archive = back_up(office, tmp_path)
    with tarfile.open(archive) as tar:
        member = next(each for each in tar if each.name.startswith("media/"))
    _flip(archive, member.offset_data + 20)
    assert_refused(open_at(), archive, "对不上")


def test_half_a_backup_is_refused(office, open_at, tmp_path, identity):
    archive = back_up(office, tmp_path, str(identity.to_public()))
    archive.write_bytes(archive.read_bytes()[:-2000])
    assert_refused(open_at(), archive, "打不开", str(identity))


def test_another_identity_is_refused(office, open_at, tmp_path, identity):
    archive = back_up(office, tmp_path, str(identity.to_public()))
    assert_refused(open_at(), archive, "私钥不是", str(Identity.generate()))
    assert_refused(open_at(), archive, "--identity-file")
    assert_refused(open_at(), archive, "没有可用的私钥", "AGE-SECRET-KEY-1NONSENSE")


@pytest.mark.parametrize("key", ["DATA_KEYS", "INDEX_KEY", "AUDIT_KEY"])
def test_other_keys_are_refused(office, open_at, tmp_path, key):
    assert_refused(open_at(**{key: new_key()}), back_up(office, tmp_path), key)


def test_a_target_with_rows_is_refused(office, open_at, tmp_path):
    archive = back_up(office, tmp_path)
    again = open_at()
    upgrade(again.engine)
    with again.sessions.begin() as db:
        make_district(db)
    with pytest.raises(BackupRefused, match="stations"):
        restore_into(again, archive)
    with again.sessions.begin() as db:
        assert db.scalar(select(func.count()).select_from(Conversation)) == 0


def test_a_media_folder_with_files_is_refused(office, open_at, tmp_path):
    again = open_at()
    again.media.keep(new_uid(), b"x")
    with pytest.raises(BackupRefused, match="媒体文件夹"):
        restore_into(again, back_up(office, tmp_path))


def test_a_path_that_leads_elsewhere_is_refused(open_at, tmp_path):
    for name, kind in (("../evil", tarfile.REGTYPE), ("/etc/evil", tarfile.REGTYPE), ("media/aa", tarfile.SYMTYPE)):
        archive = tmp_path / "evil.tar"
        with tarfile.open(archive, "w") as tar:
            member = tarfile.TarInfo(name)
            member.type, member.linkname = kind, "/etc"
            tar.addfile(member)
        assert_refused(open_at(), archive, "不是我们写进去的")


def test_a_manifest_that_counts_other_rows_is_refused(office, open_at, tmp_path):
    def add_one(manifest: Manifest) -> Manifest:
        rows = manifest.facts.rows | {"messages": manifest.facts.rows["messages"] + 1}
        return replace(manifest, facts=replace(manifest.facts, rows=rows))

    archive = _with_manifest(back_up(office, tmp_path), office, add_one)
    assert_refused(open_at(), archive, "行数或审计记录")


def test_another_audit_head_is_refused(office, open_at, tmp_path):
    def cut(manifest: Manifest) -> Manifest:
        return replace(manifest, facts=replace(manifest.facts, audit_id=0, audit_digest=""))

    assert_refused(open_at(), _with_manifest(back_up(office, tmp_path), office, cut), "行数或审计记录")


def test_another_kind_of_database_is_refused(office, open_at, tmp_path, kind):
    archive = back_up(office, tmp_path)
    if kind == "postgresql":
        assert_refused(open_at(DATABASE_URL=f"sqlite:///{tmp_path}/other.db"), archive, "同一种数据库")
    else:
        other = _with_manifest(archive, office, lambda manifest: replace(manifest, database="postgresql"))
        assert_refused(open_at(), other, "同一种数据库")


def test_a_file_nobody_listed_is_refused(office, open_at, tmp_path):
    archive = back_up(office, tmp_path)
    with tarfile.open(archive, "a") as tar:
        uid = new_uid()
        tar.addfile(tarfile.TarInfo(f"media/{uid[:2]}/{uid}"))
    assert_refused(open_at(), archive, "对不上")


def _with_manifest(archive: Path, office: Office, change: Callable[[Manifest], Manifest]) -> Path:
    """The same archive with another manifest, signed with the office's own key."""
    key, changed = office.settings.audit_key, archive.with_suffix(".changed")
    with tarfile.open(archive) as before, tarfile.open(changed, "w") as after:
        for member in before:
            content = before.extractfile(member).read()
            if member.name == MANIFEST:
                content = change(Manifest.read(content, key)).written(key)
                member.size = len(content)
            after.addfile(member, io.BytesIO(content))
    return changed


def test_something_else_is_refused(open_at, tmp_path):
    archive = tmp_path / "letter.txt"
    archive.write_text("老周的信\n" * 200)
    assert_refused(open_at(), archive, "不是一份完整的备份")


def _flip(path: Path, place: int) -> None:
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    path.write_bytes(content)


def test_words_alone_tell_another_data_key(office, open_at, tmp_path):
    shutil.rmtree(office.settings.media_dir)
    archive = back_up(office, tmp_path)
    assert_refused(open_at(DATA_KEYS=new_key()), archive, "DATA_KEYS")
