import json
from typing import Any

import pytest

from reconciler.emulator.world import World
from tests.emulator.pasqal.local import CORE, PROJECT, Pasqal

_OTHER = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def ids(world: World, pasqal: Pasqal) -> dict[str, str]:
    """Four batches, a second apart: one done, one cancelled, one open, one waiting."""
    found = {"done": pasqal.create(tags=["a", "x"])["id"]}
    world.advance(1)
    found["gone"] = pasqal.create(2, device_type="FRESNEL", tags=["a"])["id"]
    pasqal.send("PATCH", f"/v2/batches/{found['gone']}/cancel")
    world.advance(1)
    found["open"] = pasqal.create(3, device_type="EMU_MPS", open=True, tags=["A"])["id"]
    world.advance(1)
    found["waiting"] = pasqal.create(device_type="FRESNEL")["id"]
    return found


def names(ids: dict[str, str], found: Any) -> str:
    back = {id_: name for name, id_ in ids.items()}
    return " ".join(back[batch["id"]] for batch in found)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, "waiting open gone done"),
        ({"order_by_direction": "ASC"}, "done gone open waiting"),
        ({"order_by": "created_at", "order_by_direction": "DESC"}, "waiting open gone done"),
        ({"project_id": PROJECT}, "waiting open gone done"),
        ({"project_id": _OTHER}, ""),
        ({"project_id": [_OTHER, PROJECT]}, "waiting open gone done"),
        ({"user_id": "local-user"}, "waiting open gone done"),
        ({"user_id": "somebody"}, ""),
        ({"device_type": "FRESNEL"}, "waiting gone"),
        ({"device_type": ["FRESNEL", "EMU_MPS"]}, "waiting open gone"),
        ({"status": "PENDING"}, "waiting"),
        ({"status": ["DONE", "CANCELED"]}, "gone done"),
        ({"status": "PAUSED"}, ""),
        ({"open": "True"}, "open"),
        ({"open": "False"}, "waiting gone done"),
        ({"complete": "true"}, "waiting gone done"),
        ({"queue_priority": "MEDIUM"}, "waiting gone"),
        ({"tag": "a"}, "gone done"),
        ({"tag": "A"}, "open"),
        ({"tag": ["a", "x"]}, "done"),
        ({"tag": "b"}, ""),
        ({"min_jobs": 2}, "open gone"),
        ({"max_jobs": 2}, "waiting gone done"),
        ({"min_jobs": 2, "max_jobs": 2}, "gone"),
        ({"start_date": "2027-01-15T08:00:02"}, "waiting open"),
        ({"start_date": "2027-01-15T09:00:02+01:00", "end_date": "2027-01-15T08:00:02Z"}, "open"),
        ({"status": "DONE", "tag": "a", "project_id": PROJECT}, "done"),
    ],
)
def test_batches_are_filtered(pasqal: Pasqal, ids: dict[str, str], query: dict[str, Any], expected: str) -> None:
    answer = pasqal.send("GET", "/v1/batches", **query)
    assert names(ids, answer.data) == expected
    count = len(expected.split())
    assert answer.document["pagination"] == {"total": count, "start": 0, "end": count}


def test_a_bare_plus_sign_is_a_zone(pasqal: Pasqal, ids: dict[str, str]) -> None:
    answer = pasqal.raw("GET", f"{CORE}/v1/batches", query="start_date=2027-01-15T09:00:02+01:00")
    assert names(ids, json.loads(answer.body)["data"]) == "waiting open"


def test_batches_are_found_by_their_ids(pasqal: Pasqal, ids: dict[str, str]) -> None:
    asked = [ids["done"], ids["open"], _OTHER]
    assert names(ids, pasqal.send("GET", "/v1/batches", id=asked).data) == "open done"
    assert names(ids, pasqal.send("GET", "/v1/batches", id__starts_with=ids["gone"][:13]).data) == "gone"


