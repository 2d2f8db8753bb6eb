"""Drift: what somebody did to our runs, and what the next apply would do about it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cli.by_hand import GARNET, PROGRAM, SEQUENCE, declare, make_task, opened
from tests.cli.place import Place

TASK = """kind: QuantumTask
metadata: {name: NAME, tags: {owner: lab-3}}
spec: {device: garnet, shots: 100, program: {openqasm: "PROGRAM"}}
""".replace("PROGRAM", PROGRAM)
LIMIT = """kind: SpendingLimit
metadata: {name: cap}
spec: {device: garnet, amount: 100}
"""
BATCH = """kind: Batch
metadata: {name: sweep}
spec: {device: free, sequence: rabi.json, open: true, jobs: [{runs: 20, variables: {omega: 1.0, t: 1000}}]}
"""


def braket(method: str, **parameters: Any) -> Any:
    """What somebody else calls."""
    return opened().braket.client().once("eu-north-1", method, **parameters)


def ids(place: Place) -> dict[str, str]:
    """The run at each address."""
    resources = place.ok("show", "--json", "--refresh", "none").json["resources"]
    return {address: attempts[-1]["id"] for address, attempts in resources.items()}


def lines(place: Place) -> list[tuple[Any, ...]]:
    """Every difference in short."""
    found = place.ok("drift", "--json").json["drift"]
    return [(d["address"], d["sort"], d["what"], d["recorded"], d["now"], d["next_apply"]) for d in found]


@pytest.fixture
def filled(place: Place) -> Place:
    """Two tasks, a limit and an open batch, all on record."""
    (place.root / "rabi.json").write_text(SEQUENCE, "utf-8")
    declare(place, TASK.replace("NAME", "kept"), TASK.replace("NAME", "lost"), LIMIT, BATCH)
    place.ok("apply", "--auto-approve")
    place.ok("apply", "--auto-approve")  # reads them once
    place.ok("apply", "--auto-approve", "--refresh", "all")
    return place


def test_nothing_differs(filled: Place) -> None:
    ran = filled.ok("drift", "--detailed-exitcode")
    assert ran.out == "No drift. What is on record is what the clouds have.\n"
    filled.ok("local", "advance", "1d")  # that tasks finish is what they are for
    assert [line for line in lines(filled) if line[0].startswith("QuantumTask")] == []


def test_edited_tags_and_a_cancelled_task_and_one_that_nobody_declared(filled: Place) -> None:
    arns = ids(filled)
    changed = {"owner": "lab-4", "mine": "1", "qctl:run": "x"}
    braket("tag_resource", resourceArn=arns["QuantumTask/kept"], tags=changed)
    braket("cancel_quantum_task", quantumTaskArn=arns["QuantumTask/lost"], clientToken="by-hand")
    make_task(2)
    filled.ok("local", "advance", "3s")  # it is done by then, and no work in flight
    stranger = make_task(1, GARNET)
    before = filled.ok("state", "show", "QuantumTask/kept").out
    found = lines(filled)
    assert [line[:2] for line in found] == [
        ("QuantumTask/kept", "tag"),
        ("QuantumTask/kept", "tag"),
        ("QuantumTask/kept", "tag"),
        ("QuantumTask/lost", "run"),
        (None, "orphan"),
    ]
    tags = {line[2]: line[3:5] for line in found[:3]}
    assert tags["tag owner"] == ("lab-3", "lab-4")
    assert tags["tag mine, which is not ours"] == (None, "1")
    assert tags["tag qctl:run"][1] == "x"
    assert found[0][5] == "update: updated in place, not run again: tags.owner, tags.qctl:run"
    assert found[3][2].startswith("cancelled outside of qctl")
    assert found[3][4:] == ("CANCELLED", "nothing: attempt 1 ended CANCELLED")
    assert found[4][5] == f"nothing: qctl import --generate '{stranger}' writes a manifest for it"
    assert filled.run("drift", "--detailed-exitcode").code == 2
    # It changed nothing: the record is as before, and the apply that it speaks of does what it said.
    assert filled.ok("state", "show", "QuantumTask/kept").out == before
    filled.ok("apply", "--auto-approve", "--refresh", "all")
    assert [line[:2] for line in lines(filled)] == [(None, "orphan")]


def test_what_is_finished_is_asked_about_too(filled: Place) -> None:
    filled.ok("local", "advance", "1d")
    filled.ok("apply", "--auto-approve", "--refresh", "all")
    braket("tag_resource", resourceArn=ids(filled)["QuantumTask/kept"], tags={"owner": "lab-4"})
    assert [line[:3] for line in lines(filled)] == [("QuantumTask/kept", "tag", "tag owner")]
    assert "No changes." in filled.ok("plan").out  # which asks about what is unfinished
    assert "1 to change" in filled.ok("plan", "--refresh", "all").out


def test_a_limit_that_somebody_raised(filled: Place) -> None:
    arn = ids(filled)["SpendingLimit/cap"]
    braket("update_spending_limit", spendingLimitArn=arn, clientToken="by-hand", spendingLimit="900")
    assert lines(filled) == [
        ("SpendingLimit/cap", "setting", "amount", "100", "900", "update: updated in place: amount")
    ]
    text = filled.ok("drift").out
    assert '  ~ amount: "100" -> "900"\n      next apply: update: updated in place: amount' in text


def test_a_batch_with_somebody_elses_job_and_closed(filled: Place) -> None:
    batch = ids(filled)["Batch/sweep"]
    client = opened().pasqal.client()
    job = {"runs": 33, "variables": {"omega": 2.0, "t": 500}}
    client.submit(f"/api/v2/batches/{batch}/jobs", [job])
    client.write("PATCH", f"/api/v2/batches/{batch}/complete")
    sorts = [
        (line[1], line[2].replace(line[2].split(" ")[1], "ID") if line[1] == "job" else line[2])
        for line in lines(filled)
    ]
    assert sorts == [
        ("run", "closed outside of qctl: it takes no more jobs"),
        ("job", "job ID added by somebody else: 33 runs"),
    ]


def test_a_limit_is_no_run_whose_results_are_waited_for(place: Place) -> None:
    declare(place, LIMIT)
    place.ok("apply", "--auto-approve")
    assert place.ok("results", "--json").json["results"] == {}
    place.ok("wait")
