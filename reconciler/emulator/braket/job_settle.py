"""What becomes of hybrid jobs whose time has come. All of it is short and happens inside of a request's transaction."""

import hashlib
from collections.abc import Mapping
from typing import Any

from reconciler.emulator import jobs_spool, objects
from reconciler.emulator.braket.job import Job, select
from reconciler.emulator.jobs_place import Place, PlaceError
from reconciler.emulator.world import Session

_OPEN = "done_at IS NULL AND cancelled_at IS NULL AND starts_at <= ?"
_IMAGE = "The local cloud runs scripts (scriptModeConfig), and can't run a container image."
_OFF = (
    "Running local code is off, so the entry point was not run. Declare the job in a manifest of the project,"
    " or switch it on for all jobs: qctl local switch jobs.run on"
)
_DIED = "The process of the local cloud that ran this job ended before it."


def settle(session: Session) -> list[Job]:
    """Begin what begins by the clock alone, end what can't run or whose process died; returns what waits for a process.

    A job that was begun is never begun again: its tasks would be made twice.
    """
    ready = []
    for job in select(session.connection, _OPEN, (session.now,)):
        if job.real:
            _bury(session, job)
        elif job.began_at is None:
            plan = _plan(session, job)
            if plan is None:
                ready.append(job)
            else:
                _write(session, job, plan)
    return ready


def _plan(session: Session, job: Job) -> Mapping[str, Any] | None:
    """The life of a job that no process runs; None for one that a process must run."""
    if job.doom is not None or session.switches.text("simulation") == "skip":
        return _by_clock(session, job)
    script = job.asked["algorithmSpecification"].get("scriptModeConfig")
    failure = _IMAGE if script is None else None if _is_allowed(session, script) else _OFF
    return None if failure is None else {"done_at": job.starts_at, "outcome": "FAILED", "failure": failure}


def _by_clock(session: Session, job: Job) -> Mapping[str, Any]:
    run = round(session.switches.number("latency.job.run") * session.switches.number("latency.factor") * 1000)
    most = job.asked["stoppingCondition"]["maxRuntimeInSeconds"] * 1000
    overran = run > most
    failure = overrun(most // 1000) if overran else job.doom
    return {
        "began_at": job.starts_at,
        "done_at": job.starts_at + min(run, most),
        "outcome": "FAILED" if failure else "COMPLETED",
        "failure": failure,
        "overran": int(overran),
    }


def overrun(seconds: int) -> str:
    return f"The job ran longer than its maximum of {seconds} s."


def _is_allowed(session: Session, script: Mapping[str, Any]) -> bool:
    if session.switches.text("jobs.run") == "on":
        return True
    try:
        place = Place.parse(script["s3Uri"])
    except PlaceError:
        return True  # it has no source to run, and the run says so
    stored = objects.get_object(session.connection, place.bucket, place.key)
    if stored is None:
        return True
    digest = hashlib.sha256(stored.body).hexdigest()
    found = session.connection.execute("SELECT 1 FROM job_source WHERE digest = ?", (digest,)).fetchone()
    return found is not None


def _bury(session: Session, job: Job) -> None:
    if jobs_spool.is_held(jobs_spool.folder(session.connection, job.id)):
        return
    if job.cancel_at is not None:
        _write(session, job, {"cancelled_at": session.now})
    else:
        _write(session, job, {"done_at": session.now, "outcome": "FAILED", "failure": _DIED})
    jobs_spool.remove(jobs_spool.folder(session.connection, job.id))


def _write(session: Session, job: Job, values: Mapping[str, Any]) -> None:
    names = ", ".join(f"{name} = ?" for name in values)
    session.connection.execute(f"UPDATE job SET {names} WHERE arn = ?", (*values.values(), job.arn))  # noqa: S608
