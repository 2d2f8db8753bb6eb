"""The printed rights are enough, and none is too many: every call of plan and apply is held against them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from typing import Any

import pytest
from botocore.client import BaseClient

from reconciler.emulator.objects import ensure_bucket
from tests.cli.by_hand import make_task
from tests.cli.place import PROJECT, TASK, Place

_ROLE = "arn:aws:iam::123456789012:role/service-role/AmazonBraketJobsExecutionRole"
_JOB = f"""---
apiVersion: qctl/v1alpha1
kind: HybridJob
metadata: {{name: loop}}
spec:
  device: sim
  role: {_ROLE}
  source: {{folder: loop, entryPoint: "loop.main:run"}}
  stoppingCondition: {{maxRuntime: 60s}}
"""
_LIMIT = """---
apiVersion: qctl/v1alpha1
kind: SpendingLimit
metadata: {name: cap, tags: {owner: lab-3}}
spec: {device: garnet, amount: 20}
"""
_BUCKET = """---
apiVersion: qctl/v1alpha1
kind: Bucket
metadata: {name: results, tags: {owner: lab-3}}
spec:
  name: amazon-braket-lab-3
  protect: false
  encryption: {kmsKey: alias/lab}
  publicAccessBlock: {restrictBuckets: false}
  versioning: true
  lifecycle: {abortMultipart: 7}
