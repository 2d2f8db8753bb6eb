import gzip
import json
from typing import Any

import pytest

from reconciler.emulator.world import World
from tests.emulator.pasqal.local import BLOCKADE, CORE, PROJECT, RABI, SEQUENCES, Pasqal

_MAPPABLE = (SEQUENCES / "mappable.json").read_text("utf-8")
_UNPARAMETRISED_MAPPABLE = json.dumps({"variables": {}, "register": [{"qid": "q0"}]})


def refusal(pasqal: Pasqal, **changes: Any) -> Any:
    asked = {"sequence_builder": "s", "jobs": [{"runs": 1}], "device_type": "EMU_FREE", "project_id": PROJECT}
    body = {name: value for name, value in (asked | changes).items() if value != "absent"}
    status, description = pasqal.send("POST", "/v1/batches", body).refusal
    assert pasqal.send("GET", "/v1/batches").document["pagination"]["total"] == 0, "nothing was made"
    if isinstance(description, str):
        return status, description
    return status, [(*found["loc"], found["msg"]) for found in description]


def test_the_answer_holds_the_whole_batch(pasqal: Pasqal) -> None:
    asked = {
        "sequence_builder": "opaque",
        "webhook": "https://example.org/hook",
        "jobs": [{"runs": 50, "variables": {"Omega_max": 14.4, "ts": [200, 500]}}, {"runs": 5, "sequence": "own"}],
        "open": True,
        "device_type": "EMU_FREE",
        "project_id": PROJECT,
        "configuration": {"dt": 10.0, "precision": "normal"},
        "tags": ["qctl:project=p", "b"],
        "backend_configuration": "text",
    }
    answer = pasqal.send("POST", "/v1/batches", asked)
    now = "2027-01-15T08:00:00.000000+00:00"
    first, second = (job["id"] for job in answer.data["jobs"])
    batch = answer.data["id"]
    shared = {
        "batch_id": batch,
        "parent_id": None,
        "project_id": PROJECT,
        "user_id": "local-user",
        "status": "PENDING",
        "errors": [],
        "created_at": now,
        "updated_at": now,
        "start_timestamp": None,
        "end_timestamp": None,
    }
    whole = {
        "id": batch,
        "parent_id": None,
        "status": "PENDING",
        "open": True,
        "complete": False,
        "priority": 10,
        "queue_priority": "LOW",
        "device_type": "EMU_FREE",
        "device_status": None,
        "project_id": PROJECT,
        "user_id": "local-user",
        "created_at": now,
        "updated_at": now,
        "start_datetime": None,
        "end_datetime": None,
        "jobs_count": 2,
        "jobs_count_per_status": {"PENDING": 2, "RUNNING": 0, "DONE": 0, "ERROR": 0, "CANCELED": 0},
        "tags": ["qctl:project=p", "b"],
        "webhook": "https://example.org/hook",
        "configuration": {"dt": 10.0, "precision": "normal"},
        "backend_configuration": "text",
    }
    jobs = [
        {"id": first, "runs": 50, "variables": {"Omega_max": 14.4, "ts": [200, 500]}, **shared},
        {"id": second, "runs": 5, "variables": {}, **shared},
    ]
    assert answer.document == {
        "status": "success",
        "message": "OK.",
        "code": "200",
        "data": {**whole, "jobs": jobs, "sequence_builder": "opaque"},
    }
    assert pasqal.batch(answer.data) == {**whole, "sequence_builder": "opaque", "job_ids": [first, second]}
    assert pasqal.send("GET", "/v1/batches").data == [whole]
    assert pasqal.jobs(answer.data) == jobs
    assert pasqal.send("GET", f"/v2/jobs/{second}").data == {**jobs[1], "sequence": "own"}
    assert pasqal.send("GET", f"/v2/jobs/{first}").data == {**jobs[0], "sequence": None}


def test_a_packed_body_is_read(pasqal: Pasqal) -> None:
    body = json.dumps({"sequence_builder": RABI, "jobs": [{"runs": 1}], "project_id": PROJECT}).encode()
    answer = pasqal.raw("POST", f"{CORE}/v1/batches", gzip.compress(body), **{"content-encoding": "gzip"})
    assert json.loads(answer.body)["data"]["device_type"] == "FRESNEL", "the device of the sequence"
    broken = pasqal.raw("POST", f"{CORE}/v1/batches", body, **{"content-encoding": "gzip"})
    assert broken.status == 400


