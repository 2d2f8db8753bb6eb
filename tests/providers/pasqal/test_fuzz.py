"""Whatever stands on the wire: a reading fails in words, and a change has an outcome. Nothing else is raised."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.core.attempt import Outcome
from reconciler.core.event import event_from_json, event_to_json
from reconciler.providers.kind import CloudUnavailable, ResultMissing, Search
from tests.providers.pasqal.bench import (
    BATCH,
    HERE,
    ID,
    JOBS,
    NOON,
    WORKLOAD,
    Bench,
    attempt,
    batch,
    desired,
    job,
    known_jobs,
    open_bench,
    workload,
)
from tests.providers.samples import CONTEXT

WANTED, OTHER = desired(BATCH), desired(WORKLOAD, "Workload")
SEARCH = Search(CONTEXT.uid, NOON - timedelta(days=1), frozenset({"eu"}), True, kinds=frozenset({"Workload"}))
READS: list[Callable[[Bench], Any]] = [
    lambda bench: [event_from_json(event_to_json(e)) for e in bench.cloud.observe([("Batch/run", attempt())])],
    lambda bench: list(bench.cloud.observe([("Workload/run", attempt(OTHER))])),
    lambda bench: list(bench.cloud.discover(SEARCH)),
    lambda bench: bench.cloud.look("Batch", attempt(), set()),
    lambda bench: bench.cloud.look("Workload", attempt(OTHER), set()),
    lambda bench: bench.cloud.jobs(attempt()),
    lambda bench: bench.cloud.check([WANTED, OTHER]),
    lambda bench: bench.cloud.specs(["FRESNEL"]),
    lambda bench: bench.cloud.results("Batch", attempt(jobs=known_jobs())),
    lambda bench: bench.cloud.results("Workload", attempt(OTHER)),
]
CHANGES: list[Callable[[Bench], Any]] = [
    lambda bench: bench.cloud.create(WANTED, "t", {}, HERE, WANTED.jobs or ()),
    lambda bench: bench.cloud.create(OTHER, "t", {}, HERE, ()),
    lambda bench: bench.cloud.add(WANTED, attempt(), known_jobs()),
    lambda bench: bench.cloud.cancel("Batch", attempt(), "c"),
    lambda bench: bench.cloud.cancel("Workload", attempt(OTHER), "c"),
    lambda bench: bench.cloud.cancel_jobs(attempt(), known_jobs()),
    lambda bench: bench.cloud.close(attempt()),
    lambda bench: bench.cloud.tag(attempt(), {"a": ""}, ["b"]),
]

_ODD = st.sampled_from(
    ["x" * 600, "\ud800", "2026-01-15T12:00:00", "DONE", "https://store.example/", "../..", 10**400, 1e308]
)
_VALUE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6) | _ODD,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
_REAL = [batch(), job(), workload(), {"results_link": "https://store.example/"}, {"jobs": [job()], "errors": {}}]
_KEYS = sorted({key for item in _REAL for key in item})
# Objects that are nearly right go further than those that are not.
_NEAR = st.builds(
    lambda item, change: {**item, **change},
    st.sampled_from(_REAL),
    st.dictionaries(st.sampled_from(_KEYS), _VALUE, max_size=3),
)
_DATA = _NEAR | st.lists(_NEAR, max_size=3) | _VALUE
_PAGES = st.none() | st.fixed_dictionaries(
    {"total": st.integers(-1, 300) | _VALUE, "end": st.integers(-1, 300) | _VALUE}
)


def _json(data: Any, pages: Any) -> bytes:
    return json.dumps({"status": "success", "data": data, "pagination": pages}).encode()


_BODY = st.builds(_json, _DATA, _PAGES) | st.binary(max_size=20)
_ANSWER = st.builds(
    lambda status, body: httpx.Response(status, content=body),
    st.sampled_from([200, 200, 200, 200, 201, 204, 302, 400, 401, 404, 409, 422, 429, 500, 503]),
    _BODY,
)
_ANSWERS = st.lists(_ANSWER, min_size=1, max_size=4)


def _bench(answers: list[httpx.Response]) -> Bench:
    """Plays the answers again and again."""
    at = iter(range(10**9))

    def answer(_request: httpx.Request) -> httpx.Response:
        given_ = answers[next(at) % len(answers)]
        return httpx.Response(given_.status_code, content=given_.content)

    return open_bench(otherwise=answer)


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(READS), _ANSWERS)
def test_a_reading(read: Callable[[Bench], Any], answers: list[httpx.Response]) -> None:
    try:
        text = str(read(_bench(answers)))
    except (CloudUnavailable, ResultMissing) as error:
        text = str(error)
    text.encode()
    assert len(text) < 50_000


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(CHANGES), _ANSWERS)
def test_a_change(change: Callable[[Bench], Any], answers: list[httpx.Response]) -> None:
    bench = _bench(answers)
    reply = change(bench)
    assert sum(request.method != "GET" for request in bench.wire.sent) <= 1
    assert (reply.outcome is Outcome.ACCEPTED) == bool(reply.id)
    reply.error.encode()
    assert len(reply.error) <= 500


@settings(max_examples=100, deadline=None)
@given(_DATA)
def test_an_id_is_a_part_of_a_path(data: Any) -> None:
    """Whatever lists say, no request leaves the paths of the API."""
    bench = _bench([httpx.Response(200, content=_json([data], None))])
    try:
        bench.cloud.jobs(attempt())
    except CloudUnavailable:
        return
    paths = {request.url.path.removeprefix("/core-fast/api/v2/jobs").strip("/") for request in bench.wire.sent}
    assert all("/" not in path for path in paths), (ID, JOBS)
