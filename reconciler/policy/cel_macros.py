"""Macros of expressions: `all`, `exists`, `exists_one`, `map` and `filter` over a list or the keys of a mapping."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from reconciler.policy.cel_problem import CelError
from reconciler.policy.cel_scope import Run, Scope, truth
from reconciler.policy.cel_values import named

MACROS = frozenset({"all", "exists", "exists_one", "map", "filter"})


def macro(name: str, holder: Run, variable: str, body: Run, cost: int) -> Run:
    """Runs `body` with each item as `variable`; each time is counted as `cost` before it is done."""

    def each(scope: Scope) -> Iterable[tuple[Any, Callable[[], Any]]]:
        items = holder(scope)
        if not isinstance(items, list | tuple | Mapping):
            raise CelError(f"`{name}` goes through a list or a mapping, and this is {named(items)}.")
        scope.work.spend(len(items) * cost)
        for item in items:
            inner = scope.with_value(variable, item)
            yield item, lambda inner=inner: body(inner)  # type: ignore[misc]

    def mapped(scope: Scope) -> list[Any]:
        return [value() for _, value in each(scope)]

    def filtered(scope: Scope) -> list[Any]:
        return [item for item, value in each(scope) if truth(value())]

    def exists_one(scope: Scope) -> bool:
        return sum(1 for _, value in each(scope) if truth(value())) == 1

    def decided(scope: Scope, by: bool) -> bool:
        """The first item that decides ends it; what fails for one item counts only if none decides."""
        failed: CelError | None = None
        for _, value in each(scope):
            try:
                if truth(value()) is by:
                    return by
            except CelError as fault:
                failed = failed or fault
        if failed:
            raise failed
        return not by

    runs: dict[str, Run] = {
        "map": mapped,
        "filter": filtered,
        "exists_one": exists_one,
        "all": lambda scope: decided(scope, False),
        "exists": lambda scope: decided(scope, True),
    }
    return runs[name]
