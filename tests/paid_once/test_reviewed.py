"""What a stranger found, each as it was done: a run was paid twice, lost or cancelled. None of it again."""

from __future__ import annotations

import shutil

import pytest

from reconciler.core.address import parse_address
from reconciler.core.change import Action
from reconciler.store.port import locked
from reconciler.workflow.applied import Applied
from reconciler.workflow.apply import apply
from reconciler.workflow.observe import Refresh, WrongMode
from reconciler.workflow.plan import Planned, make_plan
from reconciler.workflow.selection import Selection
from tests.paid_once.bench import RUNS, Machine, no_progress
from tests.paid_once.process import KILLED, run

_DAYS = 2 * 86_400
_EDITED = {
    "effect": "tags",
    "operation": "CreateQuantumTask",
    "always": True,
    "set": {"qctl:address": "QuantumTask/zzz"},
}
_LOST = {"effect": "lost", "operation": "CreateQuantumTask", "always": True}


def _apply(machine: Machine, how: Refresh = Refresh.OPEN, *replaced: str) -> Applied:
    project = machine.open()
    session, loaded = project.session, project.loaded
    with locked(session.store, session.lock_info("apply")):
        chosen = Selection(forced=frozenset(map(parse_address, replaced)))
        planned = make_plan(session, loaded.resources, loaded.edges, how, chosen)
        return apply(session, planned, no_progress, machine.never, parallelism=1)


def _attempts(planned: Planned) -> list[tuple[str, str]]:
    return [(address, a.id) for address, record in planned.seen.records.items() for a in record.attempts]


def test_replace_given_again_after_every_answer_was_lost(machine: Machine) -> None:
    machine.apply()
    machine.world.add_fault(_LOST)
    machine.world.set_switch("visibility.search", "30")
    assert _apply(machine, Refresh.OPEN, "QuantumTask/run").unknown
    machine.world.clear_faults()
    machine.world.advance(60)
    _apply(machine, Refresh.OPEN, "QuantumTask/run")
    assert machine.world.status()["tasks"] == 2 * RUNS


def test_replace_given_again_after_a_death(machine: Machine) -> None:
    machine.apply()
    args = ["apply", "-C", str(machine.root), "--auto-approve", "--replace", "QuantumTask/run[theta=0.5]"]
    assert run(args, crash_at="after-outcome") == KILLED
    assert run(args) == 0
    assert machine.world.status()["tasks"] == RUNS + 1


def test_replace_pays_again_each_time_it_is_meant(machine: Machine) -> None:
    machine.apply()
    for number in (1, 2):
        _apply(machine, Refresh.OPEN, "QuantumTask/run[theta=0.5]")
        assert machine.world.status()["tasks"] == RUNS + number


def test_nothing_is_paid_without_a_search_whatever_is_refreshed(machine: Machine) -> None:
    machine.apply()
    machine.forget_everything()
    machine.world.advance(_DAYS)
    _apply(machine, Refresh.NONE)
    assert machine.world.status()["tasks"] == RUNS


def test_an_older_state_is_searched_too(machine: Machine) -> None:
    machine.apply()
    shutil.copytree(machine.root / "state", machine.root / "kept")
    manifest = (machine.root / "qctl.yaml").read_text("utf-8")
    (machine.root / "qctl.yaml").write_text(manifest.replace("shots: 100", "shots: 9"), "utf-8")
    machine.apply()
    shutil.rmtree(machine.root / "state")
    shutil.move(machine.root / "kept", machine.root / "state")
    machine.world.advance(_DAYS)
    _apply(machine, Refresh.NONE)
    assert machine.world.status()["tasks"] == 2 * RUNS


def test_an_edited_address_cancels_nothing(machine: Machine) -> None:
    edit = {
        "effect": "tags",
        "operation": "CreateQuantumTask",
        "always": True,
        "set": {"qctl:address": "QuantumTask/zzz"},
    }
    machine.world.add_fault(edit)
    machine.apply()
    machine.world.clear_faults()
    manifest = (machine.root / "qctl.yaml").read_text("utf-8")
    (machine.root / "qctl.yaml").write_text(manifest.replace("[0.25, 0.5]", "[0.25, 0.5, 0.75]"), "utf-8")
    planned = machine.plan()
    assert planned.plan.destroyed == 0
    ids = [run_id for _, run_id in _attempts(planned)]
    assert len(ids) == len(set(ids)) == RUNS, "one run, one record"


