"""Results that are too old: told, or paid for again within a bound, once whatever breaks."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

import pytest

from reconciler.core.attempt import Outcome
from reconciler.core.change import Action
from reconciler.core.declared import Declared
from reconciler.core.freshness import CALIBRATED, CAPABILITIES
from reconciler.emulator import catalogue
from reconciler.workflow.observe import Refresh
from tests.providers.bench import GARNET
from tests.workflow.bench import SV1, Project, task

DAY = 86_400


def aged(on_stale: str = "report", **more: object) -> Declared:
    return task("a", freshness={"maxAge": "30d", "onStale": on_stale, **more})


def calibrated(device: str = GARNET, on_stale: str = "rerun") -> Declared:
    return task("a", device=device, freshness={"onCalibrationChange": True, "onStale": on_stale})


def done(project: Project, declared: Declared) -> None:
    """Submitted, and finished well as far as the state knows."""
    project.apply(declared)
    project.bench.world.advance(3_600)
    project.apply(declared)


def codes(project: Project, declared: Declared) -> list[str]:
    return [d.code for d in project.plan(declared).plan.diagnostics]


def tasks(project: Project) -> int:
    return int(project.bench.world.status()["tasks"])


@pytest.fixture
def recalibrate(monkeypatch: pytest.MonkeyPatch) -> Iterator[object]:
    """Lets every device of the local cloud say that it was calibrated at another time."""
    shipped = catalogue.devices()

    def turn(moment: str) -> None:
        def changed(text: str) -> str:
            document = json.loads(text)
            document["service"]["updatedAt"] = moment
            return json.dumps(document)

        made = tuple(replace(device, capabilities=changed(device.capabilities)) for device in shipped)
        monkeypatch.setattr(catalogue, "devices", cache(lambda: made))

    return turn  # type: ignore[return-value]  # a function


def test_a_result_that_is_too_old_is_told_at_its_place_and_nothing_else_happens(project: Project) -> None:
    declared = aged()
    done(project, declared)
    assert codes(project, declared) == []
    project.bench.world.advance(31 * DAY)
    plan = project.plan(declared).plan
    assert plan.empty
    (found,) = plan.diagnostics
    assert (found.code, found.severity, found.address) == ("freshness/stale", "warning", "QuantumTask/a")
    assert "31 days ago, and may be 30 days old. It is not run again: freshness.onStale is report." in found.detail
    project.apply(declared)
    assert tasks(project) == 1


def test_a_rerun_is_the_next_attempt_and_stands_when_it_is_done(project: Project) -> None:
    declared = aged("rerun", maxNewRuns=2)
    done(project, declared)
    project.bench.world.advance(31 * DAY)
    (change,) = project.plan(declared).plan.changes
    assert change.action is Action.CREATE
    assert "stale: it ended on" in change.reason
    assert change.reason.endswith("freshness allows new run 1 of 2")
    assert change.price is not None, "it is priced as any submission"
    project.apply(declared)
    assert tasks(project) == 2
    project.apply(declared)
    assert tasks(project) == 2, "none is begun while one is in flight"
    project.bench.world.advance(3_600)
    project.apply(declared)
    assert project.plan(declared).plan.empty
    assert [a.number for a in project.attempts("a")] == [1, 2]


def test_no_more_than_the_bound_are_ever_paid(project: Project) -> None:
    declared = aged("rerun", maxNewRuns=2)
    done(project, declared)
    for _ in range(5):
        project.bench.world.advance(31 * DAY)
        done(project, declared)
    assert tasks(project) == 3
    project.bench.world.advance(31 * DAY)
    (found,) = project.plan(declared).plan.diagnostics
    assert found.detail.endswith("2 new runs have been made, and freshness.maxNewRuns is 2.")


def test_the_bound_holds_when_the_state_is_lost(project: Project) -> None:
    declared = aged("rerun")
    done(project, declared)
    project.bench.world.advance(31 * DAY)
    done(project, declared)
    assert tasks(project) == 2
    shutil.rmtree(project.folder)
    project.bench.world.advance(31 * DAY)
    for _ in range(3):
        done(project, declared)
    assert tasks(project) == 2, "both were found by their tags, and count"


def test_an_answer_that_is_lost_pays_no_second_rerun(project: Project) -> None:
    declared = aged("rerun", maxNewRuns=5)
    done(project, declared)
    project.bench.world.advance(31 * DAY)
    project.bench.world.add_fault({"effect": "lost", "operation": "CreateQuantumTask", "always": True})
    project.bench.world.set_switch("visibility.search", "240")
    assert project.apply(declared).unknown
    project.bench.world.clear_faults()
    for _ in range(3):
        done(project, declared)
    assert tasks(project) == 2
    assert [a.outcome for a in project.attempts("a")] == [Outcome.ACCEPTED] * 2


def test_what_a_device_said_of_itself_is_kept_with_the_attempt(project: Project) -> None:
    project.apply(task("a"), task("sim", device=SV1))
    (attempt,) = project.attempts("a")
    assert attempt.facts[CALIBRATED] == "2026-05-05T00:00:00"
    assert attempt.facts[CAPABILITIES].startswith("q")
    assert project.attempts("sim")[0].facts == {}, "simulators are not calibrated"


def test_a_device_that_was_calibrated_since_makes_the_result_stale(project: Project, recalibrate: object) -> None:
    declared = calibrated()
    done(project, declared)
    assert project.plan(declared).plan.empty
    recalibrate("2026-06-01T00:00:00")  # type: ignore[operator]  # a function
    (change,) = project.plan(declared).plan.changes
    assert "its device was calibrated at 2026-06-01T00:00:00" in change.reason
    done(project, declared)
    assert tasks(project) == 2
    assert project.plan(declared).plan.empty, "the new one ran on the new calibration"


def test_only_who_asks_for_it_asks_the_device(project: Project) -> None:
    done(project, aged())
    before = project.bench.wire.count("GetDevice")
    project.plan(aged())
    assert project.bench.wire.count("GetDevice") == before
    project.plan(calibrated(), how=Refresh.NONE)
    assert project.bench.wire.count("GetDevice") == before
    project.plan(calibrated())
    assert project.bench.wire.count("GetDevice") == before + 1


def test_freshness_is_no_part_of_a_runs_identity(project: Project) -> None:
    done(project, task("a"))
    for declared in (aged(), aged("rerun"), calibrated(on_stale="report")):
        assert project.plan(declared).plan.empty
