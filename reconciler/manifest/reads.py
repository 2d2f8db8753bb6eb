"""The files that a manifest names: programs. They stay inside the project folder."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath, PureWindowsPath
from stat import S_ISREG

from reconciler.core.declared import SourceFile
from reconciler.core.diagnostic import Diagnostic, Location
from reconciler.core.fields import ProjectFile
from reconciler.core.qasm.problem import Problem
from reconciler.core.qasm.translate import KNOWN_FILES
from reconciler.core.suggest import did_you_mean, short
from reconciler.manifest.files import not_utf8
from reconciler.manifest.place import Spot, report

_COMMENT = re.compile(r'//[^\n]*|/\*.*?(?:\*/|\Z)|"[^"\n]*"', re.DOTALL)
_INCLUDE = re.compile(r"\binclude\b")
_NAMED = re.compile(r"""\s*["']([\w.]+)["']""")
# All of C0 but tab, line feed and carriage return: no OpenQASM token has them, comments neither.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_NO_STATEMENT = re.compile(r"\s*(?:OPENQASM\s+[0-9.]+\s*;)?[\s;]*")

Refusal = tuple[str, str, str]  # code, detail, remedy: to be said at the place that names the file


class ProgramFiles:
    """Reads each named file once for each bound, however many resources name it."""

    def __init__(self, root: Path, found: list[Diagnostic]) -> None:
        self._root = root
        self._real_root = root.resolve()
        self._found = found
        self._known: dict[tuple[str, int], SourceFile | Refusal | None] = {}  # by name and bound
        self._not_text: set[str] = set()

    def read(self, name: str, limits: ProjectFile) -> SourceFile | Refusal | None:
        """The file, or why it is refused; None for a file that is not UTF-8, which is reported once, at its place."""
        asked = (name, limits.max_bytes)
        if asked not in self._known:
            self._known[asked] = self._read(name, limits)
        return self._known[asked]

    def _read(self, name: str, limits: ProjectFile) -> SourceFile | Refusal | None:
        path = self._root / name
        try:
            refusal = self._refusal(name, path, limits)
            if refusal is not None:
                return refusal
            real = path.resolve()
            return self._decoded(real.relative_to(self._real_root).as_posix(), real.read_bytes())
        except (FileNotFoundError, NotADirectoryError):
            remedy = did_you_mean(name, self._neighbours(path), "Paths are relative to the project folder.")
            return "file/not-found", f'The project has no file "{short(name)}".', remedy
        except (OSError, RuntimeError) as error:  # RuntimeError: a ring of links (Python 3.11 and 3.12)
            reason = getattr(error, "strerror", None) or "a ring of links"
            return "file/unreadable", f'"{short(name)}" cannot be read: {reason}.', ""

    def _refusal(self, name: str, path: Path, limits: ProjectFile) -> Refusal | None:
        """Code, detail and remedy of a file that may not be read. Raises OSError."""
        named = short(name)
        if "\0" in name or PurePosixPath(name).is_absolute() or PureWindowsPath(name).is_absolute():
            return "file/outside", f'"{named}" is no path inside the project folder.', "Use a relative path."
        real = path.resolve()
        if not real.is_relative_to(self._real_root):
            detail = f'"{named}" leads out of the project folder; files named by a manifest stay inside it.'
            return "file/outside", detail, "Put the file into the project folder."
        found = real.stat()
        if not S_ISREG(found.st_mode):  # a pipe would block, a device would never end
            return "file/unreadable", f'"{named}" is no regular file.', ""
        if found.st_size > limits.max_bytes:
            detail = f'"{named}" has {found.st_size:,} bytes; at most {limits.max_bytes:,} are allowed.'
            return "file/too-large", detail, ""
        return None

    def _decoded(self, name: str, data: bytes) -> SourceFile | None:
        try:
            return SourceFile(name, data.decode("utf-8-sig"))
        except UnicodeDecodeError as error:
            if name not in self._not_text:
                self._not_text.add(name)
                self._found.append(not_utf8(name, data, error, "file/unreadable"))
            return None

    def _neighbours(self, path: Path) -> list[str]:
        """Files in the same folder, as a manifest would name them."""
        try:
            real = path.parent.resolve()
            if not real.is_relative_to(self._real_root):
                return []
            return [(path.parent.relative_to(self._root) / item.name).as_posix() for item in real.iterdir()][:1000]
        except (OSError, ValueError):
            return []


def find_include(text: str) -> int | None:
    """Where an OpenQASM program includes another file, as a character index; comments and texts don't count.

    The two files that every author of OpenQASM knows are no others: programs that include them are translated.
    """
    if "include" not in text:
        return None
    for found in _INCLUDE.finditer(_COMMENT.sub(_blank, text)):
        named = _NAMED.match(text, found.end())
        if named is None or named.group(1) not in KNOWN_FILES:
            return found.start()
    return None


def content_problem(text: str) -> tuple[int, Refusal] | None:
    """What no OpenQASM parser could take: where, as a character index, and what to say there."""
    control = _CONTROL.search(text)
    if control is not None:
        detail = f"The character U+{ord(control.group()):04X} stands in the program."
        return control.start(), ("program/character", detail, "Remove it, or name the right file.")
    if _NO_STATEMENT.fullmatch(_COMMENT.sub(_blank_comment, text)):
        detail = "The program has no statement, so there is nothing to run and to pay for."
        return 0, ("program/empty", detail, "Write the program, or name the right file.")
    return None


def _blank_comment(found: re.Match[str]) -> str:
    return found.group() if found.group().startswith('"') else " "


def _blank(found: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", found.group())  # keeps every position


def include_problem(where: Spot, address: str) -> Diagnostic:
    """The diagnostic of an include."""
    detail = "Braket takes one self-contained program, and what another file holds would not enter the digest."
    remedy = 'Copy its gates in. Only "stdgates.inc" and "qelib1.inc" may be included: qctl knows their gates.'
    return report("program/include", detail, remedy, where, address=address)


def foreign_problem(problem: Problem, where: Spot, address: str) -> Diagnostic:
    """The diagnostic of a statement that has no counterpart on Braket."""
    return report("program/untranslatable", problem.reason, problem.remedy, where, address=address)


def spot_in(source: SourceFile, index: int, length: int) -> Spot:
    """The place of a character in a program file."""
    line_start = source.text.rfind("\n", 0, index) + 1
    line_end = source.text.find("\n", index)
    line = source.text[line_start : line_end if line_end >= 0 else len(source.text)].rstrip("\r")
    number = source.text.count("\n", 0, index) + 1
    return Spot(Location(source.name, number, index - line_start + 1, length), line[:500])