@pytest.mark.parametrize("lost_state", [False, True])
def test_an_edited_address_and_a_lost_answer(machine: Machine, lost_state: bool) -> None:
    machine.world.add_fault(_LOST)
    edit = {
        "effect": "tags",
        "operation": "CreateQuantumTask",
        "always": True,
        "set": {"qctl:address": "QuantumTask/zzz"},
    }
    machine.world.add_fault(edit)
    machine.world.set_switch("visibility.search", "60")
    machine.apply()
    machine.world.clear_faults()
    if lost_state:
        machine.forget_everything()
    machine.world.advance(_DAYS)
    machine.apply()
    assert machine.world.status()["tasks"] == RUNS
    assert {address for address, _ in _attempts(machine.plan())} == {f"QuantumTask/run[theta={t}]" for t in (0.25, 0.5)}


@pytest.mark.parametrize("removed", [["qctl:run"], ["qctl:project", "qctl:run", "qctl:address", "qctl:digest"]])
def test_a_doubt_beside_a_run_without_marks_is_for_a_person(machine: Machine, removed: list[str]) -> None:
    machine.world.add_fault(_LOST)
    edit = {"effect": "tags", "operation": "CreateQuantumTask", "always": True, "remove": removed}
    machine.world.add_fault(edit)
    machine.apply()
    machine.world.clear_faults()
    machine.world.advance(_DAYS)
    applied = machine.apply()
    assert machine.world.status()["tasks"] == RUNS
    assert len(applied.unknown) == RUNS
    blocked = machine.plan().plan.changes
    assert {c.action for c in blocked} == {Action.BLOCKED}
    assert all("qctl state resolve" in c.reason for c in blocked)


def test_a_doubt_at_a_long_address_that_left_the_manifest(machine: Machine) -> None:
    manifest = (machine.root / "qctl.yaml").read_text("utf-8")
    long = manifest.replace("theta: [0.25, 0.5]", f"theta: [0.25], name: [{'x' * 250}]")
    (machine.root / "qctl.yaml").write_text(long, "utf-8")
    assert run(["apply", "-C", str(machine.root), "--auto-approve"], crash_at="after-create") == KILLED
    machine.declare(tasks=False)
    machine.world.advance(360)
    applied = machine.apply()
    assert len(applied.cancelled) == 1, "it runs, nobody wants it, and it is known whose it is"


def test_state_lost_and_region_changed(machine: Machine) -> None:
    manifest = (machine.root / "qctl.yaml").read_text("utf-8")
    on_simulator = manifest.replace("device: garnet", "device: arn:aws:braket:::device/quantum-simulator/amazon/sv1")
    (machine.root / "qctl.yaml").write_text(on_simulator, "utf-8")
    machine.apply()
    machine.forget_everything()
    moved = on_simulator.replace("spec:\n", "spec:\n  providers: {braket: {mode: local, region: us-west-2}}\n", 1)
    (machine.root / "qctl.yaml").write_text(moved, "utf-8")
    machine.world.advance(_DAYS)
    machine.apply()
    assert machine.world.status()["tasks"] == RUNS


def test_a_simulated_run_never_passes_for_a_paid_one(machine: Machine) -> None:
    machine.apply()
    manifest = (machine.root / "qctl.yaml").read_text("utf-8")
    real = 'spec:\n  providers: {braket: {mode: aws, region: us-east-1, endpointUrl: "http://127.0.0.1:9"}}\n'
    (machine.root / "qctl.yaml").write_text(manifest.replace("spec:\n", real, 1), "utf-8")
    with pytest.raises(WrongMode, match="submitted to the local cloud"):
        machine.plan()


def test_state_rm_with_keys_in_another_order(machine: Machine) -> None:
    manifest = (machine.root / "qctl.yaml").read_text("utf-8")
    (machine.root / "qctl.yaml").write_text(manifest.replace("theta: [0.25, 0.5]", "theta: [0.25], b: [x]"), "utf-8")
    machine.apply()
    assert run(["state", "rm", "-C", str(machine.root), "QuantumTask/run[theta=0.25,b=x]"]) == 0
    records = machine.open().session.store.read().state.records
    assert {address: record.managed for address, record in records.items()} == {
        "QuantumTask/run[b=x,theta=0.25]": False
    }
