"""A local cloud in this process, a clock turned by hand, and a wire that tells what stood on it."""

from __future__ import annotations

import json
import threading
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders

from reconciler.core.attempt import Attempt, Outcome, Place
from reconciler.core.phase import Phase
from reconciler.emulator.inprocess import hook, to_request
from reconciler.emulator.message import Request
from reconciler.emulator.world import World
from reconciler.providers.braket.client import Access, BraketClient
from reconciler.providers.braket.cloud import BraketCloud

NOON = 1_768_478_400.0  # 2026-01-15 12:00 UTC
ACCOUNT = "123456789012"  # of the local cloud
SV1 = "arn:aws:braket:::device/quantum-simulator/amazon/sv1"
GARNET = "arn:aws:braket:eu-north-1::device/qpu/iqm/Garnet"
FORTE = "arn:aws:braket:us-east-1::device/qpu/ionq/Forte-1"
AQUILA = "arn:aws:braket:us-east-1::device/qpu/quera/Aquila"
HERE = Place("braket", ACCOUNT, "us-east-1")
THERE = Place("braket", ACCOUNT, "eu-north-1")
HTML = ("text/html", b"<html><body>Welcome to the proxy</body></html>")


class Clock:
    """Implements Clock: the local cloud's time, which stands still but for sleeps. `slept` are the pauses."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.slept: list[float] = []
        self._passed = 0.0
        self._lock = threading.Lock()

    def now(self) -> datetime:
        return self.world.now()

    def monotonic(self) -> float:
        # Not the world's: that counts whole milliseconds, and a rest of less would never pass.
        return self._passed

    def sleep(self, seconds: float) -> None:
        with self._lock:
            self.slept.append(seconds)
            self._passed += seconds
            self.world.advance(seconds)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the wire says instead of the local cloud."""

    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Wire:
    """A botocore hook. `sent` has each request with its operation; `answers` stand in for the cloud's, in order."""

    world: World
    sent: list[tuple[str, Request]] = field(default_factory=list)
    answers: dict[str, list[Answer | Exception]] = field(default_factory=lambda: defaultdict(list))

    def send(self, request: AWSPreparedRequest, event_name: str) -> AWSResponse:
        operation = event_name.rpartition(".")[2]
        self.sent.append((operation, to_request(request)))
        body: Any = request.body
        if hasattr(body, "seek"):
            body.seek(0)  # it was read just now
        if self.answers[operation]:
            return _answered(str(request.url), self.answers[operation].pop(0))
        return hook(self.world)(request)

    def answer(self, operation: str, *answers: Answer | Exception) -> None:
        """Say these, in order, to the next calls of the operation."""
        self.answers[operation].extend(answers)

    def count(self, operation: str) -> int:
        """How many requests of the operation there were."""
        return sum(name == operation for name, _ in self.sent)

    def bodies(self, operation: str) -> list[dict[str, Any]]:
        """Their bodies, read."""
        return [json.loads(request.body) for name, request in self.sent if name == operation]


class _Raw(BytesIO):
    """A body as botocore reads it from urllib3."""

    def stream(self) -> Any:
        yield self.read()


def _answered(url: str, answer: Answer | Exception) -> AWSResponse:
    if isinstance(answer, Exception):
        raise answer
    headers = HTTPHeaders()
    for name, value in ({"content-type": "application/json"} | dict(answer.headers)).items():
        headers[name] = value
    body = answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
    raw: Any = _Raw(body)
    return AWSResponse(url, answer.status, headers, raw)


class _Switch:
    """Where the shared connections lead now."""

    wire: Wire

    def __call__(self, request: AWSPreparedRequest, event_name: str, **_: Any) -> AWSResponse:
        return self.wire.send(request, event_name)


_SWITCH = _Switch()
_SHARED: dict[tuple[str, str], Any] = {}


@dataclass
class Bench:
    """One cloud with one set of credentials."""

    world: World
    clock: Clock
    wire: Wire
    client: BraketClient
    cloud: BraketCloud

    def get(self, arn: str) -> dict[str, Any]:
        """The task as the cloud has it, with nobody counting."""
        before = list(self.wire.sent)
        found = self.client.once(arn.split(":")[3], "get_quantum_task", quantumTaskArn=arn)
        self.wire.sent[:] = before
        return found


def open_bench(rates: bool = False) -> Bench:
    """A fresh cloud in which nothing is simulated. Connections are shared by all tests: they take long to make."""
    world = World.open(":memory:", base=lambda: NOON)
    world.set_switch("simulation", "skip")
    clock, wire = Clock(world), Wire(world)
    _SWITCH.wire = wire
    client = BraketClient(Access("us-east-1", hook=_SWITCH, rates=rates), clock)
    client._clients = _SHARED
    return Bench(world, clock, wire, client, BraketCloud(client, clock))


def error(status: int, code: str, message: str = "it said so") -> Answer:
    """A refusal as the service words it."""
    return Answer(status, {"message": message}, {"x-amzn-ErrorType": code})


def at(moment: datetime) -> str:
    """A time as records have it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def attempt(bench: Bench, arn: str, place: Place = HERE, age: float = 0.0, **more: Any) -> Attempt:
    """An accepted run that was submitted `age` seconds ago."""
    submitted = at(bench.clock.now() - timedelta(seconds=age))
    known: dict[str, Any] = {"intended": submitted, "submitted": submitted, "outcome": Outcome.ACCEPTED}
    known |= {"token": arn[-12:], "digest": "q1-d", "program": "q1-p", "generation": 1, "number": 1}
    return Attempt(**known | {"place": place, "execution": {}, "id": arn, "phase": Phase.OPEN} | more)


def task_arn(number: int, place: Place = HERE) -> str:
    """The ARN of a task that no cloud has."""
    return f"arn:aws:braket:{place.region}:{ACCOUNT}:quantum-task/00000000-0000-0000-0000-{number:012d}"
