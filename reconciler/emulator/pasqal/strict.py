"""Checks of sequences that the real service may make and the local one makes with the switch `pasqal.strict`."""

import json
from collections.abc import Sequence

from reconciler.emulator.pasqal.check import NewJob
from reconciler.emulator.pasqal.context import Context
from reconciler.emulator.pasqal.jsend import invalid


def check_strictly(context: Context, device: str, sequence: str | None, jobs: Sequence[NewJob]) -> None:
    """Raises Refused 422 for sequences that Pulser can't read, and for more runs than the device takes."""
    if context.switches.text("pasqal.strict") != "on":
        return
    most = _max_runs(device)
    for index, job in enumerate(jobs):
        if most is not None and job.runs > most:
            raise invalid(f"The device takes at most {most} runs.", "body", "jobs", index, "runs")
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


def _max_runs(device: str) -> int | None:
    from reconciler.emulator.pasqal.specs import SPECS  # here: a large table that only strict worlds need

    found = json.loads(SPECS.get(device, "{}")).get("max_runs")
    return found if isinstance(found, int) else None
