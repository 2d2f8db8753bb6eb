"""Which files are manifests, and their text."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from reconciler.core.diagnostic import Diagnostic, Location, Severity
from reconciler.manifest.overlay import may_hold_overlay
from reconciler.manifest.place import ManifestText, Spot, report
from reconciler.manifest.policies import may_hold_policy

PROJECT_FILE = "qctl.yaml"
MAX_BYTES = 16_000_000
_STATE = "state"
# A file of a project that holds neither word belongs to another tool (a conda environment, a compose file).
_OURS = ("apiVersion", "qctl/")


class ManifestFiles:
    """The manifests of a project: discovered below `root`, or exactly `given`."""

    def __init__(self, root: Path, given: Sequence[Path] | None, found: list[Diagnostic]) -> None:
        self._root = root
        self._given = given
        self._found = found

    def project(self) -> ManifestText | None:
        """The text of qctl.yaml, or None with a diagnostic."""
        path = self._root / PROJECT_FILE
        if path.is_file():
            return self._read(path)
        detail = f"The folder {self._root} has no {PROJECT_FILE}."
        remedy = self._elsewhere() or "Run `qctl init` here, or name the project's folder with -C."
        self._found.append(report("project/missing", detail, remedy, Spot(Location(PROJECT_FILE))))
        return None

    def _elsewhere(self) -> str:
        """Where the project is, if this is a folder inside of one: a project in a project helps nobody."""
        steps = enumerate(self._root.resolve().parents, start=1)
        above = next((count for count, folder in steps if (folder / PROJECT_FILE).is_file()), 0)
        return f"The project is further up: go there, or say -C {'/'.join(['..'] * above)}." if above else ""

    def others(self, state_path: str) -> Iterator[ManifestText]:
        """The text of each other manifest, in the order of their names."""
        if self._given is not None:
            yield from self._named(self._given)
            return
        for path in _discover(self._root, {_STATE, state_path.strip("/")}):
            if path.suffix == ".yml":
                self._warn_of_yml(path)
                continue
            text = self._read(path)
            if text is not None and any(word in text.text for word in _OURS):
                yield text

    def unnamed(self, state_path: str) -> Iterator[ManifestText]:
        """The text of each manifest that was not given and that may hold what holds all the same.

        As the project, overlays are always read, for without them a part of it would be read for another environment;
        and so are policies, for naming files frees nobody from them.
        """
        if self._given is None:
            return
        given = {path.resolve() for path in self._given}
        for path in _discover(self._root, {_STATE, state_path.strip("/")}):
            if path.suffix == ".yaml" and path.resolve() not in given:
                text = self._read(path)
                if text is not None and (may_hold_overlay(text.text) or may_hold_policy(text.text)):
                    yield text

    def _named(self, given: Sequence[Path]) -> Iterator[ManifestText]:
        project = (self._root / PROJECT_FILE).resolve()
        for path in dict.fromkeys(given):
            if path.resolve() == project:
                continue  # read already
            text = self._read(path)
            if text is not None:
                yield text

    def _read(self, path: Path) -> ManifestText | None:
        name = self._name(path)
        data = self._bytes(path, name)
        if data is None:
            return None
        try:
            return ManifestText(name, data.decode("utf-8-sig"))
        except UnicodeDecodeError as error:
            self._found.append(not_utf8(name, data, error, "yaml/encoding"))
            return None

    def _bytes(self, path: Path, name: str) -> bytes | None:
        spot = Spot(Location(name))
        try:
            if not path.is_file():  # a pipe would block, a folder has no text
                self._found.append(report("file/not-found", f"{name} is no file.", "", spot))
                return None
            # Folders that are links are not walked into, so only the file itself can lead out.
            if self._given is None and path.is_symlink() and not path.resolve().is_relative_to(self._root.resolve()):
                detail = f"{name} is a link that leads out of the project folder."
                self._found.append(report("file/outside", detail, "Put the file itself there.", spot))
                return None
            size = path.stat().st_size
            if size <= MAX_BYTES:
                return path.read_bytes()
        except OSError as error:
            detail = f"{name} cannot be read: {error.strerror or type(error).__name__}."
            self._found.append(report("file/unreadable", detail, "", spot))
            return None
        detail = f"{name} has {size:,} bytes; a manifest has at most {MAX_BYTES:,}."
        self._found.append(report("file/too-large", detail, "Split it, or use a matrix.", spot))
        return None

    def _warn_of_yml(self, path: Path) -> None:
        try:
            with path.open("rb") as file:
                ours = b"apiVersion: qctl/" in file.read(MAX_BYTES)
        except OSError:
            return
        if not ours:
            return
        name = self._name(path)
        detail = f"{name} looks like a manifest, but only files that end in .yaml are read: nothing in it is declared."
        remedy = f"Rename it to {path.stem}.yaml."
        spot = Spot(Location(name))
        self._found.append(report("file/ignored", detail, remedy, spot, severity=Severity.WARNING))

    def _name(self, path: Path) -> str:
        try:
            return Path(os.path.abspath(path)).relative_to(self._root.absolute()).as_posix()  # noqa: PTH100 - links stay
        except ValueError:
            return str(path)


def _discover(root: Path, skipped: set[str]) -> Iterator[Path]:
    """Every .yaml and .yml below the root, sorted; not in hidden folders, state folders or other projects."""
    result: list[Path] = []
    for folder, names, files in os.walk(root):  # does not follow links to folders
        here = Path(folder)
        if here != root and PROJECT_FILE in files:
            names.clear()
            continue
        inside = here.relative_to(root)
        names[:] = [n for n in names if not n.startswith(".") and (inside / n).as_posix() not in skipped]
        wanted = (n for n in files if n.endswith((".yaml", ".yml")) and not n.startswith("."))
        result.extend(here / n for n in wanted if here != root or n != PROJECT_FILE)
    yield from sorted(result)


def not_utf8(name: str, data: bytes, error: UnicodeDecodeError, code: str) -> Diagnostic:
    """The diagnostic of a text that is not UTF-8, at its first bad byte."""
    line_start = data.rfind(b"\n", 0, error.start) + 1
    line = data.count(b"\n", 0, error.start) + 1
    column = len(data[line_start : error.start].decode("utf-8", "replace")) + 1
    detail = f"The byte 0x{data[error.start]:02x} of {name} is no UTF-8 text."
    line_end = data.find(b"\n", line_start)
    excerpt = data[line_start : line_end if line_end >= 0 else len(data)].decode("utf-8", "replace")[:500]
    return report(code, detail, "Save the file as UTF-8.", Spot(Location(name, line, column), excerpt))
