from reconciler.emulator.braket.context import Context
from reconciler.emulator.braket.job import Job, select
from reconciler.emulator.braket.job_lifecycle import status
from reconciler.emulator.braket.job_settle import settle
from reconciler.emulator.wire.error import invalid, not_found


def find(context: Context, arn: str) -> Job:
    """The settled job a caller names. Raises ServiceError ResourceNotFoundException as for tasks."""
    settle(context.session)
    job = next(select(context.connection, "arn = ?", (arn,)), None)
    lag = round(context.switches.number("visibility.get") * 1000)
    hidden = job is not None and context.now < max(job.visible_at, job.created_at + lag)
    if job is None or job.region != context.region or hidden:
        raise not_found(f"Could not find the job {arn}")
    return job


def of_token(context: Context, token: str | None) -> Job | None:
    """The running job a task belongs to; None without a token. Raises ServiceError ValidationException."""
    if token is None:
        return None
    settle(context.session)
    job = next(select(context.connection, "secret = ? AND region = ?", (token, context.region)), None)
    if job is None or status(job, context.now) not in ("RUNNING", "CANCELLING"):
        raise invalid("The job token is not valid")
    return job
