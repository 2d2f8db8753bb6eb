"""The outcomes of jobs whose run is over."""

import json
import uuid
from collections.abc import Iterable
from time import monotonic
from typing import Any, NamedTuple

from reconciler.emulator.pasqal import plan
from reconciler.emulator.pasqal.row import Job, columns
from reconciler.emulator.pasqal.unsettled import Unsettled
from reconciler.emulator.world import Session, World

__all__ = ["Unsettled", "settle"]

# Seconds of simulation in one request: clients give up after 30 (the SDK's timeout).
_PATIENCE = 10
# When a run that was not simulated is looked at again, in milliseconds: for want of time, and of the simulator.
_SOON = 1_000
_LATER = 5_000


class _Program(NamedTuple):
    job: Job
    sequence: str


class _Result(NamedTuple):
    """How a run ended: the text of its result, none if nothing is simulated, or why it failed."""

    text: str | None = None
    failure: str | None = None


def settle(world: World, jobs: Iterable[str]) -> None:
    """Run the sequences of jobs, by their ids, and keep the outcomes.

    The simulation holds no transaction, so the cloud goes on answering. Two processes may settle the same job: both
    get the same result, for the seed is the job's own, and the first to commit wins. Without the simulator, jobs stay
    as they are, RUNNING; so do those there was no time for, because a request is waiting for its answer.
    """
    until = monotonic() + _PATIENCE
    with world.transaction() as session:
        real = session.switches.text("simulation") == "real"
    for id_ in jobs:
        with world.transaction() as session:
            program = _program(session, id_)
        if program is None:
            continue
        late = monotonic() > until
        if late or (real and _is_readable(program.sequence) and not _is_installed()):
            with world.transaction() as session:
                plan.prolong(session.connection, program.job, session.now + (_SOON if late else _LATER))
            continue
        result = _run(program, real)
        with world.transaction() as session:
            _keep(session, id_, result)


def _program(session: Session, id_: str) -> _Program | None:
    """What a job runs; None for one that is no longer due."""
    row = session.connection.execute(
        f"SELECT {columns(Job, 'j.')}, coalesce(j.sequence, b.sequence) FROM pasqal_job j"  # noqa: S608 - our own names
        " JOIN pasqal_batch b ON b.id = j.batch_id WHERE j.id = ?",
        (id_,),
    ).fetchone()
    if row is None or not plan.is_due(job := Job._make(row[:-1]), session.now):
        return None
    return _Program(job, row[-1])


def _run(program: _Program, real: bool) -> _Result:
    if not real:
        return _Result()
    if not _is_readable(program.sequence):
        return _Result(failure="The sequence is not Pulser's abstract representation, which is JSON.")
    # Here, because most processes that open a local cloud never simulate.
    from reconciler.simulate.pulser import CannotRun, run

    seed = uuid.UUID(program.job.id).int % 2**32
    try:
        return _Result(json.dumps(run(program.sequence, json.loads(program.job.variables), program.job.runs, seed)))
    except CannotRun as problem:
        return _Result(failure=str(problem))


def _is_installed() -> bool:
    from reconciler.simulate.pulser import is_installed

    return is_installed()


def _is_readable(sequence: str) -> bool:
    try:
        document: Any = json.loads(sequence)
    except (ValueError, RecursionError):
        return False
    return isinstance(document, dict)


def _keep(session: Session, id_: str, result: _Result) -> None:
    status, errors = ("DONE", None) if result.failure is None else ("ERROR", json.dumps([result.failure]))
    session.connection.execute(
        "UPDATE pasqal_job SET settled_as = ?, errors = ?, result = ? WHERE id = ? AND settled_as IS NULL",
        (status, errors, result.text, id_),
    )
