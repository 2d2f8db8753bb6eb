"""The least rights on AWS that a project needs: each right with the call that it is for.

Actions and resource types: the service authorization references of Amazon Braket, Amazon S3 and IAM, and Braket's
"Restrict user access to certain devices". A call that takes no resource is allowed on `*`, for IAM takes nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from reconciler.core.resource import Removal, Resource
from reconciler.providers.braket.bucket import KIND as BUCKET
from reconciler.providers.braket.bucket_rights import bucket_rights, key_rights, kms_rights

Purpose = Literal["plan", "apply", "bootstrap"]
_SORTS = {"QuantumTask": "quantum-task", "HybridJob": "job", "SpendingLimit": "spending-limit"}
_OF_BUCKETS = "arn:aws:s3:::"


@dataclass(frozen=True, slots=True)
class Right:
    """One action on some resources, and what it is for. `condition` is in IAM's own form."""

    action: str
    resources: tuple[str, ...]
    why: str
    condition: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Account:
    """Where the rights hold: `*` where nobody said which account or region it is."""

    account: str = "*"
    region: str = "*"

    def arn(self, region: str, sort: str) -> str:
        """Every object of one sort in a region."""
        return f"arn:aws:braket:{region or self.region}:{self.account}:{sort}/*"

    @property
    def default_bucket(self) -> str:
        """The bucket that Braket takes where nobody names one."""
        return f"amazon-braket-{self.region}-{self.account}"


def rights(resources: Sequence[Resource], purpose: Purpose, where: Account) -> list[Right]:
    """What planning these resources takes, or applying them.

    A bootstrap is about buckets and limits alone, and may look devices up by name.
    """
    if purpose == "bootstrap":
        resources = [r for r in resources if r.address.kind in (BUCKET, "SpendingLimit")]
    found = [*_searching(), *_planning(resources, where)]
    if purpose != "plan":
        found += _applying(resources, where)
    if purpose == "bootstrap":
        found.append(Right("braket:SearchDevices", ("*",), "find the QPUs that limits are named for"))
    return merged(found)


def state_rights(bucket: str, folder: str, kms_key: str, purpose: Purpose, account: str) -> Iterator[Right]:
    """What a state in a bucket takes: a plan reads it, whoever applies locks and writes it too."""
    inside = (f"{_OF_BUCKETS}{bucket}/{folder}/*",)
    yield Right("s3:ListBucket", (_OF_BUCKETS + bucket,), "read the state's journal, and see that the bucket is there")
    yield Right("s3:GetObject", inside, "read the state")
    if purpose != "plan":
        yield Right("s3:PutObject", inside, "lock and save the state")
        yield Right("s3:DeleteObject", inside, "unlock the state, and clear its journal")
    if kms_key:
        yield from (Right(*right) for right in key_rights(kms_key, account))


def merged(found: Iterable[Right]) -> list[Right]:
    """One right for each action, with all its resources, in order."""
    return sorted(_merged(found), key=lambda right: (right.action, right.resources))


def document(found: Iterable[Right]) -> dict[str, Any]:
    """The rights as an IAM policy: one statement for all actions on the same resources."""
    groups: dict[tuple[tuple[str, ...], str], list[Right]] = {}
    for right in found:
        groups.setdefault((right.resources, repr(sorted(right.condition.items()))), []).append(right)
    statements = []
    for number, ((resources, _), group) in enumerate(sorted(groups.items()), 1):
        statement: dict[str, Any] = {
            "Sid": f"Qctl{number}",
            "Effect": "Allow",
            "Action": sorted({right.action for right in group}),
            "Resource": list(resources),
        }
        if group[0].condition:
            statement["Condition"] = dict(group[0].condition)
        statements.append(statement)
    return {"Version": "2012-10-17", "Statement": statements}


def _searching() -> Iterator[Right]:
    """Of every kind, declared or not: with an empty state whatever is there may be ours."""
    for operation in ("SearchQuantumTasks", "SearchJobs", "SearchSpendingLimits"):
        yield Right(f"braket:{operation}", ("*",), "find what is marked as this project's, and limits with room")


def _planning(resources: Sequence[Resource], where: Account) -> Iterator[Right]:
    for resource in resources:
        kind, device = resource.address.kind, str(resource.execution.get("device", ""))
        if kind in ("QuantumTask", "HybridJob") and device.startswith("arn:"):
            yield Right("braket:GetDevice", (device,), "check the device, and price what runs on it")
        if kind in ("QuantumTask", "HybridJob"):
            operation = "GetQuantumTask" if kind == "QuantumTask" else "GetJob"
            yield Right(f"braket:{operation}", (_mine(resource, where),), "see how it stands")
        if kind == "TagSet":
            yield from _target(resource, "braket:ListTagsForResource", "read the tags that are there")
        if kind == BUCKET:
            yield from (Right(*right) for right in bucket_rights(resource, applying=False))


