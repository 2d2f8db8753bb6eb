"""A point to a declared resource: the spec by its model, the device by the project, the files by the folder."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pydantic import ValidationError

from reconciler.core.declared import Declared, SourceFile
from reconciler.core.diagnostic import Diagnostic
from reconciler.core.fields import DeviceName, ProjectFile
from reconciler.manifest.fields import Model, marked, value_at
from reconciler.manifest.place import Place, Spot, document_path, report
from reconciler.manifest.project import DEVICE_ARN
from reconciler.manifest.reads import ProgramFiles, find_include, include_problem, spot_in
from reconciler.manifest.resource import Point
from reconciler.manifest.suggest import did_you_mean, shown

Files = Mapping[str, SourceFile]
_NO_FILES: Files = MappingProxyType({})
_NO_DEPENDS: frozenset[Any] = frozenset()
_OPENQASM = "openqasm"  # the key of a program that may include others


class Validator:
    """Validates points. `devices` are the project's aliases; None while they are not known."""

    def __init__(self, root: Path, found: list[Diagnostic]) -> None:
        self.devices: Mapping[str, str] | None = None
        self._programs = ProgramFiles(root)
        self._found = found
        self._shared: dict[tuple[str, str], Files] = {}

    def validate(self, point: Point) -> Declared | None:
        """The resource, or None; problems go to the diagnostics."""
        before = len(self._found)
        source = point.source
        try:
            spec = source.kind.model.model_validate(point.spec)
        except ValidationError as error:
            self._found.extend(source.problems.explain(error, point.spec, point.label, point.failed))
            return None
        for key in _device_fields(source.kind.model):
            self._check_device(value_at(spec, key), key, point)
        files = self._files(spec, point)
        if point.address is None or point.failed or len(self._found) > before:
            return None
        depends = frozenset(point.depends) if point.depends else _NO_DEPENDS
        return Declared(point.address, spec, files, depends, source.place.locate_spec)

    def _check_device(self, device: Any, key: tuple[str, ...], point: Point) -> None:
        known = self.devices
        if known is None or not isinstance(device, str) or key in point.failed or device in known:
            return
        if DEVICE_ARN.fullmatch(device) or not self._is_new(point, key, device):
            return
        detail = f"{shown(device)} is neither an alias of the project's devices nor a device's ARN."
        detail = detail[0].upper() + detail[1:]
        spot = point.source.place.spot(document_path(key))
        remedy = did_you_mean(device, known, "Add it to the project's spec.devices, or write the device's ARN.")
        self._found.append(report("project/unknown-device", detail, remedy, spot, address=point.label))

    def _files(self, spec: Any, point: Point) -> Files:
        model = point.source.kind.model
        named = [(path, limits, value_at(spec, path)) for path, limits in _file_fields(model)]
        present = [(path, limits, text) for path, limits, text in named if isinstance(text, str)]
        if len(present) == 1:
            path, _, text = present[0]
            shared = self._shared.get((".".join(path), text))
            if shared is not None:
                return shared
        files: dict[str, SourceFile] = {}
        for path, limits, text in present:
            if path in point.failed:
                continue
            source = self._source(path, limits, text, point)
            if source is not None:
                files[".".join(path)] = source
        result = MappingProxyType(files) if files else _NO_FILES
        if len(present) == 1 and files and not next(iter(files.values())).inline:
            self._shared[".".join(present[0][0]), present[0][2]] = result
        return result

    def _source(self, path: tuple[str, ...], limits: ProjectFile, text: str, point: Point) -> SourceFile | None:
        place = point.source.place
        if limits.or_inline and ("\n" in text or ";" in text):
            source = SourceFile(place.file.name, text, inline=True)
            self._check_include(source, path, point)
            return source
        if self._programs.is_known(text):
            return self._programs.read(text, limits, Spot(place.locate()), point.label)[0]
        spot = place.spot(document_path(path))
        read, problems = self._programs.read(text, limits, spot, point.label)
        self._found.extend(problems)
        if read is not None:
            self._check_include(read, path, point)
        return read

    def _check_include(self, source: SourceFile, path: tuple[str, ...], point: Point) -> None:
        if path[-1] != _OPENQASM:
            return
        index = find_include(source.text)
        if index is None or not self._is_new(point, path, "include"):
            return
        place = point.source.place
        spot = (
            _inline_spot(place, path, source.text, index) if source.inline else spot_in(source, index, len("include"))
        )
        self._found.append(include_problem(spot, point.label))

    def _is_new(self, point: Point, path: tuple[str, ...], what: str) -> bool:
        said = point.source.said
        if (path, what) in said:
            return False
        said.add((path, what))
        return True


def _inline_spot(place: Place, path: tuple[str, ...], text: str, index: int) -> Spot:
    """The place of a character of an inline program: exact in a literal block (|), else where the text starts."""
    start = place.spot(document_path(path))
    if not start.excerpt[start.where.column - 1 :].startswith("|"):
        return start
    wanted = start.where.line + 1 + text.count("\n", 0, index)
    line_start = place.start
    for _ in range(wanted - 1 - place.line):
        line_start = place.file.text.find("\n", line_start) + 1
    column = place.file.text.find("include", line_start)
    return place.file.spot(column, wanted - 1, column - line_start, len("include"))


@lru_cache(maxsize=64)
def _file_fields(model: Model) -> tuple[tuple[tuple[str, ...], ProjectFile], ...]:
    return tuple(marked(model, ProjectFile))


@lru_cache(maxsize=64)
def _device_fields(model: Model) -> tuple[tuple[str, ...], ...]:
    return tuple(path for path, _ in marked(model, DeviceName))
