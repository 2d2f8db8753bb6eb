"""What S3 would refuse of a plan's buckets: names that are taken, and deletions of what is not empty."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from botocore.exceptions import ClientError

from reconciler.core.address import Address
from reconciler.core.change import Change
from reconciler.core.diagnostic import Diagnostic
from reconciler.core.event import Verb
from reconciler.core.operation import Operation
from reconciler.core.resource import Resource
from reconciler.providers.braket.bucket import KIND
from reconciler.providers.braket.bucket_verbs import ARN, BucketVerbs, not_empty
from reconciler.providers.kind import Cloud


def objections(
    verbs: BucketVerbs, cloud: Cloud, changes: Sequence[Change], declared: Mapping[Address, Resource]
) -> Iterator[Diagnostic]:
    """Raises CloudUnavailable if a bucket can't be looked at."""
    claims: dict[str, Address] = {}
    for change in changes:
        if change.address.kind != KIND:
            continue
        ended = {op.id for op in change.operations if op.verb is Verb.DELETE}
        for op in change.operations:
            if op.verb is Verb.DELETE and change.attempt is not None:
                yield from _full(verbs, change, op, declared.get(change.address))
            elif op.resource is not None:
                name = str(op.resource.execution["name"])
                if name in claims:
                    yield _taken(op.resource, f"{claims[name]} declares {name} as well")
                elif ARN + name not in ended:
                    yield from _standing(verbs, cloud, op, op.resource)
                claims[name] = change.address


def _standing(verbs: BucketVerbs, cloud: Cloud, op: Operation, resource: Resource) -> Iterator[Diagnostic]:
    place = cloud.place(resource)
    whose = verbs.whose(verbs.calls(ARN + str(resource.execution["name"]), place), op.token)
    if whose not in ("ours", "absent"):
        yield _taken(resource, whose)


def _full(verbs: BucketVerbs, change: Change, op: Operation, resource: Resource | None) -> Iterator[Diagnostic]:
    if change.attempt is None:
        return
    calls = verbs.calls(op.id, change.attempt.place)
    try:
        empty = calls.is_empty()
    except ClientError:
        return  # it is gone, or may not be listed: S3 says the rest when it is asked to delete it
    if not empty:
        where = resource.payload.declared.locate(()) if resource is not None else None
        detail = _sentence(not_empty(calls.name))
        remedy = "Empty it, or say onRemove: orphan and protect: false before it leaves the manifest."
        yield Diagnostic("bucket/not-empty", "Bucket is not empty", detail, remedy, where, str(change.address))


def _taken(resource: Resource, why: str) -> Diagnostic:
    where = resource.payload.declared.locate(("name",))
    remedy = "Choose another name, or say management: observe to leave the bucket to whoever made it."
    return Diagnostic("bucket/taken", "Bucket's name is taken", _sentence(why), remedy, where, str(resource.address))


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."
