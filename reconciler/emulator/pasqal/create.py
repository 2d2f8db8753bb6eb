"""CreateBatch and AddJobs: making batches and jobs."""

import json
from collections.abc import Sequence

from reconciler.emulator.message import Response
from reconciler.emulator.pasqal.body import check_project, device_type, is_open, members, text
from reconciler.emulator.pasqal.check import NewJob, check_jobs, check_tags
from reconciler.emulator.pasqal.context import PROJECT, USER, Context, next_id
from reconciler.emulator.pasqal.device_rules import check_device
from reconciler.emulator.pasqal.jsend import Refused, invalid, success
from reconciler.emulator.pasqal.row import Batch, Job, insert
from reconciler.emulator.pasqal.shape import batch_shape
from reconciler.emulator.pasqal.store import find_batch, reread, sequence_of
from reconciler.emulator.pasqal.strict import check_strictly


def create_batch(context: Context) -> Response:
    body = members(context.body)
    check_project(body)
    sequence = text(body, "sequence_builder")
    open_ = is_open(body)
    jobs = check_jobs(body.get("jobs", []), sequence, open_, "body", "jobs")
    device = device_type(body, sequence, jobs)
    tags = check_tags(body.get("tags") or [], "body", "tags")
    configuration = body.get("configuration")
    if configuration is not None and not isinstance(configuration, dict):
        raise invalid("The value is not a valid dict.", "body", "configuration")
    check_device(context, device, sequence, jobs, "body", "jobs")
    check_strictly(context, sequence, jobs)
    batch = new_batch(context, device, tags)._replace(
        open=int(open_),
        webhook=text(body, "webhook"),
        configuration=None if configuration is None else json.dumps(configuration),
        backend_configuration=text(body, "backend_configuration"),
    )
    insert(context, "pasqal_batch", batch, sequence=sequence)
    append(context, batch, (), jobs)
    return success(batch_shape(reread(context, batch), context.now, True) | {"sequence_builder": sequence})


def add_jobs(context: Context) -> Response:
    found = find_batch(context, context.id)
    if not found.life.open:
        raise Refused(409, f"The batch is closed and accepts no more jobs; its status is {found.life.status}.")
    sequence = sequence_of(context, found.batch)
    jobs = check_jobs(context.body, sequence, False, "body")
    check_device(context, found.batch.device_type, None, jobs, "body")  # its own sequence was looked at before
    check_strictly(context, sequence, jobs)
    append(context, found.batch, found.jobs, jobs)
    return success(batch_shape(reread(context, found.batch), context.now, True))


def new_batch(context: Context, device: str, tags: Sequence[str]) -> Batch:
    """A closed batch of now, not stored yet."""
    seq, id_ = next_id(context, "pasqal_batch")
    queue = context.latency(f"pasqal.latency.{_kind(device)}.queue")
    return Batch(
        seq=seq,
        id=id_,
        project_id=PROJECT,
        user_id=USER,
        device_type=device,
        queue_priority="LOW" if _kind(device) == "emulator" else "MEDIUM",
        open=0,
        tags=json.dumps(tags),
        webhook=None,
        parent_id=None,
        idle_limit=round(context.switches.number("pasqal.open.timeout") * 1000),
        created_at=context.now,
        updated_at=context.now,
        running_at=context.now + queue,
        visible_at=context.now + round(context.switches.number("pasqal.tag.lag") * 1000),
        configuration=None,
        backend_configuration=None,
    )


def append(context: Context, batch: Batch, before: Sequence[Job], jobs: Sequence[NewJob]) -> None:
    """Store new jobs; they run after those that the batch has."""
    duration = context.latency(f"pasqal.latency.{_kind(batch.device_type)}.run")
    going = (job.done_at for job in before if job.cancel_at is None)
    begin = max([batch.running_at, context.now, *going])
    for new in jobs:
        seq, id_ = next_id(context, "pasqal_job")
        job = Job(
            seq=seq,
            id=id_,
            batch_id=batch.id,
            parent_id=new.parent_id,
            runs=new.runs,
            variables=json.dumps(new.variables),
            created_at=context.now,
            duration=duration,
            running_at=begin,
            done_at=begin + duration,
        )
        insert(context, "pasqal_job", job, sequence=new.sequence)
        begin = job.done_at
    context.connection.execute("UPDATE pasqal_batch SET updated_at = ? WHERE id = ?", (context.now, batch.id))


def _kind(device: str) -> str:
    return "emulator" if device.startswith("EMU_") else "qpu"