def test_each_create_makes_a_batch(pasqal: Pasqal) -> None:
    assert pasqal.create(tags=["same"])["id"] != pasqal.create(tags=["same"])["id"], "there are no client tokens"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"jobs": []}, [("body", "jobs", "At least one job is required.")]),
        ({"jobs": "absent"}, [("body", "jobs", "At least one job is required.")]),
        ({"jobs": {}}, [("body", "jobs", "The value is not a valid list.")]),
        ({"jobs": [{"runs": 0}]}, [("body", "jobs", 0, "runs", "The value must be from 1 to 2147483647.")]),
        ({"jobs": [{"runs": 2**31}]}, [("body", "jobs", 0, "runs", "The value must be from 1 to 2147483647.")]),
        (
            {"jobs": [{"runs": True}, 5]},
            [
                ("body", "jobs", 0, "runs", "The value is not a valid integer."),
                ("body", "jobs", 1, "The value is not a valid dict."),
            ],
        ),
        (
            {"jobs": [{"runs": 1, "variables": [], "sequence": 5}]},
            [
                ("body", "jobs", 0, "variables", "The value is not a valid dict."),
                ("body", "jobs", 0, "sequence", "The value is not a valid string."),
            ],
        ),
        (
            {"jobs": [{"runs": 1, "variables": {"a": 1}, "sequence": "own"}]},
            [("body", "jobs", 0, "A job cannot have both sequence and variables.")],
        ),
        (
            {"sequence_builder": None, "jobs": [{"runs": 1, "sequence": "own"}, {"runs": 1}]},
            [("body", "jobs", 1, "sequence", "The batch has no sequence, so the job needs its own.")],
        ),
        (
            {"sequence_builder": BLOCKADE, "jobs": [{"runs": 1, "variables": {"a": 1}}]},
            [("body", "jobs", 0, "The batch sequence is not parametrized and expects no variables.")],
        ),
        (
            {"jobs": [{"runs": 1, "sequence": "\ud800"}]},
            [("body", "jobs", 0, "sequence", "The value is not valid Unicode.")],
        ),
        ({"webhook": "\ud800"}, [("body", "webhook", "The value is not valid Unicode.")]),
        ({"tags": ["a", "a"]}, [("body", "tags", "The list has duplicated items.")]),
        ({"tags": ["a", 5]}, [("body", "tags", "The value is not a valid list of strings.")]),
        ({"tags": {"a": "b"}}, [("body", "tags", "The value is not a valid list of strings.")]),
        ({"open": "yes"}, [("body", "open", "The value is not a valid boolean.")]),
        ({"sequence_builder": 5}, [("body", "sequence_builder", "The value is not a valid string.")]),
        ({"configuration": "fast"}, [("body", "configuration", "The value is not a valid dict.")]),
        (
            {"device_type": None},
            [("body", "device_type", "No device type is given, and the sequence names no device.")],
        ),
        ({"project_id": "absent"}, [("body", "project_id", "The field is required.")]),
    ],
)
def test_what_is_wrong_is_refused(pasqal: Pasqal, changes: dict[str, Any], expected: Any) -> None:
    assert refusal(pasqal, **changes) == (422, expected)


def test_a_device_that_is_not_known_is_refused(pasqal: Pasqal) -> None:
    status, ((*place, message),) = refusal(pasqal, device_type="MOON")
    assert (status, place) == (422, ["body", "device_type"])
    assert message.startswith("'MOON' is not one of EMU_C, EMU_FREE, ")


def test_another_project_is_forbidden(pasqal: Pasqal) -> None:
    other = "00000000-0000-4000-8000-000000000000"
    message = f"The project {other} does not exist or you are not a member of it; here is {PROJECT}."
    assert refusal(pasqal, project_id=other) == (403, message)


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"\xff", b"[" * 100_000])
def test_a_body_that_is_no_object_is_refused(pasqal: Pasqal, body: bytes) -> None:
    assert pasqal.raw("POST", f"{CORE}/v1/batches", body).status == 422


def test_places_of_atoms_are_no_parameters(pasqal: Pasqal) -> None:
    job = {"runs": 1, "variables": {"qubits": {"q0": 3}}}
    for sequence in (_MAPPABLE, _UNPARAMETRISED_MAPPABLE):
        assert pasqal.create(sequence_builder=sequence, jobs=[job])["jobs_count"] == 1


def test_jobs_that_are_added_are_checked_too(world: World, pasqal: Pasqal) -> None:
    batch = pasqal.create(open=True, sequence_builder=BLOCKADE)
    url = f"/v2/batches/{batch['id']}/jobs"
    assert pasqal.send("POST", url, []).status == 422
    assert pasqal.send("POST", url, {"jobs": [{"runs": 1}]}).status == 422, "a bare list"
    assert pasqal.send("POST", url, [{"runs": 1}, {"runs": 1, "variables": {"a": 1}}]).status == 422
    assert len(pasqal.jobs(batch)) == 1, "all or nothing"
    closed = pasqal.create()
    assert pasqal.send("POST", f"/v2/batches/{closed['id']}/jobs", [{"runs": 1}]).refusal == (
        409,
        "The batch is closed and accepts no more jobs; its status is PENDING.",
    )


def test_a_strict_cloud_reads_sequences(world: World, pasqal: Pasqal) -> None:
    world.set_switch("pasqal.strict", "on")
    status, findings = refusal(pasqal)
    assert (status, findings[0][:2]) == (422, ("body", "sequence_builder"))
    assert findings[0][2].startswith("The sequence can't be read: ")
    status, findings = refusal(pasqal, sequence_builder=None, jobs=[{"runs": 1, "sequence": "{}"}])
    assert (status, findings[0][:4]) == (422, ("body", "jobs", 0, "sequence"))
    many = {"jobs": [{"runs": 1_000_000}], "device_type": "FRESNEL", "sequence_builder": RABI}
    assert refusal(pasqal, **many)[1][0][3:] == ("runs", "The device takes at most 2000 runs.")
    assert pasqal.create(sequence_builder=RABI, device_type="FRESNEL")["status"] == "PENDING"
