"""Tags on whatever has an ARN of Amazon Braket, and the search for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError

from reconciler.providers.braket.client import BraketClient
from reconciler.providers.braket.device import REGIONS, region_of
from reconciler.providers.braket.verbs import changing
from reconciler.providers.kind import CloudUnavailable, Reply
from reconciler.providers.tag_set_spec import Selector

_UNTAG_AT_ONCE = 20  # keys travel in the query string, and URLs have an end
_BEGINNING = "2019-01-01T00:00:00.000Z"  # before the service's first day
# The search for each kind: operation, the list in its answer, and in it the ARN and the device.
_SEARCHES = {
    "QuantumTask": ("search_quantum_tasks", "quantumTasks", "quantumTaskArn", "deviceArn"),
    "HybridJob": ("search_jobs", "jobs", "jobArn", "device"),
    "SpendingLimit": ("search_spending_limits", "spendingLimits", "spendingLimitArn", "deviceArn"),
}


def retag(client: BraketClient, arn: str, put: Mapping[str, str], drop: Sequence[str]) -> Reply:
    """TagResource, then UntagResource for what is dropped: the same calls for whatever has an ARN."""
    region = region_in(arn)

    def call() -> None:
        if put:
            client.once(region, "tag_resource", resourceArn=arn, tags=dict(put))
        for start in range(0, len(drop), _UNTAG_AT_ONCE):
            keys = list(drop[start : start + _UNTAG_AT_ONCE])
            client.once(region, "untag_resource", resourceArn=arn, tagKeys=keys)

    return changing(call, arn)


def tags_of(client: BraketClient, arn: str) -> Mapping[str, str] | None:
    """ListTagsForResource; None when there is no such object. Raises CloudUnavailable."""
    try:
        answer = client.read(region_in(arn), "list_tags_for_resource", resourceArn=arn)
    except ClientError:
        return None  # `read` lets nothing through but an absence
    return dict(answer.get("tags") or {})


def select(client: BraketClient, selector: Selector) -> Iterator[str]:
    """The ARNs of what fits: the service filters by time alone, for its filters differ by kind."""
    if selector.device and ":device/qpu/" in selector.device:
        sure = {region_of(selector.device, client.region)}
        regions = sure
    else:
        sure = {client.region}
        regions = {client.region, *REGIONS}
    for region in sorted(regions):
        try:
            yield from _select(client, region, selector)
        except CloudUnavailable:
            # A region that this account may not use holds nothing that it could tag.
            if region in sure:
                raise


def _select(client: BraketClient, region: str, selector: Selector) -> Iterator[str]:
    operation, key, arn, device = _SEARCHES[selector.kind]
    filters = [{"name": "createdAt", "operator": "GTE", "values": [_BEGINNING]}]
    asked: dict[str, Any] = {"maxResults": 100, "filters": [] if selector.kind == "SpendingLimit" else filters}
    for page in client.pages(region, operation, **asked):
        for item in page[key]:
            if fits(selector, item.get(device), item.get("status", "ACTIVE"), item.get("tags"), item.get("createdAt")):
                yield str(item[arn])


def fits(selector: Selector, device: Any, status: Any, tags: Any, created: Any) -> bool:
    """Whether an object that a cloud told of is meant. What it did not tell fits nothing that is asked for."""
    if selector.device not in (None, device) or selector.status not in (None, status):
        return False
    if not selector.tags.items() <= (tags or {}).items():
        return False
    if selector.created_after is None:
        return True
    try:
        return datetime.fromisoformat(str(created)) >= datetime.fromisoformat(selector.created_after)
    except (ValueError, TypeError):
        return False


def region_in(arn: str) -> str:
    """The region that an ARN names."""
    return arn.split(":")[3]
