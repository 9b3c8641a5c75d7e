"""Files of veterans on disk: sealed, in their place only, under names that come from a row."""

import pytest

from bot.media_store import MediaStore
from models.base import new_uid
from models.vault import KeyRing, Unreadable
from tests.make import DATA_KEY, INDEX_KEY

KEYS = KeyRing([DATA_KEY], INDEX_KEY)
CANARY = "身份证照片金丝雀".encode() * 20


@pytest.fixture
def store(tmp_path):
    return MediaStore(tmp_path / "media", KEYS)


def path_of(tmp_path, uid):
    return tmp_path / "media" / uid[:2] / uid


def test_what_was_kept_is_read_again(store, tmp_path):
    uid = new_uid()
    store.keep(uid, CANARY)
    assert store.read(uid) == CANARY
    assert CANARY not in path_of(tmp_path, uid).read_bytes()


def test_only_this_service_may_read_it(store, tmp_path):
    uid = new_uid()
    store.keep(uid, CANARY)
    path = path_of(tmp_path, uid)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o077 == 0


def test_keeping_again_replaces_it_and_leaves_nothing_beside(store, tmp_path):
    uid = new_uid()
    store.keep(uid, b"first")
    store.keep(uid, b"second")
    assert store.read(uid) == b"second"
    assert [path.name for path in (tmp_path / "media").rglob("*") if path.is_file()] == [uid]


def test_a_write_that_was_cut_off_is_written_over(store, tmp_path):
    uid = new_uid()
    store.keep(uid, b"whole")
    path_of(tmp_path, uid).with_suffix(".part").write_bytes(b"half of an older, longer write")
    store.keep(uid, b"new")
    assert store.read(uid) == b"new"


@pytest.mark.parametrize(
    "uid",
    [
        "",
        ".",
        "..",
        "../../etc/passwd",
        "a" * 15,
        "a" * 17,
        "a" * 16 + "\n",
        "aa/aaaaaaaaaaaaa",
        "汉" * 16,
        "a" * 15 + ".",
    ],
)
def test_a_name_that_is_none_of_ours_is_no_file(store, tmp_path, uid):
    (tmp_path / "media").mkdir()
    for act in (store.read, store.erase, lambda name: store.keep(name, b"x")):
        with pytest.raises(FileNotFoundError):
            act(uid)
    assert list((tmp_path / "media").iterdir()) == []


def test_a_file_moved_to_another_name_does_not_open(store, tmp_path):
    mine, other = new_uid(), new_uid()
    store.keep(mine, CANARY)
    store.keep(other, b"other")
    path_of(tmp_path, mine).rename(path_of(tmp_path, other))
    with pytest.raises(Unreadable):
        store.read(other)


def test_a_changed_byte_is_noticed(store, tmp_path):
    uid = new_uid()
    store.keep(uid, CANARY)
    content = bytearray(path_of(tmp_path, uid).read_bytes())
    content[-1] ^= 1
    path_of(tmp_path, uid).write_bytes(content)
    with pytest.raises(Unreadable):
        store.read(uid)


def test_without_the_key_it_does_not_open(store, tmp_path):
    uid = new_uid()
    store.keep(uid, CANARY)
    stranger = MediaStore(tmp_path / "media", KeyRing([b"x" * 32], INDEX_KEY))
    with pytest.raises(Unreadable):
        stranger.read(uid)


def test_erasing_is_for_good_and_harmless_when_repeated(store):
    uid = new_uid()
    store.keep(uid, CANARY)
    store.erase(uid)
    store.erase(uid)
    with pytest.raises(FileNotFoundError):
        store.read(uid)
