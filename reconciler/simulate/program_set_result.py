import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from reconciler.simulate.result import TaskMetadata, TaskResult, read_measured
from reconciler.simulate.untrusted import (
    ResultUnreadable,
    read_integers,
    read_json,
    read_list,
    read_object,
    read_text,
)

__all__ = ["Executable", "Fetch", "ResultUnreadable", "is_program_set", "parse_program_set"]

# The text of a file in the task's folder, by its path there.
Fetch: TypeAlias = Callable[[str], str]

_PREFIX = "braket.task_result."
_TASK, _PROGRAM = f"{_PREFIX}program_set_task_result", f"{_PREFIX}program_result"
_METADATA = f"{_PREFIX}program_set_task_metadata"
_RESULT, _FAILURE = f"{_PREFIX}program_set_executable_result", f"{_PREFIX}program_set_executable_failure"
# Devices take 100 executables; 500 were seen.
_MAX_EXECUTABLES = 10_000
# 200,000 shots of 108 qubits are 65 MB of text.
_MAX_CHARACTERS = 256 * 1024 * 1024
_MAX_SHOTS = 10_000_000
_PATH = re.compile(r"(?:[\w-][\w.-]*/)*[\w-][\w.-]*", re.ASCII)
_NOT_RUN = "The cloud gives no result for it."


@dataclass(frozen=True, slots=True)
class Executable:
    """What one program of a set measured with one place of its inputs; both are counted from 0.

    Without a `result`, `failure` says why in the cloud's words. `result.shots` are the executable's own, and
    `result.metadata` is the task's.
    """

    program: int
    inputs: int
    result: TaskResult | None
    failure: str = ""


def is_program_set(text: str) -> bool:
    """Whether the text of a `results.json` is for `parse_program_set`. Raises ResultUnreadable."""
    return _name(read_object(read_json(text), "the result")) == _TASK


def parse_program_set(text: str, fetch: Fetch) -> tuple[Executable, ...]:
    """Read the `results.json` of a program set: all its executables, by program and then by inputs.

    The results may be spread over files. `fetch` gets their paths in the task's own folder, without a way out of it;
    the place that the file itself names (`s3Location`) is never followed.

    Raises ResultUnreadable, and what `fetch` raises. All texts are untrusted.
    """
    return _Reader(fetch).read(text)


@dataclass(frozen=True, slots=True)
class _Share:
    """What is the same for all executables of a task."""

    shots: int
    metadata: TaskMetadata


class _Reader:
    """Reads one result; counts what it reads, so that no small file can make it read without end."""

    def __init__(self, fetch: Fetch) -> None:
        self._fetch = fetch
        self._characters = 0

    def read(self, text: str) -> tuple[Executable, ...]:
        document = _named(self._json(text), _TASK)
        metadata = _named(self._resolve(document.get("taskMetadata"), ""), _METADATA)
        told = [
            read_list(read_object(one, "a program's metadata").get("executables"), "executables")
            for one in read_list(metadata.get("programMetadata"), "programMetadata")
        ]
        programs = read_list(document.get("programResults"), "programResults")
        _check_count(max(len(programs), sum(map(len, told))))
        if len(programs) != len(told):
            raise ResultUnreadable(f"The result has {len(programs)} programs, its metadata {len(told)}.")
        share = _share(metadata, sum(map(len, told)))
        found: list[Executable] = []
        for index, (program, states) in enumerate(zip(programs, told, strict=True)):
            found += self._program(index, program, states, share)
        return tuple(found)

    def _program(self, index: int, entry: object, states: list[Any], share: _Share) -> list[Executable]:
        folder = entry.rpartition("/")[0] if isinstance(entry, str) else None
        document = _named(self._resolve(entry, ""), _PROGRAM)
        results = read_list(document.get("executableResults"), "executableResults")
        if len(results) > len(states):
            raise ResultUnreadable(f"Program {index} has {len(results)} results for {len(states)} executables.")
        known: dict[int, Executable] = {}
        for result in results:
            if isinstance(result, str) and folder is None:
                raise ResultUnreadable("A program that is no file has results that are files.")
            one = _executable(index, read_object(self._resolve(result, folder or ""), "an executable"), share)
            if one.inputs in known or one.inputs >= len(states):
                raise ResultUnreadable(f"Program {index} has no one place {one.inputs} of its inputs.")
            known[one.inputs] = one
        return [known.get(place) or Executable(index, place, None, _why(state)) for place, state in enumerate(states)]

    def _resolve(self, entry: object, folder: str) -> object:
        """What stands here, or in the file that is named here."""
        if not isinstance(entry, str):
            return entry
        path = f"{folder}/{entry}" if folder else entry
        if len(path) > 256 or not _PATH.fullmatch(path):
            raise ResultUnreadable(f"{path[:80]!r} is not the path of a result.")
        return self._json(self._fetch(path))

    def _json(self, text: str) -> object:
        self._characters += len(text)
        if self._characters > _MAX_CHARACTERS:
            raise ResultUnreadable(f"The results have more than {_MAX_CHARACTERS} characters.")
        return read_json(text)


