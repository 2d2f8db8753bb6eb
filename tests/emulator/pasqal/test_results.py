import itertools
import json

import pytest

from reconciler.emulator.pasqal.settle import settle
from reconciler.emulator.world import World
from tests.emulator.pasqal.local import BLOCKADE, RABI, Pasqal

# A pulse of area pi excites each of three atoms.
_PI = {"omega": 3.141592653589793, "t": 1000}
_ALL = {"counter": {"111": 5}, "raw": ["111"] * 5}
_NONE = {"counter": {"000": 3}, "raw": ["000"] * 3}


@pytest.fixture
def real(world: World, pasqal: Pasqal) -> Pasqal:
    world.set_switch("simulation", "real")
    return pasqal


def link(pasqal: Pasqal, job: str) -> str | None:
    found: str | None = pasqal.send("GET", f"/v1/jobs/{job}/results_link").data["results_link"]
    return found


def test_sequences_run_with_their_variables(world: World, real: Pasqal) -> None:
    jobs = [
        {"runs": 5, "variables": _PI},
        {"runs": 3, "variables": {"omega": 0.0, "t": 1000}},
        {"runs": 7, "sequence": BLOCKADE},
    ]
    batch = real.create(sequence_builder=RABI, jobs=jobs)
    first, second, third = (job["id"] for job in batch["jobs"])
    assert link(real, first) is None
    assert real.send("GET", f"/v1/batches/{batch['id']}/full_results").data == {}
    world.advance(60)
    found = link(real, first)
    assert found is not None
    assert found.startswith(f"http://127.0.0.1:8642/pasqal-results/jobs/{first}?")
    answer = real.download(found)
    assert (answer.status, answer.headers["content-type"], json.loads(answer.body)) == (200, "application/json", _ALL)
    whole = real.send("GET", f"/v1/batches/{batch['id']}/full_results").data
    assert (whole[first], whole[second]) == (_ALL, _NONE)
    assert whole[third]["counter"].keys() <= {"01", "10"}, "its own sequence, of two atoms that block each other"
    assert (list(whole), len(whole[third]["raw"])) == ([first, second, third], 7)


def test_links_are_secret_and_die(world: World, real: Pasqal) -> None:
    job = real.create(sequence_builder=BLOCKADE)["jobs"][0]["id"]
    world.advance(60)
    found = link(real, job)
    assert found is not None
    assert real.download(found.replace("signature=", "signature=0")).status == 403
    assert real.download(found.partition("?")[0]).status == 403
    assert real.download(found.replace("expires=", f"expires={'9' * 5000}")).status == 403
    world.advance(3599.9)
    assert real.download(found).status == 200
    world.advance(0.1)
    dead = real.download(found)
    assert (dead.status, b"Request has expired" in dead.body) == (403, True)
    assert real.download(str(link(real, job))).status == 200


def test_links_lead_where_the_caller_came_from(world: World, real: Pasqal) -> None:
    job = real.create(sequence_builder=BLOCKADE)["jobs"][0]["id"]
    world.advance(60)
    for host, origin in (("apis.pasqal.cloud", "https://apis.pasqal.cloud"), ("[::1]:5", "http://[::1]:5")):
        answer = real.raw("GET", f"/core-fast/api/v1/jobs/{job}/results_link", host=host)
        assert json.loads(answer.body)["data"]["results_link"].startswith(f"{origin}/pasqal-results/")


def test_what_cannot_run_ends_in_error_and_the_rest_goes_on(world: World, real: Pasqal) -> None:
    jobs = [{"runs": 1, "sequence": "opaque"}, {"runs": 1, "sequence": "{}"}, {"runs": 5, "variables": _PI}]
    batch = real.create(sequence_builder=RABI, jobs=jobs)
    world.advance(60)
    found = real.jobs(batch)
    assert [job["status"] for job in found] == ["ERROR", "ERROR", "DONE"]
    assert found[0]["errors"] == ["The sequence is not Pulser's abstract representation, which is JSON."]
    assert len(found[1]["errors"]) == 1
    assert real.batch(batch)["status"] == "DONE"
    assert link(real, found[0]["id"]) is None
    assert [job["id"] for job in real.send("GET", "/v2/jobs", errors="true").data] == [
        found[1]["id"],
        found[0]["id"],
    ]


