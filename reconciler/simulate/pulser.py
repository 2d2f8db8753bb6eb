from collections.abc import Mapping
from typing import Any, TypedDict

from reconciler.simulate.pulser_library import MISSING, is_installed, pulser_at_work
from reconciler.simulate.sequence_bounds import CannotRun, check_bounds
from reconciler.simulate.sequence_text import SequenceUnreadable, read_sequence

__all__ = ["MISSING", "CannotRun", "JobCounts", "check", "is_installed", "run"]

MAX_ATOMS = 12
_MAX_RUNS = 100_000


class JobCounts(TypedDict):
    """What Pasqal's result file of a job holds: how often each bit string was seen, and the shots in their order."""

    counter: dict[str, int]
    raw: list[str]


def run(sequence: str, variables: Mapping[str, Any], runs: int, seed: int, *, max_atoms: int = MAX_ATOMS) -> JobCounts:
    """Run a job: Pulser's abstract representation, with values for its variables (`qubits` of a mappable register too).

    Equal arguments give equal counts. There is no noise. The first character of a bit string is the first atom of the
    register. A sequence that is not measured is measured in the basis it addresses, as Pulser does before uploading.

    Raises CannotRun: the sequence or its variables are refused, do not fit on this machine, or Pulser is not installed.
    """
    if not 0 < runs <= _MAX_RUNS:
        raise CannotRun(f"The number of runs has to be from 1 to {_MAX_RUNS:,}, but is {runs}.")
    document = _read(sequence)
    _check_atoms(document, variables, max_atoms)
    check_bounds(document, variables)
    with pulser_at_work():
        # Imported here because it loads numpy, scipy, matplotlib and qutip: about a second.
        from reconciler.simulate.pulser_run import build, sample

        counter, raw = sample(build(sequence, variables), runs, seed)
    return {"counter": counter, "raw": raw}


def check(sequence: str) -> None:
    """Let Pulser read a sequence, without running it. Raises CannotRun: it refuses, or is not installed."""
    check_bounds(_read(sequence), {})
    with pulser_at_work():
        from pulser import Sequence

        Sequence.from_abstract_repr(sequence)


def _read(sequence: str) -> dict[str, Any]:
    if not is_installed():
        raise CannotRun(MISSING)
    try:
        return read_sequence(sequence)
    except SequenceUnreadable as error:
        raise CannotRun(f"The sequence is not JSON that we read: {error.reason}") from error


def _check_atoms(document: Mapping[str, Any], variables: Mapping[str, Any], most: int) -> None:
    register, placed = document.get("register"), variables.get("qubits")
    atoms = len(placed) if isinstance(placed, dict) else len(register) if isinstance(register, list) else 0
    if atoms > most:
        raise CannotRun(f"The sequence has {atoms} atoms; at most {most} are simulated on this machine.")
