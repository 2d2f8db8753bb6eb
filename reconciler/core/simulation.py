"""What is expected of a run before it is paid for, and what came of trying it on this machine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from reconciler.core.declared import Path

Backend: TypeAlias = Literal["auto", "state_vector", "density_matrix", "device_noise", "ahs", "pulser"]

ASSERTIONS: Path = ("expect", "assert")
SIMULATE: Path = ("expect", "simulate")
DEFAULT_SHOTS = 500
DEFAULT_SEED = 7
MOST_SHOTS = 100_000


@dataclass(frozen=True, slots=True)
class Settings:
    """How runs are simulated. `auto` takes the backend that fits the program."""

    backend: Backend = "auto"
    shots: int = DEFAULT_SHOTS
    seed: int = DEFAULT_SEED


@dataclass(frozen=True, slots=True)
class Expectation:
    """What a manifest expects of a run. `assertions` are expressions; without `settings` nothing is simulated.

    `distribution` is what fidelity is measured with; None: what the program gives without noise. `stated` says that
    the manifest itself speaks of it, and not just the project's defaults.
    """

    settings: Settings | None = None
    assertions: tuple[str, ...] = ()
    distribution: Mapping[str, float] | None = None
    stated: bool = True


@dataclass(frozen=True, slots=True)
class Trial:
    """One program with its values, as it would be submitted: what is to be simulated.

    `digest` is of the run, or of a batch's job, that it is. `language`: openqasm, ahs, pulser, or what can't be tried.
    `device` is what the cloud calls it.
    """

    digest: str
    language: str
    text: str
    inputs: Mapping[str, Any] = field(default_factory=dict)
    device: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an assertion came to. Without `passed`, `seen` says why: the values that it read, or what is wrong."""

    assertion: str
    passed: bool
    seen: str = ""


@dataclass(frozen=True, slots=True)
class Simulation:
    """What one run came to on this machine; with a `failure`, why it was not simulated, as a sentence.

    `digest` is of the very run that the plan submits. `cached`: known from an earlier command, which changes nothing.
    """

    digest: str
    backend: str
    shots: int
    seed: int
    label: str = ""
    counts: Mapping[str, int] = field(default_factory=dict)
    fidelity: float | None = None
    failure: str = ""
    verdicts: tuple[Verdict, ...] = ()
    cached: bool = field(default=False, compare=False)

    @property
    def done(self) -> bool:
        """Whether there is something to look at."""
        return not self.failure

    @property
    def probabilities(self) -> Mapping[str, float]:
        """The part of the shots that each outcome had; one that was never seen has 0."""
        return Outcomes({outcome: count / self.shots for outcome, count in self.counts.items()})

    def top(self, most: int) -> Sequence[tuple[str, int]]:
        """The most frequent outcomes."""
        return sorted(self.counts.items(), key=lambda item: (-item[1], item[0]))[:most]


class Outcomes(Mapping[str, Any]):
    """Numbers by outcome. One that could have been seen and was not has 0; what is no outcome is not in it."""

    __slots__ = ("_alphabet", "_seen", "_width")

    def __init__(self, seen: Mapping[str, Any]) -> None:
        self._seen = seen
        self._width = len(next(iter(seen), ""))
        # Of atoms: ground, excited (Rydberg), or an empty place.
        self._alphabet = frozenset("01" if all(set(outcome) <= {"0", "1"} for outcome in seen) else "gre")

    def __getitem__(self, outcome: str) -> Any:
        if outcome in self._seen:
            return self._seen[outcome]
        if outcome in self:
            return 0
        raise KeyError(outcome)

    def __contains__(self, outcome: object) -> bool:
        return isinstance(outcome, str) and len(outcome) == self._width > 0 and set(outcome) <= self._alphabet

    def __iter__(self) -> Iterator[str]:
        return iter(self._seen)

    def __len__(self) -> int:
        return len(self._seen)


def simulation_values(simulation: Simulation) -> dict[str, Any]:
    """What assertions and policies may read of a simulation, by name."""
    return {
        "backend": simulation.backend,
        "shots": simulation.shots,
        "seed": simulation.seed,
        "counts": Outcomes(simulation.counts),
        "probabilities": simulation.probabilities,
        "fidelity": simulation.fidelity,
    }


def simulation_to_json(simulation: Simulation) -> dict[str, Any]:
    """The machine form. Whether it was known before is no part of it: the same plan is the same text."""
    data: dict[str, Any] = {"digest": simulation.digest}
    if simulation.label:
        data["label"] = simulation.label
    data |= {"backend": simulation.backend, "shots": simulation.shots, "seed": simulation.seed}
    if simulation.failure:
        return data | {"not_simulated": simulation.failure}
    data |= {"counts": dict(sorted(simulation.counts.items())), "fidelity": simulation.fidelity}
    if simulation.verdicts:
        data["assertions"] = [
            {"assertion": v.assertion, "passed": v.passed, **({"seen": v.seen} if v.seen else {})}
            for v in simulation.verdicts
        ]
    return data


def outcome(made: Sequence[Simulation]) -> dict[str, bool]:
    """What policies see of a change's simulations: whether all were done, and whether all that was said holds."""
    done = all(s.done for s in made)
    return {"done": done, "passed": done and all(v.passed for s in made for v in s.verdicts)}
