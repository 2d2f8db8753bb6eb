"""The four ways to cancel: a batch, batches, jobs of a batch, a job."""

from collections.abc import Sequence

from reconciler.emulator.message import Response
from reconciler.emulator.pasqal import plan
from reconciler.emulator.pasqal.body import members
from reconciler.emulator.pasqal.check import is_storable
from reconciler.emulator.pasqal.context import Context
from reconciler.emulator.pasqal.job_filter import job_filter
from reconciler.emulator.pasqal.jsend import Refused, invalid, success
from reconciler.emulator.pasqal.lifecycle import ENDED, job_life
from reconciler.emulator.pasqal.row import Job
from reconciler.emulator.pasqal.shape import batch_shape, job_shape
from reconciler.emulator.pasqal.store import Known, find_batch, find_job, reread


def cancel_batch(context: Context) -> Response:
    found = find_batch(context, context.id)
    _cancel_batch(context, found)
    return success(batch_shape(reread(context, found.batch), context.now, True))


def cancel_batches(context: Context) -> Response:
    ids = members(context.body).get("batch_ids")
    if not isinstance(ids, list) or not ids or not all(isinstance(id_, str) and is_storable(id_) for id_ in ids):
        raise invalid("The value is not a list of batch ids.", "body", "batch_ids")
    done, errors = [], {}
    # All are found before the first is changed: an outcome that is not known yet starts the request again.
    for id_, found in [(id_, _found(context, id_)) for id_ in dict.fromkeys(ids)]:
        try:
            if isinstance(found, Refused):
                raise found
            _cancel_batch(context, found)
            done.append(batch_shape(reread(context, found.batch), context.now, True))
        except Refused as refused:
            errors[id_] = str(refused.description)
    return success({"batches": done, "errors": errors})


def cancel_jobs(context: Context) -> Response:
    found = find_batch(context, context.id)
    fits = job_filter(context)
    chosen = [job for job in found.jobs if fits(job)]
    pending = [job for job in chosen if _is_cancellable(context, job)]
    errors = {job.id: _reason(context, job) for job in chosen if job not in pending}
    _cancel_pending(context, found, pending)
    after = reread(context, found.batch)
    ids = {job.id for job in pending}
    return success(
        {"jobs": [job_shape(job, after, context.now) for job in after.jobs if job.id in ids], "errors": errors}
    )


def cancel_job(context: Context) -> Response:
    job, found = find_job(context, context.id)
    if not _is_cancellable(context, job):
        raise Refused(409, _reason(context, job))
    _cancel_pending(context, found, [job])
    after = reread(context, found.batch)
    return success(next(job_shape(one, after, context.now) for one in after.jobs if one.id == job.id))


def _found(context: Context, id_: str) -> Known | Refused:
    try:
        return find_batch(context, id_)
    except Refused as refused:
        return refused


def _cancel_batch(context: Context, found: Known) -> None:
    """Jobs that wait are cancelled, one that runs goes on to its end. Raises Refused 409 for a batch that has ended."""
    if found.life.status in ENDED:
        raise Refused(409, f"The batch can't be cancelled; its status is {found.life.status}.")
    if found.batch.cancel_at is not None:
        return
    _cancel_pending(context, found, [job for job in found.jobs if job_life(job, context.now).status == "PENDING"])
    context.connection.execute(
        "UPDATE pasqal_batch SET open = 0, cancel_at = ?, cancelled_at = ?, updated_at = ? WHERE id = ?",
        (context.now, context.now + context.latency("pasqal.latency.cancel"), context.now, found.batch.id),
    )


def _cancel_pending(context: Context, found: Known, jobs: Sequence[Job]) -> None:
    """Jobs behind those cancelled move up."""
    at = context.now + context.latency("pasqal.latency.cancel")
    context.connection.executemany(
        "UPDATE pasqal_job SET cancel_at = ?, cancelled_at = ? WHERE id = ? AND cancel_at IS NULL",
        [(context.now, at, job.id) for job in jobs],
    )
    gone = {job.id for job in jobs}
    rest = [job for job in found.jobs if job.id not in gone]
    plan.replan(context.connection, found.batch, rest, context.now)


def _is_cancellable(context: Context, job: Job) -> bool:
    # CANCELING: asked again, it changes nothing.
    return job_life(job, context.now).status in ("PENDING", "CANCELING")


def _reason(context: Context, job: Job) -> str:
    return f"The job can't be cancelled; its status is {job_life(job, context.now).status}."
