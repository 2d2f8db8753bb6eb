"""Runs of atoms: analog programs of Braket and sequences of Pulser. Without noise, both are their own ideal."""

from collections.abc import Callable, Mapping

from reconciler.simulate import braket, pulser
from reconciler.simulate.counted import fidelity_with, shares_of_counts
from reconciler.simulate.result import parse
from reconciler.simulate.trial import Answer, Point

Run = Callable[[Point], Answer]


def ahs_trial(text: str) -> Run:
    """Runs of an analog program."""

    def run(point: Point) -> Answer:
        result = parse(braket.run(text, "ahs", point["shots"], point["seed"]))
        return _answer(result.counts or {}, point)

    return run


def pulser_trial(text: str) -> Run:
    """Runs of a sequence with values for its variables."""

    def run(point: Point) -> Answer:
        job = pulser.run(text, point["inputs"], point["shots"], point["seed"])
        return _answer(job["counter"], point)

    return run


def _answer(counts: Mapping[str, int], point: Point) -> Answer:
    shares = shares_of_counts(counts)
    width = len(next(iter(counts), ""))
    near = 1.0 if point["wanted"] is None else fidelity_with(point["wanted"], shares, width)
    return {"counts": dict(counts), "fidelity": near}
