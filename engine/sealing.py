"""Sealing what is said of people: AES-256-GCM under the installation's keys, and keyed marks by which it is found.

The keys hang on the dialect of a database's engine, so that the types of columns (:mod:`engine.column_types`) find
them wherever a value is bound or read. A database without keys keeps plain text; both are read side by side, so that
``bihuan db reseal`` can bring an installation from one to the other, or to a newer key.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import re
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from engine.errors import BihuanError

PREFIX = "\u26bf1:"
"""What sealed text begins with: no JSON does, and no telephone number."""
NONCE = 12
TOKEN = 5
"""Characters of the hash of a part: 25 bits."""
_NUMBER = re.compile(r"[+(]?[0-9][0-9 ()+-]{5,}")


class Sealed(BihuanError):
    """Sealed under a key that this installation does not have."""

    code, http_status = "sealed", 503
    zh = "数据已加密，缺少密钥 {key}：请检查 BIHUAN_DATA_KEY 和 BIHUAN_SECRET_KEY。"
    en = "The data is sealed under the key {key}, which is missing: look at BIHUAN_DATA_KEY and BIHUAN_SECRET_KEY."


class _Key:
    def __init__(self, secret: str):
        derived = HKDF(SHA256(), 64, None, b"bihuan data").derive(secret.encode())
        self.cipher, self.marks = AESGCM(derived[:32]), derived[32:]
        self.id = hashlib.sha256(derived).hexdigest()[:8]


class Keys:
    """The keys of one installation, the newest first; without any, nothing is sealed."""

    def __init__(self, *secrets: str):
        found = [_Key(secret) for secret in dict.fromkeys(secrets) if secret]
        self._newest = found[0] if found else None
        self._known = {key.id: key for key in found}
        self._marks = [key.marks for key in found] or [b"unset"]

    def __bool__(self) -> bool:
        return self._newest is not None

    def seal(self, text: str) -> str:
        """``text`` sealed under the newest key."""
        key = self._newest
        if key is None:
            return text
        nonce = os.urandom(NONCE)
        body = binascii.b2a_base64(nonce + key.cipher.encrypt(nonce, text.encode(), None), newline=False)
        return f"{PREFIX}{key.id}:{body.decode()}"

    def open(self, text: str) -> str:
        """What was sealed, or ``text`` itself where it is not. Raises :class:`Sealed`."""
        if not text.startswith(PREFIX):
            return text
        key_id, _, body = text[len(PREFIX):].partition(":")
        key = self._known.get(key_id)
        try:
            if key is None:
                raise Sealed(key=key_id)
            raw = binascii.a2b_base64(body)  # the cipher tells whether any of it was bent
            return key.cipher.decrypt(raw[:NONCE], raw[NONCE:], None).decode()
        except (InvalidTag, binascii.Error, ValueError):
            raise Sealed(key=key_id) from None

    def is_current(self, text: str) -> bool:
        """Whether ``text`` stands as it would be written today."""
        return text.startswith(f"{PREFIX}{self._newest.id}:") if self._newest else not text.startswith(PREFIX)

    @staticmethod
    def is_sealed(text: str) -> bool:
        """Whether ``text`` is sealed under any key."""
        return text.startswith(PREFIX)

    def mark(self, text: str, key: int = 0) -> str:
        """What ``text`` is found by: its keyed hash; telephone numbers by their digits alone, words in small letters.

        Only whole values are found, never parts; without the key nothing can be tried out. ``key`` counts from the
        newest one, 0.
        """
        return _mark(self._marks[min(key, len(self._marks) - 1)], text)

    def token(self, part: str, key: int = 0) -> str:
        """What a part of a text is found by: a short keyed hash, so short that different parts share one at times."""
        mark = self._marks[min(key, len(self._marks) - 1)]
        digest = hashlib.blake2b(part.encode(), key=mark, digest_size=5, person=b"part").digest()
        return base64.b32encode(digest)[:TOKEN].decode().lower()

    def marks(self, text: str) -> list[str]:
        """The same under every key, for searching while not everything is resealed."""
        return [_mark(one, text) for one in self._marks]


NONE = Keys()


def keys_of(dialect: Any) -> Keys:
    """The keys of the database that a statement is for."""
    return getattr(dialect, "bihuan_keys", NONE)


def plain_form(text: str) -> str:
    """The form in which values are compared."""
    text = text.strip()
    if not _NUMBER.fullmatch(text):
        return text.casefold()
    digits = "".join(one for one in text if one.isdigit())
    for country in ("0086", "86"):
        if digits.startswith(country) and len(digits) == len(country) + 11:
            return digits[len(country):]
    return digits


def last_four(text: str) -> str:
    """The last four digits of a telephone number, which lists and searches may know."""
    return "".join(one for one in text if one.isdigit())[-4:]


def _mark(key: bytes, text: str) -> str:
    return hmac.new(key, plain_form(text).encode(), hashlib.sha256).hexdigest()[:32] if text.strip() else ""
