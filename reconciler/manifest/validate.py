"""A point to a declared resource: the spec by its model, the device by the project, the files by the folder."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path as Folder
from types import MappingProxyType
from typing import Any

from pydantic import ValidationError

from reconciler.core.declared import Declared, Path, SourceFile, SourceFolder
from reconciler.core.device_name import is_embedded
from reconciler.core.diagnostic import Diagnostic
from reconciler.core.fields import DeviceName, ProjectFile, ProjectFolder
from reconciler.core.qasm.jaqcd import from_jaqcd
from reconciler.core.qasm.problem import Problem
from reconciler.core.qasm.syntax import Span
from reconciler.core.qasm.translate import translate
from reconciler.manifest.devices import device_problem
from reconciler.manifest.fields import Model, Pattern, marked, values_at
from reconciler.manifest.folders import SourceFolders
from reconciler.manifest.place import Spot, report
from reconciler.manifest.reads import (
    ProgramFiles,
    content_problem,
    find_include,
    foreign_problem,
    include_problem,
    spot_in,
)
from reconciler.manifest.resource import Point
from reconciler.manifest.tags import check_tags

Files = Mapping[str, SourceFile]
Folders = Mapping[str, SourceFolder]
_NO_FILES: Files = MappingProxyType({})
_NO_FOLDERS: Folders = MappingProxyType({})
_NO_DEPENDS: frozenset[Any] = frozenset()
_OPENQASM = "openqasm"  # the key of a program that may include others
_IR = "ir"  # the key of one in Braket's own JSON


class Validator:
    """Validates points. `devices` are the project's aliases; None while they are not known."""

    def __init__(self, root: Folder, found: list[Diagnostic]) -> None:
        self.devices: Mapping[str, str] | None = None
        self._programs = ProgramFiles(root, found)
        self._folders = SourceFolders(root)
        self._found = found
        self._known: dict[tuple[str, str], Files] = {}
        self._included: set[str] = set()  # program files already looked through

    def validate(self, point: Point) -> Declared | None:
        """The resource, or None; problems go to the diagnostics."""
        before = len(self._found)
        model = point.source.kind.model
        spec = None
        try:
            spec = model.model_validate(point.spec)
        except ValidationError as error:
            self._found.extend(point.explain(error))
        # These read the unvalidated values, so that one mistake does not hide the others.
        for pattern, named in _device_fields(model):
            for path, device in values_at(point.spec, pattern):
                if not (named.embedded and isinstance(device, str) and is_embedded(device)):
                    self._check_device(device, named.cloud, path, point)
        self._found.extend(check_tags(point))
        files, folders = self._files(point), self._sources(point)
        if (
            spec is None
            or files is None
            or folders is None
            or point.address is None
            or point.failed
            or len(self._found) > before
        ):
            return None
        depends = frozenset(point.depends) if point.depends else _NO_DEPENDS
        return Declared(point.address, spec, files, depends, point.locate(), folders, locate_in=point.locate_in())

    def _check_device(self, device: Any, cloud: str, path: Path, point: Point) -> None:
        if self.devices is None or not isinstance(device, str) or point.origins.written(path) in point.failed:
            return
        problem = device_problem(device, cloud, self.devices)
        if problem is not None and self._is_new(point, path, device):
            self._found.append(report(*problem, point.spot(path), address=point.label))

    def _files(self, point: Point) -> Files | None:
        """The texts that the spec names, or None if one of them cannot be had."""
        files: dict[str, SourceFile] = {}
        missing = False
        for pattern, limits in _file_fields(point.source.kind.model):
            for path, text in values_at(point.spec, pattern):
                if not isinstance(text, str) or point.origins.written(path) in point.failed:
                    continue
                source = self._source(path, limits, text, point)
                if source is None:
                    missing = True
                else:
                    files[".".join(map(str, path))] = source
        return None if missing else self._shared(files)

    def _sources(self, point: Point) -> Folders | None:
        """The folders that the spec names, or None if one of them cannot be had."""
        folders: dict[str, SourceFolder] = {}
        missing = False
        for pattern, limits in _folder_fields(point.source.kind.model):
            for path, name in values_at(point.spec, pattern):
                if not isinstance(name, str) or point.origins.written(path) in point.failed:
                    continue
                read = self._folders.read(name, limits)
                if isinstance(read, SourceFolder):
                    folders[".".join(map(str, path))] = read
                    continue
                missing = True
                if self._is_new(point, path, name):
                    self._found.append(report(*read, point.spot(path), address=point.label))
        return None if missing else folders or _NO_FOLDERS

    def _shared(self, files: dict[str, SourceFile]) -> Files:
        """One mapping for all resources that name the same file: thousands may."""
        if len(files) != 1:
            return MappingProxyType(files) if files else _NO_FILES
        ((key, source),) = files.items()
        if source.inline:
            return MappingProxyType(files)
        return self._known.setdefault((key, source.name), MappingProxyType(files))

    def _source(self, path: Path, limits: ProjectFile, text: str, point: Point) -> SourceFile | None:
        if limits.or_inline and ("\n" in text or ";" in text):
            inline = SourceFile(point.owner(path).file.name, text, inline=True)
            self._check_program(inline, path, point)
            return inline
        read = self._programs.read(text, limits)
        if isinstance(read, SourceFile):
            if read.name not in self._included:
                self._included.add(read.name)
                self._check_program(read, path, point)
            return read
        if read is not None and self._is_new(point, path, text):
            self._found.append(report(*read, point.spot(path), address=point.label))
        return None

    def _check_program(self, source: SourceFile, path: Path, point: Point) -> None:
        if path[-1] == _IR and (program := from_jaqcd(source.text)) is not None:
            self._tell(program.problems, source, path, point)
        if path[-1] != _OPENQASM:
            return
        problem = content_problem(source.text)
        if problem is not None:
            index, refusal = problem
            if self._is_new(point, path, refusal[0]):
                # In a manifest only an escape in quotes can make such a character: the text's start is its place.
                spot = point.spot(path) if source.inline else spot_in(source, index, 1)
                self._found.append(report(*refusal, spot, address=point.label))
            return
        included = find_include(source.text)
        if included is not None:
            if self._is_new(point, path, "include"):
                spot = self._spot(source, Span(included, included + len("include")), path, point)
                self._found.append(include_problem(spot, point.label))
            return
        self._tell(translate(source.text).problems, source, path, point)

    def _tell(self, problems: Iterable[Problem], source: SourceFile, path: Path, point: Point) -> None:
        """What Braket has no words for."""
        for foreign in problems:
            if self._is_new(point, path, f"{foreign.span.start} {foreign.reason}"):
                spot = self._spot(source, foreign.span, path, point)
                self._found.append(foreign_problem(foreign, spot, point.label))

    def _spot(self, source: SourceFile, span: Span, path: Path, point: Point) -> Spot:
        """The place of a part of a program, up to the end of its line."""
        line_end = source.text.find("\n", span.start)
        length = max(1, min(span.end, line_end if line_end >= 0 else span.end) - span.start)
        if source.inline:
            return _inline_spot(point, path, source.text, span.start, length)
        return spot_in(source, span.start, length)

    def _is_new(self, point: Point, path: Path, what: str) -> bool:
        said, entry = point.source.said, (point.origins.written(path), what)
        if entry in said:
            return False
        said.add(entry)
        return True


def _inline_spot(point: Point, path: Path, text: str, index: int, length: int) -> Spot:
    """The place of a character of an inline program: exact in a literal block (|), else where the text starts."""
    start, place = point.spot(path), point.owner(path)
    if not start.excerpt[start.where.column - 1 :].startswith("|"):
        return start
    wanted = start.where.line + 1 + text.count("\n", 0, index)
    line_start = place.start
    for _ in range(wanted - 1 - place.line):
        line_start = place.file.text.find("\n", line_start) + 1
    shown = text[index : index + length]
    column = place.file.text.find(shown, line_start + index - text.rfind("\n", 0, index) - 1)
    return place.file.spot(column, wanted - 1, column - line_start, length)


@lru_cache(maxsize=64)
def _file_fields(model: Model) -> tuple[tuple[Pattern, ProjectFile], ...]:
    return tuple(marked(model, ProjectFile))


@lru_cache(maxsize=64)
def _folder_fields(model: Model) -> tuple[tuple[Pattern, ProjectFolder], ...]:
    return tuple(marked(model, ProjectFolder))


@lru_cache(maxsize=64)
def _device_fields(model: Model) -> tuple[tuple[Pattern, DeviceName], ...]:
    return tuple(marked(model, DeviceName))
