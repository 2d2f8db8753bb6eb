"""Importing: what is there already becomes an address' own, compared first, and never paid again."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from tests.cli.by_hand import (
    BLOCKADE,
    EVIL,
    GARNET,
    PROGRAM,
    SV1,
    declare,
    make_batch,
    make_job,
    make_limit,
    make_task,
    make_workload,
    opened,
)
from tests.cli.place import Place

TASK = """kind: QuantumTask
metadata: {name: NAME, tags: {owner: lab-3}, import: {id: "ID"ACCEPT}}
spec: {device: sim, shots: 100, program: {openqasm: "PROGRAM"}}
"""
ACCEPT = ", accept: [program]"


def task(run_id: str, accept: str = ACCEPT, name: str = "bell") -> str:
    """A task that imports a run."""
    made = TASK.replace("NAME", name).replace("ID", run_id).replace("ACCEPT", accept)
    return made.replace("PROGRAM", PROGRAM)


def bare(name: str) -> str:
    """The same without an import."""
    return task("x", name=name).replace(', import: {id: "x", accept: [program]}', "")


def test_an_imported_task_is_never_submitted(place: Place) -> None:
    arn = make_task()
    declare(place, task(arn))
    plan = place.ok("plan")
    assert "Plan: 1 to import, 0 to add, 1 to change, 0 to destroy." in plan.out
    assert f"reason: imported: {arn}, its program taken on trust" in plan.out
    place.ok("apply", "--auto-approve")
    assert "No changes." in place.ok("plan", "--detailed-exitcode").out
    assert place.tasks() == 1
    # A lost state finds it by the marks that the import put on it; nothing has to be accepted then.
    for path in (place.root / "state").iterdir():
        if path.is_file():
            path.unlink()
    declare(place, task(arn, accept=""))
    assert "Plan: 1 to import, 0 to add, 0 to change, 0 to destroy." in place.ok("plan").out
    place.ok("apply", "--auto-approve")
    assert (place.tasks(), place.ok("plan").out.splitlines()[-1][:11]) == (1, "No changes.")


def test_what_can_not_be_checked_must_be_accepted(place: Place) -> None:
    declare(place, task(make_task(), accept=""))
    plan = place.run("plan")
    assert plan.code == 1
    assert "error: Import can't be verified [import/unverified]" in plan.err
    assert "--> qctl.yaml:13:59 (QuantumTask/bell)" in plan.err
    assert "accept: [program]" in plan.err
    assert place.run("apply", "--auto-approve").code == 1
    assert place.tasks() == 1


@pytest.mark.parametrize(
    ("made", "line", "detail"),
    [
        ({"shots": 99}, 14, "shots: declared is 100, and ID has 99."),
        ({"device": GARNET}, 14, f"device: declared is {SV1}, and ID has {GARNET}."),
        (
            {"deviceParameters": '{"a": 1}'},
            14,
            "deviceParameters: declared is nothing, and ID has {'a': 1}.",
        ),
    ],
)
def test_a_run_of_something_else_is_refused(place: Place, made: dict[str, object], line: int, detail: str) -> None:
    arn = make_task(**made)  # type: ignore[arg-type]
    declare(place, task(arn))
    plan = place.run("plan")
    assert plan.code == 1
    assert "error: Run is not what is declared [import/differs]" in plan.err
    assert f"--> qctl.yaml:{line}:" in plan.err
    assert detail.replace("ID", arn) in plan.err
    assert "QuantumTask/bell can't be imported as it is" in plan.out
    assert "Plan: 0 to add, 0 to change, 0 to destroy, 1 unknown." in plan.out
    assert place.run("apply", "--auto-approve").code == 1
    assert place.tasks() == 1


def test_one_run_is_one_address(place: Place) -> None:
    arn = make_task()
    declare(place, task(arn), task(arn, name="other"))
    both = place.run("plan")
    assert (both.code, f"{arn} is a run of QuantumTask/bell." in both.err) == (1, True)
    declare(place, task(arn))
    place.ok("apply", "--auto-approve")
    # Of another project, and of another address of this one, the marks on it say so.
    text = (place.root / "qctl.yaml").read_text("utf-8")
    for path in (place.root / "state").iterdir():
        if path.is_file():
            path.unlink()
    (place.root / "qctl.yaml").write_text(text.replace("name: bell", "name: other"), "utf-8")
    assert f"{arn} carries the marks of QuantumTask/bell of this project." in place.run("plan").err
    (place.root / "qctl.yaml").write_text(text.replace("7b1e", "7b1f"), "utf-8")
    assert "carries the marks of the project 019aa3c1-7d00-7b1e" in place.run("plan").err
    assert place.tasks() == 1


def test_a_renamed_run_is_imported_with_its_own_token(place: Place) -> None:
    declare(place, bare("old"))
    place.ok("apply", "--auto-approve")
    (before,) = place.ok("show", "--json").json["resources"]["QuantumTask/old"]
    for path in (place.root / "state").iterdir():
        if path.is_file():
            path.unlink()
    declare(place, task(before["id"], accept="").replace("tags:", "moved: [old], tags:"))
    place.ok("apply", "--auto-approve")
    (after,) = place.ok("show", "--json").json["resources"]["QuantumTask/bell"]
    assert (after["token"], after["origin"]) == (before["token"], "QuantumTask/old")
    assert (place.tasks(), "No changes." in place.ok("plan").out) == (1, True)


def test_an_import_beside_a_paid_run_does_nothing(place: Place) -> None:
    declare(place, bare("bell"))
    place.ok("apply", "--auto-approve")
    declare(place, task(make_task()))
    plan = place.ok("plan")
    assert "warning: Nothing to import [import/unneeded]" in plan.err
    assert "No changes." in plan.out
    assert place.ok("plan").err == plan.err  # also when nothing has changed since


@pytest.mark.parametrize(
    ("metadata", "said"),
    [
        ("import: 3", "metadata.import: expected a mapping, found the number 3."),
        ("import: {}", "metadata.import.id: expected the id of a run, found nothing (null)."),
        ("import: {id: a b}", 'metadata.import.id: expected the id of a run, found the text "a b".'),
        ("import: {id: x, accept: all}", 'expected a list of what is taken on trust, found the text "all".'),
        ("import: {id: x, accpet: [program]}", '"accpet" is no key of import.'),
        ("import: {id: nothing}", "has no QuantumTask nothing, as far as these credentials see."),
    ],
)
def test_wrong_imports_are_told_with_their_place(place: Place, metadata: str, said: str) -> None:
    declare(place, task("x").replace('import: {id: "x", accept: [program]}', metadata))
    plan = place.run("plan")
    assert (plan.code, said in plan.err, "--> qctl.yaml:13:" in plan.err) == (1, True, True), plan


def test_a_sweep_can_not_be_imported(place: Place) -> None:
    declare(place, task("x").replace("shots: 100", "matrix: {a: [1]}, shots: 100"))
    assert "import/sweep" in place.run("validate").err


def test_the_command_imports_what_is_declared(place: Place) -> None:
    arn = make_task()
    declare(place, bare("bell"), bare("other"))
    assert "import/unverified" in place.run("import", "QuantumTask/bell", arn).err
    assert "Nobody can be asked here" in place.run("import", "QuantumTask/bell", arn, "--accept", "program").err
    ran = place.ok("import", "QuantumTask/bell", arn, "--accept", "program", "--auto-approve")
    assert f"Imported {arn} as QuantumTask/bell." in ran.out
    assert place.tasks() == 1
    assert "Plan: 1 to add, 0 to change, 0 to destroy." in place.ok("plan").out  # the other one
    assert "import/undeclared" in place.run("import", "QuantumTask/none", arn).err


def test_a_failed_run_is_imported_without_a_retry(place: Place) -> None:
    arn = make_task(device=GARNET)
    declare(
        place,
        task(arn)
        .replace("device: sim", "device: garnet")
        .replace("program:", "run: {retry: {maxAttempts: 2, on: [CANCELLED]}}, program:"),
    )
    opened().braket.client().once("eu-north-1", "cancel_quantum_task", quantumTaskArn=arn, clientToken="c")
    place.ok("local", "advance", "10m")
    place.ok("import", "QuantumTask/bell", arn, "--accept", "program", "--auto-approve")
    assert place.tasks() == 1


def counts(place: Place) -> dict[str, int]:
    """How much of everything the cloud has."""
    connection = sqlite3.connect(place.cloud)
    tables = ("task", "job", "spending_limit", "pasqal_batch", "pasqal_job", "pasqal_workload")
    return {name: connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in tables}  # noqa: S608


def accept_all(path: Path) -> None:
    """What a person does after reading a generated manifest."""
    path.write_text(path.read_text("utf-8").replace("    # accept:", "    accept:"), "utf-8")


def test_a_cloud_filled_by_hand_becomes_manifests(place: Place) -> None:
    """30 tasks, 3 jobs, a limit, 2 batches and a workload: written, accepted, imported; then nothing is left to do."""
    declare(place)
    tasks = [make_task(n, GARNET if n % 2 else SV1, shots=100 + n, tags=EVIL if n == 3 else {}) for n in range(30)]
    jobs = [make_job(n) for n in range(3)]
    limit = make_limit()
    other = {"runs": 5, "sequence": BLOCKADE}
    batches = [make_batch(), make_batch([{"runs": 7, "variables": {"omega": 2.0, "t": 500}}, other])]
    workload = make_workload()
    wrote = place.ok("import", "--generate", "--all")
    assert "Wrote imported.yaml: 37 documents." in wrote.out, wrote
    text = (place.root / "imported.yaml").read_text("utf-8")
    assert all(run_id in text for run_id in (*tasks, *jobs, limit, *batches, workload))
    unread = place.run("plan")
    assert (unread.code, unread.err.count("[import/unverified]")) == (1, 33)
    accept_all(place.root / "imported.yaml")
    plan = place.ok("plan")
    assert "Plan: 37 to import, 0 to add, 36 to change, 0 to destroy." in plan.out
    before = counts(place)
    place.ok("apply", "--auto-approve")
    assert counts(place) == before
    again = place.ok("plan")
    assert "No changes." in again.out, again
    # What is on record has its document, and nothing that exists is written over.
    known = place.run("import", "--generate", tasks[0])
    assert (known.code, "it is on record as a run of QuantumTask/" in known.err) == (1, True)
    ran = place.run("import", "--generate", make_task(99))
    assert (ran.code, "import/exists" in ran.err) == (1, True)
