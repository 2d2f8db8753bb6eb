"""Distances between samples: known values, and intervals that hold what they promise."""

from __future__ import annotations

import numpy as np
import pytest

from reconciler.simulate.agreement import agree

_IDEAL = {"00": 500, "11": 500}


def test_equal_samples_agree() -> None:
    found = agree(_IDEAL, _IDEAL)
    assert found.distance == 0
    assert found.fidelity == pytest.approx(1)
    assert not found.differs


def test_samples_without_a_common_outcome_do_not() -> None:
    found = agree({"0": 10}, {"1": 10})
    assert (found.distance, found.fidelity) == (1, 0)
    assert found.differs


def test_known_values() -> None:
    # By hand: shares 0.45, 0.05, 0.05, 0.45 against 0.5, 0, 0, 0.5.
    found = agree({"00": 450, "01": 50, "10": 50, "11": 450}, _IDEAL)
    assert found.distance == pytest.approx(0.1)
    assert found.fidelity == pytest.approx(0.9)
    assert found.distance_interval.low < 0.1 <= found.distance_interval.high
    assert found.differs


def test_equal_samples_give_equal_intervals() -> None:
    assert agree({"0": 60, "1": 40}, {"0": 50, "1": 50}) == agree({"1": 40, "0": 60}, {"1": 50, "0": 50})


def test_an_empty_sample_can_not_be_compared() -> None:
    with pytest.raises(ValueError, match="nothing to compare"):
        agree({}, _IDEAL)


def test_the_intervals_hold_the_true_value_about_as_often_as_they_say() -> None:
    measured, simulated = np.array([0.46, 0.06, 0.04, 0.44]), np.array([0.5, 0.0, 0.0, 0.5])
    truth = np.abs(measured - simulated).sum() / 2, np.sqrt(measured * simulated).sum() ** 2
    draw = np.random.default_rng(1)
    held = [0, 0]
    rounds = 150
    for _ in range(rounds):
        ours, theirs = draw.multinomial(1000, measured), draw.multinomial(2000, simulated)
        found = agree(_named(ours), _named(theirs))
        held[0] += found.distance_interval.low <= truth[0] <= found.distance_interval.high
        held[1] += found.fidelity_interval.low <= truth[1] <= found.fidelity_interval.high
    assert min(held) >= 0.88 * rounds


def test_sampling_alone_is_seldom_taken_for_a_difference() -> None:
    draw, shares = np.random.default_rng(2), np.array([0.4, 0.3, 0.2, 0.1])
    wrong = sum(
        agree(_named(draw.multinomial(500, shares)), _named(draw.multinomial(1000, shares))).differs for _ in range(150)
    )
    assert wrong <= 0.12 * 150


def _named(counts: np.ndarray) -> dict[str, int]:
    return {format(place, "02b"): int(count) for place, count in enumerate(counts) if count}
