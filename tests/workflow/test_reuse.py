"""`reuse: project`: what one environment has paid stands for it in another one, and stays the first one's own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from reconciler.core.address import parse_address
from reconciler.core.change import Action
from reconciler.core.ports import ProjectContext
from reconciler.core.state import Record, State
from reconciler.store.errors import StateUnreadable
from reconciler.workflow.observe import Refresh
from reconciler.workflow.plan import make_plan
from reconciler.workflow.selection import Selection
from reconciler.workflow.session import Session
from tests.providers.samples import CONTEXT
from tests.workflow.bench import Project, edges, open_project, task

GHZ = task("ghz", tags={"owner": "us"})


@dataclass
class Sharing(Project):
    """A checkout in an environment of a project that says `reuse: project`."""

    @property
    def session(self) -> Session:
        made: Session = replace(Project.session.__get__(self), others=self._others)
        return made

    def _others(self) -> Iterator[tuple[str, State]]:
        for name in [file.name.split(".")[1] for file in self.folder.glob(f"{CONTEXT.name}.*.json")]:
            if name != self.context.environment:
                yield name, Project(self.folder, self.bench, _in(name)).state


def _in(environment: str) -> ProjectContext:
    return replace(CONTEXT, environment=environment)


@pytest.fixture
def staging(tmp_path: Path) -> Iterator[Project]:
    made = open_project(tmp_path)
    yield Project(made.folder, made.bench, _in("staging"))
    made.bench.world.close()


@pytest.fixture
def prod(staging: Project) -> Sharing:
    return Sharing(staging.folder, staging.bench, _in("prod"))


def _pay(project: Project, *tasks: Any, seconds: int = 60) -> None:
    """Run them here and record how they ended."""
    project.apply(*tasks)
    project.bench.world.advance(seconds)
    project.apply(*tasks)


def _action(project: Project, *tasks: Any, **how: Any) -> tuple[Action, str]:
    (change,) = project.plan(*(tasks or (GHZ,)), **how).plan.changes
    return change.action, change.reason


def test_a_finished_run_is_not_paid_again(staging: Project, prod: Sharing) -> None:
    _pay(staging, GHZ)
    action, reason = _action(prod)
    assert action is Action.REUSE
    assert reason.startswith("already paid in environment staging on ")
    plan = prod.plan(GHZ).plan
    assert plan.summary == "Plan: 0 to add, 0 to change, 0 to destroy, 1 to reuse."
    assert plan.already_paid == 1
    prod.apply(GHZ)
    assert prod.tasks() == prod.bench.wire.count("CreateQuantumTask") == 1
    assert _action(prod)[0] is Action.NONE
    (attempt,) = prod.attempts("ghz")
    assert (attempt.shared, attempt.owned) == ("staging", ())
    assert attempt.id == staging.attempts("ghz")[0].id


def test_nothing_here_touches_the_run_of_another_environment(staging: Project, prod: Sharing) -> None:
    _pay(staging, GHZ)
    prod.apply(GHZ)
    for tasks in ((task("ghz", tags={"owner": "them"}),), (), (GHZ,)):
        before = len(prod.bench.wire.sent)
        prod.apply(*tasks)
        calls = {name for name, _ in prod.bench.wire.sent[before:]}
        assert {name for name in calls if name.startswith(("Tag", "Untag", "Cancel", "Create"))} == set()
    assert _action(staging)[0] is Action.NONE


def test_without_the_word_of_the_project_everybody_pays(staging: Project) -> None:
    _pay(staging, GHZ)
    other = Project(staging.folder, staging.bench, _in("prod"))
    assert _action(other)[0] is Action.CREATE


def test_what_differs_is_paid(staging: Project, prod: Sharing) -> None:
    _pay(staging, GHZ)
    assert _action(prod, task("ghz", shots=101))[0] is Action.CREATE
    assert _action(prod, task("ghz", run={"generation": 2}))[0] is Action.CREATE
    assert _action(prod, task("other"))[0] is Action.CREATE, "two addresses are two runs"
    forced = Selection(forced=frozenset({parse_address("QuantumTask/ghz")}))
    assert _action(prod, selection=forced)[0] is Action.CREATE


def test_another_run_of_what_is_done_here_is_paid_here(staging: Project, prod: Sharing) -> None:
    """A result that grew old is not made young by one that is older still."""
    _pay(staging, GHZ)
    _pay(Project(prod.folder, prod.bench, _in("prod")), GHZ)
    prod.bench.world.advance(86_400 * 2)
    fresh = task("ghz", tags={"owner": "us"}, freshness={"maxAge": "1d", "onStale": "rerun"})
    action, reason = _action(prod, fresh)
    assert (action, reason.partition(":")[0]) == (Action.CREATE, "stale")
    assert [a.shared for a in prod.plan(fresh).seen.records["QuantumTask/ghz"].attempts] == [""]


def test_a_raised_generation_that_is_paid_there_is_shared(staging: Project, prod: Sharing) -> None:
    again = task("ghz", run={"generation": 2})
    _pay(staging, GHZ)
    _pay(staging, again)
    assert _action(prod, again)[0] is Action.REUSE
    assert _action(prod, GHZ)[0] is Action.REUSE


def test_a_run_on_its_way_is_not_shared_and_one_is_told(staging: Project, prod: Sharing) -> None:
    staging.apply(GHZ)
    planned = prod.plan(GHZ).plan
    assert planned.changes[0].action is Action.CREATE
    assert [found.code for found in planned.diagnostics if found.code.startswith("reuse/")] == ["reuse/in-flight"]
    prod.bench.world.advance(60)
    assert _action(prod)[0] is Action.REUSE, "nobody looked in staging since, but it is finished"
    assert _action(prod, how=Refresh.NONE)[0] is Action.CREATE, "nobody was asked"
    assert staging.attempts("ghz")[0].open, "its own state is its own to write"


def test_a_failed_run_is_not_shared(staging: Project, prod: Sharing) -> None:
    staging.apply(GHZ)
    staging.apply()
    assert _action(prod)[0] is Action.CREATE


def test_a_lost_state_is_rebuilt_without_paying(staging: Project, prod: Sharing) -> None:
    _pay(staging, GHZ)
    prod.apply(GHZ)
    for file in prod.folder.glob("*.prod.[jl]*"):
        file.unlink()
    assert _action(prod)[0] is Action.REUSE
    _pay(prod, task("ghz", run={"generation": 2}))
    for file in prod.folder.glob("*.prod.[jl]*"):
        file.unlink()
    assert _action(prod, task("ghz", run={"generation": 2}))[0] is Action.ADOPT, "what is its own comes first"


def test_a_third_environment_knows_whose_run_it_is(staging: Project, prod: Sharing) -> None:
    _pay(staging, GHZ)
    prod.apply(GHZ)
    third = Sharing(prod.folder, prod.bench, _in("third"))
    third.apply(GHZ)
    assert [a.shared for a in third.attempts("ghz")] == ["staging"]


def test_what_left_the_other_manifest_or_was_renamed_is_still_paid(staging: Project, prod: Sharing) -> None:
    _pay(staging, GHZ)
    staging.apply()
    assert _action(prod)[0] is Action.REUSE
    renamed = replace(task("new", tags={"owner": "us"}), moved=(parse_address("QuantumTask/ghz"),))
    assert _action(prod, renamed)[0] is Action.REUSE


@pytest.mark.parametrize("place", [{"account": "local-210987654321"}, {"region": "us-west-1"}, {"cloud": "pasqal"}])
def test_what_was_paid_elsewhere_is_not_shared(staging: Project, prod: Sharing, place: dict[str, str]) -> None:
    """Another account, another region; the account of the local cloud is that of no real one."""
    _pay(staging, GHZ)
    (paid,) = staging.attempts("ghz")
    records = {"QuantumTask/ghz": Record((replace(paid, place=replace(paid.place, **place)),))}
    elsewhere = replace(staging.state, records=records)
    session = replace(prod.session, others=lambda: [("staging", elsewhere)])
    plan = make_plan(session, [GHZ], edges([GHZ])).plan
    assert [change.action for change in plan.changes] == [Action.CREATE]


def test_a_state_that_cannot_be_read_stops_the_plan(staging: Project, prod: Sharing) -> None:
    _pay(staging, GHZ)
    path = prod.folder / f"{CONTEXT.name}.staging.json"
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(StateUnreadable):
        prod.plan(GHZ)
    prod.apply()  # nothing would be paid, so nobody asks