def _applying(resources: Sequence[Resource], where: Account) -> Iterator[Right]:
    for resource in resources:
        kind = resource.address.kind
        if kind in _SORTS and not resource.watched:
            yield from _tagging(_mine(resource, where))
        if kind in ("QuantumTask", "HybridJob"):
            yield from _running(resource, where)
        if kind == "SpendingLimit" and not resource.watched:
            yield from _limiting(resource, where)
        if kind == "TagSet":
            yield from _target(resource, "braket:TagResource", "put the tags")
            yield from _target(resource, "braket:UntagResource", "take the tags off")
        if kind == BUCKET and not resource.watched:
            yield from (Right(*right) for right in bucket_rights(resource, applying=True))
            yield from (Right(*right) for right in kms_rights(resource, where.account))


def _running(resource: Resource, where: Account) -> Iterator[Right]:
    noun = "QuantumTask" if resource.address.kind == "QuantumTask" else "Job"
    mine, device = _mine(resource, where), str(resource.execution["device"])
    on = tuple(arn for arn in (device, mine) if arn.startswith("arn:"))
    yield Right(f"braket:Create{noun}", on, "submit it")
    yield Right(f"braket:Cancel{noun}", (mine,), "end it when it is no longer declared")
    named = resource.delivery.get("output.bucket") or where.default_bucket
    bucket = "*" if "${{" in named else named  # a name that only another resource knows
    yield Right("s3:ListBucket", (_OF_BUCKETS + bucket,), "Braket asks for it, and a source that is there is seen")
    folder = f"{_OF_BUCKETS}{bucket}/{resource.delivery.get('output.prefix') or ''}".rstrip("/") + "/*"
    yield Right("s3:GetObject", (folder,), "read results, and whether a source is there")
    yield Right("s3:PutObject", (folder,), "store sources; Braket stores results with the rights of who submits")
    if noun == "Job":
        yield from _job(resource, where)


def _job(resource: Resource, where: Account) -> Iterator[Right]:
    role = str(resource.execution["role"])
    passed = {"StringEquals": {"iam:PassedToService": "braket.amazonaws.com"}}
    yield Right("iam:PassRole", (role,), "let the job run as its role", passed)
    if not resource.delivery.get("output.bucket"):
        default = (_OF_BUCKETS + where.default_bucket,)
        yield Right("s3:CreateBucket", default, "make Braket's default bucket, if it is not there yet")


def _limiting(resource: Resource, where: Account) -> Iterator[Right]:
    mine = _mine(resource, where)
    device = str(resource.execution["device"])
    yield Right("braket:CreateSpendingLimit", (device, mine), "make the limit")
    yield Right("braket:UpdateSpendingLimit", (mine,), "change its amount and period")
    if resource.rules.on_remove is Removal.CANCEL:
        yield Right("braket:DeleteSpendingLimit", (mine,), "delete it when it is no longer declared")


def _tagging(mine: str) -> Iterator[Right]:
    yield Right("braket:TagResource", (mine,), "mark it, and change its tags")
    yield Right("braket:UntagResource", (mine,), "take off tags that are no longer declared")


def _target(resource: Resource, action: str, why: str) -> Iterator[Right]:
    target = str(resource.execution.get("target") or "")
    if target.startswith("arn:"):
        yield Right(action, (target,), why)
    elif resource.execution.get("selector") and resource.execution["selector"].get("kind") != "Batch":
        sort = _SORTS[resource.execution["selector"]["kind"]]
        yield Right(action, (f"arn:aws:braket:*:*:{sort}/*",), why)


def _mine(resource: Resource, where: Account) -> str:
    """Every object of its kind where it runs: ids are not known before."""
    region = str(resource.execution.get("device", "")).split(":")[3:4]
    return where.arn(region[0] if region else "", _SORTS[resource.address.kind])


def _merged(found: Iterable[Right]) -> Iterator[Right]:
    """One right for each action, with all its resources."""
    groups: dict[tuple[str, str], list[Right]] = {}
    for right in found:
        groups.setdefault((right.action, repr(sorted(right.condition.items()))), []).append(right)
    for (action, _), group in groups.items():
        resources = tuple(sorted({arn for right in group for arn in right.resources}))
        yield Right(action, resources, "; ".join(dict.fromkeys(right.why for right in group)), group[0].condition)