@pytest.mark.parametrize(
    ("query", "place"),
    [
        ({"limit": 0}, "limit"),
        ({"limit": 101}, "limit"),
        ({"limit": "many"}, "limit"),
        ({"offset": -1}, "offset"),
        ({"offset": 10**30}, "offset"),
        ({"status": "BUSY"}, "status"),
        ({"open": "maybe"}, "open"),
        ({"start_date": "yesterday"}, "start_date"),
        ({"queue_priority": "URGENT"}, "queue_priority"),
        ({"order_by": "beauty"}, "order_by"),
        ({"order_by_direction": "UP"}, "order_by_direction"),
    ],
)
def test_a_filter_of_another_type_is_refused(pasqal: Pasqal, query: dict[str, Any], place: str) -> None:
    pasqal.create()
    status, findings = pasqal.send("GET", "/v1/batches", **query).refusal
    assert (status, findings[0]["loc"]) == (422, ["query", place])


@pytest.mark.parametrize("status", [{}, {"status": "PENDING"}], ids=["plain", "by status"])
def test_pages_cover_the_list(pasqal: Pasqal, status: dict[str, str]) -> None:
    made = [pasqal.create(device_type="FRESNEL")["id"] for _ in range(5)]
    pages = [pasqal.send("GET", "/v1/batches", limit=2, offset=offset, **status) for offset in (0, 2, 4, 6)]
    assert [batch["id"] for page in pages for batch in page.data] == made[::-1]
    assert [page.document["pagination"] for page in pages] == [
        {"total": 5, "start": 0, "end": 2},
        {"total": 5, "start": 2, "end": 4},
        {"total": 5, "start": 4, "end": 5},
        {"total": 5, "start": 5, "end": 5},
    ]
    assert [page.headers["content-range"] for page in pages] == ["0-1/5", "2-3/5", "4-4/5", "*/5"]


def test_pages_can_be_made_smaller_and_lose_their_count(world: World, pasqal: Pasqal) -> None:
    for _ in range(3):
        pasqal.create()
    world.set_switch("pasqal.page", "2")
    assert pasqal.send("GET", "/v1/batches").document["pagination"] == {"total": 3, "start": 0, "end": 2}
    world.set_switch("pasqal.pagination", "off")
    answer = pasqal.send("GET", "/v1/batches")
    assert ("pagination" in answer.document, "content-range" in answer.headers) == (False, False)


def test_the_tag_filter_lags(world: World, pasqal: Pasqal) -> None:
    world.set_switch("pasqal.tag.lag", "30")
    batch = pasqal.create(tags=["a"])
    assert pasqal.send("GET", "/v1/batches", tag="a").data == []
    assert pasqal.batch(batch)["tags"] == ["a"]
    assert len(pasqal.send("GET", "/v1/batches").data) == 1
    world.advance(30)
    assert len(pasqal.send("GET", "/v1/batches", tag="a").data) == 1


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, [12, 11, 10, 10]),
        ({"order_by": "creation_order", "order_by_direction": "ASC"}, [10, 10, 11, 12]),
        ({"status": "PENDING"}, [12, 11]),
        ({"status": ["RUNNING", "DONE"]}, [10, 10]),
        ({"min_runs": 11}, [12, 11]),
        ({"max_runs": 11, "min_runs": 11}, [11]),
        ({"errors": "True"}, []),
        ({"errors": "False"}, [12, 11, 10, 10]),
        ({"start_date": "2027-01-15T08:00:01"}, [12, 11, 10]),
        ({"end_date": "2027-01-15T08:00:00"}, [10]),
        ({"project_id": _OTHER}, []),
        ({"user_id": "local-user"}, [12, 11, 10, 10]),
        ({"batch_id": _OTHER}, []),
    ],
)
def test_jobs_are_filtered(world: World, pasqal: Pasqal, query: dict[str, Any], expected: list[int]) -> None:
    pasqal.create()
    world.advance(1)
    pasqal.create(3)
    world.advance(0.3)
    found = pasqal.send("GET", "/v2/jobs", **query)
    assert [job["runs"] for job in found.data] == expected
    assert found.document["pagination"]["total"] == len(expected)


def test_jobs_are_found_by_their_ids(pasqal: Pasqal) -> None:
    first, second = pasqal.create(2), pasqal.create(2)
    ids = [first["jobs"][1]["id"], second["jobs"][0]["id"]]
    assert [job["id"] for job in pasqal.send("GET", "/v2/jobs", id=ids).data] == ids[::-1]
    assert [job["id"] for job in pasqal.send("GET", "/v2/jobs", id=ids, batch_id=first["id"]).data] == ids[:1]
