"""Sealing and opening one value, and its blind index.

A sealed value is ``version | suite | key number | nonce | ciphertext | tag``. The context (which column)
is authenticated with it, so a sealed value that is carried to another column does not open.
"""

from __future__ import annotations

import hmac
import os
import struct
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hmac import HMAC

from notoneless.faults import Refusal
from notoneless.vault.faults import DOES_NOT_OPEN, UNKNOWN_KEY
from notoneless.vault.keys import KeyRing, Suite, look_again, ring

VERSION = 1
_HEADER = struct.Struct(">BBH")
HEADER_BYTES = _HEADER.size
"""What `key_number` needs of a sealed value."""
_NUMBER: dict[Suite, int] = {"aes": 1, "sm": 2}
NONCE, TAG = 12, 16
INDEX_CHARACTERS = 32
"""A blind index keeps 128 bits: two of a billion values share one with a chance of 10⁻²¹."""


def seal(context: str, text: str, *, keys: KeyRing | None = None) -> bytes:
    """Encrypt ``text`` with the current key, bound to ``context`` (``app.model.column``)."""
    return seal_bytes(context, text.encode(), keys=keys)


def seal_bytes(context: str, content: bytes, *, keys: KeyRing | None = None) -> bytes:
    """The same for bytes: a whole file, bound to what it is (``context``)."""
    keys = keys or ring()
    header = _HEADER.pack(VERSION, _NUMBER[keys.suite], keys.current)
    nonce = os.urandom(NONCE)
    bound = header + context.encode()
    key = keys.sealing[keys.current]
    if keys.suite == "aes":
        body = AESGCM(key).encrypt(nonce, content, bound)
    else:
        encryptor = Cipher(algorithms.SM4(key[:16]), modes.GCM(nonce)).encryptor()
        encryptor.authenticate_additional_data(bound)
        body = encryptor.update(content) + encryptor.finalize() + encryptor.tag
    return header + nonce + body


def open_sealed(context: str, blob: bytes, *, keys: KeyRing | None = None) -> str:
    """Decrypt; `Refusal` when the key is not there or the value was altered or moved."""
    return open_bytes(context, blob, keys=keys).decode()


def open_bytes(context: str, blob: bytes, *, keys: KeyRing | None = None) -> bytes:
    """The same for what `seal_bytes` sealed."""
    try:
        version, suite, number = _HEADER.unpack_from(blob)
    except struct.error:
        raise Refusal([DOES_NOT_OPEN.at(context=context)]) from None
    if version != VERSION:
        raise Refusal([DOES_NOT_OPEN.at(context=context)])
    given = keys or ring()
    if number not in given.sealing and keys is None:
        given = look_again()  # another process may have rotated this very second
    if number not in given.sealing:
        raise Refusal([UNKNOWN_KEY.at(key=number)])
    key = given.sealing[number]
    header, rest = blob[: _HEADER.size], blob[_HEADER.size :]
    nonce, body = rest[:NONCE], rest[NONCE:]
    bound = header + context.encode()
    try:
        if suite == _NUMBER["aes"]:
            return AESGCM(key).decrypt(nonce, body, bound)
        decryptor = Cipher(algorithms.SM4(key[:16]), modes.GCM(nonce, body[-TAG:])).decryptor()
        decryptor.authenticate_additional_data(bound)
        return decryptor.update(body[:-TAG]) + decryptor.finalize()
    except (InvalidTag, ValueError):
        raise Refusal([DOES_NOT_OPEN.at(context=context)]) from None


class Sealer:
    """`seal` for many values of one context: the cipher is made once for each key, not for each value."""

    def __init__(self, context: str) -> None:
        self._context = context
        self._keys: KeyRing | None = None

    def __call__(self, text: str) -> bytes:
        """The sealed text, under the key that is current now."""
        keys = ring()
        if keys is not self._keys:
            self._keys, self._header = (
                keys,
                _HEADER.pack(VERSION, _NUMBER[keys.suite], keys.current),
            )
            self._bound = self._header + self._context.encode()
            self._aes = AESGCM(keys.sealing[keys.current])
        if keys.suite != "aes":
            return seal(self._context, text, keys=keys)
        nonce = os.urandom(NONCE)
        return self._header + nonce + self._aes.encrypt(nonce, text.encode(), self._bound)


class Opener:
    """`open_sealed` for many values of one context, likewise."""

    def __init__(self, context: str) -> None:
        self._context = context
        self._ciphers: dict[bytes, AESGCM] = {}

    def __call__(self, blob: bytes) -> str:
        """The text; `Refusal` as of `open_sealed`."""
        header = blob[: _HEADER.size]
        cipher = self._ciphers.get(header)
        if cipher is None:
            text = open_sealed(self._context, blob)  # says what is wrong, if something is
            version, suite, number = _HEADER.unpack(header)
            if (version, suite) == (VERSION, _NUMBER["aes"]):
                self._ciphers[header] = AESGCM(ring().sealing[number])
            return text
        start = _HEADER.size + NONCE
        bound = header + self._context.encode()
        try:
            return cipher.decrypt(blob[_HEADER.size : start], blob[start:], bound).decode()
        except InvalidTag:
            raise Refusal([DOES_NOT_OPEN.at(context=self._context)]) from None


def key_number(blob: bytes) -> int:
    """Which key sealed this value; rotation seals anew what is not under the current one."""
    number: int = _HEADER.unpack_from(blob)[2]
    return number


def blind(kind: str, text: str, *, keys: KeyRing | None = None) -> str:
    """The keyed fingerprint of a value, 32 hexadecimal characters.

    ``kind`` says what the value is (``id_number``): equal values of one kind have equal indexes in every
    table, those of different kinds never. The caller brings the value into its one form first.
    """
    keys = keys or ring()
    return digest(keys.suite, keys.index, kind.encode() + b"\0" + text.encode()).hex()[
        :INDEX_CHARACTERS
    ]


def digest(suite: Suite, key: bytes, message: bytes) -> bytes:
    """HMAC-SHA-256, or HMAC-SM3 in the ``sm`` suite: 32 bytes."""
    if suite == "aes":
        return hmac.digest(key, message, sha256)
    mac = HMAC(key, hashes.SM3())
    mac.update(message)
    return mac.finalize()