"""
_TAGS = """---
apiVersion: qctl/v1alpha1
kind: TagSet
metadata: {name: theirs, tags: {cost: lab-3}}
spec: {target: "TARGET"}
"""
_DEFAULT = "defaults: {output: {bucket: amazon-braket-place, prefix: study}}"
# Of AWS's service authorization references: what each call must be allowed, as (action, resource).
Needs = Callable[[str, dict[str, Any]], list[tuple[str, str]]]


def _all(action: str) -> Needs:
    return lambda region, asked: [(action, "*")]


def _one(action: str, key: str) -> Needs:
    return lambda region, asked: [(action, asked[key])]


def _new(action: str, sort: str, device: Callable[[dict[str, Any]], str]) -> Needs:
    def needs(region: str, asked: dict[str, Any]) -> list[tuple[str, str]]:
        made = f"arn:aws:braket:{region}:123456789012:{sort}/new"
        tags = [("braket:TagResource", made)] if asked.get("tags") else []
        roles = [("iam:PassRole", asked["roleArn"])] if "roleArn" in asked else []
        return [(action, device(asked)), *tags, *roles]

    return needs


def _of_bucket(*actions: str) -> Needs:
    return lambda region, asked: [(action, f"arn:aws:s3:::{asked['Bucket']}") for action in actions]


def _of_object(action: str) -> Needs:
    return lambda region, asked: [(action, f"arn:aws:s3:::{asked['Bucket']}/{asked['Key']}")]


def _bucket_made(region: str, asked: dict[str, Any]) -> list[tuple[str, str]]:
    tagged = asked.get("CreateBucketConfiguration", {}).get("Tags")
    return _of_bucket("s3:CreateBucket", *(["s3:TagResource"] if tagged else []))(region, asked)


_NEEDS: dict[str, Needs] = {
    "GetCallerIdentity": lambda region, asked: [],  # nobody can be denied it
    "SearchQuantumTasks": _all("braket:SearchQuantumTasks"),
    "SearchJobs": _all("braket:SearchJobs"),
    "SearchSpendingLimits": _all("braket:SearchSpendingLimits"),
    "SearchDevices": _all("braket:SearchDevices"),
    "GetDevice": _one("braket:GetDevice", "deviceArn"),
    "GetQuantumTask": _one("braket:GetQuantumTask", "quantumTaskArn"),
    "GetJob": _one("braket:GetJob", "jobArn"),
    "CancelQuantumTask": _one("braket:CancelQuantumTask", "quantumTaskArn"),
    "CancelJob": _one("braket:CancelJob", "jobArn"),
    "UpdateSpendingLimit": _one("braket:UpdateSpendingLimit", "spendingLimitArn"),
    "DeleteSpendingLimit": _one("braket:DeleteSpendingLimit", "spendingLimitArn"),
    "TagResource": _one("braket:TagResource", "resourceArn"),
    "UntagResource": _one("braket:UntagResource", "resourceArn"),
    "ListTagsForResource": _one("braket:ListTagsForResource", "resourceArn"),
    "CreateQuantumTask": _new("braket:CreateQuantumTask", "quantum-task", lambda asked: str(asked["deviceArn"])),
    "CreateJob": _new("braket:CreateJob", "job", lambda asked: str(asked["deviceConfig"]["device"])),
    "CreateSpendingLimit": _new("braket:CreateSpendingLimit", "spending-limit", lambda asked: str(asked["deviceArn"])),
    "ListBuckets": _all("s3:ListAllMyBuckets"),
    "HeadBucket": _of_bucket("s3:ListBucket"),
    "ListObjectsV2": _of_bucket("s3:ListBucket"),
    "CreateBucket": _bucket_made,
    "DeleteBucket": _of_bucket("s3:DeleteBucket"),
    "GetBucketTagging": _of_bucket("s3:GetBucketTagging"),
    "PutBucketTagging": _of_bucket("s3:PutBucketTagging"),
    "GetBucketEncryption": _of_bucket("s3:GetEncryptionConfiguration"),
    "PutBucketEncryption": _of_bucket("s3:PutEncryptionConfiguration"),
    "GetPublicAccessBlock": _of_bucket("s3:GetBucketPublicAccessBlock"),
    "PutPublicAccessBlock": _of_bucket("s3:PutBucketPublicAccessBlock"),
    "GetBucketVersioning": _of_bucket("s3:GetBucketVersioning"),
    "PutBucketVersioning": _of_bucket("s3:PutBucketVersioning"),
    "GetBucketLifecycleConfiguration": _of_bucket("s3:GetLifecycleConfiguration"),
    "PutBucketLifecycleConfiguration": _of_bucket("s3:PutLifecycleConfiguration"),
    "HeadObject": _of_object("s3:GetObject"),
    "GetObject": _of_object("s3:GetObject"),
    "PutObject": _of_object("s3:PutObject"),
    "DeleteObject": _of_object("s3:DeleteObject"),
}
# What the service itself does with the rights of who submits, or KMS for S3: no call of ours shows it.
_BEHIND = {"kms:GenerateDataKey", "kms:Decrypt"}


@contextmanager
def recorded() -> Iterator[list[tuple[str, str]]]:
    """What the calls made meanwhile must be allowed, by their own words and not by our policy."""
    needed: list[tuple[str, str]] = []
    base: Any = BaseClient
    real = base._make_api_call

    def call(client: Any, operation: str, asked: dict[str, Any]) -> Any:
        needed.extend(_NEEDS[operation](client.meta.region_name, asked))
        return real(client, operation, asked)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(base, "_make_api_call", call)
        yield needed


def policy(place: Place, purpose: str) -> Any:
    place_account = ("--account", "123456789012")
    return json.loads(place.ok("iam", "policy", "--for", purpose, "--json", *place_account).out)


def allows(document: Any, action: str, resource: str) -> bool:
    return any(
        action in statement["Action"]
        and any(pattern == "*" or fnmatchcase(resource, pattern) for pattern in statement["Resource"])
        for statement in document["Statement"]
    )


def actions(document: Any) -> set[str]:
    return {action for statement in document["Statement"] for action in statement["Action"]}


def refused(document: Any, needed: list[tuple[str, str]]) -> set[tuple[str, str]]:
    return {need for need in needed if not allows(document, *need)}


def write(place: Place, *documents: str, default: str = "") -> None:
    project = PROJECT.replace("  variables:", f"  {default}\n  variables:") if default else PROJECT
    (place.root / "qctl.yaml").write_text(project + "".join(documents), "utf-8")


def source(place: Place) -> None:
    (place.root / "loop").mkdir(exist_ok=True)
    (place.root / "loop" / "main.py").write_text("def run():\n    pass\n", "utf-8")


_TASK = TASK.replace("NAME", "bell").replace("device: sim", "device: garnet")
_STORIES: dict[str, tuple[tuple[str, ...], str, tuple[tuple[str, str], ...]]] = {
    "task": ((_TASK,), _DEFAULT, (("lab-3", "lab-4"), ("{name: bell, tags: {owner: lab-4}}", "{name: bell}"))),
    "job": (
        (_JOB,),
        "",
        (("{name: loop}", "{name: loop, tags: {a: b}}"), ("{name: loop, tags: {a: b}}", "{name: loop}")),
    ),
    "limit": ((_LIMIT,), "", (("20", "30"), ("lab-3", "lab-4"), ("cap, tags: {owner: lab-4}", "cap"))),
    "bucket": ((_BUCKET,), "", (("owner: lab-3", "owner: lab-4"),)),
}


@pytest.mark.parametrize("story", _STORIES)
def test_the_printed_rights_are_enough_and_none_is_too_many(place: Place, story: str) -> None:
    documents, default, changes = _STORIES[story]
    source(place)
    place.ok("local", "switch", "latency.factor", "1000")  # what was submitted is still there to be cancelled
    write(place, *documents, default=default)
    planning, applying = policy(place, "plan"), policy(place, "apply")
    with recorded() as planned:
        place.ok("plan")
    with recorded() as applied:
        place.ok("apply", "--auto-approve")
        place.run("results")
        for before, after in changes:
            path = place.root / "qctl.yaml"
            assert before in path.read_text("utf-8"), before
            path.write_text(path.read_text("utf-8").replace(before, after), "utf-8")
            place.ok("apply", "--auto-approve")
        with recorded() as again:  # the state is known by now: each run is asked for by itself
            place.ok("plan", "--refresh", "all")
        place.ok("destroy", "--auto-approve")
    planned += again
    assert refused(planning, planned) == set()
    assert refused(applying, [*planned, *applied]) == set()
    # A bucket is made by somebody else than a task's: its results are stored and read with these rights all the same.
    behind = _BEHIND | ({"s3:PutObject", "s3:GetObject", "s3:ListBucket"} if story == "task" else set())
    behind |= {"s3:ListBucket"} if story == "job" else set()
    assert actions(planning) - {action for action, _ in planned} == set()
    assert actions(applying) - {action for action, _ in [*planned, *applied]} - behind == set()


def test_tags_on_what_is_not_ours(place: Place) -> None:
    target = make_task(1)
    write(place, _TASK, _TAGS.replace("TARGET", target))
    planning, applying = policy(place, "plan"), policy(place, "apply")
    with recorded() as planned:
        place.ok("plan")
    with recorded() as applied:
        place.ok("apply", "--auto-approve")
        write(place, _TASK)
        place.ok("apply", "--auto-approve")
    assert ("braket:ListTagsForResource", target) in planned
    assert {("braket:TagResource", target), ("braket:UntagResource", target)} <= set(applied)
    assert refused(planning, planned) | refused(applying, [*planned, *applied]) == set()


def test_tags_on_whatever_a_search_finds(place: Place) -> None:
    make_task(1)
    write(place, _TAGS.replace('{target: "TARGET"}', "{selector: {kind: QuantumTask, tags: {}}}"))
    planning, applying = policy(place, "plan"), policy(place, "apply")
    with recorded() as planned:
        place.ok("plan")
    with recorded() as applied:
        place.ok("apply", "--auto-approve")
    assert refused(planning, planned) | refused(applying, [*planned, *applied]) == set()


def test_a_bootstrap_needs_what_its_policy_says(place: Place) -> None:
    write(place)
    asked = ("--bootstrap", "--limit", "Forte 1=5", "--bucket-prefix", "lab-3", "--auto-approve")
    with recorded() as needed:
        for _ in range(2):
            place.ok("init", *asked)
    document = policy(place, "bootstrap")
    assert refused(document, needed) == set()
    later = {"braket:UntagResource", "braket:UpdateSpendingLimit", "s3:PutBucketTagging"}  # when they are changed
    later |= {"s3:PutEncryptionConfiguration", "s3:PutBucketPublicAccessBlock"}  # where S3's own defaults are others
    assert actions(document) - {action for action, _ in needed} == later


def test_a_state_in_a_bucket(place: Place) -> None:
    with place.world.transaction() as session:
        ensure_bucket(session.connection, "lab-3-state", datetime(2026, 1, 1, tzinfo=UTC))
    write(place, _LIMIT, default="state: {backend: s3, bucket: lab-3-state, key: studies}")
    planning, applying = policy(place, "plan"), policy(place, "apply")
    with recorded() as applied:
        place.ok("apply", "--auto-approve")
    with recorded() as planned:
        place.ok("plan")
    assert refused(planning, planned) | refused(applying, [*planned, *applied]) == set()
    of_s3 = {action for action in actions(applying) if action.startswith("s3:")}
    assert of_s3 - {action for action, _ in [*planned, *applied]} == set()
    assert {action for action in actions(planning) if action.startswith("s3:")} == {"s3:GetObject", "s3:ListBucket"}


def test_a_right_that_is_missing_is_noticed(place: Place) -> None:
    """The guard is guarded: without any one action of the policy the test above would fail."""
    write(place, _TASK, default=_DEFAULT)
    with recorded() as applied:
        place.ok("apply", "--auto-approve")
    document = policy(place, "apply")
    for statement in document["Statement"]:
        statement["Action"] = [action for action in statement["Action"] if action != "braket:CreateQuantumTask"]
    garnet = "arn:aws:braket:eu-north-1::device/qpu/iqm/Garnet"
    assert refused(document, applied) == {("braket:CreateQuantumTask", garnet)}


def test_for_people_each_right_says_why(place: Place) -> None:
    write(place, _LIMIT)
    told = place.ok("iam", "policy", "--for", "plan").out
    assert told.startswith("braket:SearchJobs  # find what is marked as this project's, and limits with room\n    *\n")


def test_a_protected_bucket_may_not_be_deleted_at_all(place: Place) -> None:
    write(place, _BUCKET.replace("protect: false", "protect: true"))
    assert "s3:DeleteBucket" not in actions(policy(place, "apply"))
    write(place, _BUCKET.replace("protect: false", "management: observe"))
    assert not [a for a in actions(policy(place, "apply")) if a.startswith("s3:Put")]


def test_a_key_of_kms_is_named_as_narrowly_as_it_can_be(place: Place) -> None:
    write(place, _BUCKET)
    (by_alias,) = [s for s in policy(place, "apply")["Statement"] if "kms:Decrypt" in s["Action"]]
    assert by_alias["Resource"] == ["arn:aws:kms:*:123456789012:key/*"]
    assert by_alias["Condition"]["ForAnyValue:StringEquals"] == {"kms:ResourceAliases": "alias/lab"}
    arn = "arn:aws:kms:eu-north-1:123456789012:key/1234"
    write(place, _BUCKET.replace("alias/lab", f'"{arn}"'))
    (by_arn,) = [s for s in policy(place, "apply")["Statement"] if "kms:Decrypt" in s["Action"]]
    assert by_arn["Resource"] == [arn]


def test_an_account_is_twelve_digits(place: Place) -> None:
    ran = place.run("iam", "policy", "--account", "me")
    assert (ran.code, "12 digits" in ran.err) == (1, True)
