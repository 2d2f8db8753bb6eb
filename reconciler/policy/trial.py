"""Tests of policies: a made-up plan, and what the policy must say of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from reconciler.core.declared import Path
from reconciler.core.diagnostic import Diagnostic
from reconciler.core.policy import Expected, Level, PolicyTest, Tried
from reconciler.core.suggest import did_you_mean, short, shown
from reconciler.policy.judge import Judged, judge
from reconciler.policy.reading import Ready
from reconciler.policy.view import EXAMPLE_CHANGE, EXAMPLE_COST, EXAMPLE_PLAN, OPEN, View, costs_of, the_cost

_AMOUNTS = frozenset({"at_least", "expected", "at_most"})


def try_policy(ready: Ready) -> list[Tried]:
    """Run the tests of a policy."""
    return [_tried(ready, at, test) for at, test in enumerate(ready.policy.tests)]


def _tried(ready: Ready, at: int, test: PolicyTest) -> Tried:
    judged = judge(ready, made_up(test))
    broken = tuple(f"{v.rule.level}: {v.text}{f' ({v.why})' if v.why else ''}" for v in judged.broken)
    return Tried(test, at, _outcome(judged), broken)


def _outcome(judged: Judged) -> Expected:
    levels = {verdict.rule.level for verdict in judged.broken}
    if Level.DENY in levels:
        return Expected.DENY
    if Level.WARN in levels:
        return Expected.WARN
    return Expected.PASS if judged.asked else Expected.SKIP


def made_up(test: PolicyTest) -> View:
    """The plan of a test: what it does not say is as in the examples of `view`."""
    given = dict(test.plan or {})
    changes = given.pop("changes", [] if test.change is None else [test.change])
    whole = [_merged(EXAMPLE_CHANGE, change) for change in changes if isinstance(change, Mapping)]
    plan: View = {**EXAMPLE_PLAN, "changes": whole}
    for change in whole:
        change["price"] = _amounts(change["price"])
    paying = [change for change in whole if change["pays"] is True]
    plan["pays"] = plan["add"] = len(paying)
    plan["costs"] = costs_of(change["price"] for change in paying)
    plan["cost"] = the_cost(plan["costs"])
    if isinstance(given.get("cost"), Mapping):
        given["cost"] = _amounts(given["cost"])
    return _merged(plan, given)


def _amounts(money: Mapping[str, Any]) -> View:
    """Amounts as exactly as a plan has them: 25.01 is not the nearest float."""
    exact = {key: Decimal(str(money[key])) for key in _AMOUNTS & money.keys() if money[key] is not None}
    return {**money, **exact}


def _merged(base: Mapping[str, Any], given: Mapping[str, Any]) -> View:
    result: View = dict(base)
    for key, value in given.items():
        known = result.get(key)
        if isinstance(known, Mapping) and isinstance(value, Mapping):
            result[key] = _merged(known, value)
        else:
            result[key] = value
    return result


def wrong_tests(ready: Ready) -> Iterator[Diagnostic]:
    """Tests that no plan can be made of, and those that fail."""
    unfit = made_of_nothing(ready)
    yield from unfit
    if unfit:
        return
    for tried in try_policy(ready):
        if not tried.passed:
            said = f" It said: {'; '.join(tried.broken)}." if tried.broken else ""
            detail = f"the test expects {tried.test.expect}, and the policy comes to {tried.got}.{said}"
            yield _finding(ready, tried.test, ("tests", tried.at, "expect"), detail)


def made_of_nothing(ready: Ready) -> list[Diagnostic]:
    """Tests of what no plan can hold: whatever they come to, they show nothing."""
    return [found for at, test in enumerate(ready.policy.tests) for found in _unfit(ready, at, test)]


def _unfit(ready: Ready, at: int, test: PolicyTest) -> Iterator[Diagnostic]:
    if test.change is None and test.plan is None:
        yield _finding(ready, test, ("tests", at), "the test has neither a change nor a plan.")
    yield from _misfits(ready, test, ("tests", at, "change"), test.change or {}, EXAMPLE_CHANGE)
    yield from _misfits(ready, test, ("tests", at, "plan"), test.plan or {}, EXAMPLE_PLAN)
    changes = (test.plan or {}).get("changes", [])
    for number, change in enumerate(changes if isinstance(changes, list) else []):
        here = ("tests", at, "plan", "changes", number)
        if isinstance(change, Mapping):
            yield from _misfits(ready, test, here, change, EXAMPLE_CHANGE)
        else:
            yield _finding(ready, test, here, f"a change is a mapping, not {shown(change)}.")


def _misfits(
    ready: Ready, test: PolicyTest, path: Path, given: Mapping[str, Any], example: Mapping[str, Any]
) -> Iterator[Diagnostic]:
    """Keys that no plan has, and values of another sort: a test of them would prove nothing."""
    for key, value in given.items():
        here = (*path, key)
        if key not in example:
            yield _finding(ready, test, here, f'no plan has "{short(str(key))}" here.', did_you_mean(str(key), example))
            continue
        like = example[key]
        if not _fits(value, like):
            yield _finding(ready, test, here, f"{shown(value)} is never the value of {short(str(key))}.")
        elif isinstance(value, Mapping) and key not in OPEN:
            yield from _misfits(ready, test, here, value, EXAMPLE_COST if key == "cost" else like)


def _fits(value: Any, like: Any) -> bool:
    if value is None:
        return not isinstance(like, Mapping | list | bool)
    if isinstance(like, bool) or isinstance(value, bool):
        return isinstance(value, bool) and isinstance(like, bool)
    if isinstance(like, int | Decimal):
        return isinstance(value, int | float | Decimal)
    return isinstance(value, Mapping if isinstance(like, Mapping) else type(like))


def _finding(ready: Ready, test: PolicyTest, path: Path, sentence: str, remedy: str = "") -> Diagnostic:
    where = ready.policy.locate(path)
    detail = f'Policy {ready.policy.name}, test "{short(test.name)}": {sentence}'
    name = f"Policy/{ready.policy.name}"
    return Diagnostic("policy/test", "Test of a policy fails", detail, remedy, where, name, excerpt=where.excerpt)
