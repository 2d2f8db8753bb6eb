import pytest

from reconciler.emulator.world import World
from tests.emulator.pasqal.local import Pasqal


def test_jobs_of_an_emulator_run_one_after_another(world: World, pasqal: Pasqal) -> None:
    batch = pasqal.create(2)
    seen = [pasqal.statuses(batch)]
    for seconds in (0.3, 0.5, 0.5):
        world.advance(seconds)
        seen.append(pasqal.statuses(batch))
    assert seen == [
        ["PENDING", "PENDING", "PENDING"],
        ["RUNNING", "RUNNING", "PENDING"],
        ["RUNNING", "DONE", "RUNNING"],
        ["DONE", "DONE", "DONE"],
    ]


def test_a_qpu_takes_longer(world: World, pasqal: Pasqal) -> None:
    batch = pasqal.create(device_type="FRESNEL")
    world.advance(19)
    assert pasqal.statuses(batch) == ["PENDING", "PENDING"]
    world.advance(1)
    assert pasqal.statuses(batch) == ["RUNNING", "RUNNING"]
    world.advance(5)
    assert pasqal.statuses(batch) == ["DONE", "DONE"]


def test_times_are_those_of_the_clock(world: World, pasqal: Pasqal) -> None:
    batch = pasqal.create(2)
    world.advance(10)
    found = pasqal.batch(batch)
    assert [found[name] for name in ("created_at", "start_datetime", "end_datetime", "updated_at")] == [
        "2027-01-15T08:00:00.000000+00:00",
        "2027-01-15T08:00:00.300000+00:00",
        "2027-01-15T08:00:01.300000+00:00",
        "2027-01-15T08:00:01.300000+00:00",
    ]
    assert [(job["start_timestamp"][-15:], job["end_timestamp"][-15:]) for job in pasqal.jobs(batch)] == [
        ("00.300000+00:00", "00.800000+00:00"),
        ("00.800000+00:00", "01.300000+00:00"),
    ]


def test_counts_go_with_the_status(world: World, pasqal: Pasqal) -> None:
    batch = pasqal.create(3)
    world.advance(0.9)
    assert pasqal.send("GET", f"/v1/batches/{batch['id']}/status").data == {
        "status": "RUNNING",
        "jobs_count_per_status": {"PENDING": 1, "RUNNING": 1, "DONE": 1, "ERROR": 0, "CANCELED": 0},
    }
    last = pasqal.jobs(batch)[2]
    assert pasqal.send("GET", f"/v1/jobs/{last['id']}/status").data == {"status": "PENDING"}


def test_an_open_batch_takes_jobs_until_it_is_closed(world: World, pasqal: Pasqal) -> None:
    batch = pasqal.create(open=True)
    world.advance(60)
    assert pasqal.statuses(batch) == ["RUNNING", "DONE"], "it holds the device"
    added = pasqal.send("POST", f"/v2/batches/{batch['id']}/jobs", [{"runs": 1}, {"runs": 2}]).data
    assert [job["runs"] for job in added["jobs"]] == [10, 1, 2], "old and new"
    assert pasqal.statuses(batch) == ["RUNNING", "DONE", "RUNNING", "PENDING"]
    closed = pasqal.send("PATCH", f"/v2/batches/{batch['id']}/complete").data
    assert (closed["open"], closed["complete"], closed["status"]) == (False, True, "RUNNING")
    world.advance(0.1)
    again = pasqal.send("PATCH", f"/v2/batches/{batch['id']}/complete")
    assert again.data == closed, "closing again changes nothing"
    world.advance(60)
    assert pasqal.statuses(batch) == ["DONE", "DONE", "DONE", "DONE"]


def test_closing_an_idle_batch_ends_it(world: World, pasqal: Pasqal) -> None:
    batch = pasqal.create(open=True)
    world.advance(60)
    closed = pasqal.send("PATCH", f"/v2/batches/{batch['id']}/complete").data
    assert (closed["status"], closed["end_datetime"]) == ("DONE", "2027-01-15T08:01:00.000000+00:00")


@pytest.mark.parametrize("jobs", [0, 1])
def test_an_open_batch_without_work_times_out(world: World, pasqal: Pasqal, jobs: int) -> None:
    batch = pasqal.create(jobs, open=True)
    world.advance(599.9)
    assert pasqal.batch(batch)["open"] is True
    world.advance(1)
    found = pasqal.batch(batch)
    assert (found["status"], found["open"]) == ("TIMED_OUT", False)
    world.set_switch("pasqal.open.timeout", "9000")
    assert pasqal.batch(batch)["status"] == "TIMED_OUT", "a status that was seen stays"
    url = f"/v2/batches/{batch['id']}"
    assert pasqal.send("POST", f"{url}/jobs", [{"runs": 1}]).refusal == (
        409,
        "The batch is closed and accepts no more jobs; its status is TIMED_OUT.",
    )
    assert pasqal.send("PATCH", f"{url}/complete").refusal == (
        409,
        "The batch can't be closed; its status is TIMED_OUT.",
    )


def test_a_paused_device_lets_its_batches_wait(world: World, pasqal: Pasqal) -> None:
    seen, waiting, other = (
        pasqal.create(device_type="FRESNEL"),
        pasqal.create(2, device_type="FRESNEL"),
        pasqal.create(),
    )
    world.advance(25)
    assert pasqal.statuses(seen) == ["DONE", "DONE"]
    world.set_switch("pasqal.paused", "FRESNEL,EMU_MPS")
    world.advance(3600)
    assert pasqal.statuses(waiting) == ["PAUSED", "PENDING", "PENDING"]
    assert pasqal.statuses(seen) == ["DONE", "DONE"]
    assert pasqal.statuses(other) == ["DONE", "DONE"]
    world.set_switch("pasqal.paused", "")
    world.advance(1)
    assert pasqal.statuses(waiting) == ["RUNNING", "RUNNING", "PENDING"]


def test_a_hidden_batch_is_not_there(world: World, pasqal: Pasqal) -> None:
    world.add_fault({"service": "pasqal", "operation": "CreateBatch", "effect": "hide", "seconds": 5})
    batch = pasqal.create(tags=["a"])
    job = batch["jobs"][0]["id"]
    paths = (f"/v2/batches/{batch['id']}", f"/v2/jobs/{job}", f"/v1/jobs/{job}/status")
    assert [pasqal.send("GET", path).status for path in paths] == [404, 404, 404]
    assert pasqal.send("GET", "/v1/batches").data == pasqal.send("GET", "/v2/jobs").data == []
    world.advance(5)
    assert [pasqal.send("GET", path).status for path in paths] == [200, 200, 200]
    assert len(pasqal.send("GET", "/v1/batches").data) == 1


def test_a_cloud_without_latency_answers_too(world: World, pasqal: Pasqal) -> None:
    world.set_switch("latency.factor", "0")
    assert pasqal.create()["status"] == "RUNNING", "its outcome is looked at by whoever asks next"
    batch = pasqal.create(2, open=True)
    added = pasqal.send("POST", f"/v2/batches/{batch['id']}/jobs", [{"runs": 1}]).data
    assert [job["status"] for job in added["jobs"]] == ["DONE", "DONE", "RUNNING"]
    assert pasqal.statuses(batch) == ["RUNNING", "DONE", "DONE", "DONE"]
