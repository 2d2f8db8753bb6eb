"""What a device says of OpenQASM programs, read from its capabilities: they are untrusted, and may say little."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from reconciler.providers.braket.device import Device

OPENQASM = "braket.ir.openqasm.program"


@dataclass(frozen=True, slots=True)
class ResultFact:
    """A result type that it takes, by its own name. `observables` None: it names none, so any may be asked for."""

    name: str
    observables: frozenset[str] | None
    least: int | None
    most: int | None


@dataclass(frozen=True, slots=True)
class Facts:
    """None where it says nothing, and what nobody speaks of is not forbidden. Names are in lower case.

    `places` are the qubits that work, by their names without the `$`; `edges` the pairs that a gate can be on, None for
    any two. `partial` is whether gates may stand beside a verbatim box.
    """

    device: str
    qpu: bool
    qubits: int | None
    operations: frozenset[str] | None
    modifiers: frozenset[str] | None
    pragmas: frozenset[str] | None
    forbidden: frozenset[str]
    results: Mapping[str, ResultFact] | None
    qubit_registers: int | None
    bit_registers: int | None
    all_measured: bool
    contiguous: bool
    physical: bool | None
    partial: bool | None
    native: frozenset[str] | None
    places: frozenset[str] | None
    edges: frozenset[frozenset[str]] | None


def read_facts(device: Device) -> Facts | None:
    """None where it says nothing of OpenQASM at all."""
    action, paradigm = _mapping(device.capabilities.get("action")), _mapping(device.capabilities.get("paradigm"))
    if OPENQASM not in action:
        return None
    offer = _mapping(action[OPENQASM])
    places, edges = _graph(_mapping(paradigm.get("connectivity")), device.qubits)
    return Facts(
        device=device.name,
        qpu=device.type == "QPU",
        qubits=device.qubits,
        operations=_names(offer.get("supportedOperations")),
        modifiers=_names(offer.get("supportedModifiers")),
        pragmas=_names(offer.get("supportedPragmas")),
        forbidden=_names(offer.get("forbiddenPragmas")) or frozenset(),
        results=_results(offer.get("supportedResultTypes")),
        qubit_registers=_number(offer.get("maximumQubitArrays")),
        bit_registers=_number(offer.get("maximumClassicalArrays")),
        all_measured=offer.get("requiresAllQubitsMeasurement") is True,
        contiguous=offer.get("requiresContiguousQubitIndices") is True,
        physical=_flag(offer.get("supportPhysicalQubits")),
        partial=_flag(offer.get("supportsPartialVerbatimBox")),
        native=_names(paradigm.get("nativeGateSet")),
        places=places,
        edges=edges,
    )


def plain(name: str) -> str:
    """A result type's name, however it is written: `StateVector` and `state_vector` are one."""
    return name.replace("_", "").lower()


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _number(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _flag(value: Any) -> bool | None:
    return value if isinstance(value, bool) else None


def _names(value: Any) -> frozenset[str] | None:
    """Of a list of names, or of objects that have one."""
    if not isinstance(value, list):
        return None
    found = (item.get("name") if isinstance(item, Mapping) else item for item in value)
    return frozenset(name.lower() for name in found if isinstance(name, str))


def _results(value: Any) -> Mapping[str, ResultFact] | None:
    if not isinstance(value, list):
        return None
    return {
        plain(str(item.get("name"))): ResultFact(
            str(item.get("name")),
            _names(item.get("observables")),
            _number(item.get("minShots")),
            _number(item.get("maxShots")),
        )
        for item in value
        if isinstance(item, Mapping)
    }


def _graph(
    given: Mapping[str, Any], count: int | None
) -> tuple[frozenset[str] | None, frozenset[frozenset[str]] | None]:
    """The working qubits and their pairs: there may be fewer of them than the device counts."""
    if given.get("fullyConnected") is True:
        return (None if count is None else frozenset(map(str, range(count)))), None
    graph = given.get("connectivityGraph")
    if not isinstance(graph, Mapping) or not graph:
        return None, None
    pairs = [frozenset((str(a), str(b))) for a, others in graph.items() if isinstance(others, list) for b in others]
    return frozenset({*map(str, graph), *(place for pair in pairs for place in pair)}), frozenset(pairs)
