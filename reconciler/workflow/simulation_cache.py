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
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from reconciler.core.digest import canonical, sha256
from reconciler.workflow.machine_key import is_sealed, machine_key, seal

KEY_VARIABLE: Final = "QCTL_CACHE_KEY"
FOLDER_VARIABLE: Final = "QCTL_CACHE_DIR"
SHORTEST_KEY: Final = 16
_SEAL_LENGTH: Final = 64
_KEY_LENGTH: Final = 64
_SHEETS: Final = 16  # files, by the first digit of the key: a file for each of a thousand points takes a second to make
_MOST_BYTES: Final = 200 * 2**20
_LARGEST: Final = 4 * 2**20  # bytes of one entry
_APPEND: Final = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC


@dataclass(frozen=True, slots=True)
class SimulationCache:
    """Entries in a folder, by the digest of all that they depend on. Nothing here raises for a file.

    A line is a key, its seal and its entry. What a crash or another command cut short has no seal that fits.
    """

    folder: Path
    secret: bytes | None  # None: nothing is believed, and nothing kept
    _sheets: dict[str, dict[bytes, bytes]] = field(default_factory=dict, repr=False, compare=False)

    def read(self, key: str) -> dict[str, Any] | None:
        """What is known, if it was written by a holder of the secret."""
        if self.secret is None:
            return None
        line = self._sheet(key[:1]).get(key.encode())
        if line is None:
            return None
        try:
            text = line[_SEAL_LENGTH:].decode()
            if not is_sealed(_sealed(key, text), line[:_SEAL_LENGTH].decode(), self.secret):
                return None
            entry = json.loads(text)
        except (ValueError, RecursionError):
            return None  # not ours
        return entry if isinstance(entry, dict) else None

    def write(self, entries: Mapping[str, Mapping[str, Any]]) -> None:
        """Keep these; of too many, the oldest are let go."""
        if self.secret is None or not entries:
            return
        lines: dict[str, list[bytes]] = {}
        for key, entry in entries.items():
            text = canonical(entry)
            line = f"{key}{seal(_sealed(key, text), self.secret)}{text}".encode()
            if len(line) <= _LARGEST:
                lines.setdefault(key[:1], []).append(line)
        with suppress(OSError):  # a folder that can't be written only makes the next plan simulate again
            self.folder.mkdir(parents=True, exist_ok=True)
            for digit, new in lines.items():
                self._append(digit, new)
        self._sheets.clear()

    def _sheet(self, digit: str) -> dict[bytes, bytes]:
        """What one file holds, read once; of a key that stands twice the later line counts."""
        if digit not in self._sheets:
            self._sheets[digit] = {line[:_KEY_LENGTH]: line[_KEY_LENGTH:] for line in self._lines(digit)}
        return self._sheets[digit]

    def _lines(self, digit: str) -> list[bytes]:
        path = self._path(digit)
        try:
            # Twice as much as is kept: somebody else's file is no reason to fill the memory.
            return path.read_bytes().split(b"\n") if path.stat().st_size <= 2 * _MOST_BYTES // _SHEETS else []
        except OSError:
            return []

    def _append(self, digit: str, lines: list[bytes]) -> None:
        """One call, so that two commands at once do not mix their lines. It begins anew after a line that was cut."""
        path = self._path(digit)
        descriptor = os.open(path, _APPEND, 0o644)  # through no link, which a project may hold
        try:
            os.write(descriptor, b"\n" + b"\n".join(lines) + b"\n")
        finally:
            os.close(descriptor)
        if path.stat().st_size > _MOST_BYTES // _SHEETS:
            self._trim(digit)

    def _trim(self, digit: str) -> None:
        """The newer half, in a new file: what another command appends meanwhile is simulated again."""
        path, kept, size = self._path(digit), list[bytes](), 0
        for line in reversed(self._lines(digit)):
            size += len(line) + 1
            if size > _MOST_BYTES // _SHEETS // 2:
                break
            kept.append(line)
        temp = path.with_name(f"{path.name}.{secrets.token_hex(8)}.tmp")
        try:
            temp.write_bytes(b"\n".join(reversed(kept)) + b"\n")
            temp.replace(path)
        finally:
            temp.unlink(missing_ok=True)

    def _path(self, digit: str) -> Path:
        return self.folder / f"{digit}.sealed"


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
