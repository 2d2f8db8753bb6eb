"""Every call as it stands on the wire, whole: method, path, query and body."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from reconciler.core.mark import TAG_RUN
from reconciler.providers.kind import Search
from tests.providers.pasqal.bench import (
    BATCH,
    HERE,
    ID,
    JOBS,
    NOON,
    PROJECT,
    WORKLOAD,
    Bench,
    attempt,
    batch,
    desired,
    job,
    known_jobs,
    ok,
    open_bench,
    workload,
)
from tests.providers.samples import CONFIG, CONTEXT, SEQUENCE

RUN = attempt().tags[TAG_RUN].replace("/", "%2F")
SENT_JOBS = [{"runs": 100, "variables": {"omega": 1.5}}, {"runs": 200, "variables": {"omega": 2}}]
LIST = f"/api/v1/batches?project_id={PROJECT}"
PAGE = "offset=0&limit=100"
OF_BATCH = f"batch_id={ID}&order_by=creation_order&order_by_direction=ASC"
FULL = {
    **BATCH,
    "jobs": [{"runs": 100, "sequence": SEQUENCE}],
    "open": True,
    "configuration": {"dt": 10.0},
    "backendConfiguration": CONFIG,
    "webhook": "https://example.org/hook",
}


def _create(bench: Bench, spec: Any = BATCH, kind: str = "Batch") -> Any:
    wanted = desired(spec, kind)
    return bench.cloud.create(wanted, "t" * 64, {"b": "", "qctl:run": "x"}, HERE, wanted.jobs or ())


CREATED = batch(jobs=[job(), job(JOBS[1], runs=200, variables={"omega": 2})])
WRITES: list[tuple[str, Callable[[Bench], Any], list[Any], list[dict[str, Any]]]] = [
    (
        "create",
        _create,
        [ok(CREATED)],
        [
            {
                "call": "POST /api/v1/batches",
                "packed": True,
                "body": {
                    "sequence_builder": SEQUENCE,
                    "webhook": None,
                    "jobs": SENT_JOBS,
                    "open": False,
                    "device_type": "EMU_FREE",
                    "project_id": PROJECT,
                    "tags": ["b", "qctl:run=x"],
                },
            }
        ],
    ),
    (
        "create with everything",
        lambda bench: _create(bench, FULL),
        [ok(batch())],
        [
            {
                "call": "POST /api/v1/batches",
                "packed": True,
                "body": {
                    "sequence_builder": SEQUENCE,
                    "webhook": "https://example.org/hook",
                    "jobs": [{"runs": 100, "sequence": SEQUENCE}],
                    "open": True,
                    "device_type": "EMU_FREE",
                    "project_id": PROJECT,
                    "tags": ["b", "qctl:run=x"],
                    "configuration": {"dt": 10.0},
                    "backend_configuration": CONFIG,
                },
            }
        ],
    ),
    (
        "create a workload",
        lambda bench: _create(bench, WORKLOAD, "Workload"),
        [ok(workload())],
        [
            {
                "call": "POST /api/v1/workloads",
                "body": {
                    "workload_type": "qadence_circuit",
                    "backend": "pyqtorch",
                    "config": {"depth": 2},
                    "project_id": PROJECT,
                },
            }
        ],
    ),
    (
        "add",
        lambda bench: bench.cloud.add(desired(), attempt(), known_jobs()),
        [ok(CREATED)],
        [{"call": f"POST /api/v2/batches/{ID}/jobs", "packed": True, "body": SENT_JOBS}],
    ),
    (
        "cancel",
        lambda bench: bench.cloud.cancel("Batch", attempt(), "c"),
        [ok(batch(status="CANCELED"))],
        [{"call": f"PATCH /api/v2/batches/{ID}/cancel"}],
    ),
    (
        "cancel a workload",
        lambda bench: bench.cloud.cancel("Workload", attempt(desired(WORKLOAD, "Workload")), "c"),
        [ok(workload(status="CANCELED"))],
        [{"call": f"PUT /api/v1/workloads/{ID}/cancel"}],
    ),
    (
        "cancel jobs",
        lambda bench: bench.cloud.cancel_jobs(attempt(), known_jobs()),
        [ok({"jobs": [], "errors": {}})],
        [{"call": f"PATCH /api/v2/batches/{ID}/cancel/jobs?id={JOBS[0]}&id={JOBS[1]}"}],
    ),
    (
        "close",
        lambda bench: bench.cloud.close(attempt()),
        [ok(batch())],
        [{"call": f"PATCH /api/v2/batches/{ID}/complete"}],
    ),
    (
        "tag",
        lambda bench: bench.cloud.tag(attempt(tags={"qctl:run": "r"}), {"new": ""}, ["old"]),
        [ok(batch(tags=["old", "theirs"])), ok(batch())],
        [
            {"call": f"GET /api/v2/batches/{ID}"},
            {"call": f"PATCH /api/v1/batches/{ID}/tags", "body": ["new", "qctl:run=r", "theirs"]},
        ],
    ),
]
READS: list[tuple[str, Callable[[Bench], Any], list[Any], list[str]]] = [
    (
        "observe a batch",
        lambda bench: list(bench.cloud.observe([("Batch/run", attempt())])),
        [ok(batch()), ok([job()])],
        [f"/api/v2/batches/{ID}", f"/api/v2/jobs?project_id={PROJECT}&{OF_BATCH}&{PAGE}"],
    ),
    (
        "observe a workload",
        lambda bench: list(bench.cloud.observe([("Workload/run", attempt(desired(WORKLOAD, "Workload")))])),
        [ok(workload())],
        [f"/api/v2/workloads/{ID}"],
    ),
    (
        "a job of which nothing is known",
        lambda bench: bench.cloud.jobs(attempt()),
        [ok([job(variables={})]), ok(job(variables={}, sequence=SEQUENCE))],
        [f"/api/v2/jobs?project_id={PROJECT}&{OF_BATCH}&{PAGE}", f"/api/v2/jobs/{JOBS[0]}"],
    ),
    (
        "look",
        lambda bench: bench.cloud.look("Batch", attempt(), set()),
        [ok([]), ok([])],
        [f"{LIST}&tag=qctl%3Arun%3D{RUN}&{PAGE}", f"{LIST}&{PAGE}"],
    ),
    (
        "look for a workload",
        lambda bench: bench.cloud.look("Workload", attempt(desired(WORKLOAD, "Workload")), set()),
        [ok([])],
        [f"/api/v2/workloads?project_id={PROJECT}&{PAGE}"],
    ),
    (
        "discover",
        lambda bench: list(bench.cloud.discover(_search())),
        [ok([])],
        [f"{LIST}&tag=qctl%3Aproject%3D{CONTEXT.uid}&{PAGE}"],
    ),
    (
        "discover also what lost its marks, and workloads",
        lambda bench: list(bench.cloud.discover(_search(unmarked=True, kinds=frozenset({"Workload"})))),
        [ok([]), ok([]), ok([])],
        [
            f"{LIST}&tag=qctl%3Aproject%3D{CONTEXT.uid}&{PAGE}",
            f"{LIST}&{PAGE}",
            f"/api/v2/workloads?project_id={PROJECT}&{PAGE}",
        ],
    ),
    ("check", lambda bench: bench.cloud.check([desired()]), [ok([])], ["/api/v2/devices"]),
    ("check a workload", lambda bench: bench.cloud.check([desired(WORKLOAD, "Workload")]), [], []),
    ("specs", lambda bench: bench.cloud.specs(["FRESNEL"]), [ok({})], ["/api/v1/devices/specs"]),
    ("no specs", lambda bench: bench.cloud.specs([]), [], []),
]


def _search(**more: Any) -> Search:
    return Search(CONTEXT.uid, NOON - timedelta(days=9), frozenset({"eu"}), **more)


@pytest.mark.parametrize(("call", "answers", "expected"), [w[1:] for w in WRITES], ids=[w[0] for w in WRITES])
def test_a_change(call: Callable[[Bench], Any], answers: list[Any], expected: list[dict[str, Any]]) -> None:
    bench = open_bench(*answers)
    reply = call(bench)
    assert (str(reply.outcome), reply.id, reply.error) == ("accepted", ID, "")
    assert bench.wire.seen() == expected


@pytest.mark.parametrize(("call", "answers", "expected"), [r[1:] for r in READS], ids=[r[0] for r in READS])
def test_a_reading(call: Callable[[Bench], Any], answers: list[Any], expected: list[str]) -> None:
    bench = open_bench(*answers)
    call(bench)
    assert [said["call"] for said in bench.wire.seen()] == [f"GET {path}" for path in expected]


def test_who_calls() -> None:
    bench = open_bench(ok([]))
    bench.cloud.check([desired()])
    headers = bench.wire.sent[0].headers
    assert headers["authorization"] == "Bearer t0k3n"
    assert headers["user-agent"].startswith("qctl/")


def test_a_result_is_fetched_without_our_token() -> None:
    """Links lead to a store of other people's."""
    done = [job(status="DONE"), job(JOBS[1], status="ERROR", errors=["laser", "off"])]
    bench = open_bench(ok(done), ok({"results_link": "https://store.example/r?sig=1"}), ok({"counter": {}}))
    files = bench.cloud.results("Batch", attempt(jobs=known_jobs()))
    assert [(f.problem, f.job.label if f.job else "") for f in files] == [("", "1"), ("ERROR: laser; off", "2")]
    last = bench.wire.sent[-1]
    assert (str(last.url), "authorization" in last.headers) == ("https://store.example/r?sig=1", False)


def test_no_ids_cancel_nothing() -> None:
    """Without ids the API would cancel every job of the batch."""
    bench = open_bench()
    assert str(bench.cloud.cancel_jobs(attempt(), ()).outcome) == "refused"
    assert str(bench.cloud.cancel_jobs(attempt(), desired().jobs or ()).outcome) == "refused"
    assert bench.wire.sent == []
