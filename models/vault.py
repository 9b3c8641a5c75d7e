"""The vault: what is sealed before it reaches the database or the disk (security.md R46, R47).

A sealed value is `version 1 | key id 4 | nonce 12 | AES-256-GCM ciphertext and tag`: 33 bytes longer than the clear.
It is bound to its place (table, column, row uid): moved elsewhere, it does not open. Keys come from the settings
FRONTDOOR_DATA_KEYS (newest first), FRONTDOOR_RESTRICTED_KEYS (likewise, for what only the discipline contact may read,
R40) and FRONTDOOR_INDEX_KEY; nothing here reads settings, files or the database.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32
_VERSION = b"\x01"
_ID_BYTES = 4
_NONCE_BYTES = 12
_TAG_BYTES = 16
_NONCE_AT = len(_VERSION) + _ID_BYTES
_CIPHERTEXT_AT = _NONCE_AT + _NONCE_BYTES
_INDEX_CHARACTERS = 40
_RESTRICTED = b"frontdoor restricted petitions"  # the label of keys derived for them


class Unreadable(ValueError):
    """A sealed value that does not open here: unknown key, another place, or changed bytes."""


class KeyRing:
    """The data keys and the restricted ones, each newest first, and the key of the blind index.

    Without restricted keys (a trial) one is derived from each data key: another key all the same, so that having keys
    of their own later is a rotation like any other.
    Nonces are random, so one data key should seal at most 2^32 values (NIST SP 800-38D, 8.3); rotate long before.
    """

    def __init__(self, data_keys: Sequence[bytes], index_key: bytes, restricted_keys: Sequence[bytes] = ()) -> None:
        if not data_keys:
            raise ValueError("at least one data key is needed")
        given = (*data_keys, *restricted_keys)
        if any(len(key) != KEY_BYTES for key in (*given, index_key)):
            raise ValueError(f"every key is {KEY_BYTES} bytes long")
        if index_key in given:
            raise ValueError("the index key must not be a data key as well")  # R67
        apart = (*restricted_keys, *(_derived(key) for key in data_keys))
        # An AESGCM object expands its key once; a page of a hundred messages opens a hundred values.
        self._ciphers = {_id_of(key): AESGCM(key) for key in (*data_keys, *apart)}
        if len(self._ciphers) != len(data_keys) + len(apart):
            raise ValueError("two data keys are the same or share their id")
        self._index_key = index_key
        self.current_key_id = _id_of(data_keys[0])
        self.restricted_key_id = _id_of(apart[0])

    def seal(self, clear: bytes, *, bound_to: str, restricted: bool = False) -> bytes:
        """Seal under the newest key; `bound_to` names the place, such as "message.words:<uid>"."""
        key_id, nonce = self.restricted_key_id if restricted else self.current_key_id, os.urandom(_NONCE_BYTES)
        ciphertext = self._ciphers[key_id].encrypt(nonce, clear, bound_to.encode())
        return _VERSION + key_id + nonce + ciphertext

    def open(self, sealed: bytes, *, bound_to: str) -> bytes:
        """The clear value, or Unreadable; which of the three reasons it was is told by the message alone."""
        cipher = self._ciphers.get(self.key_id(sealed))
        if cipher is None:
            raise Unreadable("sealed under a key that is not in the ring")
        try:
            return cipher.decrypt(sealed[_NONCE_AT:_CIPHERTEXT_AT], sealed[_CIPHERTEXT_AT:], bound_to.encode())
        except InvalidTag as refused:
            raise Unreadable("changed, or moved from the place it was sealed for") from refused

    def key_id(self, sealed: bytes) -> bytes:
        """The 4 bytes that name the key; read without opening, so a rotation can count what is left to do."""
        if len(sealed) < _CIPHERTEXT_AT + _TAG_BYTES or not sealed.startswith(_VERSION):
            raise Unreadable("not a sealed value")
        return sealed[len(_VERSION) : _NONCE_AT]

    def has_key_of(self, sealed: bytes) -> bool:
        """Whether the key is in the ring under which this was sealed."""
        return self.key_id(sealed) in self._ciphers

    def is_current(self, sealed: bytes, *, restricted: bool = False) -> bool:
        """Whether it is under the newest key of its kind."""
        return self.key_id(sealed) == (self.restricted_key_id if restricted else self.current_key_id)

    def reseal(self, sealed: bytes, bound_to: str, *, restricted: bool = False) -> bytes:
        """The same value under the newest key of its kind. It is opened in any case, so a rotation also finds damage;
        what is under the newest key already comes back as it is, so a rotation that was cut off may start again.
        """
        clear = self.open(sealed, bound_to=bound_to)
        if self.is_current(sealed, restricted=restricted):
            return sealed
        return self.seal(clear, bound_to=bound_to, restricted=restricted)

    def index(self, column: str, value: str) -> str:
        """The blind index of a value: 40 hex characters (160 bits), for exact matches only (R47).

        The caller normalises the value first. The column is part of it: one phone number in two columns shows no link.
        """
        if "\0" in column:
            raise ValueError("a column name with NUL would blur where it ends")
        marked = f"{column}\0{value}".encode()
        return hmac.new(self._index_key, marked, hashlib.sha256).hexdigest()[:_INDEX_CHARACTERS]


def decode_key(text: str) -> bytes:
    """The 32 bytes behind a key written in URL-safe base64, with or without its padding, else ValueError.

    The message never repeats the text (R67). Stray characters and spare bits are refused: a key has one spelling,
    so a slip of the hand does not quietly become another key.
    """
    try:
        key = base64.b64decode(text.removesuffix("=") + "=", altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as refused:
        raise ValueError("a key is written in URL-safe base64") from refused
    if len(key) != KEY_BYTES or text.removesuffix("=") != _written(key):
        raise ValueError(f"a key is exactly {KEY_BYTES} bytes in URL-safe base64")
    return key


def new_key() -> str:
    """A fresh key as it is written in the settings: 43 characters, no padding."""
    return _written(os.urandom(KEY_BYTES))


def _written(key: bytes) -> str:
    return base64.urlsafe_b64encode(key).decode().rstrip("=")


def _derived(key: bytes) -> bytes:
    return HKDF(SHA256(), KEY_BYTES, salt=None, info=_RESTRICTED).derive(key)


def _id_of(key: bytes) -> bytes:
    return hashlib.sha256(key).digest()[:_ID_BYTES]
