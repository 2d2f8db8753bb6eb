"""What each end of a changing call means: did anything happen, may it be repeated, how long to wait?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from reconciler.core.attempt import Outcome
from reconciler.providers.kind import Reply
from reconciler.providers.pasqal.tags import encode
from tests.providers.pasqal.bench import (
    BATCH,
    HERE,
    HTML,
    ID,
    JOBS,
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


def _create(spec: Any, kind: str) -> Callable[[Bench], Reply]:
    wanted = desired(spec, kind)
    return lambda bench: bench.cloud.create(wanted, "t", {}, HERE, wanted.jobs or ())


PAYING: dict[str, Callable[[Bench], Reply]] = {
    "create": _create(BATCH, "Batch"),
    "workload": _create(WORKLOAD, "Workload"),
    "add": lambda bench: bench.cloud.add(desired(), attempt(), known_jobs()),
}
HARMLESS: dict[str, Callable[[Bench], Reply]] = {
    "cancel": lambda bench: bench.cloud.cancel("Batch", attempt(), "c"),
    "cancel-workload": lambda bench: bench.cloud.cancel("Workload", attempt(desired(WORKLOAD, "Workload")), "c"),
    "cancel-jobs": lambda bench: bench.cloud.cancel_jobs(attempt(), known_jobs()),
    "close": lambda bench: bench.cloud.close(attempt()),
    "tag": lambda bench: bench.cloud.tag(attempt(), {"new": ""}, ()),
}
REFUSED, AGAIN, THROTTLED, UNKNOWN = "refused", "refused, again", "throttled", "unknown"
ENDS: list[tuple[httpx.Response | Exception, str]] = [
    *((bad(status), REFUSED) for status in (400, 401, 402, 403, 404, 405, 409, 410, 413, 415, 422, 451)),
    (bad(429), THROTTLED),
    *((bad(status), UNKNOWN) for status in (408, 425, 460, 499, 500, 501, 502, 503, 504)),
    (HTML, UNKNOWN),
    (httpx.Response(302, headers={"location": "https://elsewhere.example/"}), UNKNOWN),
    (httpx.ConnectError("no route"), AGAIN),
    (httpx.ConnectTimeout("slow"), AGAIN),
    (httpx.PoolTimeout("busy"), AGAIN),
    (httpx.ReadTimeout("slow"), UNKNOWN),
    (httpx.WriteTimeout("slow"), UNKNOWN),
    (httpx.ReadError("reset"), UNKNOWN),
    (httpx.WriteError("reset"), UNKNOWN),
    (httpx.CloseError("reset"), UNKNOWN),
    (httpx.RemoteProtocolError("hung up"), UNKNOWN),
    (httpx.LocalProtocolError("what"), UNKNOWN),
    (httpx.ProxyError("what"), UNKNOWN),
    (httpx.DecodingError("what"), UNKNOWN),
    (httpx.UnsupportedProtocol("what"), REFUSED),
]
GARBLED = [
    httpx.Response(200, html="<html>"),
    httpx.Response(200, content=b""),
    httpx.Response(204),
    httpx.Response(200, json=[]),
    httpx.Response(200, json={"status": "success"}),
    httpx.Response(200, content=b'{"data": NaN}'),
    httpx.Response(200, content=b"[" * 100_000),
    httpx.Response(200, content=b'{"data": ' + b"9" * 5000 + b"}"),
]
WITHOUT_ID = [ok(None), ok([]), ok({}), ok({"id": 7}), ok({"id": ""}), ok({"id": "../x"}), ok({"id": "a" * 200})]


def _means(reply: Reply) -> tuple[Outcome, bool, bool]:
    return reply.outcome, reply.again, reply.throttled


def _expected(means: str, *, harmless: bool) -> tuple[Outcome, bool, bool]:
    """A paying call is never repeated on doubt: it may have been heard."""
    return {
        REFUSED: (Outcome.REFUSED, False, False),
        AGAIN: (Outcome.REFUSED, True, False),
        THROTTLED: (Outcome.REFUSED, True, True),
        UNKNOWN: (Outcome.UNKNOWN, harmless, False),
    }[means]


def _steps(verb: str, end: httpx.Response | Exception) -> list[Any]:
    """The end of the one changing request, with the readings that a verb makes before it and after a refusal."""
    before: list[Any] = [ok(batch(tags=["theirs"]))] if verb == "tag" else []
    after = {"cancel-jobs": ok([job()]), "close": ok(batch(open=True)), "cancel-workload": ok(workload())}
    return [*before, end, after.get(verb, ok(batch()))]


def _changes(bench: Bench) -> int:
    return sum(request.method != "GET" for request in bench.wire.sent)


@pytest.mark.parametrize("verb", PAYING)
@pytest.mark.parametrize(("end", "means"), ENDS, ids=lambda value: str(value)[:40])
def test_a_paying_call(verb: str, end: httpx.Response | Exception, means: str) -> None:
    bench = open_bench(end)
    reply = PAYING[verb](bench)
    assert _means(reply) == _expected(means, harmless=False)
    assert reply.error
    assert _changes(bench) == 1


@pytest.mark.parametrize("verb", HARMLESS)
@pytest.mark.parametrize(("end", "means"), ENDS, ids=lambda value: str(value)[:40])
def test_a_harmless_call(verb: str, end: httpx.Response | Exception, means: str) -> None:
    bench = open_bench(*_steps(verb, end))
    reply = HARMLESS[verb](bench)
    assert _means(reply) == _expected(means, harmless=True)
    assert _changes(bench) == 1


@pytest.mark.parametrize("verb", [*PAYING, *HARMLESS])
@pytest.mark.parametrize("answer", GARBLED, ids=lambda value: repr(value.content[:20]))
def test_a_garbled_success_is_unknown(verb: str, answer: httpx.Response) -> None:
    bench = open_bench(*_steps(verb, answer))
    reply = {**PAYING, **HARMLESS}[verb](bench)
    assert _means(reply) == _expected(UNKNOWN, harmless=verb in HARMLESS)
    assert _changes(bench) == 1


@pytest.mark.parametrize("verb", PAYING)
@pytest.mark.parametrize("answer", WITHOUT_ID, ids=lambda value: repr(value.content[60:100]))
def test_a_success_without_an_id_is_unknown(verb: str, answer: httpx.Response) -> None:
    reply = PAYING[verb](open_bench(answer))
    assert _means(reply) == _expected(UNKNOWN, harmless=False)


@pytest.mark.parametrize(
    ("header", "after"),
    [("3", 3.0), ("86400", 60.0), ("-5", 0.0), ("soon", 0.0), ("Wed, 21 Oct 2015 07:28:00 GMT", 0.0), ("1e99", 0.0)],
)
def test_how_long_a_throttled_call_waits(header: str, after: float) -> None:
    """A day is what a service may ask for, and nobody waits for."""
    reply = PAYING["create"](open_bench(bad(429, **{"retry-after": header})))
    assert (reply.throttled, reply.after) == (True, after)


OVER = {
    "cancel": [ok(batch(status="DONE"))],
    "cancel-workload": [ok(workload(status="CANCELED"))],
    "cancel-jobs": [ok([job(status="RUNNING"), job(JOBS[1], status="DONE")])],
    "close": [ok(batch(open=False))],
}


@pytest.mark.parametrize("status", [400, 404, 409, 422])
@pytest.mark.parametrize("verb", OVER)
def test_what_has_ended_already_is_no_error(verb: str, status: int) -> None:
    reply = HARMLESS[verb](open_bench(bad(status, "it has ended"), *OVER[verb]))
    assert (reply.outcome, reply.id, reply.error) == (Outcome.ACCEPTED, ID, "")


def test_single_jobs_that_were_left_are_told() -> None:
    refused = ok({"jobs": [], "errors": {JOBS[0]: "could not be cancelled"}})
    reply = HARMLESS["cancel-jobs"](open_bench(refused, ok([job(), job(JOBS[1], status="DONE")])))
    assert (reply.outcome, reply.again) == (Outcome.REFUSED, False)
    assert reply.error == f"409: not cancelled: {JOBS[0]}: could not be cancelled"


def test_tags_that_can_not_be_read_are_not_written() -> None:
    assert HARMLESS["tag"](open_bench(bad(404))).outcome is Outcome.REFUSED
    assert HARMLESS["tag"](open_bench(ok({"id": ID}))).outcome is Outcome.REFUSED
    assert HARMLESS["tag"](open_bench(ok(batch(tags=None)), ok(batch()))).outcome is Outcome.ACCEPTED  # null is no tags


def test_tags_that_are_there_already_are_not_sent_again() -> None:
    bench = open_bench(ok(batch(tags=["new", *encode(attempt().tags)])))
    assert (HARMLESS["tag"](bench).outcome, _changes(bench)) == (Outcome.ACCEPTED, 0)


def test_words_for_people() -> None:
    findings = [{"loc": ["body", "jobs"], "msg": "expects no variables.", "type": "value_error"}]
    body = {"status": "fail", "message": "Unprocessable Entity", "code": "422", "data": {"description": findings}}
    reply = PAYING["create"](open_bench(httpx.Response(422, json=body)))
    assert reply.error == "422: Unprocessable Entity: body.jobs expects no variables."


def test_a_page_of_words_is_cut() -> None:
    reply = PAYING["create"](open_bench(bad(422, "x\n" * 10_000)))
    assert 490 < len(reply.error) <= 500
    assert "\n" not in reply.error


def test_our_token_is_in_no_message() -> None:
    reply = PAYING["create"](open_bench(bad(401, "bad token t0k3n")))
    assert reply.error == "401: Sorry: bad token ***"
