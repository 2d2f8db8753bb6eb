"""How we print: where to, how wide, whether in colour. Nothing else writes to the terminal."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import IO

from reconciler.render.paint import OURS
from reconciler.render.visible import visible

PIPE_WIDTH = 100  # the same bytes in every log, whatever COLUMNS says there


class Output:
    """Standard output and error of this process; looked up at each use, for tests and rich swap them."""

    def __init__(
        self, out: IO[str] | None = None, err: IO[str] | None = None, env: Mapping[str, str] | None = None
    ) -> None:
        self._out = out
        self._err = err
        self._env = os.environ if env is None else env

    @property
    def out(self) -> IO[str]:
        """Standard output."""
        return self._out or sys.stdout or _nowhere()

    @property
    def err(self) -> IO[str]:
        """Standard error."""
        return self._err or sys.stderr or _nowhere()

    @property
    def colour(self) -> bool:
        """Whether standard output takes colour."""
        return self._coloured(self.out)

    @property
    def error_colour(self) -> bool:
        """Whether standard error takes colour."""
        return self._coloured(self.err)

    @property
    def live(self) -> bool:
        """Whether lines on standard output may be drawn again: a terminal that a person looks at."""
        return self._redrawn(self.out)

    @property
    def error_live(self) -> bool:
        """The same of standard error."""
        return self._redrawn(self.err)

    @property
    def width(self) -> int:
        """Columns: those of the terminal, at least 40, and 100 in pipes."""
        return max(40, shutil.get_terminal_size((PIPE_WIDTH, 24)).columns) if _is_terminal(self.out) else PIPE_WIDTH

    @property
    def unicode(self) -> bool:
        """Whether standard output can show block characters."""
        return (getattr(self.out, "encoding", None) or "ascii").lower().replace("-", "") == "utf8"

    def line(self, text: str) -> None:
        """The text and a line end on standard output."""
        try:
            _write(self.out, text, colour=self.colour)
        except OSError as error:  # the system names no file: people must know that it is none of theirs
            raise OSError(error.errno, error.strerror, "standard output can't be written") from error

    def error(self, text: str) -> None:
        """The text and a line end on standard error."""
        _write(self.err, text, colour=self.error_colour)

    def _redrawn(self, stream: IO[str]) -> bool:
        return _is_terminal(stream) and not self._env.get("CI") and self._env.get("TERM") != "dumb"

    def _coloured(self, stream: IO[str]) -> bool:
        """QCTL_COLOR (always, never, auto) is the most particular wish and wins; then NO_COLOR (no-color.org)."""
        wish = self._env.get("QCTL_COLOR", "").lower()
        if wish in ("always", "never"):
            return wish == "always"
        if self._env.get("NO_COLOR") or self._env.get("CI") or self._env.get("TERM") == "dumb":
            return False
        return _is_terminal(stream)


@cache
def _nowhere() -> IO[str]:
    """What stands for a stream that was closed before we began, as some daemons do: nobody reads it."""
    return Path(os.devnull).open("w", encoding="utf-8")


def _is_terminal(stream: IO[str]) -> bool:
    try:
        return stream.isatty()
    except ValueError:  # closed: nobody is looking
        return False


def _write(stream: IO[str], text: str, *, colour: bool) -> None:
    encoding = getattr(stream, "encoding", None) or "utf-8"
    clean = _clean(text, colour=colour).encode(encoding, "backslashreplace").decode(encoding)
    try:
        print(clean, file=stream, flush=True)
    except BrokenPipeError:
        _to_nowhere(stream)


def _clean(text: str, *, colour: bool) -> str:
    """The last gate: line ends, tabs and, where there is colour, our own colours pass; all else becomes visible."""
    return "\n".join("\t".join(_clean_piece(p, colour=colour) for p in line.split("\t")) for line in text.split("\n"))


def _clean_piece(text: str, *, colour: bool) -> str:
    if text.isprintable():
        return text
    if not colour:
        return visible(text)
    kept = [found.group() for found in OURS.finditer(text)] + [""]
    return "".join(visible(rest) + ours for rest, ours in zip(OURS.split(text), kept, strict=True))


def _to_nowhere(stream: IO[str]) -> None:
    """The reader has gone (`| head`). Paid work in flight still ends in order, so we go on, unheard.

    The descriptor itself is turned away: the interpreter flushes once more at exit.
    """
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
