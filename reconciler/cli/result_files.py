"""The files that `qctl results` writes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from errno import ENOENT
from pathlib import Path
from tempfile import mkstemp

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


def write(path: Path, data: bytes) -> None:
    """Through a new file and a rename: a link that somebody put at `path` is replaced, never written through."""
    if not path.parent.is_dir():  # or the message would name our own new file
        raise FileNotFoundError(ENOENT, "There is no folder for this file", str(path))
    descriptor, temporary = mkstemp(dir=path.parent, prefix=".qctl-")
    try:
        with open(descriptor, "wb") as file:  # noqa: PTH123 - a descriptor, not a path
            file.write(data)
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except OSError:
        Path(temporary).unlink(missing_ok=True)
        raise
