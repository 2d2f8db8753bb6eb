"""Lifecycle rules: ours are known by their ids, everybody else's stay as they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from reconciler.core.digest import sha256

_OURS = "qctl-"
_NONCURRENT, _ABORT, _EXPIRE = f"{_OURS}expire-noncurrent", f"{_OURS}abort-multipart", f"{_OURS}expire-"
Rule = Mapping[str, Any]


def rules_of(lifecycle: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The rules that mean what a manifest says."""
    made = []
    if days := lifecycle.get("expireNoncurrent"):
        made.append(_rule(_NONCURRENT, "", {"NoncurrentVersionExpiration": {"NoncurrentDays": days}}))
    if days := lifecycle.get("abortMultipart"):
        made.append(_rule(_ABORT, "", {"AbortIncompleteMultipartUpload": {"DaysAfterInitiation": days}}))
    for prefix, days in sorted(lifecycle.get("expire", {}).items()):
        made.append(_rule(f"{_EXPIRE}{sha256(prefix)[:12]}", prefix, {"Expiration": {"Days": days}}))
    return made


def lifecycle_of(rules: Sequence[Rule]) -> dict[str, Any]:
    """What our rules say, in the words of a manifest. One that somebody edited is named: it differs from any wish."""
    ours = [dict(rule) for rule in rules if _is_ours(rule)]
    found: dict[str, Any] = {}
    for rule in ours:
        name = str(rule["ID"])
        if name == _NONCURRENT:
            found["expireNoncurrent"] = _days(rule, "NoncurrentVersionExpiration", "NoncurrentDays")
        elif name == _ABORT:
            found["abortMultipart"] = _days(rule, "AbortIncompleteMultipartUpload", "DaysAfterInitiation")
        else:
            prefix = str((rule.get("Filter") or {}).get("Prefix") or "")
            found.setdefault("expire", {})[prefix] = _days(rule, "Expiration", "Days")
    written = rules_of(found)
    edited = [str(rule["ID"]) for rule in ours if rule not in written]
    return {**found, "edited": sorted(edited)} if edited else found


def others(rules: Sequence[Rule]) -> list[Rule]:
    """The rules that are not ours to change."""
    return [rule for rule in rules if not _is_ours(rule)]


def _is_ours(rule: Rule) -> bool:
    return str(rule.get("ID", "")).startswith(_OURS)


def _rule(name: str, prefix: str, action: Mapping[str, Any]) -> dict[str, Any]:
    return {"ID": name, "Status": "Enabled", "Filter": {"Prefix": prefix}, **action}


def _days(rule: Rule, action: str, member: str) -> Any:
    return (rule.get(action) or {}).get(member)
