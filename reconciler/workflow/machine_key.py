"""A secret of this user on this machine, by which we know again what we wrote ourselves."""

from __future__ import annotations

import hmac
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

_LENGTH = 32


def seal(text: str, key: bytes) -> str:
    """64 hexadecimal characters that only a holder of the key can make."""
    return hmac.digest(key, text.encode("utf-8", "surrogatepass"), "sha256").hex()


def is_sealed(text: str, found: str, key: bytes) -> bool:
    """Whether a holder of the key made `found` for this text."""
    return hmac.compare_digest(seal(text, key).encode(), found.encode("utf-8", "surrogatepass"))


def machine_key(surroundings: Mapping[str, str]) -> bytes | None:
    """The key, made on first use; None where it can be neither read nor made.

    It lies outside of every project, or a project from elsewhere could bring its own.
    """
    try:
        given = surroundings.get("XDG_CACHE_HOME", "")
        base = Path(given) if given.startswith("/") else Path.home() / ".cache"  # XDG: relative paths are ignored
        return _read(base / "qctl" / "key")
    except (OSError, RuntimeError):  # RuntimeError: a user without a home
        return None


def _read(path: Path) -> bytes | None:
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        temp = path.with_name(f"key.{secrets.token_hex(8)}")
        try:
            descriptor = os.open(temp, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(secrets.token_bytes(_LENGTH))
            temp.replace(path)  # whole or not at all; of two at once, one wins and the other's cache is foreign
        finally:
            temp.unlink(missing_ok=True)
    key = path.read_bytes()
    return key if len(key) == _LENGTH else None
