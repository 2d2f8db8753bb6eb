# Imports numpy: load this module only to compare.
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from reconciler.core.agreement import Agreement, Interval

_SEED = 20_190_901  # the same samples give the same intervals, on any machine
_RESAMPLES, _FEWEST = 1_000, 50
_MOST_CELLS = 5_000_000  # outcomes times resamples: 40 MB an array
_CONFIDENCE = 0.95

Shares = Any  # a numpy array of shape (outcomes,), or (resamples, outcomes)


def agree(measured: Mapping[str, int], simulated: Mapping[str, int]) -> Agreement:
    """Compare two samples. Raises ValueError if one of them is empty.

    The intervals are of the basic bootstrap: both samples are drawn again from themselves, and the spread of what comes
    out is mirrored at the value itself, for resampling makes distances look larger than they are by as much as the
    first sampling did (B. Efron and R. Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13; A. Davison and
    D. Hinkley, Bootstrap Methods and their Application, 1997, section 5.2).
    """
    outcomes = sorted(measured.keys() | simulated.keys())
    ours, theirs = _counts(measured, outcomes), _counts(simulated, outcomes)
    if not ours.sum() or not theirs.sum():
        raise ValueError("there is nothing to compare with")
    times = max(_FEWEST, min(_RESAMPLES, _MOST_CELLS // len(outcomes)))
    draw = np.random.default_rng(_SEED)
    again = _drawn(draw, ours, _share(ours), times), _drawn(draw, theirs, _share(theirs), times)
    pooled = _share(ours + theirs)
    same = _distance(_drawn(draw, ours, pooled, times), _drawn(draw, theirs, pooled, times))
    distance, fidelity = _distance(_share(ours), _share(theirs)), _fidelity(_share(ours), _share(theirs))
    return Agreement(
        measured=dict(measured),
        simulated=dict(simulated),
        distance=float(distance),
        distance_interval=_interval(float(distance), again, _distance),
        fidelity=float(fidelity),
        fidelity_interval=_interval(float(fidelity), again, _fidelity),
        noise=float(np.quantile(same, _CONFIDENCE)),
    )


def _counts(sample: Mapping[str, int], outcomes: list[str]) -> Shares:
    return np.array([sample.get(outcome, 0) for outcome in outcomes], dtype=np.int64)


def _share(counts: Shares) -> Shares:
    return counts / counts.sum()


def _drawn(draw: np.random.Generator, counts: Shares, shares: Shares, times: int) -> Shares:
    """Samples of the size of `counts` from `shares`, as shares."""
    size = int(counts.sum())
    return draw.multinomial(size, shares, size=times) / size


def _distance(ours: Shares, theirs: Shares) -> Shares:
    return np.abs(ours - theirs).sum(axis=-1) / 2


def _fidelity(ours: Shares, theirs: Shares) -> Shares:
    # Rounding may leave a sum of shares a little above one.
    return np.minimum(np.sqrt(ours * theirs).sum(axis=-1), 1.0) ** 2


def _interval(value: float, again: tuple[Shares, Shares], of: Callable[[Shares, Shares], Shares]) -> Interval:
    low, high = np.quantile(of(*again), [(1 - _CONFIDENCE) / 2, (1 + _CONFIDENCE) / 2])
    return Interval(_within(2 * value - float(high)), _within(2 * value - float(low)))


def _within(value: float) -> float:
    return min(1.0, max(0.0, value))
