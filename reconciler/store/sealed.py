"""Client-side encryption: what leaves this machine is sealed with AES-256-GCM, by the library `cryptography`.

MAGIC, 8 bytes that name the key, a random nonce of 12 bytes, and the ciphertext with its tag. The purpose ("state",
"journal 7") is authenticated too: a piece that somebody put in another's place does not open.
"""

# ruff: noqa: N818 - errors are named after the problem, as in the rest of the package

from __future__ import annotations

import base64
import binascii
import hashlib
import secrets
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, Protocol

from reconciler.store.errors import StoreError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

MAGIC: Final = b"QCTL-SEALED-1\n"
_NAME, _NONCE, _KEY = 8, 12, 32  # bytes


_SET_KEY: Final = (
    "Set QCTL_STATE_KEY, or the key file that spec.state.encryption names, to the key that sealed it. Old keys may "
    "follow the new one, separated by commas."
)
_NOT_ENCRYPTED: Final = (
    "Write encryption: {clientSide: true} into spec.state, and set QCTL_STATE_KEY. To have it in the open from now on, "
    "write clientSide: false there, and keep the key set until the next save."
)


class KeyMissing(StoreError):
    """Something is sealed, or is to be, and there is no key for it."""

    def __init__(self, name: str, why: str, remedy: str = "") -> None:
        super().__init__(
            "state/key-missing",
            "Encryption key is missing or wrong",
            f"{name} {why}. Nothing was done: what can't be read is never taken for empty.",
            remedy or _SET_KEY,
        )


class InvalidKey(StoreError):
    """A key that is none."""

    def __init__(self, why: str) -> None:
        super().__init__(
            "state/invalid-key",
            "Encryption key can't be used",
            f"{why}.",
            "A key is 32 random bytes in base64. Make one with `qctl state key`, and keep it outside the project.",
        )


class Seal(Protocol):
    """Makes bytes unreadable for others, and readable again for us."""

    def seal(self, data: bytes, purpose: str) -> bytes:
        """What may leave this machine."""

    def open(self, data: bytes, purpose: str, name: str) -> bytes:
        """The bytes back; what was never sealed is returned as it is. Raises KeyMissing. `name` is for messages."""


class Unsealed:
    """Implements Seal for projects without encryption. `keys` open what was sealed before somebody turned it off."""

    def __init__(self, keys: Sequence[bytes] = ()) -> None:
        self._before = Sealed(keys) if keys else None

    def seal(self, data: bytes, purpose: str) -> bytes:
        """The same bytes."""
        return data

    def open(self, data: bytes, purpose: str, name: str) -> bytes:
        """The same bytes, unless somebody sealed them."""
        if not is_sealed(data):
            return data
        if self._before is None:
            raise KeyMissing(name, "is encrypted, and this project is not", _NOT_ENCRYPTED)
        return self._before.open(data, purpose, name)


class Sealed:
    """Implements Seal. The first key seals; all of them open, so that keys can be changed."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._keys = {hashlib.sha256(key).digest()[:_NAME]: key for key in keys}
        self._first = hashlib.sha256(keys[0]).digest()[:_NAME]

    def seal(self, data: bytes, purpose: str) -> bytes:
        """What may leave this machine."""
        nonce = secrets.token_bytes(_NONCE)  # 96 random bits: safe for 2^32 pieces under one key
        head = MAGIC + self._first
        return head + nonce + _cipher(self._keys[self._first]).encrypt(nonce, data, head + purpose.encode())

    def open(self, data: bytes, purpose: str, name: str) -> bytes:
        """The bytes back."""
        from cryptography.exceptions import InvalidTag  # only where something is sealed

        if not is_sealed(data):
            return data  # from before the project was encrypted; the next save seals it
        at = len(MAGIC)
        key = self._keys.get(data[at : at + _NAME])
        if key is None:
            raise KeyMissing(name, "was encrypted with another key than those given")
        head, nonce = data[: at + _NAME], data[at + _NAME : at + _NAME + _NONCE]
        try:
            return _cipher(key).decrypt(nonce, data[at + _NAME + _NONCE :], head + purpose.encode())
        except (InvalidTag, ValueError) as error:
            raise KeyMissing(name, "was changed after it was encrypted, or belongs in another place") from error


def is_sealed(data: bytes) -> bool:
    """Whether this is something sealed."""
    return data.startswith(MAGIC)


def new_key() -> str:
    """A fresh key, as text."""
    return base64.b64encode(secrets.token_bytes(_KEY)).decode()


def keys_of(text: str, origin: str) -> list[bytes]:
    """Keys from a text: base64, separated by commas or line ends. Raises InvalidKey, never showing a key."""
    parts = [part for line in text.splitlines() for part in (p.strip() for p in line.split(",")) if part]
    if not parts:
        raise InvalidKey(f"{origin} holds no key")
    return [_key(part, number, origin) for number, part in enumerate(parts, start=1)]


def _key(text: str, number: int, origin: str) -> bytes:
    try:
        key = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidKey(f"Key {number} of {origin} is not base64") from error
    if len(key) != _KEY:
        raise InvalidKey(f"Key {number} of {origin} has {len(key)} bytes instead of {_KEY}")
    return key


def _cipher(key: bytes) -> AESGCM:
    try:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # an extra, and only where something is sealed
    except ImportError as error:
        raise InvalidKey("The library cryptography is not installed: pip install 'qctl[encrypt]'") from error
    return AESGCM(key)
