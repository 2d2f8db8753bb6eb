"""CloseBatch, SetBatchTags and Rebatch."""

import json

from reconciler.emulator.message import Response
from reconciler.emulator.pasqal.check import NewJob, check_tags
from reconciler.emulator.pasqal.context import Context
from reconciler.emulator.pasqal.create import append, new_batch
from reconciler.emulator.pasqal.job_filter import job_filter
from reconciler.emulator.pasqal.jsend import Refused, invalid, success
from reconciler.emulator.pasqal.lifecycle import ENDED
from reconciler.emulator.pasqal.row import insert
from reconciler.emulator.pasqal.shape import batch_shape
from reconciler.emulator.pasqal.store import find_batch, reread, sequence_of


def close_batch(context: Context) -> Response:
    """Closing again changes nothing; a batch that has ended can't be closed."""
    found = find_batch(context, context.id)
    if found.life.status in ENDED:
        raise Refused(409, f"The batch can't be closed; its status is {found.life.status}.")
    context.connection.execute(
        "UPDATE pasqal_batch SET open = 0, closed_at = ?, updated_at = ? WHERE id = ? AND open = 1",
        (context.now, context.now, found.batch.id),
    )
    return success(batch_shape(reread(context, found.batch), context.now, True))


def set_batch_tags(context: Context) -> Response:
    found = find_batch(context, context.id)
    tags = check_tags(context.body, "body")
    if found.life.status in ENDED and context.switches.text("pasqal.tags.terminal") == "refuse":
        raise Refused(409, f"The batch can't be tagged; its status is {found.life.status}.")
    context.connection.execute(
        "UPDATE pasqal_batch SET tags = ?, updated_at = ? WHERE id = ?",
        (json.dumps(tags), context.now, found.batch.id),
    )
    return success(batch_shape(reread(context, found.batch), context.now))


def rebatch(context: Context) -> Response:
    """A new batch of the jobs that pass the filters, closed. Whether it has the old one's tags is a switch."""
    found = find_batch(context, context.id)
    fits = job_filter(context)
    jobs = []
    for job in filter(fits, found.jobs):
        row = context.connection.execute("SELECT sequence FROM pasqal_job WHERE id = ?", (job.id,)).fetchone()
        jobs.append(NewJob(job.runs, json.loads(job.variables), row[0], job.id))
    if not jobs:
        raise invalid("No job of the batch passes the filters.", "query")
    old = found.batch
    tags = json.loads(old.tags) if context.switches.text("pasqal.rebatch.tags") == "copy" else []
    batch = new_batch(context, old.device_type, tags)._replace(
        parent_id=old.id,
        webhook=old.webhook,
        configuration=old.configuration,
        backend_configuration=old.backend_configuration,
    )
    insert(context, "pasqal_batch", batch, sequence=sequence_of(context, old))
    append(context, batch, (), jobs)
    return success(batch_shape(reread(context, batch), context.now, True))
