"""Files that a command is asked to write: there whole or not at all."""

from __future__ import annotations

from errno import EIO, ENOENT
from pathlib import Path
from tempfile import mkstemp

_SYSTEM = (Path("/dev"), Path("/proc"))


def write(path: Path, data: bytes) -> None:
    """Through a new file and a rename: a link that somebody put at `path` is replaced, never written through.

    What is no file is written to as it is: who is root would else replace the device /dev/null for the whole machine.
    """
    if not path.parent.is_dir():
        raise FileNotFoundError(ENOENT, "There is no folder for this file", str(path))
    try:
        (_append if _is_channel(path) else _replace)(path, data)
    except OSError as error:  # the message names the file that was asked for, and not our own new one
        raise _about(path, error) from error


def create(path: Path, text: str) -> None:
    """A file where none was. Raises FileExistsError; a disk that is full leaves no half of it behind."""
    new = path.open("x", encoding="utf-8")
    try:
        with new as file:
            file.write(text)
    except OSError as error:
        path.unlink(missing_ok=True)
        raise _about(path, error) from error


def _about(path: Path, error: OSError) -> OSError:
    return OSError(error.errno or EIO, error.strerror or str(error), str(path))


def _append(path: Path, data: bytes) -> None:
    with path.open("ab") as channel:
        channel.write(data)


def _is_channel(path: Path) -> bool:
    """Whether this is a device, a pipe, or one of the system's names for them: /dev/stdout may lead to a file."""
    if any(folder in path.absolute().parents for folder in _SYSTEM):
        return path.exists()
    return path.exists() and not path.is_file() and not path.is_dir()


def _replace(path: Path, data: bytes) -> None:
    descriptor, temporary = mkstemp(dir=path.parent, prefix=".qctl-")
    try:
        with open(descriptor, "wb") as file:  # noqa: PTH123 - a descriptor, not a path
            file.write(data)
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except OSError:
        Path(temporary).unlink(missing_ok=True)
        raise
