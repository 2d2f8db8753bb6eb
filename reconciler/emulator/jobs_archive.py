"""Archives of hybrid jobs: the source that comes in, and the results that go out."""

import gzip
import io
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from reconciler.emulator.jobs_place import PlaceError, inside

# Bytes unpacked, and files: more than any source, far less than a disk.
MOST_BYTES = 500_000_000
MOST_FILES = 20_000
_CHUNK = 1 << 20


class ArchiveError(ValueError):
    """An archive that can't be unpacked here, or can't be made, with the reason."""


def unpack(body: bytes, folder: Path) -> None:
    """Unpack a tar.gz below the folder. Nothing is written outside of it. Raises ArchiveError."""
    try:
        with _inflated(body, folder) as raw, tarfile.open(fileobj=raw, mode="r:") as tar:
            for count, member in enumerate(tar):
                if count >= MOST_FILES:
                    raise ArchiveError(f"The source archive has more than {MOST_FILES} files.")
                _write(tar, member, folder)
    except (tarfile.TarError, PlaceError, EOFError, zlib.error, gzip.BadGzipFile) as problem:
        raise ArchiveError(f"The source archive can't be unpacked: {problem}") from problem


@contextmanager
def _inflated(body: bytes, folder: Path) -> Iterator[IO[bytes]]:
    """The tar itself, in a file beside the folder: few bytes may hold more than fits into memory."""
    path = folder.with_name("source.tar")
    try:
        with path.open("w+b") as raw, gzip.GzipFile(fileobj=io.BytesIO(body)) as packed:
            while chunk := packed.read(_CHUNK):
                raw.write(chunk)
                if raw.tell() > MOST_BYTES:
                    raise ArchiveError(f"The source archive holds more than {MOST_BYTES} bytes.")
            raw.seek(0)
            yield raw
    finally:
        path.unlink(missing_ok=True)


def _write(tar: tarfile.TarFile, member: tarfile.TarInfo, folder: Path) -> None:
    if member.isdir() and member.name in (".", "./"):
        return
    target = folder / inside(member.name)
    if member.isdir():
        target.mkdir(parents=True, exist_ok=True)
        return
    if not member.isreg() or member.issparse():
        raise ArchiveError(f"The source archive has {member.name[:200]!r}, which is neither a file nor a folder.")
    source = tar.extractfile(member)
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("wb") as file:
        while source is not None and (chunk := source.read(_CHUNK)):
            file.write(chunk)
    if member.mode & 0o100:
        target.chmod(0o755)


def pack(folder: Path) -> bytes:
    """A tar.gz of the files below the folder, the same bytes for the same files. Links are left out.

    Raises ArchiveError for more than MOST_BYTES.
    """
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w") as tar:
        for path in sorted(folder.rglob("*")):
            if path.is_symlink() or not (path.is_file() or path.is_dir()):
                continue
            entry = tarfile.TarInfo(path.relative_to(folder).as_posix())
            if path.is_dir():
                entry.type, entry.mode = tarfile.DIRTYPE, 0o755
                tar.addfile(entry)
                continue
            entry.size = path.stat().st_size
            if raw.tell() + entry.size > MOST_BYTES:
                raise ArchiveError(f"The results hold more than {MOST_BYTES} bytes.")
            with path.open("rb") as file:
                tar.addfile(entry, file)
    return gzip.compress(raw.getvalue(), mtime=0)
