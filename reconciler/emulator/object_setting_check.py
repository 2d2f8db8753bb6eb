"""What S3 refuses in a bucket's settings though the document is well-formed."""

from collections.abc import Iterator, Mapping
from typing import Any

from reconciler.emulator.object_xml import S3Error, malformed

_MOST_TAGS, _MOST_RULES = 50, 1000
_ACTIONS = (
    "Expiration",
    "Transitions",
    "NoncurrentVersionTransitions",
    "NoncurrentVersionExpiration",
    "AbortIncompleteMultipartUpload",
)


def check_tags(value: Mapping[str, Any]) -> None:
    """Raises S3Error."""
    tags = value["TagSet"]
    keys = [tag["Key"] for tag in tags]
    if len(keys) > _MOST_TAGS:
        raise S3Error(400, "BadRequest", f"Bucket tag count cannot be greater than {_MOST_TAGS}")
    for tag in tags:
        if not 1 <= len(tag["Key"]) <= 128:
            raise S3Error(400, "InvalidTag", "The TagKey you have provided is invalid", TagKey=tag["Key"])
        if len(tag["Value"]) > 256:
            raise S3Error(400, "InvalidTag", "The TagValue you have provided is invalid", TagValue=tag["Value"])
        if tag["Key"].lower().startswith("aws:"):
            raise S3Error(400, "InvalidTag", "System tags cannot be added/updated by requester")
    if len(set(keys)) < len(keys):
        raise S3Error(400, "InvalidTag", "Cannot provide multiple Tags with the same key")


def check_lifecycle(value: Mapping[str, Any]) -> None:
    """Raises S3Error."""
    rules = value.get("Rules") or []
    if not 1 <= len(rules) <= _MOST_RULES:
        raise malformed()
    ids = [rule["ID"] for rule in rules if "ID" in rule]
    if len(set(ids)) < len(ids):
        raise S3Error(400, "InvalidArgument", "Rule ID must be unique. Found same ID for more than one rule")
    for rule in rules:
        if ("Filter" in rule) == ("Prefix" in rule):
            raise malformed()
        if not any(action in rule for action in _ACTIONS):
            raise S3Error(400, "InvalidRequest", "At least one action needs to be specified in a rule")
        for name, days in _days(rule):
            if days < 1:
                raise S3Error(400, "InvalidArgument", f"'{name}' must be a positive integer")


def _days(rule: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    members = (
        ("Expiration", "Days"),
        ("NoncurrentVersionExpiration", "NoncurrentDays"),
        ("AbortIncompleteMultipartUpload", "DaysAfterInitiation"),
    )
    for action, member in members:
        if member in rule.get(action, {}):
            yield f"{member} for {action} action", rule[action][member]
