"""What the API says of runs, in our words. Nothing that it says is trusted."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest

from reconciler.core.attempt import Attempt
from reconciler.core.diagnostic import Severity
from reconciler.core.event import Observed
from reconciler.core.job import Job
from reconciler.core.mark import TAG_ADDRESS, TAG_RUN
from reconciler.core.money import Price
from reconciler.core.phase import Phase
from reconciler.providers.kind import CloudUnavailable, Found, ResultMissing, Search, Unlisted
from reconciler.providers.pasqal.tags import encode
from reconciler.providers.pasqal.times import time_of
from tests.providers.pasqal.bench import (
    ID,
    JOBS,
    NOON,
    OTHER,
    WORKLOAD,
    Bench,
    attempt,
    bad,
    batch,
    desired,
    job,
    known_jobs,
    ok,
    open_bench,
    workload,
)
from tests.providers.samples import CONTEXT, SEQUENCE

MARKED = encode(attempt().tags)


def _observed(found: dict[str, Any], run: Attempt | None = None, jobs: Any = ()) -> Observed:
    (seen,) = open_bench(ok(found), ok(list(jobs))).cloud.observe([("Batch/run", run or attempt())])
    return seen


@pytest.mark.parametrize(
    ("status", "phase", "accepting"),
    [
        ("PENDING", Phase.OPEN, True),
        ("RUNNING", Phase.OPEN, True),
        ("PAUSED", Phase.OPEN, True),
        ("BRAND_NEW", Phase.OPEN, True),
        ("", Phase.OPEN, True),
        (7, Phase.OPEN, True),
        ("CANCELING", Phase.CLOSING, False),
        ("DONE", Phase.DONE, False),
        ("TIMED_OUT", Phase.DONE, False),
        ("ERROR", Phase.FAILED, False),
        ("CANCELED", Phase.CANCELLED, False),
    ],
)
def test_a_status(status: Any, phase: Phase, accepting: bool) -> None:
    """A paused batch is open: to take it for closed would mean to pay for its next jobs in another one."""
    seen = _observed(batch(status=status, open=True))
    assert (seen.phase, seen.accepting) == (phase, accepting)
    assert not _observed(batch(status=status, open=False)).accepting


_NO_TIMES: list[Any] = ["", "soon", None, True, [], {}, "9" * 400, 1e300, float("inf"), "²"]


@pytest.mark.parametrize(
    ("told", "time"),
    [
        ("2021-11-10T15:24:38.155824", "2021-11-10T15:24:38.155Z"),
        ("2023-03-23T10:42:27.611384+00:00", "2023-03-23T10:42:27.611Z"),
        ("2023-03-23T12:42:27+02:00", "2023-03-23T10:42:27.000Z"),
        ("2023-03-23T10:42:27Z", "2023-03-23T10:42:27.000Z"),
        ("1636558026.698066", "2021-11-10T15:27:06.698Z"),
        (1636558026, "2021-11-10T15:27:06.000Z"),
        *((no_time, "") for no_time in _NO_TIMES),
    ],
)
def test_a_time(told: Any, time: str) -> None:
    assert time_of(told) == time


def test_a_batch_whole() -> None:
    jobs = [
        job(status="RUNNING"),
        job(JOBS[1], runs=200.0, variables={"omega": 2.0}, status="ERROR", errors=[{"code": "E1", "message": "laser"}]),
        job(OTHER, runs=7, variables=None, sequence=None, status="CANCELING"),
        job("55555555-5555-4555-8555-555555555555", batch_id=OTHER),
    ]
    seen = _observed(batch(tags=["theirs", *MARKED], status="PAUSED"), attempt(jobs=known_jobs()[:1]), jobs)
    assert (seen.submitted, seen.ended, seen.tags) == ("2026-01-15T11:59:00.000Z", "", {"theirs": "", **attempt().tags})
    wanted = known_jobs()
    foreign = seen.jobs[2] if seen.jobs else None
    assert seen.jobs == (
        replace(wanted[0], status="RUNNING", running=True),
        replace(wanted[1], label="", status="ERROR", phase=Phase.FAILED, failure="E1: laser"),
        Job(foreign.digest if foreign else "", {"runs": 7}, "", OTHER, "CANCELING", Phase.CLOSING),
    )


def test_a_jobs_own_sequence_is_asked_for_where_it_could_be() -> None:
    """Not of jobs that are known, nor of those with variables, which can have none."""
    own = desired({"device": "EMU_FREE", "jobs": [{"runs": 5, "sequence": SEQUENCE}]})
    listed = [job(), job(JOBS[1], runs=5, variables={})]
    bench = open_bench(ok(listed), ok(job(JOBS[1], runs=5, variables={}, sequence=SEQUENCE)))
    jobs = bench.cloud.jobs(attempt(own))
    assert [j.shown for j in jobs] == [{"runs": 100, "variables": {"omega": 1.5}}, (own.jobs or ())[0].shown]
    assert jobs[1].digest == (own.jobs or ())[0].digest
    bench = open_bench(ok(listed))
    assert [j.id for j in bench.cloud.jobs(attempt(own, jobs=tuple(jobs)))] == list(JOBS)


@pytest.mark.parametrize(
    "odd",
    [
        {"runs": None},
        {"runs": "100"},
        {"runs": True},
        {"variables": [1]},
        {"variables": {"a": "x" * 9}},
        {"variables": {"a": {"b": [None]}}},
    ],
)
def test_a_job_that_no_manifest_asks_for_is_nobodys(odd: dict[str, Any]) -> None:
    (seen,) = open_bench(ok([job(**odd)])).cloud.jobs(attempt())
    assert seen.digest not in {j.digest for j in desired().jobs or ()}


@pytest.mark.parametrize(("age", "missing"), [(timedelta(minutes=4), []), (timedelta(minutes=6), [True])])
def test_a_young_run_is_not_called_missing(age: timedelta, missing: list[bool]) -> None:
    run = attempt(status="RUNNING")
    run = replace(run, submitted=(NOON - age).isoformat())
    seen = list(open_bench(bad(404)).cloud.observe([("Batch/run", run)]))
    assert [event.missing for event in seen] == missing


def test_many_runs_are_read_at_once() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return ok([]) if "/jobs" in request.url.path else ok(batch(request.url.path.rpartition("/")[2]))

    runs = [(f"Batch/b{n}", attempt(id=f"b-{n}")) for n in range(20)]
    assert [seen.address for seen in open_bench(otherwise=answer).cloud.observe(runs)] == [a for a, _ in runs]


# Searching


def _look(*answers: httpx.Response, known: frozenset[str] = frozenset()) -> list[str]:
    return [found.attempt.id for found in open_bench(*answers).cloud.look("Batch", attempt(), known)]


def test_a_look_finds_by_tag_and_through_the_newest() -> None:
    ours, lagging = batch(tags=MARKED), batch(OTHER, tags=MARKED)
    assert _look(ok([ours]), ok([])) == [ID]
    assert _look(ok([]), ok([batch(JOBS[0]), lagging])) == [OTHER]
    assert _look(ok([ours, ours]), ok([lagging, ours])) == [ID, OTHER]
    assert _look(ok([ours]), ok([ours, lagging]), known=frozenset({ID})) == [OTHER]
    assert _look(ok([]), ok([])) == []


def test_a_look_believes_the_tags_and_not_the_filter() -> None:
    """An older service passes over a filter that it does not know."""
    copied = [tag for tag in MARKED if not tag.startswith(TAG_RUN)]
    assert _look(ok([batch(tags=copied), batch(OTHER, tags=None)]), ok([])) == []


def test_a_list_without_tags_is_completed() -> None:
    short = batch()
    del short["tags"]
    assert _look(ok([short]), ok(batch(tags=MARKED)), ok([])) == [ID]


def test_a_look_ends_at_batches_from_before() -> None:
    old = [batch(f"id-{n}", created_at="2026-01-15T11:00:00", tags=MARKED) for n in range(100)]
    young = batch(OTHER, tags=MARKED)
    many = {"total": 500, "start": 0, "end": 100}
    bench = open_bench(ok([]), ok([young, *old[:99]], pagination=many), ok(old, pagination={**many, "end": 200}))
    assert [found.attempt.id for found in bench.cloud.look("Batch", attempt(), set())] == [OTHER]
    assert len(bench.wire.sent) == 3


def _discovered(*answers: Any, **more: Any) -> list[Found | Unlisted]:
    search = Search(CONTEXT.uid, NOON - timedelta(days=1), frozenset({"eu"}), **more)
    return list(open_bench(*answers).cloud.discover(search))


def test_a_search_finds_a_batch_with_its_jobs() -> None:
    (found,) = _discovered(ok([batch(tags=MARKED, status="DONE", open=True)]), ok([job(status="DONE")]))
    assert isinstance(found, Found)
    run = attempt()
    made = found.attempt
    assert (found.mark, found.kind) == ("Batch/run", "Batch")
    assert (made.id, made.token, made.digest, made.number, made.tags) == (ID, run.token, run.digest, 1, run.tags)
    assert (made.submitted, made.phase, made.execution) == (
        "2026-01-15T11:59:00.000Z",
        Phase.DONE,
        {"device": "EMU_FREE"},
    )
    assert [j.digest for j in made.jobs] == [(desired().jobs or ())[0].digest]


def test_what_lost_its_marks_is_found_when_asked_for() -> None:
    stripped = batch(tags=[f"{TAG_ADDRESS}=Batch/run"], created_at="soon")
    assert _discovered(ok([stripped])) == []
    (found,) = _discovered(ok([]), ok([stripped]), unmarked=True)
    assert isinstance(found, Found)
    assert (found.attempt.token, found.attempt.submitted) == ("", "2026-01-15T12:00:00.000Z")
    assert _discovered(ok([]), ok([batch(tags=["qctl:project=another"])]), unmarked=True) == []


def test_other_regions_are_not_ours() -> None:
    bench = open_bench()
    assert list(bench.cloud.discover(Search(CONTEXT.uid, NOON, frozenset({"us-east-1"})))) == []
    assert bench.wire.sent == []


def test_a_region_that_may_be_ours_may_refuse_us() -> None:
    search = Search(CONTEXT.uid, NOON, frozenset(), maybe=frozenset({"eu"}))
    assert list(open_bench(bad(403)).cloud.discover(search)) == []
    with pytest.raises(CloudUnavailable):
        list(open_bench(bad(403)).cloud.discover(replace(search, regions=frozenset({"eu"}))))


def test_workloads_are_known_by_their_content() -> None:
    wanted = desired(WORKLOAD, "Workload")
    listed = [workload(config={"depth": 2.0}), workload(OTHER, config={"depth": 3}), workload(JOBS[0], config=None)]
    found = _discovered(ok([]), ok(listed), kinds=frozenset({"Workload"}))
    assert [f.attempt.digest == wanted.digest for f in found if isinstance(f, Found)] == [True, False, False]
    looked = open_bench(ok(listed)).cloud.look("Workload", attempt(wanted), set())
    assert [f.attempt.id for f in looked] == [ID]
    assert open_bench(ok(listed)).cloud.look("Workload", attempt(wanted), {ID}) == []


@pytest.mark.parametrize("status", [404, 405, 422])
def test_workloads_that_can_not_be_listed(status: int) -> None:
    (said,) = _discovered(ok([]), bad(status), kinds=frozenset({"Workload"}))
    assert said == Unlisted("Workload", f"Pasqal does not list the workloads of this project ({status}: Sorry: no)")
    with pytest.raises(CloudUnavailable, match="does not list"):
        open_bench(bad(status)).cloud.look("Workload", attempt(desired(WORKLOAD, "Workload")), set())


# Devices and results


def _checked(*devices: dict[str, Any], bench: Bench | None = None) -> tuple[list[tuple[str, Severity]], Price]:
    checked = (bench or open_bench(ok(list(devices)))).cloud.check([desired()])
    (price,) = checked.prices.values()
    return [(found.code, found.severity) for found in checked.diagnostics], price


@pytest.mark.parametrize(
    ("device", "expected"),
    [
        ({}, []),
        ({"status": "UP", "availability": "ACTIVE"}, []),
        ({"status": "DOWN"}, [("device/offline", Severity.WARNING)]),
        ({"status": "UP", "availability": "INACTIVE"}, [("device/offline", Severity.WARNING)]),
        ({"availability": "RETIRED"}, [("device/retired", Severity.ERROR)]),
        ({"device_type": "FRESNEL"}, [("device/not-found", Severity.ERROR)]),
        ({"device_type": 7}, [("device/not-found", Severity.ERROR)]),
    ],
)
def test_a_device(device: dict[str, Any], expected: list[tuple[str, Severity]]) -> None:
    assert _checked({"device_type": "EMU_FREE", **device})[0] == expected


@pytest.mark.parametrize(("billed", "most"), [(False, 0), (True, None), (None, None), ("no", None)])
def test_a_price(billed: Any, most: int | None) -> None:
    assert _checked({"device_type": "EMU_FREE", "bill_usage": billed})[1].most == most


@pytest.mark.parametrize("status", [404, 405, 422])
def test_without_a_list_of_devices_nothing_is_said_of_them(status: int) -> None:
    assert _checked(bench=open_bench(bad(status)))[0] == []
    assert open_bench(bad(status)).cloud.specs(["FRESNEL"]) == {}


def test_a_finding_stands_at_the_device() -> None:
    (found,) = open_bench(ok([])).cloud.check([desired()]).diagnostics
    assert (found.where.file if found.where else "", found.address) == ("device", "Batch/run")


def test_specs() -> None:
    bench = open_bench(ok({"FRESNEL": "{}", "EMU_FREE": None}))
    assert bench.cloud.specs(["pasqal:FRESNEL", "EMU_FREE", "GONE"]) == {"pasqal:FRESNEL": "{}"}


DONE = ok([job(status="DONE")])
LINK = ok({"results_link": "https://store.example/r"})


def _result(*answers: Any) -> tuple[bytes, str]:
    (file,) = open_bench(DONE, *answers).cloud.results("Batch", attempt(jobs=known_jobs()))
    return file.data, file.problem


def test_a_link_that_is_over_is_asked_for_once_more() -> None:
    gone = httpx.Response(403, text="<Error>expired</Error>")
    assert _result(LINK, gone, LINK, httpx.Response(200, content=b"{}")) == (b"{}", "")
    assert _result(LINK, gone, LINK, gone) == (b"", "its result can't be fetched: 403: Forbidden")


@pytest.mark.parametrize("link", [None, "", 7, [], {}])
def test_no_link(link: Any) -> None:
    assert _result(ok({"results_link": link})) == (b"", "it ended, and Pasqal names no result of it")


@pytest.mark.parametrize("link", ["file:///etc/passwd", "ftp://store.example/", "javascript:1", "https://", "/x"])
def test_a_link_that_is_no_web_address_is_not_followed(link: str) -> None:
    assert _result(ok({"results_link": link})) == (b"", "the link to the result is no web address")


def test_a_result_has_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reconciler.providers.pasqal.client.MOST_BYTES", 10)
    assert _result(LINK, httpx.Response(200, content=b"x" * 11)) == (b"", "the result has more than 10 bytes")


def test_while_nothing_has_ended_there_are_no_results() -> None:
    with pytest.raises(ResultMissing):
        open_bench(ok([job(), job(JOBS[1], status="RUNNING")])).cloud.results("Batch", attempt(jobs=known_jobs()))


@pytest.mark.parametrize("answer", [ok(workload()), bad(404), ok(workload(status="ERROR", errors=["it broke"]))])
def test_a_workload_without_a_result(answer: httpx.Response) -> None:
    with pytest.raises(ResultMissing):
        open_bench(answer).cloud.results("Workload", attempt(desired(WORKLOAD, "Workload")))


def test_a_workloads_result() -> None:
    done = ok(workload(status="DONE", result_link="https://store.example/r"))
    bench = open_bench(done, done, httpx.Response(200, content=b"[]"))
    (file,) = bench.cloud.results("Workload", attempt(desired(WORKLOAD, "Workload")))
    assert file.data == b"[]"


def test_an_answer_with_a_job_too_many_tells_nothing() -> None:
    """Somebody else's came between, maybe with a sequence of its own: only a look at each can tell them apart."""
    answer = batch(jobs=[job(), job(JOBS[1]), job(OTHER)])
    reply = open_bench(ok(answer)).cloud.add(desired(), attempt(), (desired().jobs or ())[:1])
    assert (reply.id, reply.jobs) == (ID, None)


def test_numbers_beyond_all_bounds_are_nobodys() -> None:
    body = b'{"data": [{"id": "j", "runs": 1, "variables": {"a": 1e999}}], "pagination": {"total": 1, "end": 1}}'
    (seen,) = open_bench(httpx.Response(200, content=body)).cloud.jobs(attempt())
    assert (seen.digest, seen.shown) == ("", {"runs": 1})


def test_half_a_character_is_replaced() -> None:
    body = b'{"data": {"id": "%s", "status": "RUNNING", "tags": ["\\ud800"]}}' % ID.encode()
    (seen,) = open_bench(httpx.Response(200, content=body), ok([])).cloud.observe([("Batch/run", attempt())])
    assert list(seen.tags or ()) == ["?"]


def test_what_is_found_twice_is_told_once() -> None:
    marked = ok([batch(tags=MARKED)])
    assert len(_discovered(marked, ok([]), marked, unmarked=True)) == 1
