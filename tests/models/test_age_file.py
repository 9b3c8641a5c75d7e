"""A backup opens with its identity only, whole or not at all, and a full disk is never silent."""

import io

import pytest
from pyrage.x25519 import Identity

from models.age_file import a_recipient, decrypt_stream, encrypt_stream
from models.vault import Unreadable

SAFE = Identity.generate()
RECIPIENT, IDENTITY = str(SAFE.to_public()), str(SAFE)
BACKUP = bytes(range(256)) * 1200  # five pieces of 64 KB


class FullDisk(io.BytesIO):
    """Takes so many bytes, then says what a full disk says."""

    def __init__(self, room):
        super().__init__()
        self.room = room

    def write(self, data):
        if self.tell() + len(data) > self.room:
            raise OSError(28, "No space left on device")
        return super().write(data)


class SlowPipe(io.BytesIO):
    """Takes at most 1000 bytes at a time, as an unbuffered file may."""

    def write(self, data):
        return super().write(data[:1000])


class BrokenDisk(io.BytesIO):
    def read(self, size=-1):
        raise OSError(5, "Input/output error")


def encrypted(clear=BACKUP):
    target = io.BytesIO()
    encrypt_stream(io.BytesIO(clear), target, RECIPIENT)
    return target.getvalue()


def decrypted(sealed, identity=IDENTITY):
    target = io.BytesIO()
    decrypt_stream(io.BytesIO(sealed), target, identity)
    return target.getvalue()


@pytest.mark.parametrize("size", [0, 1, 65535, 65536, 65537, len(BACKUP)])
def test_a_backup_comes_back_whole(size):
    sealed = encrypted(BACKUP[:size])
    assert sealed.startswith(b"age-encryption.org/v1\n")
    assert decrypted(sealed) == BACKUP[:size]


def test_a_backup_goes_through_real_files(tmp_path):
    clear, sealed, back = (tmp_path / name for name in ("clear", "sealed", "back"))
    clear.write_bytes(BACKUP)
    with clear.open("rb") as source, sealed.open("wb") as target:
        encrypt_stream(source, target, RECIPIENT)
    with sealed.open("rb") as source, back.open("wb", buffering=0) as target:
        decrypt_stream(source, target, IDENTITY)
    assert back.read_bytes() == BACKUP


def test_another_identity_does_not_open_it():
    with pytest.raises(Unreadable):
        decrypted(encrypted(), str(Identity.generate()))


@pytest.mark.parametrize("place", [0, 30, 150, 100_000, -1])
def test_a_flipped_byte_is_refused(place):
    sealed = bytearray(encrypted())
    sealed[place] ^= 1
    with pytest.raises(Unreadable):
        decrypted(bytes(sealed))


def test_a_cut_or_lengthened_backup_is_refused():
    sealed = encrypted()
    header = len(encrypted(b"")) - 16
    for changed in (b"", sealed[:50], sealed[: header + 2 * 65552], sealed[:-1], sealed + b"x", b"PK\x03\x04" * 100):
        with pytest.raises(Unreadable):
            decrypted(changed)


@pytest.mark.parametrize("room", [0, 50, 70_000, len(BACKUP)])
def test_a_full_disk_is_never_silent(room):
    with pytest.raises(OSError, match="No space left"):
        encrypt_stream(io.BytesIO(BACKUP), FullDisk(room), RECIPIENT)
    sealed = encrypted()
    with pytest.raises(OSError, match="No space left"):
        decrypt_stream(io.BytesIO(sealed), FullDisk(min(room, len(BACKUP) - 1)), IDENTITY)


def test_a_full_disk_at_the_very_last_bytes_is_never_silent():
    with pytest.raises(OSError, match="No space left"):
        encrypt_stream(io.BytesIO(b"short"), FullDisk(0), RECIPIENT)


def test_a_source_that_fails_says_so():
    with pytest.raises(OSError, match="Input/output"):
        encrypt_stream(BrokenDisk(), io.BytesIO(), RECIPIENT)
    with pytest.raises(OSError, match="Input/output"):
        decrypt_stream(BrokenDisk(), io.BytesIO(), IDENTITY)


def test_a_target_that_takes_little_at_a_time_gets_everything():
    sealed, back = SlowPipe(), SlowPipe()
    encrypt_stream(io.BytesIO(BACKUP), sealed, RECIPIENT)
    decrypt_stream(io.BytesIO(sealed.getvalue()), back, IDENTITY)
    assert back.getvalue() == BACKUP


def test_what_is_no_recipient_is_refused():
    mistyped = RECIPIENT[:-1] + ("q" if RECIPIENT[-1] != "q" else "p")
    for text in ("", "age1", IDENTITY, " " + RECIPIENT, RECIPIENT + "\n", mistyped, "公钥", "ssh-ed25519 AAAA"):
        assert not a_recipient(text)
        with pytest.raises(ValueError, match="recipient"):
            encrypt_stream(io.BytesIO(b"x"), io.BytesIO(), text)


def test_what_is_no_identity_is_refused_without_showing_it():
    with pytest.raises(ValueError, match="not an age identity"):
        decrypted(encrypted(), "AGE-SECRET-KEY-1WRONG")


def test_a_recipient_is_one():
    assert a_recipient(RECIPIENT)
