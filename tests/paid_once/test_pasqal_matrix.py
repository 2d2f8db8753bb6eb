"""The paid-once matrix where the cloud takes no client token: faults x verbs x who tries again."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from reconciler.emulator.world import World
from tests.paid_once.pasqal_bench import VERBS, WINDOW, Laboratory, Verb
from tests.paid_once.process import run

_LOST: Mapping[str, Any] = {"effect": "lost"}
_LISTS = ("ListBatches", "ListJobs", "ListWorkloads")


def _each_list(effect: str) -> list[Mapping[str, Any]]:
    return [{"effect": effect, "operation": name, "always": True} for name in _LISTS]


# A rule that names no operation is for the call of the verb. Lists matter where an answer was lost.
FAULTS: Mapping[str, list[Mapping[str, Any]]] = {
    **{
        f"{status} {when}": [{"effect": effect, "status": status}]
        for status in (408, 425, 429, 500, 503, 504)
        for when, effect in (("before acting", "status"), ("after acting", "status-after"))
    },
    "502 as HTML before acting": [{"effect": "status", "status": 502, "html": True}],
    "502 as HTML after acting": [{"effect": "status-after", "status": 502, "html": True}],
    "unreachable": [{"effect": "unreachable"}],
    "reset before acting": [{"effect": "reset"}],
    "answer lost": [_LOST],
    "answer garbled": [{"effect": "garbage-after"}],
    "read timeout": [{"effect": "timeout"}],
    "acts 20 s later": [{"effect": "late", "seconds": 20}],
    "acts 240 s later": [{"effect": "late", "seconds": 240, "status": 504}],
    "lost, seen 240 s later": [{"effect": "hide", "seconds": 240}, _LOST],
    "lost, tag index lags": [{"effect": "lag", "seconds": 240}, _LOST],
    "lost, lists double": [_LOST, *_each_list("duplicate")],
    "lost, lists without end": [_LOST, *_each_list("no-pagination")],
    "lost, tags overwritten": [{"effect": "tags", "remove": ["qctl:", "owner="], "add": ["theirs"]}, _LOST],
}
AGAIN: Mapping[str, Callable[[Laboratory], None]] = {
    "same process": lambda lab: None,
    "next process": lambda lab: None,
    "another machine": Laboratory.forget_everything,
}
# Workloads have no tags. And a machine without a state sees a batch only if the cloud shows it with its marks.
_OF_TAGS = ("lost, tag index lags", "lost, tags overwritten")
_UNSEEN = ("lost, seen 240 s later", "lost, tags overwritten")
# An answer was lost, and so were the marks of what it was about: only a person can tell whose batch that is.
_FOR_A_PERSON = ("lost, tags overwritten", "create batch")


def _can_be(fault: str, verb: str, again: str) -> bool:
    if fault in _OF_TAGS and "workload" in verb:
        return False
    if again != "another machine" or fault not in _UNSEEN:
        return True
    return fault == "lost, seen 240 s later" and "create" in verb


CASES = [case for case in itertools.product(FAULTS, VERBS, AGAIN) if _can_be(*case)]


def _disturb(world: World, fault: str, verb: Verb, *, always: bool) -> None:
    for rule in FAULTS[fault]:
        world.add_fault({"service": "pasqal", "operation": verb.operation, "always": always, **rule})


@pytest.mark.parametrize(("fault", "verb", "again"), CASES)
def test_paid_once(lab: Laboratory, fault: str, verb: str, again: str) -> None:
    call = VERBS[verb]
    lab.want(call.before)
    lab.apply()
    lab.want(call.after)

    _disturb(lab.world, fault, call, always=again != "same process")
    lab.apply()
    lab.world.clear_faults()
    lost = again == "another machine" and ("before" in fault or fault == "unreachable")
    AGAIN[again](lab)
    lab.apply()
    assert lab.inventory().duplicates() == []
    lab.world.advance(2 * WINDOW)  # whatever was late is there now
    if (fault, verb) == _FOR_A_PERSON:
        _say_which(lab)
    lab.apply()

    assert lab.inventory() == (call.forgotten if lost and call.forgotten else call.end)
    assert lab.plan().plan.empty


def _say_which(lab: Laboratory) -> None:
    """As the message says: nothing is submitted until somebody names the batch."""
    (id_,) = lab.batch_ids()
    said = lab.said("apply", "--auto-approve")
    assert f"a run that it may have made has lost our tags: {id_}" in said
    assert "qctl state resolve 'Batch/sweep' --adopt ID" in said
    assert lab.batch_ids() == [id_]
    assert run(["state", "resolve", "-C", str(lab.root), "Batch/sweep", "--adopt", id_]) == 0


@pytest.mark.parametrize("again", ["next process", "another machine"])
def test_turned_away_and_nobody_can_look(lab: Laboratory, again: str) -> None:
    """A gateway may say 429 after the service has acted: only a look could tell, and the list fails as well."""
    call = VERBS["create workload"]
    lab.want(call.after)
    lab.world.add_fault({"service": "pasqal", "operation": call.operation, "effect": "status-after", "status": 429})
    # The plan may read the list.
    lab.world.add_fault(
        {"service": "pasqal", "operation": "ListWorkloads", "effect": "error-503", "skip": 1, "count": 0}
    )
    assert lab.apply().submitted == []
    lab.world.clear_faults()
    AGAIN[again](lab)
    lab.apply()
    assert lab.inventory() == call.end
    assert lab.plan().plan.empty
