"""What simulations came to, kept for the next command, and for other machines that share the folder and the key.

An entry makes assertions pass, so one that came with the project, in a pull request say, must not be believed: each is
sealed with a key that no project holds, together with all that the simulation depends on.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from reconciler.core.digest import canonical, sha256
from reconciler.workflow.machine_key import is_sealed, machine_key, seal

KEY_VARIABLE: Final = "QCTL_CACHE_KEY"
FOLDER_VARIABLE: Final = "QCTL_CACHE_DIR"
SHORTEST_KEY: Final = 16
_SEAL_LENGTH: Final = 64
_MOST_ENTRIES: Final = 20_000
_MOST_BYTES: Final = 200 * 2**20
_LARGEST: Final = 4 * 2**20  # bytes of one entry


@dataclass(frozen=True, slots=True)
class SimulationCache:
    """Entries in a folder, by the digest of all that they depend on. Nothing here raises for a file."""

    folder: Path
    secret: bytes | None  # None: nothing is believed, and nothing kept

    def read(self, key: str) -> dict[str, Any] | None:
        """What is known, if it was written by a holder of the secret."""
        if self.secret is None:
            return None
        path = self._path(key)
        try:
            if path.stat().st_size > _LARGEST:
                return None
            data = path.read_text("utf-8")
            text = data[_SEAL_LENGTH:]
            if not is_sealed(_sealed(key, text), data[:_SEAL_LENGTH], self.secret):
                return None
            entry = json.loads(text)
            os.utime(path)  # what is used stays longest
        except (OSError, ValueError, RecursionError):
            return None  # not there, or not ours
        return entry if isinstance(entry, dict) else None

    def write(self, entries: Mapping[str, Mapping[str, Any]]) -> None:
        """Keep these; of too many, the ones not used for longest are let go."""
        if self.secret is None or not entries:
            return
        with suppress(OSError):  # a folder that can't be written only makes the next plan simulate again
            for key, entry in entries.items():
                self._write(key, canonical(entry), self.secret)
            self._trim()

    def _write(self, key: str, text: str, secret: bytes) -> None:
        path = self._path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        temp = path.with_name(f"{path.name}.{secrets.token_hex(8)}.tmp")
        try:
            temp.write_text(seal(_sealed(key, text), secret) + text, "utf-8")
            temp.replace(path)  # two plans at once, or two machines: each leaves a whole file
        finally:
            temp.unlink(missing_ok=True)

    def _trim(self) -> None:
        found = []
        for path in self.folder.glob("??/*"):
            with suppress(FileNotFoundError):  # another command trims as well
                status = path.stat()
                found.append((status.st_mtime_ns, status.st_size, path))
        count, size = len(found), sum(each for _, each, _ in found)
        for _, each, path in sorted(found):
            if count <= _MOST_ENTRIES and size <= _MOST_BYTES:
                return
            path.unlink(missing_ok=True)
            count, size = count - 1, size - each

    def _path(self, key: str) -> Path:
        return self.folder / key[:2] / key


def _sealed(key: str, text: str) -> str:
    """What the seal is over: an entry under another name, or of another sort, does not fit."""
    return f"simulation {key} {text}"


def simulation_cache(root: Path, surroundings: Mapping[str, str]) -> SimulationCache:
    """The cache of a project: its own folder and this machine's key, unless a team shares others."""
    given = surroundings.get(FOLDER_VARIABLE, "")
    folder = Path(given) / "simulations" if given else root / ".qctl" / "cache" / "simulations"
    shared = surroundings.get(KEY_VARIABLE, "")
    if not shared:
        return SimulationCache(folder, machine_key(surroundings))
    return SimulationCache(folder, sha256(shared).encode() if len(shared) >= SHORTEST_KEY else None)