def _share(metadata: Mapping[str, Any], executables: int) -> _Share:
    (shots,) = read_integers([metadata.get("requestedShots")], "requestedShots")
    if shots > _MAX_SHOTS:
        raise ResultUnreadable(f"{shots} shots are not believable.")
    id_, device, created, ended = (read_text(metadata.get(key)) for key in ("id", "deviceId", "createdAt", "endedAt"))
    return _Share(shots // max(executables, 1), TaskMetadata(id_, device, created, ended, execution_ms=None))


def _executable(program: int, document: dict[str, Any], share: _Share) -> Executable:
    (place,) = read_integers([document.get("inputsIndex")], "inputsIndex")
    name = _name(document)
    if name == _FAILURE:
        return Executable(program, place, None, _why(document.get("failureMetadata")))
    if name != _RESULT:
        raise ResultUnreadable(f"Executables of type {name[:80]!r} are not known.")
    qubits = _qubits(document)
    counts, probabilities = read_measured(document, len(qubits), share.shots)
    successful = share.shots if counts is None else sum(counts.values())
    if not probabilities:
        raise ResultUnreadable("An executable has no measurements.")
    if successful > share.shots:
        raise ResultUnreadable(f"An executable has {successful} measurements for {share.shots} shots.")
    return Executable(
        program, place, TaskResult(share.shots, counts, probabilities, qubits, (), share.metadata, successful)
    )


def _qubits(document: Mapping[str, Any]) -> tuple[int, ...]:
    """The schema lets a result keep silent on its qubits: then they are the first ones."""
    if document.get("measuredQubits") is not None:
        return read_integers(document["measuredQubits"], "measuredQubits")
    rows = document.get("measurements") or document.get("measurementProbabilities")
    first = next(iter(rows), None) if isinstance(rows, list | dict) else None
    return tuple(range(len(first) if isinstance(first, list | str) else 0))


def _why(state: object) -> str:
    """Why an executable has no result: words of its failure, or its status."""
    told = state if isinstance(state, dict) else {}
    return read_text(told.get("failureReason")) or read_text(told.get("status")) or _NOT_RUN


def _check_count(count: int) -> None:
    if count > _MAX_EXECUTABLES:
        raise ResultUnreadable(f"The result has {count} executables; at most {_MAX_EXECUTABLES} are read.")


def _named(value: object, name: str) -> dict[str, Any]:
    document = read_object(value, name)
    if _name(document) != name:
        raise ResultUnreadable(f"{_name(document)[:80]!r} stands where {name} should be.")
    return document


def _name(document: Mapping[str, Any]) -> str:
    return read_text(read_object(document.get("braketSchemaHeader"), "braketSchemaHeader").get("name"))
