"""ListBatches and ListJobs: filters, order and pages."""

from reconciler.emulator.message import Response
from reconciler.emulator.pasqal.context import Context
from reconciler.emulator.pasqal.job_filter import job_filter
from reconciler.emulator.pasqal.lifecycle import BATCH_STATUSES
from reconciler.emulator.pasqal.page import paged, window
from reconciler.emulator.pasqal.row import Where
from reconciler.emulator.pasqal.shape import batch_shape, job_shape
from reconciler.emulator.pasqal.store import Known, count_batches, known, select_batches

_PRIORITIES = ("CRITICAL", "HIGH", "MEDIUM", "LOW", "FREE")


def list_batches(context: Context) -> Response:
    asked = window(context)
    where = _batch_where(context)
    tail = f"ORDER BY seq {'ASC' if asked.ascending else 'DESC'}"
    if not _asks_for_life(context):
        # Nothing that only the jobs can tell: it is enough to know the jobs of one page.
        total = count_batches(context, where)
        batches = select_batches(context, where, f"{tail} LIMIT {asked.limit} OFFSET {asked.offset}")
        return paged(context, [batch_shape(found, context.now) for found in known(context, batches)], asked, total)
    fitting = [found for found in known(context, select_batches(context, where, tail)) if _fits(context, found)]
    page = fitting[asked.offset : asked.offset + asked.limit]
    return paged(context, [batch_shape(found, context.now) for found in page], asked, len(fitting))


def list_jobs(context: Context) -> Response:
    asked = window(context)
    query = context.query
    where = Where()
    where.among("id", query.texts("batch_id"))
    where.among("project_id", query.texts("project_id"))
    where.among("user_id", query.texts("user_id"))
    if ids := query.texts("id"):
        inner = Where()
        inner.among("id", ids)
        where.add(f"id IN (SELECT batch_id FROM pasqal_job WHERE {inner.text})", *inner.values)  # noqa: S608 - ours
    found = known(context, select_batches(context, where))
    fits = job_filter(context)
    pairs = [(job, batch) for batch in found for job in batch.jobs if fits(job)]
    pairs.sort(key=lambda pair: pair[0].seq, reverse=not asked.ascending)
    page = pairs[asked.offset : asked.offset + asked.limit]
    return paged(context, [job_shape(job, batch, context.now) for job, batch in page], asked, len(pairs))


def _batch_where(context: Context) -> Where:
    query = context.query
    where = Where()
    for column in ("id", "project_id", "user_id", "device_type"):
        where.among(column, query.texts(column))
    where.among("queue_priority", query.texts("queue_priority", _PRIORITIES))
    if (start := query.one("id__starts_with")) is not None:
        where.add("substr(id, 1, ?) = ?", len(start), start)
    for tag in query.texts("tag"):
        where.add("visible_at <= ? AND EXISTS (SELECT 1 FROM json_each(tags) WHERE value = ?)", context.now, tag)
    created(context, where)
    return where


def created(context: Context, where: Where) -> None:
    """The SDK says that these dates are those of creation; the REST documentation, those of the run."""
    if (start := context.query.time("start_date")) is not None:
        where.add("created_at >= ?", start)
    if (end := context.query.time("end_date")) is not None:
        where.add("created_at <= ?", end)


def _asks_for_life(context: Context) -> bool:
    return any(context.query.texts(name) for name in ("status", "open", "complete", "min_jobs", "max_jobs"))


def _fits(context: Context, found: Known) -> bool:
    query, life = context.query, found.life
    statuses = query.texts("status", BATCH_STATUSES)
    open_, complete = query.flag("open"), query.flag("complete")
    least, most = query.number("min_jobs"), query.number("max_jobs")
    return (
        (not statuses or life.status in statuses)
        and open_ in (None, life.open)
        and complete in (None, not life.open)
        and (least is None or len(found.jobs) >= least)
        and (most is None or len(found.jobs) <= most)
    )
