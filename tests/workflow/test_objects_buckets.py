"""Buckets among other things: what is made before what, whose a bucket is, and two declarations of one name."""

from __future__ import annotations

from typing import Any

from reconciler.core.declared import Declared
from tests.providers.samples import BELL, declare
from tests.workflow.bench import Project
from tests.workflow.test_objects import codes

NAME = "amazon-braket-lab"


def bucket(name: str = "results", **spec: Any) -> Declared:
    return declare(f"Bucket/{name}", {"name": NAME} | spec)


def task(where: str = NAME) -> Declared:
    spec = {"device": "sim", "shots": 10, "program": {"openqasm": BELL, "inputs": {"theta": 0.5}}}
    return declare("QuantumTask/run", {**spec, "output": {"bucket": where, "prefix": "x"}})


def test_a_bucket_comes_before_the_runs_that_write_to_it(project: Project) -> None:
    applied = project.apply(task(), bucket(), parallelism=8)
    assert [a.kind for a in applied.submitted] == ["Bucket", "QuantumTask"]


def test_a_run_is_kept_back_when_its_bucket_is_refused(project: Project) -> None:
    project.bench.world.add_fault({"service": "s3", "operation": "PUT", "effect": "status", "status": 403})
    applied = project.apply(task(), bucket(), parallelism=8)
    assert applied.skipped == {task().address: "it waits for Bucket/results"}
    assert project.tasks() == 0


def test_one_name_is_declared_once(project: Project) -> None:
    assert codes(project.plan(bucket("a"), bucket("b")).plan.diagnostics) == ["bucket/taken"]


def test_one_that_somebody_deleted_is_made_again(project: Project) -> None:
    project.apply(bucket())
    project.bench.client.stored_once("us-east-1", "delete_bucket", Bucket=NAME)
    project.bench.world.advance(600)
    applied = project.apply(bucket())
    assert applied.submitted == [bucket().address]
    assert project.plan(bucket()).plan.empty


def test_what_somebody_changed_is_put_back(project: Project) -> None:
    project.apply(bucket())
    opened = {"PublicAccessBlockConfiguration": dict.fromkeys(("BlockPublicAcls", "BlockPublicPolicy"), False)}
    project.bench.client.stored_once("us-east-1", "put_public_access_block", Bucket=NAME, **opened)
    applied = project.apply(bucket())
    assert applied.tagged == [bucket().address]
    assert project.plan(bucket()).plan.empty


def test_who_stops_observing_deletes_nothing(project: Project) -> None:
    project.bench.client.stored_once("us-east-1", "create_bucket", Bucket=NAME)
    watched = bucket(management="observe", protect=False)
    project.apply(watched)
    assert project.plan(watched).plan.empty
    assert project.apply().cancelled == []
    assert project.bench.client.stored_once("us-east-1", "head_bucket", Bucket=NAME)
