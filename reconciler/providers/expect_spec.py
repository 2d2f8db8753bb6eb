"""What a QuantumTask or a Batch expects of its runs: `expect`. It concerns qctl alone and enters no digest."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator, Field

from reconciler.core.simulation import DEFAULT_SEED, DEFAULT_SHOTS, MOST_SHOTS, Backend, Expectation, Settings
from reconciler.providers.spec import Spec


def _check_distribution(given: dict[str, float]) -> dict[str, float]:
    if not given or len({len(outcome) for outcome in given}) != 1:
        raise ValueError("a distribution names at least one outcome, all of one length")
    if any(not math.isfinite(share) or share < 0 for share in given.values()):
        raise ValueError("probabilities are not negative")
    if not math.isclose(sum(given.values()), 1.0, abs_tol=1e-3):
        raise ValueError(f"probabilities add up to 1, and these to {sum(given.values()):g}")
    return given


class Simulate(Spec):
    """How the run is simulated."""

    backend: Annotated[
        Backend,
        Field(
            description="`auto` takes what fits the program; `device_noise` is the device with its noise, for programs "
            "in a verbatim box."
        ),
    ] = "auto"
    shots: Annotated[int, Field(ge=1, le=MOST_SHOTS, description="How often the simulation is measured.")] = (
        DEFAULT_SHOTS
    )
    seed: Annotated[int, Field(ge=0, lt=2**63, description="Where its randomness begins.")] = DEFAULT_SEED


class Expect(Spec):
    """What is tried on this machine before anything is paid, and what must come of it."""

    simulate: Annotated[
        bool | Simulate | None,
        Field(description="Whether and how the run is simulated; without it as the project's defaults say."),
    ] = None
    assertions: Annotated[
        list[Annotated[str, Field(min_length=1, max_length=2000)]],
        Field(
            alias="assert",
            max_length=100,
            description="Expressions (CEL) over `sim` that must be true of each simulated run.",
        ),
    ] = []
    distribution: Annotated[
        Annotated[
            dict[Annotated[str, Field(min_length=1, max_length=64, pattern="^([01]+|[gre]+)$")], float],
            AfterValidator(_check_distribution),
        ]
        | None,
        Field(description="The distribution that `sim.fidelity` is measured with, instead of the ideal one."),
    ] = None


def expectation_of(expect: Expect | None, default: Settings | None) -> Expectation | None:
    """The same in the words of the core; None: nothing is expected, and nothing simulated."""
    if expect is None:
        return Expectation(default, stated=False) if default else None
    return Expectation(_settings(expect, default), tuple(expect.assertions), _distribution(expect.distribution))


def _settings(expect: Expect, default: Settings | None) -> Settings | None:
    wish = expect.simulate
    if isinstance(wish, Simulate):
        return Settings(wish.backend, wish.shots, wish.seed)
    if wish is False:
        return None
    # Who writes assertions wants to know whether they hold.
    return default or (Settings() if wish or expect.assertions else None)


def _distribution(given: Mapping[str, float] | None) -> dict[str, float] | None:
    return dict(given) if given else None
