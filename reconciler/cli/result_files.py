"""The files that `qctl results` writes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from reconciler.cli.writing import write
from reconciler.core.address import Address
from reconciler.core.digest import sha256
from reconciler.workflow.results import Fetched

_UNSAFE = re.compile(r"[^A-Za-z0-9._=+-]")
_LONGEST = 150
_GZIP = b"\x1f\x8b"  # how archives begin, and no JSON


def save(fetched: Sequence[Fetched], folder: Path) -> list[str]:
    """Each result as it is stored, in a file of its own; their names, empty where there is no result."""
    folder.mkdir(parents=True, exist_ok=True)
    told = Counter(_parts(item) for item in fetched)
    return [_save(item, folder, several=told[_parts(item)] > 1) for item in fetched]


def _save(item: Fetched, folder: Path, *, several: bool) -> str:
    if not item.raw:
        return ""
    # Two sweeps of one batch may have the same points: their jobs differ by their ids alone.
    more = (item.job.id,) if item.job is not None and several else ()
    name = file_name(item.address, *_parts(item)[1:], *more)
    if item.raw.startswith(_GZIP):
        name = name.removesuffix(".json") + ".tar.gz"
    write(folder / name, item.raw)
    return name


def _parts(item: Fetched) -> tuple[str, ...]:
    if item.job is None:
        return (str(item.address),)
    return str(item.address), item.job.label or item.job.id


def file_name(address: Address, *parts: str) -> str:
    """A file name for an address, or a part of it; nothing in it can leave the folder, and no two share one."""
    text = "/".join((str(address), *parts))
    plain = _UNSAFE.sub("_", text)
    # Only the slash that every address has, and those that we put.
    if plain == text.replace("/", "_", 1 + len(parts)) and len(plain) <= _LONGEST:
        return f"{plain}.json"
    return f"{plain[:_LONGEST]}-{sha256(text)[:8]}.json"
