"""What each fault does to requests of the local Pasqal: what the caller sees, and what was made."""

import gzip
import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from reconciler.emulator.effects import EFFECTS
from reconciler.emulator.world import World
from tests.emulator.pasqal_wire import BATCH, CORE, Wire


@pytest.fixture
def wire(world: World) -> Iterator[Wire]:
    wire = Wire(world)
    yield wire
    wire.client.close()


# Each operation that changes something, and how it is known that it was done: True, or how many were made.
WRITES: dict[str, tuple[Callable[[Wire], httpx.Response], Callable[[Wire], int]]] = {
    "CreateBatch": (Wire.create, lambda wire: wire.world.status()["batches"] - 1),
    "AddJobs": (Wire.add_jobs, lambda wire: (wire.world.status()["jobs"] - 1) // 2),
    "CloseBatch": (Wire.close, lambda wire: not wire.get()["open"]),
    "CancelBatch": (Wire.cancel, lambda wire: wire.get()["status"] != "PENDING"),
    "SetBatchTags": (Wire.tag, lambda wire: wire.get()["tags"] == ["new"]),
    "CreateWorkload": (Wire.create_workload, lambda wire: wire.world.status()["workloads"]),
}
# What a caller sees, and whether the request was carried out at once.
EFFECT: dict[str, tuple[dict[str, Any], object, int]] = {
    "throttle": ({}, 429, 0),
    "error-500": ({}, 500, 0),
    "error-500-after": ({}, 500, 1),
    "error-503": ({}, 503, 0),
    "status": ({"status": 408}, 408, 0),
    "status-after": ({"status": 504}, 504, 1),
    "unreachable": ({}, httpx.ConnectError, 0),
    "reset": ({}, httpx.RemoteProtocolError, 0),
    "lost": ({}, httpx.RemoteProtocolError, 1),
    "late": ({"seconds": 5}, httpx.RemoteProtocolError, 0),
    "timeout": ({}, httpx.ReadTimeout, 1),
    "garbage": ({}, 200, 0),
    "garbage-after": ({}, 200, 1),
    "cut": ({}, 200, 1),
    "slow": ({"seconds": 1}, 200, 1),
}


@pytest.mark.parametrize("operation", WRITES)
@pytest.mark.parametrize("effect", EFFECT)
def test_what_is_seen_and_what_was_made(wire: Wire, effect: str, operation: str) -> None:
    more, seen, made = EFFECT[effect]
    call, done = WRITES[operation]
    assert done(wire) == 0
    wire.fault(effect, operation=operation, **more)
    assert wire.seen(lambda: call(wire)) == seen
    assert done(wire) == made
    wire.world.advance(5)
    assert done(wire) == (1 if effect == "late" else made)


def test_every_effect_is_in_a_table() -> None:
    below = {"hide", "lag", "tags", "duplicate", "no-pagination"}
    assert set(EFFECTS) == EFFECT.keys() | below


@pytest.mark.parametrize("effect", ["status", "status-after"])
@pytest.mark.parametrize("status", [400, 401, 403, 404, 408, 409, 422, 425, 429, 500, 502, 503, 504])
def test_a_status_comes_in_the_envelope(wire: Wire, effect: str, status: int) -> None:
    wire.fault(effect, status=status)
    answer = wire.create()
    document = answer.json()
    assert (answer.status_code, document["code"]) == (status, str(status))
    assert document["status"] == ("fail" if status < 500 else "error")
    assert document["data"]["description"] == f"{document['message']}."
    assert wire.world.status()["batches"] == (2 if effect == "status-after" else 1)


def test_a_status_may_come_as_a_page(wire: Wire) -> None:
    wire.fault("status-after", status=502, html=True)
    answer = wire.create()
    assert (answer.status_code, answer.headers["content-type"]) == (502, "text/html")
    assert answer.text == "<html><body><h1>502 Bad Gateway</h1></body></html>"


def test_a_refusal_may_say_when_to_come_again(wire: Wire) -> None:
    wire.fault("status", status=429, retry_after=86400)
    wire.fault("throttle", nth=2)
    assert [wire.create().headers.get("retry-after") for _ in range(3)] == ["86400", None, None]


def test_a_rule_finds_its_words_in_a_packed_body(wire: Wire) -> None:
    wire.fault("throttle", body='"runs": 10', always=True)
    # Bytes that are no gzip are searched as they are.
    for content in (gzip.compress(json.dumps(BATCH).encode()), b'"runs": 10'):
        answer = wire.client.post(f"{CORE}/v1/batches", content=content, headers={"content-encoding": "gzip"})
        assert answer.status_code == 429


def test_a_late_request_may_be_answered_at_once(wire: Wire) -> None:
    wire.fault("late", status=504, seconds=5)
    assert wire.create().status_code == 504
    assert wire.ids() == [wire.batch]
    wire.world.advance(5)
    assert len(wire.ids(tag="qctl:run=1")) == 2


def test_late_jobs_come_after_those_that_ran_meanwhile(wire: Wire) -> None:
    wire.fault("late", operation="AddJobs", seconds=60)
    assert wire.seen(wire.add_jobs) == httpx.RemoteProtocolError
    wire.world.advance(61)
    counts = wire.get()["jobs_count_per_status"]
    assert (counts["PENDING"], counts["RUNNING"], counts["DONE"] + counts["ERROR"]) == (1, 1, 1)


def test_a_hidden_batch_is_in_no_answer(wire: Wire) -> None:
    wire.fault("hide", operation="CreateBatch", seconds=5)
    made = str(wire.create().json()["data"]["id"])
    shown, wire.batch = wire.batch, made
    assert wire.client.get(f"{CORE}/v2/batches/{made}").status_code == 404
    assert (wire.ids(), wire.ids(tag="rydberg")) == ([shown], [shown])
    wire.world.advance(5)
    assert wire.get()["id"] == made
    assert wire.ids(tag="rydberg") == [made, shown]


def test_a_hidden_workload_is_in_no_answer(wire: Wire) -> None:
    wire.fault("hide", operation="CreateWorkload", seconds=5)
    made = wire.create_workload().json()["data"]["id"]
    listed = [wire.client.get(f"{CORE}/v2/workloads").json()["data"]]
    wire.world.advance(5)
    listed.append(wire.client.get(f"{CORE}/v2/workloads").json()["data"])
    assert [[one["id"] for one in page] for page in listed] == [[], [made]]


def test_the_index_of_tags_lags(wire: Wire) -> None:
    wire.fault("lag", operation="CreateBatch", seconds=5)
    made = str(wire.create().json()["data"]["id"])
    assert (wire.ids(), wire.ids(tag="rydberg")) == ([made, wire.batch], [wire.batch])
    wire.world.advance(5)
    assert wire.ids(tag="rydberg") == [made, wire.batch]


def test_a_third_party_edits_tags(wire: Wire) -> None:
    wire.fault("tags", operation="GetBatch", remove=["qctl:", "none"], add=["theirs", "rydberg"])
    assert wire.get()["tags"] == BATCH["tags"]
    assert wire.get()["tags"] == ["rydberg", "theirs"]


def test_a_rebatch_is_touched_and_not_what_it_came_from(wire: Wire) -> None:
    wire.cancel()
    wire.close()
    wire.world.advance(5)
    wire.fault("tags", operation="Rebatch", remove=["qctl:"])
    answer = wire.client.post(f"{CORE}/v1/batches/{wire.batch}/rebatch").json()
    assert wire.get()["tags"] == BATCH["tags"]
    wire.batch = answer["data"]["id"]
    assert wire.get()["tags"] == ["rydberg"]


def test_a_list_says_things_twice(wire: Wire) -> None:
    wire.fault("duplicate", operation="ListBatches")
    assert (wire.ids(), wire.ids()) == ([wire.batch] * 2, [wire.batch])


def test_a_list_does_not_say_how_long_it_is(wire: Wire) -> None:
    wire.fault("no-pagination", operation="ListBatches")
    answers = [wire.listing() for _ in range(2)]
    assert ["pagination" in answer.json() for answer in answers] == [False, True]
    assert ["content-range" in answer.headers for answer in answers] == [False, True]
    assert answers[0].json()["data"] == answers[1].json()["data"]


def test_what_is_no_list_is_left_as_it_is(wire: Wire) -> None:
    for effect in ("duplicate", "no-pagination"):
        wire.fault(effect, operation="GetBatch")
    assert wire.get() == wire.get()


def test_a_broken_file_is_pasqals_own_failure(wire: Wire) -> None:
    wire.world._connection.execute("DROP TABLE pasqal_batch")
    answer = wire.create()
    assert (answer.status_code, answer.json()["status"]) == (500, "error")
    assert "can't be used" in answer.json()["data"]["description"]
