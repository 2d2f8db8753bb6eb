"""Renames in manifests: what they do, and what they can't mean."""

from __future__ import annotations

import pytest

from tests.cli.by_hand import PROGRAM, SEQUENCE, declare
from tests.cli.place import Place

TASK = """kind: QuantumTask
metadata: {name: NAMEMORE}
spec: {device: sim, shots: 100, program: {openqasm: "PROGRAM"}}
""".replace("PROGRAM", PROGRAM)
BATCH = """kind: Batch
metadata: {name: NAMEMORE}
spec: {device: free, sequence: rabi.json, jobs: [{runs: 20, variables: {omega: 1.0, t: 1000}}]}
"""
WORKLOAD = """kind: Workload
metadata: {name: NAMEMORE}
spec: {type: qadence_circuit, backend: pyqtorch, config: {layers: 2}}
"""


def named(document: str, name: str, moved: str = "") -> str:
    """The document under a name, perhaps with older ones."""
    return document.replace("NAME", name).replace("MORE", f", moved: {moved}" if moved else "")


@pytest.mark.parametrize(
    ("document", "changed"), [(TASK, 1), (BATCH, 1), (WORKLOAD, 1)], ids=["task", "batch", "workload"]
)
def test_a_rename_pays_nothing(place: Place, document: str, changed: int) -> None:
    (place.root / "rabi.json").write_text(SEQUENCE, "utf-8")
    declare(place, named(document, "old"))
    place.ok("apply", "--auto-approve")
    (before,) = place.ok("show", "--json").json["resources"].values()
    declare(place, named(document, "new", "[old]"))
    plan = place.ok("plan")
    assert f"Plan: 0 to add, {changed} to change, 0 to destroy." in plan.out
    assert "not run again" in plan.out
    assert "will be updated in place" in plan.out
    kind = document.split("\n", maxsplit=1)[0].removeprefix("kind: ")
    assert f"reason: moved from {kind}/old, not run again" in plan.out
    assert [c["moved"] for c in place.ok("plan", "--json").json["changes"]] == [f"{kind}/old"]
    place.ok("apply", "--auto-approve")
    (after,) = place.ok("show", "--json").json["resources"].values()
    assert [(a["id"], a["token"]) for a in after] == [(a["id"], a["token"]) for a in before]
    assert "No changes." in place.ok("plan").out
    assert list(place.ok("state", "list", "--json", "--all").json["resources"]) == [f"{kind}/new"]


@pytest.mark.parametrize(
    ("documents", "said", "place_of"),
    [
        (
            [named(TASK, "a", "[b]"), named(TASK, "b")],
            "QuantumTask/b is declared at qctl.yaml:18:18, so its runs are its own. [moved/declared]",
            "13:29",
        ),
        (
            [named(TASK, "a", "[old]"), named(TASK, "b", "[old]")],
            "QuantumTask/a says that it was moved from QuantumTask/old too: one record can't become two. [moved/twice]",
            "18:29",
        ),
        (
            [named(TASK, "a", "[b]"), named(TASK, "b", "[a]")],
            "QuantumTask/a says that it was moved from QuantumTask/b, and QuantumTask/b that it was moved from "
            "QuantumTask/a. [moved/cycle]",
            "13:29",
        ),
        ([named(TASK, "a", "[a]")], "QuantumTask/a says that it was moved from itself. [moved/cycle]", "13:29"),
        ([named(TASK, "a", "[b, b]")], "metadata.moved names b twice. [moved/twice]", "13:32"),
        (
            [named(TASK, "a", "[QuantumTask/b]")],
            'metadata.moved: the text "QuantumTask/b" is no name: it has no kind and no key, for neither can change. '
            "[manifest/name]",
            "13:29",
        ),
        (
            [named(TASK, "a", "b")],
            'metadata.moved: expected a list of names, found the text "b". [manifest/wrong-type]',
            "13:28",
        ),
    ],
)
def test_what_a_rename_can_not_mean(place: Place, documents: list[str], said: str, place_of: str) -> None:
    declare(place, *documents)
    ran = place.run("validate", "--json")
    found = [
        (f"{d['detail']} [{d['code']}]", f"{d['location']['line']}:{d['location']['column']}")
        for d in ran.json["diagnostics"]
    ]
    assert found[0] == (said, place_of)
    assert ran.code == 1


def test_an_older_name_that_nobody_knows_is_fine(place: Place) -> None:
    declare(place, named(TASK, "new", "[never]"))
    assert "Plan: 1 to add, 0 to change, 0 to destroy." in place.ok("plan").out
