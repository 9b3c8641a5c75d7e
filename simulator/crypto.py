"""Signatures and the AES envelope of the push channel, written from platform.md 1.2 to 1.4 alone."""

import base64
import binascii
import hashlib
import os
import re

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

BLOCK = 32  # the padding block; AES itself works in blocks of 16
_KEY_SHAPE = re.compile(r"[A-Za-z0-9]{43}")


class BadEnvelope(ValueError):
    """What should have been a sealed message is not one."""


def signature(*parts: str) -> str:
    """SHA-1 over the sorted, joined parts. Three parts sign a plain request, four sign an envelope."""
    joined = "".join(sorted(parts)).encode()
    return hashlib.sha1(joined, usedforsecurity=False).hexdigest()


class Envelope:
    """Seals and opens messages for one account with one EncodingAESKey."""

    def __init__(self, aes_key: str, app_id: str) -> None:
        if not _KEY_SHAPE.fullmatch(aes_key):
            raise ValueError("EncodingAESKey must be exactly 43 letters or digits")
        self.app_id = app_id
        self._key = base64.b64decode(aes_key + "=")

    def _cipher(self) -> Cipher[modes.CBC]:
        return Cipher(algorithms.AES(self._key), modes.CBC(self._key[:16]))

    def seal(self, message: str, noise: bytes | None = None) -> str:
        """The base64 text for `Encrypt`. `noise` is fixed only where a test vector is reproduced."""
        words = message.encode()
        plain = (noise or os.urandom(16)) + len(words).to_bytes(4, "big") + words + self.app_id.encode()
        padding = BLOCK - len(plain) % BLOCK
        return base64.b64encode(self.encrypt_blocks(plain + bytes([padding]) * padding)).decode()

    def encrypt_blocks(self, padded: bytes) -> bytes:
        """The bare AES step, also used to make envelopes that are wrong on purpose."""
        encryptor = self._cipher().encryptor()
        return encryptor.update(padded) + encryptor.finalize()

    def open(self, sealed: str) -> str:
        """The message inside `sealed`; stricter about padding than the platform, so that a sloppy sealer shows."""
        plain = self._unpad(self._decrypt(sealed))
        if len(plain) < 20:
            raise BadEnvelope("too short to hold a length")
        end = 20 + int.from_bytes(plain[16:20], "big")
        if end > len(plain):
            raise BadEnvelope("the length field points past the end")
        if plain[end:] != self.app_id.encode():
            raise BadEnvelope("sealed for another app id")
        try:
            return plain[20:end].decode()
        except UnicodeDecodeError as trouble:
            raise BadEnvelope("the message is not UTF-8") from trouble

    def _decrypt(self, sealed: str) -> bytes:
        try:
            data = base64.b64decode(sealed, validate=True)
        except (binascii.Error, ValueError) as trouble:
            raise BadEnvelope("not base64") from trouble
        if not data or len(data) % BLOCK:
            raise BadEnvelope(f"{len(data)} bytes is not a whole number of {BLOCK}-byte blocks")
        decryptor = self._cipher().decryptor()
        return decryptor.update(data) + decryptor.finalize()

    @staticmethod
    def _unpad(padded: bytes) -> bytes:
        count = padded[-1]
        if not 1 <= count <= BLOCK or padded[-count:] != bytes([count]) * count:
            raise BadEnvelope("bad padding")
        return padded[:-count]
