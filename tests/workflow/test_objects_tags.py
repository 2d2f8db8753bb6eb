"""Tag sets as a project meets them: only their own keys, on what somebody else made."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.core.attempt import Outcome
from reconciler.core.declared import Declared
from reconciler.core.diagnostic import Diagnostic
from reconciler.providers import KINDS
from reconciler.providers.tag_cloud import TagCloud
from reconciler.store.local import LocalStore
from reconciler.store.successor import Names
from reconciler.workflow.plan import Planned
from reconciler.workflow.session import Session
from tests.providers.bench import ACCOUNT, FORTE, GARNET, SV1, open_bench
from tests.providers.samples import declare
from tests.workflow import bench
from tests.workflow.bench import BELL, task

NOBODY = f"arn:aws:braket:eu-north-1:{ACCOUNT}:quantum-task/00000000-0000-4000-8000-000000000001"


class Project(bench.Project):
    """A checkout with the cloud of tag sets."""

    @property
    def session(self) -> Session:
        names = (self.context.name, self.context.uid, self.context.environment)
        clouds: dict[str, Any] = {"braket": self.bench.cloud}
        clouds["tags"] = TagCloud(clouds)
        store = LocalStore(self.folder, Names(*names), clock=self.bench.clock)
        return Session(self.context, KINDS, clouds, store, self.bench.clock, "test")

    def theirs(self, name: str = "theirs", device: str = GARNET, **tags: str) -> str:
        """A task that somebody else made."""
        action = '{"braketSchemaHeader": {"name": "braket.ir.openqasm.program", "version": "1"}, "source": "%s"}'
        made = self.bench.client.once(
            "us-east-1" if device == SV1 else device.split(":")[3],
            "create_quantum_task",
            **{"clientToken": name, "deviceArn": device, "shots": 100, "action": action % BELL},
            **{"outputS3Bucket": "amazon-braket-theirs", "outputS3KeyPrefix": "x", "tags": tags},
        )
        return str(made["quantumTaskArn"])

    def tags(self, arn: str) -> dict[str, str]:
        answer = self.bench.client.once(arn.split(":")[3], "list_tags_for_resource", resourceArn=arn)
        return dict(answer["tags"])


@pytest.fixture
def project(tmp_path: Any) -> Any:
    made = Project(tmp_path / "state", open_bench())
    yield made
    made.bench.world.close()


def tag_set(target: str | None = None, name: str = "ours", **spec: Any) -> Declared:
    return declare(f"TagSet/{name}", {"target": target, "tags": {"owner": "us"}} | spec)


def codes(planned: Planned) -> list[str]:
    found: tuple[Diagnostic, ...] = planned.plan.diagnostics
    return [d.code for d in found]


def test_only_its_own_keys_come_and_go(project: Project) -> None:
    """Put, changed, put back, taken off: whatever else is there stays, and none of our marks is put."""
    arn = project.theirs(a="1", b="2")
    project.apply(tag_set(arn))
    assert project.tags(arn) == {"a": "1", "b": "2", "owner": "us"}
    assert project.plan(tag_set(arn)).plan.empty
    project.apply(tag_set(arn, tags={"team": "x"}))
    assert project.tags(arn) == {"a": "1", "b": "2", "team": "x"}
    project.bench.client.once("eu-north-1", "tag_resource", resourceArn=arn, tags={"team": "y", "a": "3"})
    assert codes(project.plan(tag_set(arn, tags={"team": "x"}))) == []
    project.apply(tag_set(arn, tags={"team": "x"}))
    assert project.tags(arn) == {"a": "3", "b": "2", "team": "x"}
    assert project.apply().cancelled == [tag_set(arn).address]
    assert project.tags(arn) == {"a": "3", "b": "2"}


def test_it_costs_nothing_and_is_no_run(project: Project) -> None:
    planned = project.plan(tag_set(project.theirs()))
    assert str(planned.plan.cost) == "Cost: 0.00 USD now, at most 0.00 USD."
    assert planned.plan.already_paid == 0


def test_a_finished_task_can_be_tagged(project: Project) -> None:
    arn = project.theirs()
    project.bench.world.advance(600)
    project.apply(tag_set(arn))
    assert project.tags(arn) == {"owner": "us"}


def test_a_limit_can_be_tagged(project: Project) -> None:
    asked = {"deviceArn": GARNET, "spendingLimit": "5", "clientToken": "theirs"}
    arn = project.bench.client.once("eu-north-1", "create_spending_limit", **asked)["spendingLimitArn"]
    project.apply(tag_set(arn))
    assert project.tags(arn) == {"owner": "us"}


def test_what_somebody_said_is_not_taken_over(project: Project) -> None:
    arn = project.theirs(owner="them")
    planned = project.plan(tag_set(arn))
    assert codes(planned) == ["tag-set/taken"]
    assert "carries owner=them already" in planned.plan.diagnostics[0].detail
    project.apply(tag_set(arn, overwrite=True))
    assert project.tags(arn) == {"owner": "us"}


def test_nor_by_a_key_that_comes_later(project: Project) -> None:
    arn = project.theirs(team="theirs")
    project.apply(tag_set(arn))
    later = {"owner": "us", "team": "ours"}
    assert codes(project.plan(tag_set(arn, tags=later))) == ["tag-set/taken"]
    assert codes(project.plan(tag_set(arn, tags=later, overwrite=True))) == []


def test_the_same_value_is_no_quarrel(project: Project) -> None:
    arn = project.theirs(owner="us")
    assert codes(project.plan(tag_set(arn))) == []


def test_left_when_the_declaration_says_so(project: Project) -> None:
    arn = project.theirs()
    project.apply(tag_set(arn, onRemove="orphan"))
    project.apply()
    assert project.tags(arn) == {"owner": "us"}


def test_after_a_lost_state_the_same_tags_are_put_again(project: Project) -> None:
    arn = project.theirs(a="1")
    project.apply(tag_set(arn))
    for file in project.folder.glob("*"):
        if file.is_file():
            file.unlink()
    project.apply(tag_set(arn))
    assert project.plan(tag_set(arn)).plan.empty
    project.apply()
    assert project.tags(arn) == {"a": "1"}


def test_two_sets_may_share_an_object_but_no_key(project: Project) -> None:
    arn = project.theirs()
    project.apply(tag_set(arn), tag_set(arn, "more", tags={"team": "x"}))
    assert project.tags(arn) == {"owner": "us", "team": "x"}
    rival = tag_set(arn, "rival", tags={"owner": "me"})
    assert "tag-set/rival" in codes(project.plan(tag_set(arn), rival))
    project.apply(tag_set(arn))
    assert project.tags(arn) == {"owner": "us"}


def test_what_is_not_there_is_told_before_anything_is_done(project: Project) -> None:
    planned = project.plan(tag_set(NOBODY))
    assert (codes(planned), planned.plan.diagnostics[0].where and planned.plan.diagnostics[0].where.file) == (
        ["tag-set/no-target"],
        "target",
    )


def test_another_target_is_another_set(project: Project) -> None:
    first, second = project.theirs("1", a="1"), project.theirs("2", a="2")
    project.apply(tag_set(first))
    project.apply(tag_set(second))
    assert (project.tags(first), project.tags(second)) == ({"a": "1"}, {"a": "2", "owner": "us"})


def test_a_target_is_no_run_on_record(project: Project) -> None:
    """Our own task, tagged by a set, is still found by its marks when its record is lost."""
    run = task("run")
    project.apply(run)
    arn = project.attempts("run")[0].id
    for file in project.folder.glob("*"):
        if file.is_file():
            file.unlink()
    project.apply(tag_set(arn))
    project.apply(tag_set(arn), run)
    assert [(a.id, a.outcome) for a in project.attempts("run")] == [(arn, Outcome.ACCEPTED)]
    assert project.bench.wire.count("CreateQuantumTask") == 1


@pytest.mark.parametrize("effect", ["lost", "error-500", "error-500-after", "reset", "timeout"])
@pytest.mark.parametrize("forget", [False, True])
def test_whatever_breaks_the_tags_arrive(project: Project, effect: str, forget: bool) -> None:
    arn = project.theirs(a="1")
    project.bench.world.add_fault({"operation": "TagResource", "effect": effect, "always": True})
    assert project.apply(tag_set(arn)).unknown
    project.bench.world.clear_faults()
    if forget:
        for file in project.folder.glob("*"):
            if file.is_file():
                file.unlink()
    project.apply(tag_set(arn))
    assert project.plan(tag_set(arn)).plan.empty
    assert project.tags(arn) == {"a": "1", "owner": "us"}


def selecting(**selector: Any) -> Declared:
    return tag_set(selector={"kind": "QuantumTask", **selector})


def test_a_selector_means_whatever_fits_now(project: Project) -> None:
    fits, other = project.theirs("1", lab="a"), project.theirs("2", lab="b")
    forte = project.theirs("3", FORTE, lab="a")
    project.apply(selecting(tags={"lab": "a"}))
    assert [project.tags(arn).get("owner") for arn in (fits, other, forte)] == ["us", None, "us"]
    assert project.plan(selecting(tags={"lab": "a"})).plan.empty
    late = project.theirs("4", lab="a")
    planned = project.plan(selecting(tags={"lab": "a"}))
    assert [str(op.address) for op in planned.plan.operations()] == [f'TagSet/ours[target="{late}"]']
    project.apply(selecting(tags={"lab": "b"}))
    assert [project.tags(arn).get("owner") for arn in (fits, other, forte, late)] == [None, "us", None, None]
    project.apply()
    assert project.tags(other) == {"lab": "b"}


@pytest.mark.parametrize(
    ("selector", "found"),
    [
        ({"device": GARNET}, ["1", "2"]),
        ({"device": "garnet"}, ["1", "2"]),
        ({"status": "COMPLETED"}, ["1", "3"]),
        ({"createdAfter": "2026-01-15T13:10:00+01:00"}, ["2"]),
        ({"device": GARNET, "status": "COMPLETED"}, ["1"]),
        ({"tags": {"number": "3"}}, ["3"]),
        ({"kind": "HybridJob"}, []),
    ],
)
def test_everything_that_a_selector_says_must_fit(project: Project, selector: Any, found: list[str]) -> None:
    arns = {project.theirs("1", number="1"): "1", project.theirs("3", SV1, number="3"): "3"}
    project.bench.world.advance(1200)
    arns[project.theirs("2", number="2")] = "2"
    planned = project.plan(selecting(**selector))
    assert sorted(arns[dict(c.address.key)["target"].strip('"')] for c in planned.plan.changes) == found


def test_limits_are_selected_too(project: Project) -> None:
    asked = {"deviceArn": GARNET, "spendingLimit": "5", "clientToken": "theirs"}
    arn = project.bench.client.once("eu-north-1", "create_spending_limit", **asked)["spendingLimitArn"]
    project.apply(selecting(kind="SpendingLimit", device=GARNET))
    assert project.tags(arn) == {"owner": "us"}
