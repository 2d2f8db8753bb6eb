"""Policies and their tests, for people."""

from __future__ import annotations

from collections.abc import Sequence

from reconciler.core.policy import Level, Policy, Tried
from reconciler.render.table import table
from reconciler.render.visible import visible

_HEAD = ("NAME", "RULES", "LEVEL", "TESTS", "FROM", "WHY")


def policy_table(policies: Sequence[Policy]) -> str:
    """One line a policy. A pinned one can't be weakened by the project."""
    return table(_HEAD, [_row(policy) for policy in policies])


def _row(policy: Policy) -> tuple[str, ...]:
    levels = {rule.level for rule in policy.rules}
    level = "deny" if Level.DENY in levels else "warn"
    place = f"{policy.locate(())}" + (" (pinned)" if policy.pinned else "")
    return (policy.name, str(len(policy.rules)), level, str(len(policy.tests)), place, policy.description)


def tried_text(tried: Sequence[tuple[Policy, Tried]]) -> str:
    """One line a test, more for one that fails, and the count."""
    if not tried:
        return "No tests."
    lines = [line for policy, one in tried for line in _lines(policy, one)]
    failed = sum(not one.passed for _, one in tried)
    count = f"{len(tried)} {'test' if len(tried) == 1 else 'tests'}"
    return "\n".join([*lines, f"{count}, {failed} failed." if failed else f"{count} passed."])


def _lines(policy: Policy, one: Tried) -> list[str]:
    name = visible(f"{policy.name}: {one.test.name}")
    if one.passed:
        return [f"ok    {name}"]
    place = policy.locate(("tests", one.at))
    said = [f"        {visible(text)}" for text in one.broken]
    return [f"FAIL  {name}", f"      {place}: expected {one.test.expect}, got {one.got}", *said]
