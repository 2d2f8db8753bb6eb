from reconciler.emulator.world import World
from tests.emulator.pasqal.local import Pasqal


def test_tags_are_overwritten(world: World, pasqal: Pasqal) -> None:
    batch = pasqal.create(tags=["a", "b"])
    world.advance(60)
    found = pasqal.send("PATCH", f"/v1/batches/{batch['id']}/tags", ["c"]).data
    assert (found["tags"], found["updated_at"]) == (["c"], "2027-01-15T08:01:00.000000+00:00")
    assert pasqal.send("GET", "/v1/batches", tag="a").data == []
    assert len(pasqal.send("GET", "/v1/batches", tag="c").data) == 1
    for wrong in ({"tags": ["d"]}, ["d", "d"], "d", None, [None]):
        assert pasqal.send("PATCH", f"/v1/batches/{batch['id']}/tags", wrong).status == 422
    world.set_switch("pasqal.tags.terminal", "refuse")
    assert pasqal.send("PATCH", f"/v1/batches/{batch['id']}/tags", ["d"]).refusal == (
        409,
        "The batch can't be tagged; its status is DONE.",
    )
    assert pasqal.batch(batch)["tags"] == ["c"]


def test_rebatch_makes_a_new_batch_of_chosen_jobs(world: World, pasqal: Pasqal) -> None:
    jobs = [{"runs": 1, "variables": {"a": 1}}, {"runs": 2, "sequence": "own"}, {"runs": 3}]
    old = pasqal.create(jobs=jobs, tags=["a"], open=True, webhook="https://example.org", configuration={"dt": 1.0})
    world.advance(60)
    new = pasqal.send("POST", f"/v1/batches/{old['id']}/rebatch", status="DONE", max_runs=2).data
    assert new["id"] != old["id"]
    kept = ("device_type", "webhook", "configuration", "tags")
    assert [new[name] for name in kept] == [old[name] for name in kept]
    assert (new["parent_id"], new["status"], new["open"]) == (old["id"], "PENDING", False)
    assert [(job["runs"], job["variables"], job["parent_id"]) for job in new["jobs"]] == [
        (1, {"a": 1}, old["jobs"][0]["id"]),
        (2, {}, old["jobs"][1]["id"]),
    ]
    assert pasqal.send("GET", f"/v2/jobs/{new['jobs'][1]['id']}").data["sequence"] == "own"
    assert pasqal.batch(new)["sequence_builder"] == "opaque"
    world.set_switch("pasqal.rebatch.tags", "drop")
    assert pasqal.send("POST", f"/v1/batches/{old['id']}/rebatch").data["tags"] == []
    assert pasqal.send("POST", f"/v1/batches/{old['id']}/rebatch", status="ERROR").status == 422
    assert pasqal.send("GET", "/v1/batches").document["pagination"]["total"] == 3


def test_what_is_not_there_is_not_found(pasqal: Pasqal) -> None:
    nobody = "11111111-1111-4111-8111-111111111111"
    asked = [
        ("GET", f"/v2/batches/{nobody}", None),
        ("GET", f"/v1/batches/{nobody}/status", None),
        ("GET", f"/v1/batches/{nobody}/full_results", None),
        ("POST", f"/v2/batches/{nobody}/jobs", [{"runs": 1}]),
        ("PATCH", f"/v2/batches/{nobody}/complete", None),
        ("PATCH", f"/v2/batches/{nobody}/cancel", None),
        ("PATCH", f"/v2/batches/{nobody}/cancel/jobs", None),
        ("POST", f"/v1/batches/{nobody}/rebatch", None),
        ("PATCH", f"/v1/batches/{nobody}/tags", ["a"]),
    ]
    for method, path, body in asked:
        assert pasqal.send(method, path, body).refusal == (404, f"The batch {nobody} does not exist.")
    for method, path in (("GET", ""), ("GET", "/status"), ("PATCH", "/cancel"), ("GET", "/results_link")):
        version = "v1" if method == "GET" and path else "v2"
        answer = pasqal.send(method, f"/{version}/jobs/{nobody}{path}")
        assert answer.refusal == (404, f"The job {nobody} does not exist.")
    for method, path in (("GET", f"/v2/workloads/{nobody}"), ("PUT", f"/v1/workloads/{nobody}/cancel")):
        assert pasqal.send(method, path).refusal == (404, f"The workload {nobody} does not exist.")