def test_a_batch_without_a_good_job_is_an_error(world: World, real: Pasqal) -> None:
    batch = real.create(2)
    world.advance(60)
    assert real.statuses(batch) == ["ERROR", "ERROR", "ERROR"]


def test_nothing_is_simulated_when_it_is_switched_off(world: World, pasqal: Pasqal) -> None:
    batch = pasqal.create(2)
    world.advance(60)
    assert pasqal.statuses(batch) == ["DONE", "DONE", "DONE"]
    assert link(pasqal, batch["jobs"][0]["id"]) is None


def test_results_are_the_same_wherever_they_are_made(world: World, real: Pasqal) -> None:
    half = {"runs": 20, "variables": {"omega": 1.5707963, "t": 1000}}
    seen = []
    for _ in range(2):
        world.set_switch("seed", "7")
        batch = real.create(sequence_builder=RABI, jobs=[half])
        world.advance(60)
        (found,) = real.send("GET", f"/v1/batches/{batch['id']}/full_results").data.values()
        seen.append(found)
        world.reset()
    assert len(seen[0]["counter"]) > 1
    assert seen[0] == seen[1]


def test_without_the_simulator_jobs_run_on(world: World, real: Pasqal, monkeypatch: pytest.MonkeyPatch) -> None:
    batch = real.create(2, sequence_builder=BLOCKADE)
    monkeypatch.setattr("reconciler.simulate.pulser.is_installed", lambda: False)
    world.advance(60)
    assert real.statuses(batch) == ["RUNNING", "RUNNING", "PENDING"]
    world.advance(60)
    assert real.statuses(batch) == ["RUNNING", "RUNNING", "PENDING"]
    monkeypatch.undo()
    world.advance(60)
    assert real.statuses(batch) == ["DONE", "DONE", "DONE"]


def test_a_request_does_not_wait_for_long_simulations(
    world: World, real: Pasqal, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch, other = real.create(5, sequence_builder=BLOCKADE), real.create(sequence_builder=BLOCKADE)
    ticks = itertools.count(step=4)
    monkeypatch.setattr("reconciler.emulator.pasqal.settle.monotonic", lambda: next(ticks))
    world.advance(60)
    listed = real.send("GET", "/v1/batches").data
    assert [found["status"] for found in listed] == ["DONE", "RUNNING"]
    assert real.statuses(batch) == ["RUNNING", "DONE", "RUNNING", "PENDING", "PENDING", "PENDING"]
    ticks = itertools.count()
    world.advance(60)
    assert real.statuses(batch) == ["DONE"] * 6
    assert real.statuses(other) == ["DONE", "DONE"]


def test_the_first_outcome_stays(world: World, real: Pasqal) -> None:
    batch = real.create(sequence_builder=BLOCKADE)
    world.advance(60)
    assert real.statuses(batch) == ["DONE", "DONE"]
    before = real.jobs(batch)
    settle(world, [batch["jobs"][0]["id"], "no such job"])
    assert real.jobs(batch) == before


def test_a_job_that_is_cancelled_meanwhile_has_no_outcome(world: World, real: Pasqal) -> None:
    batch = real.create(sequence_builder=BLOCKADE)
    real.send("PATCH", f"/v2/batches/{batch['id']}/cancel")
    world.advance(60)
    settle(world, [batch["jobs"][0]["id"]])
    assert real.statuses(batch) == ["CANCELED", "CANCELED"]


def test_reading_a_page_runs_no_job_of_another(world: World, real: Pasqal) -> None:
    first, _ = real.create(sequence_builder="opaque"), real.create(sequence_builder="opaque")
    world.advance(60)
    assert real.send("GET", "/v1/batches", limit=1).data[0]["status"] == "ERROR"
    with world.transaction() as session:
        row = session.connection.execute("SELECT settled_as FROM pasqal_job WHERE batch_id = ?", (first["id"],))
        assert row.fetchone() == (None,)
