"""Files that are no state: each is told what it is, before anything is made of it."""

# ruff: noqa: N818 - errors are named after the problem, as in the rest of the package

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any, Final

from reconciler.store.errors import StoreError
from reconciler.store.plan_file import is_plan
from reconciler.store.rescue import is_rescue

_OURS: Final = b'{"header":{'  # how `encode` begins; what is wrong behind it, `decode` says
_GIVE: Final = "Give a file that `qctl state pull --out FILE` wrote, or a rescue file."


class NotAState(StoreError):
    """A file that holds something else, or nothing."""

    def __init__(self, name: str, why: str, remedy: str = _GIVE) -> None:
        super().__init__("state/not-a-state", "Not a state", f"{name} {why}. Nothing was changed.", remedy)


def read_state_file(path: Path) -> bytes:
    """What a file holds, or a pipe. Raises NotAState for what never ends or can't be read, and OSError."""
    mode = path.stat().st_mode
    if stat.S_ISDIR(mode):
        raise NotAState(str(path), "is a folder")
    if not (stat.S_ISREG(mode) or stat.S_ISFIFO(mode)):
        raise NotAState(str(path), "is a device or a socket, and no file")
    return path.read_bytes()


def refuse_foreign(data: bytes, name: str) -> None:
    """Raises NotAState for what was never written as a state or a rescue file. A broken one passes: it is read next."""
    if data.startswith(_OURS) or is_rescue(data):
        return
    if not data.strip():
        raise NotAState(name, "is empty")
    if is_plan(data):
        raise NotAState(name, "is a saved plan", f"`qctl apply {name}` does what it says. {_GIVE}")
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):  # RecursionError: 100,000 times `[`
        raise NotAState(name, "holds no JSON, and a state is JSON") from None
    _refuse_json(document, name)


def _refuse_json(document: Any, name: str) -> None:
    if not isinstance(document, dict):
        raise NotAState(name, "is JSON, but not of qctl")
    if "terraform_version" in document:
        remedy = f"qctl takes over runs from the cloud itself: see `qctl import --help`. {_GIVE}"
        raise NotAState(name, "is a state of Terraform or OpenTofu, which knows no runs of qctl", remedy)
    header = document.get("header")
    if not isinstance(header, dict) or "format_version" not in header:
        raise NotAState(name, "is JSON, but not a state of qctl")
