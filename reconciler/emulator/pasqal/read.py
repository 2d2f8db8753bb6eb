"""Reading one batch, one job, and their statuses."""

import json

from reconciler.emulator.message import Response
from reconciler.emulator.pasqal.context import Context
from reconciler.emulator.pasqal.jsend import success
from reconciler.emulator.pasqal.lifecycle import job_life
from reconciler.emulator.pasqal.shape import batch_shape, job_shape
from reconciler.emulator.pasqal.store import find_batch, find_job, sequence_of


def get_batch(context: Context) -> Response:
    found = find_batch(context, context.id)
    more = {"sequence_builder": sequence_of(context, found.batch), "job_ids": [job.id for job in found.jobs]}
    return success(batch_shape(found, context.now) | more)


def get_batch_status(context: Context) -> Response:
    life = find_batch(context, context.id).life
    return success({"status": life.status, "jobs_count_per_status": life.counts})


def get_full_results(context: Context) -> Response:
    """Results by job id, of the jobs that have one."""
    find_batch(context, context.id)
    rows = context.connection.execute(
        "SELECT id, result FROM pasqal_job WHERE batch_id = ? AND result IS NOT NULL ORDER BY seq", (context.id,)
    )
    return success({id_: json.loads(result) for id_, result in rows})


def get_job(context: Context) -> Response:
    job, found = find_job(context, context.id)
    row = context.connection.execute("SELECT sequence FROM pasqal_job WHERE id = ?", (job.id,)).fetchone()
    return success(job_shape(job, found, context.now) | {"sequence": row[0]})


def get_job_status(context: Context) -> Response:
    job, _ = find_job(context, context.id)
    return success({"status": job_life(job, context.now).status})
