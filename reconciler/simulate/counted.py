# Imports heavy libraries: load this module only to simulate.
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reconciler.simulate import SimulationFailed

Shares = NDArray[np.float64]
_DIGITS = 9  # more differ between machines, whose libraries sum in another order


def measured_shares(simulation: Any, qubits: int, measured: Sequence[int]) -> Shares:
    """How probable each outcome of the measured qubits is, by its number; the first one is the most significant."""
    shares = np.clip(np.real(simulation.probabilities), 0.0, None)
    if tuple(measured) == tuple(range(qubits)):
        return np.asarray(shares)
    if len(measured) > qubits:  # a qubit that was measured into two bits
        raise SimulationFailed("A qubit is measured more than once.")
    numbers = _picked(np.arange(2**qubits), qubits, measured)
    return np.asarray(np.bincount(numbers, weights=shares, minlength=2 ** len(measured)), dtype=np.float64)


def drawn_counts(simulation: Any, qubits: int, measured: Sequence[int], seed: int) -> dict[str, int]:
    """Counts by bit string, as the library draws them with this seed."""
    # The same generator as in `gate_model`: a test proves that both give equal counts.
    simulation._rng_generator = np.random.default_rng(np.random.SeedSequence(abs(seed)).spawn(1)[0])
    # Where probabilities add up to a little less than one, the library may draw a state behind the last one.
    drawn = np.minimum(simulation.retrieve_samples(), 2**qubits - 1)
    numbers = _picked(drawn, qubits, measured)
    found, counts = np.unique(numbers, return_counts=True)
    width = len(measured)
    return {f"{number:0{width}b}": int(count) for number, count in zip(found, counts, strict=True)}


def shares_of_counts(counts: Mapping[str, int]) -> dict[str, float]:
    """The part of the shots that each outcome had."""
    shots = sum(counts.values())
    return {outcome: count / shots for outcome, count in counts.items()}


def fidelity(first: Shares, second: Shares) -> float:
    """Hellinger fidelity of two distributions: 1 for equal ones, 0 where nothing is common."""
    return rounded(float(np.sum(np.sqrt(first * second)) ** 2))


def fidelity_with(wanted: Mapping[str, float], shares: Shares | Mapping[str, float], width: int) -> float:
    """The same with a distribution by outcome, which names each outcome that it holds possible."""
    wrong = next((outcome for outcome in wanted if len(outcome) != width), None)
    if wrong is not None:
        raise SimulationFailed(f"Outcomes have {width} characters, but the distribution names {wrong[:40]!r}.")
    had = {o: shares.get(o, 0.0) if isinstance(shares, Mapping) else shares[int(o, 2)] for o in wanted}
    return rounded(float(sum((share * had[outcome]) ** 0.5 for outcome, share in wanted.items()) ** 2))


def rounded(value: float) -> float:
    """The same text on every machine."""
    return min(1.0, round(value, _DIGITS))


def _picked(numbers: NDArray[Any], qubits: int, measured: Sequence[int]) -> NDArray[Any]:
    """The bits of the measured qubits of each number, put together."""
    if tuple(measured) == tuple(range(qubits)):
        return numbers
    found = np.zeros_like(numbers)
    for place in measured:
        found = (found << 1) | ((numbers >> (qubits - 1 - place)) & 1)
    return found
