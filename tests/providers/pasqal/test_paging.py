"""Reading is patient, and a list is read to its end or not believed."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from reconciler.providers.kind import CloudUnavailable
from tests.providers.pasqal.bench import HTML, ID, Step, attempt, bad, batch, ok, open_bench

LIST = "/api/v1/batches"


def _ids(start: int, end: int) -> list[dict[str, Any]]:
    return [{"id": f"id-{number}"} for number in range(start, end)]


def _read(*steps: Step, otherwise: Step | None = None) -> list[str]:
    bench = open_bench(*steps, otherwise=otherwise)
    return [str(item["id"]) for page in bench.client.pages(LIST, {}) for item in page]


def _names(start: int, end: int) -> list[str]:
    return [str(item["id"]) for item in _ids(start, end)]


def _part(start: int, end: int, total: int) -> httpx.Response:
    return ok(_ids(start, end), pagination={"total": total, "start": start, "end": end})


def test_page_after_page() -> None:
    bench = open_bench(_part(0, 100, 250), _part(100, 200, 250), _part(200, 250, 250))
    assert sum(map(len, bench.client.pages(LIST, {"a": "b"}))) == 250
    assert [str(request.url.query, "ascii") for request in bench.wire.sent] == [
        f"a=b&offset={offset}&limit=100" for offset in (0, 100, 200)
    ]


def test_nothing() -> None:
    assert _read(_part(0, 0, 0)) == []
    assert _read(ok([])) == []


def _untold(start: int, end: int) -> httpx.Response:
    return ok(_ids(start, end), pagination=None)


def test_without_pagination_only_an_empty_page_is_surely_the_last() -> None:
    assert _read(_untold(0, 100), _untold(100, 130), _untold(130, 130)) == _names(0, 130)
    assert _read(_untold(0, 2), _untold(2, 4), _untold(4, 4)) == _names(0, 4)
    assert _read(_untold(0, 0)) == []


def test_a_short_list_that_knows_no_offset_is_read_once() -> None:
    assert _read(otherwise=_untold(0, 30)) == _names(0, 30)


@pytest.mark.parametrize(
    "told", [None, [], {}, {"total": "101", "end": 100}, {"total": 101}, {"total": 101, "end": 0}, {"end": None}]
)
def test_pagination_of_another_shape_is_none(told: Any) -> None:
    answers = [ok(_ids(start, end), pagination=told) for start, end in ((0, 100), (100, 101), (101, 101))]
    assert _read(*answers) == _names(0, 101)


def test_what_stands_twice_is_read_once() -> None:
    """New batches push the older ones on to the next page."""
    assert _read(
        _part(0, 100, 150), ok([*_ids(98, 150), *_ids(98, 100)], pagination={"total": 150, "end": 150})
    ) == _names(0, 150)


def test_a_list_that_breaks_off_is_not_believed() -> None:
    empty = ok([], pagination={"total": 250, "start": 100, "end": 200})
    with pytest.raises(CloudUnavailable):
        _read(_part(0, 100, 250), otherwise=empty)


def test_a_list_that_begins_again_is_not_believed() -> None:
    """A service that knows no offset: what is beyond its first page can't be read, and must not count as absent."""
    with pytest.raises(CloudUnavailable, match="has no end"):
        _read(otherwise=_untold(0, 100))


@pytest.mark.parametrize("data", [None, {}, "no", [[]], [{}], [{"id": 7}], [{"id": "../x"}], [{"id": ""}]])
def test_a_list_of_something_else_is_garbled(data: Any) -> None:
    with pytest.raises(CloudUnavailable):
        _read(otherwise=ok(data))


PASSING: list[Step] = [
    *(bad(status) for status in (408, 425, 429, 500, 502, 503, 504)),
    HTML,
    httpx.Response(200, html="<html>"),
    httpx.ConnectError("no"),
    httpx.ReadTimeout("slow"),
    httpx.RemoteProtocolError("hung up"),
]


@pytest.mark.parametrize("passing", PASSING, ids=lambda value: str(value)[:40])
def test_what_passes_is_waited_for(passing: Step) -> None:
    bench = open_bench(passing, passing, ok({"id": ID}))
    assert bench.client.read("/x", ID) == {"id": ID}
    assert bench.clock.slept == [0.2, 0.2 * 3]


@pytest.mark.parametrize("passing", PASSING, ids=lambda value: str(value)[:40])
def test_not_for_ever(passing: Step) -> None:
    bench = open_bench(otherwise=passing)
    with pytest.raises(CloudUnavailable, match=r"^reading /x failed: "):
        bench.client.read("/x", ID)
    assert len(bench.wire.sent) == 5


@pytest.mark.parametrize("status", [400, 401, 403, 409])
def test_what_does_not_pass_is_not_waited_for(status: int) -> None:
    bench = open_bench(bad(status, "because"))
    with pytest.raises(CloudUnavailable, match=f"{status}: Sorry: because"):
        bench.client.read("/x", ID)


@pytest.mark.parametrize(("asked", "slept"), [("7", 7.0), ("86400", 60.0)])
def test_a_pause_that_is_asked_for_is_made(asked: str, slept: float) -> None:
    bench = open_bench(bad(429, **{"retry-after": asked}), ok({"id": ID}))
    bench.client.read("/x", ID)
    assert bench.clock.slept == [slept]


def test_what_is_not_there() -> None:
    bench = open_bench(bad(404))
    assert bench.client.read("/x", ID) is None
    assert bench.client.read("/x", "../../account") is None
    assert len(bench.wire.sent) == 1


@pytest.mark.parametrize(
    "gateway", [httpx.Response(404, html="<html>"), httpx.Response(404, json={"detail": "no route"})]
)
def test_a_gateways_404_is_no_word_on_what_exists(gateway: httpx.Response) -> None:
    with pytest.raises(CloudUnavailable):
        open_bench(otherwise=gateway).client.read("/x", ID)


def test_an_answer_about_another_batch_is_garbled() -> None:
    with pytest.raises(CloudUnavailable):
        list(open_bench(otherwise=ok(batch("another"))).cloud.observe([("Batch/run", attempt())]))


def test_a_redirect_is_not_followed() -> None:
    """It would take the token along."""
    bench = open_bench(otherwise=httpx.Response(302, headers={"location": "https://elsewhere.example/"}))
    with pytest.raises(CloudUnavailable):
        bench.client.read("/x", ID)
    assert {request.url.host for request in bench.wire.sent} == {"apis.pasqal.cloud"}
