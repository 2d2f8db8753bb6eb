"""The file of a saved plan: JSON, one line, and a checksum over it. It holds no secrets."""

# ruff: noqa: N818 - errors are named after the problem, as in the rest of the package

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from reconciler.core.codec import NotPlain, from_plain, to_plain
from reconciler.core.saved_plan import SavedPlan
from reconciler.store.errors import StoreError, StoreFailed
from reconciler.store.format import seal
from reconciler.store.sealed import MAGIC, Seal, is_sealed

FORMAT: Final = 1
PURPOSE: Final = "plan"
"""What a plan is sealed for, where the state of its project is encrypted."""
_MAGIC: Final = "qctl-plan"
_HEAD: Final = b'{"what":"qctl-plan"'
_LONGEST: Final = 256_000_000  # bytes: ten thousand changes are some ten million
# In the order in which things are shown, which no sorting would keep.
_ENCODER = json.JSONEncoder(ensure_ascii=True, separators=(",", ":"), allow_nan=False)


class PlanUnreadable(StoreError):
    """A file that is no plan, or not as it was written."""

    def __init__(self, name: str, why: str) -> None:
        remedy = "Make it again with `qctl plan --out FILE`."
        super().__init__("plan/unreadable", "Saved plan can't be trusted", f"{name} {why}. Nothing was done.", remedy)


class PlanTooNew(StoreError):
    """Written by a later qctl."""

    def __init__(self, name: str, found: object, tool: object) -> None:
        detail = f"{name} has format {found}, written by qctl {tool}; this qctl knows plans up to format {FORMAT}."
        super().__init__("plan/too-new", "Plan from a newer qctl", detail, f"Use qctl {tool} or later.")


def encode(saved: SavedPlan) -> bytes:
    """The whole file. The same plan gives the same bytes."""
    body = _ENCODER.encode({"what": _MAGIC, "format_version": FORMAT, **to_plain(saved)}).encode()
    return body + b"\n" + seal(body) + b"\n"


def decode(data: bytes, name: str) -> SavedPlan:
    """The plan back. Raises PlanUnreadable and PlanTooNew; `name` is for the messages."""
    body, line_end, checksum = data.partition(b"\n")
    document = _document(body)
    if document is None:
        raise PlanUnreadable(name, "is no saved plan")
    found, tool = document.pop("format_version", None), document.get("tool_version", "?")
    if isinstance(found, int) and found > FORMAT:  # first: a newer one may be sealed in a way that we do not know
        raise PlanTooNew(name, found, tool)
    if found != FORMAT or not line_end or checksum != seal(body) + b"\n":
        raise PlanUnreadable(name, "was changed after it was written, or is cut off: its checksum does not fit")
    try:
        return from_plain(SavedPlan, document)
    except NotPlain as error:
        raise PlanUnreadable(name, f"is not the plan that it says it is ({error})") from error


def read(path: Path, seal_of: Callable[[], Seal]) -> SavedPlan:
    """The plan in a file. `seal_of` is asked for a key only if it is encrypted.

    Raises PlanUnreadable, PlanTooNew, StoreFailed, and what `seal_of` raises.
    """
    try:
        with path.open("rb") as file:
            data = file.read(_LONGEST + 1)
    except OSError as error:
        raise StoreFailed(f"Reading {path}", error.strerror or str(error)) from error
    if len(data) > _LONGEST:
        raise PlanUnreadable(str(path), "is too large for a plan")
    if is_sealed(data):
        data = seal_of().open(data, PURPOSE, str(path))
    return decode(data, str(path))


def looks_like_a_plan(path: Path) -> bool:
    """Whether a file begins as ours do: enough to tell it from an address that happens to be a file's name."""
    try:
        with path.open("rb") as file:
            head = file.read(max(len(_HEAD), len(MAGIC)))
            return is_plan(head) or is_sealed(head)
    except OSError:
        return False


def is_plan(data: bytes) -> bool:
    """Whether this begins as a plan that nobody encrypted."""
    return data.startswith(_HEAD)


def _document(body: bytes) -> dict[str, Any] | None:
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(document, dict) or document.pop("what", None) != _MAGIC:
        return None
    return document
