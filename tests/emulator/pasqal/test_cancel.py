from typing import Any

from reconciler.emulator.world import World
from tests.emulator.pasqal.local import Pasqal

_NOBODY = "11111111-1111-4111-8111-111111111111"


def cancel(pasqal: Pasqal, batch: Any, what: str = "", **query: Any) -> Any:
    return pasqal.send("PATCH", f"/v2/batches/{batch['id']}/cancel{what}", **query)


def test_a_waiting_batch_is_cancelled_whole(world: World, pasqal: Pasqal) -> None:
    batch = pasqal.create(2, device_type="FRESNEL", open=True)
    found = cancel(pasqal, batch).data
    assert (found["status"], found["open"]) == ("CANCELING", False)
    assert found["jobs_count_per_status"] == {
        **{"PENDING": 0, "RUNNING": 0, "DONE": 0, "ERROR": 0, "CANCELED": 0},
        "CANCELING": 2,
    }
    assert cancel(pasqal, batch).data == found, "asked again, it changes nothing"
    world.advance(0.5)
    assert pasqal.statuses(batch) == ["CANCELED", "CANCELED", "CANCELED"]
    assert pasqal.batch(batch)["start_datetime"] is None
    assert cancel(pasqal, batch).refusal == (409, "The batch can't be cancelled; its status is CANCELED.")


def test_a_running_job_goes_on_to_its_end(world: World, pasqal: Pasqal) -> None:
    batch = pasqal.create(3, device_type="FRESNEL")
    world.advance(26)
    cancel(pasqal, batch)
    assert pasqal.statuses(batch) == ["CANCELING", "DONE", "RUNNING", "CANCELING"]
    world.advance(3.9)
    assert pasqal.statuses(batch) == ["CANCELING", "DONE", "RUNNING", "CANCELED"]
    world.advance(0.1)
    assert pasqal.statuses(batch) == ["CANCELED", "DONE", "DONE", "CANCELED"]
    assert pasqal.batch(batch)["end_datetime"] == "2027-01-15T08:00:30.000000+00:00"


def test_a_batch_that_is_done_cannot_be_cancelled(world: World, pasqal: Pasqal) -> None:
    batch = pasqal.create()
    world.advance(60)
    assert cancel(pasqal, batch).refusal == (409, "The batch can't be cancelled; its status is DONE.")
    assert pasqal.statuses(batch) == ["DONE", "DONE"]


def test_many_batches_are_cancelled_each_by_itself(world: World, pasqal: Pasqal) -> None:
    done = pasqal.create()
    world.advance(60)
    waiting = pasqal.create()
    asked = {"batch_ids": [done["id"], waiting["id"], _NOBODY, waiting["id"]]}
    found = pasqal.send("PATCH", "/v1/batches/cancel", asked).data
    assert [(batch["id"], batch["status"]) for batch in found["batches"]] == [(waiting["id"], "CANCELING")]
    assert found["errors"] == {
        done["id"]: "The batch can't be cancelled; its status is DONE.",
        _NOBODY: f"The batch {_NOBODY} does not exist.",
    }


def test_nothing_is_cancelled_without_names(pasqal: Pasqal) -> None:
    batch = pasqal.create()
    bodies: list[Any] = [
        None,
        {},
        {"batch_ids": []},
        {"batch_ids": "x"},
        {"batch_ids": ["\ud800"]},
        {"cancel_all": True},
    ]
    for body in bodies:
        assert pasqal.send("PATCH", "/v1/batches/cancel", body).status == 422
    assert pasqal.batch(batch)["status"] == "PENDING"


def test_jobs_behind_a_cancelled_one_move_up(world: World, pasqal: Pasqal) -> None:
    batch = pasqal.create(3, device_type="FRESNEL")
    second = batch["jobs"][1]["id"]
    found = pasqal.send("PATCH", f"/v2/jobs/{second}/cancel").data
    assert (found["id"], found["status"]) == (second, "CANCELING")
    world.advance(25)
    assert pasqal.statuses(batch) == ["RUNNING", "DONE", "CANCELED", "RUNNING"]
    assert pasqal.send("PATCH", f"/v2/jobs/{second}/cancel").refusal == (
        409,
        "The job can't be cancelled; its status is CANCELED.",
    )
    world.advance(5)
    assert pasqal.statuses(batch) == ["DONE", "DONE", "CANCELED", "DONE"]


def test_cancelled_jobs_take_no_time(world: World, pasqal: Pasqal) -> None:
    batch = pasqal.create(4, device_type="FRESNEL", open=True)
    for job in batch["jobs"][1:3]:
        pasqal.send("PATCH", f"/v2/jobs/{job['id']}/cancel")
        world.advance(1)
    pasqal.send("POST", f"/v2/batches/{batch['id']}/jobs", [{"runs": 1}])
    world.advance(23)
    assert pasqal.statuses(batch) == ["RUNNING", "DONE", "CANCELED", "CANCELED", "RUNNING", "PENDING"]
    world.advance(5)
    assert pasqal.statuses(batch) == ["RUNNING", "DONE", "CANCELED", "CANCELED", "DONE", "RUNNING"]


def test_jobs_behind_the_last_do_not_wait_for_a_cancelled_one(world: World, pasqal: Pasqal) -> None:
    batch = pasqal.create(2, device_type="FRESNEL", open=True)
    pasqal.send("PATCH", f"/v2/jobs/{batch['jobs'][1]['id']}/cancel")
    pasqal.send("POST", f"/v2/batches/{batch['id']}/jobs", [{"runs": 1}])
    world.advance(25)
    assert pasqal.statuses(batch) == ["RUNNING", "DONE", "CANCELED", "RUNNING"]


def test_a_job_that_moves_up_may_be_over_at_once(world: World, pasqal: Pasqal) -> None:
    world.set_switch("pasqal.latency.emulator.run", "0")
    batch = pasqal.create(2, open=True)
    world.set_switch("pasqal.paused", "EMU_FREE")
    first, second = (job["id"] for job in pasqal.jobs(batch))
    world.set_switch("pasqal.paused", "")
    assert pasqal.send("PATCH", f"/v2/jobs/{first}/cancel").data["status"] == "CANCELING"
    world.advance(1)
    assert pasqal.send("GET", f"/v1/jobs/{second}/status").data == {"status": "DONE"}


def test_jobs_are_chosen_by_filters(world: World, pasqal: Pasqal) -> None:
    batch = pasqal.create(4, device_type="FRESNEL")
    world.advance(20)
    first, _, third, _ = (job["id"] for job in batch["jobs"])
    found = cancel(pasqal, batch, "/jobs", id=[first, third], max_runs=12).data
    assert [job["id"] for job in found["jobs"]] == [third]
    assert found["errors"] == {first: "The job can't be cancelled; its status is RUNNING."}
    world.advance(1)
    assert pasqal.statuses(batch) == ["RUNNING", "RUNNING", "PENDING", "CANCELED", "PENDING"]
    assert len(cancel(pasqal, batch, "/jobs").data["jobs"]) == 2, "no filter means all"


def test_a_batch_whose_jobs_are_all_cancelled_is_cancelled(world: World, pasqal: Pasqal) -> None:
    batch = pasqal.create(2)
    cancel(pasqal, batch, "/jobs")
    world.advance(1)
    assert pasqal.statuses(batch) == ["CANCELED", "CANCELED", "CANCELED"]
