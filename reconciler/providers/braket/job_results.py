"""The results of a hybrid job: an archive that strangers' code made, read within bounds."""

from __future__ import annotations

import io
import json
import tarfile
import zlib
from collections.abc import Iterator
from gzip import GzipFile
from typing import IO

RESULT = "results.json"
_MOST_BYTES = 1_000_000_000  # unpacked
_MOST_RESULT = 64_000_000
_MOST_FILES = 20_000
_TOLD = 1000


class ArchiveUnreadable(ValueError):  # noqa: N818 - named after the situation
    """The archive is none, or beyond the bounds; the message is a sentence for people."""


def document_of(archive: bytes) -> bytes:
    """The `results.json` that the job saved; a job that saved none gets a list of its files instead.

    Raises ArchiveUnreadable. Nothing is written anywhere, and nothing in it is run: pickled results stay texts.
    """
    names: list[str] = []
    try:
        with GzipFile(fileobj=io.BytesIO(archive)) as packed, tarfile.open(fileobj=_Bounded(packed), mode="r|") as tar:
            for member in _members(tar):
                name = member.name.removeprefix("./")
                if name == RESULT and member.isreg():
                    return _read(tar, member)
                if member.isreg():
                    names.append(name)
    except (tarfile.TarError, EOFError, zlib.error, OSError) as error:
        raise ArchiveUnreadable(f"the archive of the results can't be read: {error}") from error
    return json.dumps({"files": names[:_TOLD]}).encode()


def _members(tar: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    for count, member in enumerate(tar):
        if count >= _MOST_FILES:
            raise ArchiveUnreadable(f"the archive of the results has more than {_MOST_FILES:,} files")
        yield member


def _read(tar: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    if member.size > _MOST_RESULT:
        raise ArchiveUnreadable(f"{RESULT} has {member.size:,} bytes; at most {_MOST_RESULT:,} are read")
    file = tar.extractfile(member)
    return file.read() if file is not None else b""


class _Bounded(io.RawIOBase):
    """The unpacked bytes, until there are too many: few packed ones may hold more than any memory."""

    def __init__(self, packed: IO[bytes] | GzipFile) -> None:
        self._packed = packed
        self._left = _MOST_BYTES

    def read(self, size: int = -1) -> bytes:
        """So many bytes at most. Raises ArchiveUnreadable."""
        data = self._packed.read(min(size, 1 << 20) if size >= 0 else 1 << 20)
        self._left -= len(data)
        if self._left < 0:
            raise ArchiveUnreadable(f"the archive of the results holds more than {_MOST_BYTES:,} bytes")
        return data
