"""How well what was measured agrees with what was simulated, in numbers that people of the field know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Interval:
    """Where the true value lies with 95 % confidence."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Agreement:
    """Two samples of outcomes side by side.

    `distance` is the total variation distance, half the sum of the differences of all shares: 0 for equal
    distributions, 1 for those that share no outcome. `fidelity` is the Hellinger fidelity, the square of the sum of
    the roots of the products of the shares: 1 for equal ones. `noise` is the distance that two samples of these sizes
    from one and the same distribution exceed in one of twenty cases only.
    """

    measured: Mapping[str, int]
    simulated: Mapping[str, int]
    distance: float
    distance_interval: Interval
    fidelity: float
    fidelity_interval: Interval
    noise: float

    @property
    def differs(self) -> bool:
        """Whether they differ by more than sampling explains."""
        return self.distance > self.noise


def agreement_to_json(found: Agreement) -> dict[str, Any]:
    """The machine form."""
    return {
        "measured": dict(sorted(found.measured.items())),
        "simulated": dict(sorted(found.simulated.items())),
        "total_variation_distance": round(found.distance, 6),
        "total_variation_distance_95": _pair(found.distance_interval),
        "hellinger_fidelity": round(found.fidelity, 6),
        "hellinger_fidelity_95": _pair(found.fidelity_interval),
        "sampling_noise_95": round(found.noise, 6),
        "differs_by_more_than_sampling": found.differs,
    }


def _pair(interval: Interval) -> list[float]:
    return [round(interval.low, 6), round(interval.high, 6)]
