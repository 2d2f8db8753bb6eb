from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from reconciler.simulate.untrusted import (
    Json,
    ResultUnreadable,
    read_integers,
    read_json,
    read_list,
    read_object,
    read_text,
)

__all__ = ["Json", "ResultType", "ResultUnreadable", "TaskMetadata", "TaskResult", "parse"]

_GATE_MODEL = "braket.task_result.gate_model_task_result"
_AHS = "braket.task_result.analog_hamiltonian_simulation_task_result"
_MAX_SHOTS = 10_000_000


@dataclass(frozen=True, slots=True)
class ResultType:
    """A result that the program asked for. `observable` is like "z@z" or "hermitian", and empty where none applies.

    `targets` is empty for all qubits. `value` is as in the file: complex numbers are [real, imaginary].
    """

    type: str
    observable: str
    targets: tuple[int, ...]
    value: Json


@dataclass(frozen=True, slots=True)
class TaskMetadata:
    """What the file says about its task. Texts are the cloud's, empty where it says nothing."""

    id: str
    device: str
    created_at: str
    ended_at: str
    execution_ms: int | None


@dataclass(frozen=True, slots=True)
class TaskResult:
    """What a task measured.

    Keys of `counts` and `probabilities` are bit strings, the first character being `measured_qubits[0]`; for analog
    programs a character for each site: `g`round state, `r`ydberg state, `e`mpty. `counts` is None when the file holds
    only exact values or probabilities that are no counts; `probabilities` is then what the file gives, or empty.
    """

    shots: int
    counts: Mapping[str, int] | None
    probabilities: Mapping[str, float]
    measured_qubits: tuple[int, ...]
    result_types: tuple[ResultType, ...]
    metadata: TaskMetadata
    successful_shots: int


def parse(text: str) -> TaskResult:
    """Read a `results.json` of a gate-model or analog task.

    Raises ResultUnreadable: the text is something else, or contradicts itself. The text is untrusted.
    """
    document = read_object(read_json(text), "the result")
    header = read_object(document.get("braketSchemaHeader"), "braketSchemaHeader")
    name = header.get("name")
    if name == _GATE_MODEL:
        return _gate_model(document)
    if name == _AHS:
        return _analog(document)
    raise ResultUnreadable(f"Results of type {str(name)[:80]!r} are not known.")


def _gate_model(document: dict[str, Any]) -> TaskResult:
    metadata, shots = _metadata(document)
    qubits = read_integers(document.get("measuredQubits"), "measuredQubits")
    counts, probabilities = read_measured(document, len(qubits), shots)
    if counts is not None and sum(counts.values()) != shots:
        raise ResultUnreadable(f"The result has {sum(counts.values())} measurements for {shots} shots.")
    types = read_list(document.get("resultTypes") or [], "resultTypes")
    return TaskResult(
        shots, counts, probabilities, qubits, tuple(_result_type(item) for item in types), metadata, shots
    )


def read_measured(
    document: Mapping[str, Any], width: int, shots: int
) -> tuple[Mapping[str, int] | None, Mapping[str, float]]:
    """Counts and probabilities, as in a TaskResult, of something with `measurements` or `measurementProbabilities`."""
    if (measurements := document.get("measurements")) is not None:
        counts = _count_bits(read_list(measurements, "measurements"), width)
        return counts, _share(counts)
    if (given := document.get("measurementProbabilities")) is not None:
        probabilities = _read_probabilities(read_object(given, "measurementProbabilities"), width)
        return _whole_counts(probabilities, shots), probabilities
    return None, {}


