"""An empty state where the cloud takes no client token: what is there is taken in, and nothing is paid."""

from __future__ import annotations

import pytest

from reconciler.core.attempt import Outcome
from reconciler.core.change import Action
from tests.paid_once.pasqal_bench import WINDOW, Inventory, Laboratory, There, Wish
from tests.paid_once.process import run

_LOST = {"service": "pasqal", "operation": "CreateWorkload", "effect": "lost"}
_LIST = {"service": "pasqal", "operation": "ListWorkloads"}
_LIST_GONE = {**_LIST, "effect": "status", "status": 404, "skip": 1, "count": 0}


def _resolve(lab: Laboratory, *word: str) -> int:
    return run(["state", "resolve", "-C", str(lab.root), "Workload/vqe", *word])


def test_planning_adopts_every_batch_and_workload(lab: Laboratory) -> None:
    lab.want(Wish((10, 20), open=True, workload=2, names=("a", "b", "c")))
    lab.apply()
    there = lab.inventory()
    lab.forget_everything()

    planned = lab.plan()
    assert {change.action for change in planned.plan.changes} == {Action.ADOPT}
    assert lab.apply().submitted == []
    assert lab.inventory() == there
    assert lab.plan().plan.empty
    assert {a.outcome for a in lab.attempts()} == {Outcome.ACCEPTED}


def test_batches_that_nobody_declares_any_more_are_ours_all_the_same(lab: Laboratory) -> None:
    lab.want(Wish((10,), names=("a", "b")))
    lab.apply()
    lab.forget_everything()
    lab.want(Wish((10,), names=("a",)))
    lab.apply()
    assert [batch.left for batch in lab.inventory().batches] == [(10,), ()]


@pytest.mark.parametrize("state", ["kept", "lost"])
@pytest.mark.parametrize("word", ["--adopt", "--absent"])
def test_without_a_list_of_workloads_only_a_person_can_tell(lab: Laboratory, state: str, word: str) -> None:
    """Unknown, whatever the time: nothing is submitted until somebody says what there is."""
    lab.want(Wish((10,)))
    lab.apply()
    lab.want(Wish((10,), workload=2))
    # There when it is planned, and gone when somebody looks for what was lost.
    lab.world.add_fault(_LIST_GONE)
    lab.world.add_fault(_LOST if word == "--adopt" else {**_LOST, "effect": "reset"})
    assert lab.apply().unknown
    if state == "lost":
        lab.forget_everything()
    for _ in range(2):
        assert lab.apply().unknown
        lab.world.advance(2 * WINDOW)
    assert lab.world.counts("pasqal")["CreateWorkload"] == 1
    assert f"qctl state resolve 'Workload/vqe' {word}" in lab.said("apply", "--auto-approve")

    ids = lab.workload_ids()
    assert _resolve(lab, word, *ids) == 0
    lab.apply()
    assert lab.inventory() == Inventory((There((10,), (10,), False, "lab-1"),), workloads=(False,))
    assert lab.plan().plan.empty
    assert len(lab.attempts()) == 2


def test_marks_and_state_both_gone_is_the_end_of_the_promise(lab: Laboratory) -> None:
    """Nobody can know then that the batch is ours; docs/protocol.md says so."""
    lab.want(Wish((10,)))
    edit = {"effect": "tags", "remove": ["qctl:"], "add": ["theirs"]}
    lab.world.add_fault({"service": "pasqal", "operation": "CreateBatch", **edit})
    lab.apply()
    lab.forget_everything()
    lab.apply()
    assert len(lab.batch_ids()) == 2
