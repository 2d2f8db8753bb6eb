import json
from typing import Any

import pytest

from reconciler.emulator.world import World
from tests.emulator.pasqal.local import PROJECT, Pasqal

_ASKED = {
    "workload_type": "qadence_circuit",
    "backend": "pyqtorch",
    "config": {"depth": 2},
    "project_id": PROJECT,
}


def create(pasqal: Pasqal, **changes: Any) -> Any:
    return pasqal.send("POST", "/v1/workloads", _ASKED | changes).data


def read(pasqal: Pasqal, workload: Any) -> Any:
    return pasqal.send("GET", f"/v2/workloads/{workload['id']}").data


def test_a_workload_ends_and_says_that_nothing_ran(world: World, pasqal: Pasqal) -> None:
    made = create(pasqal)
    now = "2027-01-15T08:00:00.000000+00:00"
    assert made == {
        "id": made["id"],
        "project_id": PROJECT,
        "user_id": "local-user",
        "status": "PENDING",
        "workload_type": "qadence_circuit",
        "backend": "pyqtorch",
        "config": {"depth": 2},
        "errors": [],
        "result": None,
        "result_link": None,
        "created_at": now,
        "updated_at": now,
        "start_timestamp": None,
        "end_timestamp": None,
    }
    assert read(pasqal, made) == made
    world.advance(0.3)
    assert read(pasqal, made)["status"] == "RUNNING"
    world.advance(0.5)
    found = read(pasqal, made)
    assert found["status"] == "DONE"
    assert json.loads(pasqal.download(found["result_link"]).body) == {
        "executed": False,
        "note": "The local cloud does not execute workloads.",
        "config": {"depth": 2},
    }
    world.advance(3600)
    assert pasqal.download(found["result_link"]).status == 403


def test_a_workload_is_cancelled_if_it_is_in_time(world: World, pasqal: Pasqal) -> None:
    waiting, late = create(pasqal), create(pasqal)
    for seconds in (0.2, 0.3):
        found = pasqal.send("PUT", f"/v1/workloads/{waiting['id']}/cancel").data
        assert found["status"] == "CANCELING", "asked again, it changes nothing"
        world.advance(seconds)
    assert read(pasqal, waiting)["status"] == "CANCELED"
    assert read(pasqal, waiting)["start_timestamp"] is None
    assert pasqal.send("PUT", f"/v1/workloads/{late['id']}/cancel").data["status"] == "RUNNING"
    world.advance(0.5)
    assert read(pasqal, late)["status"] == "DONE"
    for workload, status in ((waiting, "CANCELED"), (late, "DONE")):
        assert pasqal.send("PUT", f"/v1/workloads/{workload['id']}/cancel").refusal == (
            409,
            f"The workload can't be cancelled; its status is {status}.",
        )


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"workload_type": "anything"}, "workload_type"),
        ({"backend": "quantum"}, "backend"),
        ({"backend": None}, "backend"),
        ({"config": None}, "config"),
        ({"config": [1]}, "config"),
        ({"project_id": None}, "project_id"),
    ],
)
def test_what_is_wrong_is_refused(pasqal: Pasqal, changes: dict[str, Any], place: str) -> None:
    status, findings = pasqal.send("POST", "/v1/workloads", _ASKED | changes).refusal
    assert (status, findings[0]["loc"]) == (422, ["body", place])
    assert pasqal.send("GET", "/v2/workloads").data == []


def test_workloads_are_listed_newest_first(world: World, pasqal: Pasqal) -> None:
    first = create(pasqal)
    world.advance(10)
    second = create(pasqal)

    def listed(**query: Any) -> list[str]:
        return [found["id"] for found in pasqal.send("GET", "/v2/workloads", **query).data]

    assert listed() == [second["id"], first["id"]]
    assert listed(limit=1, offset=1) == [first["id"]]
    assert listed(order_by_direction="ASC", limit=1) == [first["id"]]
    assert listed(status="DONE") == listed(id=first["id"]) == listed(end_date="2027-01-15T08:00:05Z") == [first["id"]]
    assert listed(start_date="2027-01-15T08:00:05Z") == listed(id__starts_with=second["id"][:9]) == [second["id"]]
    assert listed(project_id="00000000-0000-4000-8000-000000000000") == []
    assert pasqal.send("GET", "/v2/workloads").document["pagination"] == {"total": 2, "start": 0, "end": 2}
    world.set_switch("pasqal.workloads.list", "off")
    assert pasqal.send("GET", "/v2/workloads").refusal == (404, "There is no list of workloads.")
