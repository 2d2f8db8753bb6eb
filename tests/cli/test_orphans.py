"""Orphans: what runs on the accounts and belongs to nobody here."""

from __future__ import annotations

import json

from tests.cli.by_hand import GARNET, PROGRAM, declare, make_batch, make_limit, make_task, opened
from tests.cli.place import Place

TASK = """kind: QuantumTask
metadata: {name: NAME}
spec: {device: garnet, shots: 100, program: {openqasm: "PROGRAM"}}
""".replace("PROGRAM", PROGRAM)


def forget(place: Place) -> None:
    """The state is lost."""
    for path in (place.root / "state").iterdir():
        if path.is_file():
            path.unlink()


def test_both_clouds_and_every_region_are_looked_through(place: Place) -> None:
    declare(place, TASK.replace("NAME", "ours"))
    place.ok("apply", "--auto-approve")
    batch, limit = make_batch(), make_limit()
    place.ok("local", "advance", "1d")
    task = make_task(1, GARNET, tags={"owner": "ada", "b": "2", "c": "3", "d": "4", "qctl:notes": "x"})
    quick = make_task(2)
    place.ok("local", "advance", "3s")
    found = place.ok("orphans", "--json").json["orphans"]
    assert [(o["id"], o["kind"], o["region"], o["why"]) for o in found] == [
        (task, "QuantumTask", "eu-north-1", "made without qctl"),
        (limit, "SpendingLimit", "eu-north-1", "made without qctl"),
    ]
    everything = place.ok("orphans", "--json", "--all").json["orphans"]
    assert [o["id"] for o in everything if o["phase"] == "done"] == [quick, batch]
    assert everything[0]["id"] == task  # what is on its way comes first
    text = place.run("orphans", "--detailed-exitcode")
    assert text.code == 2
    assert "b=2, c=3, d=4, and 2 more" in text.out
    assert "2 finished runs are not shown: say --all." in text.out
    # Nothing is recorded, nothing is marked.
    assert "No changes." in place.ok("plan").out
    place.ok("local", "advance", "1d")
    assert place.ok("orphans", "--detailed-exitcode").code == 0


def test_runs_with_our_marks_say_why_nobody_has_them(place: Place) -> None:
    declare(place, TASK.replace("NAME", "kept"), TASK.replace("NAME", "gone"), TASK.replace("NAME", "torn"))
    place.ok("apply", "--auto-approve")
    arns = {o: r[0]["id"] for o, r in place.ok("show", "--json").json["resources"].items()}
    forget(place)
    make_limit(tags={"qctl:project": "019aa3c1-7d00-7b1f-8e11-6f0d5a2c4bff"})  # another project's: no orphan
    declare(place, TASK.replace("NAME", "kept"))
    client = opened().braket.client()
    client.once(
        "eu-north-1", "untag_resource", resourceArn=arns["QuantumTask/torn"], tagKeys=["qctl:run", "qctl:digest"]
    )
    whys = {o["id"]: o["why"] for o in place.ok("orphans", "--json").json["orphans"]}
    assert whys == {
        arns["QuantumTask/kept"]: "submitted for QuantumTask/kept, and not on record: a lost state",
        arns["QuantumTask/gone"]: "submitted for QuantumTask/gone, which is neither declared nor on record",
        arns["QuantumTask/torn"]: "some of our marks on it are gone",
    }
    tag = {"qctl:address": "QuantumTask/kept", "qctl:digest": "0" * 64}
    client.once("eu-north-1", "tag_resource", resourceArn=arns["QuantumTask/gone"], tags=tag)
    whys = {o["id"]: o["why"] for o in place.ok("orphans", "--json").json["orphans"]}
    assert whys[arns["QuantumTask/gone"]].startswith("the marks on it contradict each other")
    # Another project's and another environment's runs have a record of their own.
    assert place.ok("orphans", "--json", "--env", "prod").json["orphans"] == [
        o for o in place.ok("orphans", "--json").json["orphans"] if o["id"] == arns["QuantumTask/torn"]
    ]


def test_a_cloud_that_can_not_be_read_hides_no_other(place: Place) -> None:
    declare(place)
    make_task()
    place.ok(
        "local", "fault", '{"service": "pasqal", "operation": "*", "effect": "status", "status": 403, "always": true}'
    )
    ran = place.ok("orphans")
    assert "made without qctl" in ran.out
    assert "note: not all of pasqal could be looked through" in ran.err


def test_a_cloud_that_the_project_never_names_is_not_asked(place: Place) -> None:
    """Nobody needs a login for it."""
    place.declare("bell")  # its project names devices of Braket alone
    fault = {"service": "pasqal", "operation": "*", "effect": "status", "status": 403, "always": True}
    place.ok("local", "fault", json.dumps(fault))
    assert place.ok("orphans").err == ""
