"""A wire that tells what stood on it and answers as told, and a clock turned by hand."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from reconciler.core.attempt import Attempt, Outcome, Place
from reconciler.core.job import Job
from reconciler.core.resource import Resource, Scope, attempt_marks
from reconciler.providers import KINDS
from reconciler.providers.pasqal.auth import Login
from reconciler.providers.pasqal.client import Access, PasqalClient
from reconciler.providers.pasqal.cloud import PasqalCloud
from tests.providers.samples import CONTEXT, SEQUENCE, declare

PROJECT = "11111111-1111-4111-8111-111111111111"
ID = "22222222-2222-4222-8222-222222222222"
OTHER = "33333333-3333-4333-8333-333333333333"
JOBS = ("44444444-4444-4444-8444-444444444441", "44444444-4444-4444-8444-444444444442")
HERE = Place("pasqal", PROJECT, "eu")
NOON = datetime(2026, 1, 15, 12, tzinfo=UTC)
CORE = "https://apis.pasqal.cloud/core-fast"
HTML = httpx.Response(502, html="<html><body>Welcome to the proxy</body></html>")

BATCH: Mapping[str, Any] = {
    "device": "EMU_FREE",
    "sequence": SEQUENCE,
    "jobs": [{"runs": 100, "variables": {"omega": 1.5}}, {"runs": 200, "variables": {"omega": 2}}],
    "tags": ["rydberg", "team=lab-3"],
}
WORKLOAD: Mapping[str, Any] = {"type": "qadence_circuit", "backend": "pyqtorch", "config": {"depth": 2}}
Step = httpx.Response | Exception | Callable[[httpx.Request], httpx.Response]


class Clock:
    """Implements Clock: stands still but for sleeps. `slept` are the pauses."""

    def __init__(self) -> None:
        self.slept: list[float] = []
        self._now = NOON

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return (self._now - NOON).total_seconds()

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self._now += timedelta(seconds=seconds)


@dataclass
class Wire:
    """The handler of an httpx.MockTransport. `steps` are answered in order, then `otherwise` again and again."""

    steps: list[Step] = field(default_factory=list)
    otherwise: Step | None = None
    sent: list[httpx.Request] = field(default_factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.sent.append(request)
        step = self.steps.pop(0) if self.steps else self.otherwise
        assert step is not None, f"nobody expects {request.method} {request.url}"
        if isinstance(step, Exception):
            raise step
        return step(request) if callable(step) else _copy(step)

    def seen(self) -> list[dict[str, Any]]:
        """Each request whole: method, URL without the host, and body."""
        return [_seen(request) for request in self.sent]


def _copy(answer: httpx.Response) -> httpx.Response:
    """An answer given twice: httpx binds each to its request."""
    return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)


def _seen(request: httpx.Request) -> dict[str, Any]:
    said: dict[str, Any] = {"call": f"{request.method} {str(request.url).removeprefix(CORE)}"}
    body = request.read()
    if request.headers.get("content-encoding") == "gzip":
        said["packed"], body = True, gzip.decompress(body)
    if body:
        said["body"] = json.loads(body)
    return said


@dataclass
class Bench:
    """A cloud behind a scripted wire."""

    wire: Wire
    clock: Clock
    client: PasqalClient
    cloud: PasqalCloud


def open_bench(*steps: Step, otherwise: Step | None = None, environ: Mapping[str, str] | None = None) -> Bench:
    """With a token at hand, or with the login of `environ`."""
    wire, clock = Wire(list(steps), otherwise), Clock()
    login = Login("PASQAL_TOKEN", token="t0k3n", secrets=("t0k3n",)) if environ is None else None
    access = Access(PROJECT, transport=httpx.MockTransport(wire), login=login, rates=False)
    client = PasqalClient(access, environ or {}, clock)
    return Bench(wire, clock, client, PasqalCloud(client, clock, timedelta(seconds=300)))


def ok(data: Any, **more: Any) -> httpx.Response:
    """A success in the envelope; a list is a whole one unless `pagination` says otherwise."""
    if isinstance(data, list):
        more = {"pagination": {"total": len(data), "start": 0, "end": len(data)}, **more}
    return httpx.Response(200, json={"status": "success", "code": "200", "message": "OK.", "data": data, **more})


def bad(status: int, why: str = "no", **headers: str) -> httpx.Response:
    """An error in the envelope."""
    body = {"status": "fail", "code": str(status), "message": "Sorry", "data": {"description": why}}
    return httpx.Response(status, json=body, headers=headers)


def job(id_: str = JOBS[0], **more: Any) -> dict[str, Any]:
    """A job as lists show it."""
    given = {"id": id_, "batch_id": ID, "project_id": PROJECT, "runs": 100, "variables": {"omega": 1.5}}
    return {**given, "status": "PENDING", "errors": [], "created_at": "2026-01-15T11:59:00Z", **more}


def batch(id_: str = ID, **more: Any) -> dict[str, Any]:
    """A batch as the API shows it."""
    given = {"id": id_, "project_id": PROJECT, "status": "RUNNING", "open": False, "device_type": "EMU_FREE"}
    return {**given, "tags": [], "created_at": "2026-01-15T11:59:00.000000+00:00", **more}


def workload(id_: str = ID, **more: Any) -> dict[str, Any]:
    """A workload as the API shows it."""
    given = {"id": id_, "project_id": PROJECT, "status": "RUNNING", "workload_type": "qadence_circuit"}
    return {**given, "backend": "pyqtorch", "config": {"depth": 2}, "created_at": "2026-01-15T11:59:00", **more}


def desired(spec: Mapping[str, Any] = BATCH, kind: str = "Batch") -> Resource:
    """What a manifest means."""
    return KINDS[kind].desired(declare(f"{kind}/run", spec), CONTEXT)


def attempt(resource: Resource | None = None, jobs: tuple[Job, ...] = (), **more: Any) -> Attempt:
    """An accepted run with our marks, submitted an hour ago."""
    wanted = resource or desired()
    scope = Scope(CONTEXT.uid, CONTEXT.environment)
    made = Attempt(wanted.token(scope, 1), wanted.digest, wanted.program, 1, 1, HERE, wanted.execution, jobs=jobs)
    tags = {**wanted.tags, **attempt_marks(scope, wanted.address, made)}
    made = replace(made, tags=tags, id=ID, outcome=Outcome.ACCEPTED, submitted="2026-01-15T11:00:00Z")
    return replace(made, intended="2026-01-15T11:59:00.000Z", **more)


def known_jobs(resource: Resource | None = None) -> tuple[Job, ...]:
    """The jobs of a resource with their ids."""
    wanted = (resource or desired()).jobs or ()
    return tuple(replace(j, id=id_, status="PENDING") for j, id_ in zip(wanted, JOBS, strict=False))
