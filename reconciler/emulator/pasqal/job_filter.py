"""The filters that choose jobs: to list, to cancel and to run again."""

import json
from collections.abc import Callable

from reconciler.emulator.pasqal.context import Context
from reconciler.emulator.pasqal.lifecycle import JOB_STATUSES, job_life
from reconciler.emulator.pasqal.row import Job


def job_filter(context: Context) -> Callable[[Job], bool]:
    """Whether a job passes all filters of the query. Raises Refused 422 for a filter that can't be read."""
    query = context.query
    ids, statuses = query.texts("id"), query.texts("status", JOB_STATUSES)
    least, most = query.number("min_runs"), query.number("max_runs")
    start, end = query.time("start_date"), query.time("end_date")
    errors = query.flag("errors")

    def fits(job: Job) -> bool:
        return (
            (not ids or job.id in ids)
            and (not statuses or job_life(job, context.now).status in statuses)
            and (least is None or job.runs >= least)
            and (most is None or job.runs <= most)
            and (start is None or job.created_at >= start)
            and (end is None or job.created_at <= end)
            and errors in (None, bool(json.loads(job.errors or "[]")))
        )

    return fits
