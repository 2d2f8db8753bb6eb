"""Batches and their jobs as the world's file keeps them, with every outcome known that should be."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from reconciler.emulator.pasqal import plan
from reconciler.emulator.pasqal.context import Context
from reconciler.emulator.pasqal.jsend import not_found
from reconciler.emulator.pasqal.lifecycle import BatchLife, batch_life
from reconciler.emulator.pasqal.row import Batch, Job, Where, columns
from reconciler.emulator.pasqal.unsettled import Unsettled


class Known(NamedTuple):
    """A batch with its jobs, in the order of submission, and what they are at this time."""

    batch: Batch
    jobs: list[Job]
    life: BatchLife


def select_batches(context: Context, where: Where, tail: str = "") -> list[Batch]:
    """Batches that can be seen. `where` and `tail` are SQL of ours, with a place for each value."""
    statement = f"SELECT {columns(Batch)} FROM pasqal_batch WHERE hidden_until <= ? AND {where.text} {tail}"  # noqa: S608 - our own SQL
    return [Batch._make(row) for row in context.connection.execute(statement, (context.now, *where.values))]


def count_batches(context: Context, where: Where) -> int:
    statement = f"SELECT count(*) FROM pasqal_batch WHERE hidden_until <= ? AND {where.text}"  # noqa: S608 - our own SQL
    return int(context.connection.execute(statement, (context.now, *where.values)).fetchone()[0])


def known(context: Context, batches: Sequence[Batch]) -> list[Known]:
    """The batches with their jobs.

    Raises Unsettled for jobs whose outcome is not known yet. Where the device is paused, jobs that nobody has seen
    the end of wait, and none is due.
    """
    paused = context.switches.names("pasqal.paused")
    jobs = _jobs_of(context, batches)
    for batch in batches:
        if batch.device_type in paused:
            jobs[batch.id] = plan.hold(context.connection, batch, jobs[batch.id], context.now)
    if due := [job.id for batch in batches for job in jobs[batch.id] if plan.is_due(job, context.now)]:
        raise Unsettled(due)
    return [_known(context, batch, jobs[batch.id]) for batch in batches]


def find_batch(context: Context, id_: str) -> Known:
    """Raises Refused 404, or Unsettled."""
    batches = select_batches(context, Where("id = ?", id_))
    if not batches:
        raise not_found("The batch", id_)
    return known(context, batches)[0]


def find_job(context: Context, id_: str) -> tuple[Job, Known]:
    """A job and its batch. Raises Refused 404, or Unsettled for any job of the batch: they are run in turn."""
    row = context.connection.execute("SELECT batch_id FROM pasqal_job WHERE id = ?", (id_,)).fetchone()
    batches = select_batches(context, Where("id = ?", row[0])) if row else []
    if not batches:
        raise not_found("The job", id_)
    found = known(context, batches)[0]
    return next(job for job in found.jobs if job.id == id_), found


def reread(context: Context, batch: Batch) -> Known:
    """The batch after a change in this transaction.

    Outcomes are not waited for: that would take the change back, and with it jobs that are over at once.
    """
    found = select_batches(context, Where("id = ?", batch.id))[0]
    return _known(context, found, _jobs_of(context, [found])[batch.id])


def sequence_of(context: Context, batch: Batch) -> str | None:
    row = context.connection.execute("SELECT sequence FROM pasqal_batch WHERE id = ?", (batch.id,)).fetchone()
    return None if row[0] is None else str(row[0])


def _known(context: Context, batch: Batch, jobs: list[Job]) -> Known:
    paused = batch.device_type in context.switches.names("pasqal.paused")
    return Known(batch, jobs, batch_life(batch, jobs, context.now, paused))


def _jobs_of(context: Context, batches: Iterable[Batch]) -> dict[str, list[Job]]:
    found: dict[str, list[Job]] = {batch.id: [] for batch in batches}
    ids = list(found)
    # In portions: SQLite takes a limited number of values in one statement.
    for start in range(0, len(ids), 500):
        where = Where()
        where.among("batch_id", ids[start : start + 500])
        statement = f"SELECT {columns(Job)} FROM pasqal_job WHERE {where.text} ORDER BY seq"  # noqa: S608 - our own SQL
        for row in context.connection.execute(statement, where.values):
            job = Job._make(row)
            found[job.batch_id].append(job)
    return found
