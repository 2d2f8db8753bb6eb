"""Values that are known only once another run was accepted."""

from __future__ import annotations

import pytest

from reconciler.core.change import Action
from reconciler.workflow.selection import Selection
from tests.providers.bench import error
from tests.workflow.bench import Project, task

A = task("a")


def _waits(attribute: str) -> dict[str, str]:
    return {"parent": f"${{{{ QuantumTask/a.{attribute} }}}}"}


@pytest.mark.parametrize("attribute", ["arn", "status", "outputS3Uri", "digest"])
def test_what_the_first_run_brings_reaches_the_second(project: Project, attribute: str) -> None:
    """In the same apply: "known once a run was accepted" is what the manifest's reference promises."""
    applied = project.apply(A, task("b", "a", tags=_waits(attribute)))
    assert applied.refused == {}
    first, second = project.bench.wire.bodies("CreateQuantumTask")
    (attempt,) = project.attempts("a")
    arn = attempt.id
    folder = f"s3://{first['outputS3Bucket']}/{first['outputS3KeyPrefix']}/{arn.rpartition('/')[2]}"
    expected = {"arn": arn, "status": "CREATED", "outputS3Uri": folder, "digest": attempt.digest}
    assert second["tags"]["parent"] == expected[attribute]


def test_it_is_shown_as_waiting(project: Project) -> None:
    change = project.plan(A, task("b", "a", tags=_waits("arn"))).plan.changes[1]
    (create,) = change.operations
    assert create.resource is not None
    assert create.resource.tags["parent"] == "${{ QuantumTask/a.arn }}"


def test_known_values_are_in_the_plan(project: Project) -> None:
    project.apply(A)
    change = project.plan(A, task("b", "a", tags=_waits("arn"))).plan.changes[1]
    (create,) = change.operations
    assert create.resource is not None
    assert create.resource.tags["parent"] == project.attempts("a")[0].id


def test_it_makes_no_difference_afterwards(project: Project) -> None:
    tasks = A, task("b", "a", tags=_waits("arn"))
    project.apply(*tasks)
    assert project.plan(*tasks).plan.empty


def test_it_reaches_the_output_place(project: Project) -> None:
    output = {"bucket": "results", "prefix": "of/${{ QuantumTask/a.digest }}"}
    project.apply(A, task("b", "a", output=output))
    second = project.bench.wire.bodies("CreateQuantumTask")[1]
    assert second["outputS3KeyPrefix"] == f"of/{project.attempts('a')[0].digest}"


def test_a_later_value_is_put_in_place(project: Project) -> None:
    """The first run is another one now; the tag of the second follows it and nothing is run again."""
    tags = _waits("arn")
    project.apply(A, task("b", "a", tags=tags))
    project.apply(task("a", shots=200), task("b", "a", tags=tags))
    assert project.tasks() == 3
    arns = [a.id for a in project.attempts("a")]
    assert project.attempts("b")[0].tags["parent"] == arns[1]


def test_what_still_waits_never_reaches_the_wire(project: Project) -> None:
    project.bench.wire.answer("CreateQuantumTask", error(400, "ValidationException"))
    applied = project.apply(A, task("b", "a", tags=_waits("arn")))
    assert applied.skipped == {task("b").address: "it waits for QuantumTask/a"}
    assert not any(b"${{" in request.body for _, request in project.bench.wire.sent)


def test_nor_when_the_first_is_left_out(project: Project) -> None:
    waiting = task("b", "a", tags=_waits("arn"))
    applied = project.apply(A, waiting, selection=Selection(excluded=frozenset({A.address})))
    assert applied.refused == {waiting.address: "it needs ${{ QuantumTask/a.arn }}, which is not known"}
    assert project.tasks() == 0


def test_a_tag_that_waits_for_a_run_not_there_is_no_call(project: Project) -> None:
    project.apply(task("b"))
    project.bench.wire.answer("CreateQuantumTask", error(400, "ValidationException"))
    planned = project.plan(A, task("b", "a", tags=_waits("arn")))
    assert [c.action for c in planned.plan.changes] == [Action.CREATE, Action.UPDATE]
    project.apply(A, task("b", "a", tags=_waits("arn")))
    assert project.bench.wire.count("TagResource") == 0
