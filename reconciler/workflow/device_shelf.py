"""What devices said when they were last asked, kept beside the project, so that `validate` can check without a network.

It can only cause warnings: whatever is submitted is checked against what the devices say then.
"""

from __future__ import annotations

import json
import secrets
from contextlib import suppress
from pathlib import Path
from typing import Final

from reconciler.core.digest import sha256
from reconciler.core.ports import Told

FORMAT: Final = 1
_MOST: Final = 8_000_000  # bytes of one answer: the longest of a QPU have some hundred thousand


class DeviceShelf:
    """Implements Shelf in a folder: a file for each device. Those of the local cloud are kept apart."""

    def __init__(self, root: Path, *, local: bool) -> None:
        self._folder = root / ".qctl" / "cache" / "devices" / ("local" if local else "real")

    def keep(self, device: str, told: Told) -> None:
        """Write it whole, or not at all. A folder that can't be written only leaves `validate` without facts."""
        file = self._file(device)
        temp = file.with_name(f"{file.name}.{secrets.token_hex(8)}.tmp")
        entry = {"format": FORMAT, "device": device, "asked": told.asked, "answer": dict(told.answer)}
        with suppress(OSError, ValueError, TypeError, RecursionError):
            text = json.dumps(entry, sort_keys=True)
            file.parent.mkdir(parents=True, exist_ok=True)
            try:
                temp.write_text(text, "utf-8")
                temp.replace(file)  # two commands at once: each leaves a whole file
            finally:
                temp.unlink(missing_ok=True)

    def recall(self, device: str) -> Told | None:
        """What was said last, None where that can't be read."""
        file = self._file(device)
        try:
            if file.stat().st_size > _MOST:
                return None
            entry = json.loads(file.read_text("utf-8"))
            asked, answer = entry["asked"], entry["answer"]
            known = entry["format"] == FORMAT and entry["device"] == device
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return None
        return Told(asked, answer) if known and isinstance(asked, str) and isinstance(answer, dict) else None

    @property
    def empty(self) -> bool:
        """Whether nothing is kept at all."""
        return not self._folder.is_dir()

    def _file(self, device: str) -> Path:
        return self._folder / f"{sha256(device)[:32]}.json"