def _analog(document: dict[str, Any]) -> TaskResult:
    metadata, shots = _metadata(document)
    states = Counter[str]()
    for entry in read_list(document.get("measurements") or [], "measurements"):
        measurement = read_object(entry, "a measurement")
        # Shots that failed or only partly succeeded tell no state; Amazon's SDK leaves them out too.
        if read_object(measurement.get("shotMetadata"), "shotMetadata").get("shotStatus") != "Success":
            continue
        states[_sites(read_object(measurement.get("shotResult"), "shotResult"))] += 1
    successful = sum(states.values())
    sites = {len(state) for state in states}
    if len(sites) > 1 or successful > shots:
        raise ResultUnreadable("The measurements do not agree on the number of sites or shots.")
    counts = dict(sorted(states.items()))
    return TaskResult(shots, counts, _share(counts), tuple(range(max(sites, default=0))), (), metadata, successful)


def _sites(shot: dict[str, Any]) -> str:
    before, after = _bits(shot.get("preSequence")), _bits(shot.get("postSequence"))
    if len(before) != len(after):
        raise ResultUnreadable("A shot has different numbers of sites before and after the sequence.")
    return "".join("e" if not filled else "g" if seen else "r" for filled, seen in zip(before, after, strict=True))


def _count_bits(measurements: list[Any], width: int) -> dict[str, int]:
    rows = Counter(_bits(row) for row in measurements)
    if any(len(row) != width for row in rows):
        raise ResultUnreadable(f"A measurement does not have one bit for each of the {width} measured qubits.")
    return {"".join(map(str, row)): count for row, count in sorted(rows.items())}


def _bits(row: object) -> bytes:
    try:
        bits = bytes(read_list(row, "a measurement"))  # one C loop; refuses all but numbers from 0 to 255
    except (TypeError, ValueError):
        bits = b"\2"
    if bits.strip(b"\0\1"):
        raise ResultUnreadable("A measurement holds something else than the bits 0 and 1.")
    return bits


def _share(counts: Mapping[str, int]) -> dict[str, float]:
    total = sum(counts.values())
    return {state: count / total for state, count in counts.items()}


def _read_probabilities(given: dict[str, Any], width: int) -> dict[str, float]:
    for state, value in given.items():
        if len(state) != width or state.strip("01"):
            raise ResultUnreadable(f"{state[:80]!r} is not a state of {width} measured qubits.")
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
            raise ResultUnreadable("A probability is not a number from 0 to 1.")
    return {state: float(value) for state, value in sorted(given.items())}


def _whole_counts(probabilities: Mapping[str, float], shots: int) -> dict[str, int] | None:
    """Some QPUs send probabilities that are shares of the shots; error-mitigated ones are no counts at all."""
    counts = {state: round(value * shots) for state, value in probabilities.items()}
    exact = all(abs(value * shots - counts[state]) < 1e-3 for state, value in probabilities.items())
    return (
        {state: count for state, count in counts.items() if count} if exact and sum(counts.values()) == shots else None
    )


def _result_type(item: object) -> ResultType:
    entry = read_object(item, "a result type")
    kind = read_object(entry.get("type"), "the type of a result")
    if "value" not in entry:
        raise ResultUnreadable("A result type has no value.")
    factors = read_list(kind.get("observable") or [], "observable")
    observable = "@".join(factor[:20] if isinstance(factor, str) else "hermitian" for factor in factors)
    targets = read_integers(kind.get("targets") or [], "targets")
    return ResultType(read_text(kind.get("type")), observable, targets, entry["value"])


def _metadata(document: dict[str, Any]) -> tuple[TaskMetadata, int]:
    task = read_object(document.get("taskMetadata"), "taskMetadata")
    (shots,) = read_integers([task.get("shots")], "shots")
    if shots > _MAX_SHOTS:
        raise ResultUnreadable(f"{shots} shots are not believable.")
    extra = read_object(document.get("additionalMetadata") or {}, "additionalMetadata")
    simulator = read_object(extra.get("simulatorMetadata") or {}, "simulatorMetadata")
    duration = simulator.get("executionDuration")
    metadata = TaskMetadata(
        id=read_text(task.get("id")),
        device=read_text(task.get("deviceId")),
        created_at=read_text(task.get("createdAt")),
        ended_at=read_text(task.get("endedAt")),
        execution_ms=None if duration is None else read_integers([duration], "executionDuration")[0],
    )
    return metadata, shots
