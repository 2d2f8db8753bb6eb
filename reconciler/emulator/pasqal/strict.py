"""Checks of sequences that the real service may make and the local one makes with the switch `pasqal.strict`."""

from collections.abc import Sequence

from reconciler.emulator.pasqal.check import NewJob
from reconciler.emulator.pasqal.context import Context
from reconciler.emulator.pasqal.jsend import invalid


def check_strictly(context: Context, sequence: str | None, jobs: Sequence[NewJob]) -> None:
    """Raises Refused 422 for sequences that Pulser can't read."""
    if context.switches.text("pasqal.strict") != "on":
        return
    for index, job in enumerate(jobs):
        if job.sequence is not None:
            _check_sequence(job.sequence, "body", "jobs", index, "sequence")
    if sequence is not None:
        _check_sequence(sequence, "body", "sequence_builder")


def _check_sequence(sequence: str, *place: str | int) -> None:
    # Here, because few worlds are strict, and Pulser takes a second to load.
    from reconciler.simulate import pulser

    try:
        pulser.check(sequence)
    except pulser.CannotRun as problem:
        raise invalid(f"The sequence can't be read: {problem}", *place) from problem
