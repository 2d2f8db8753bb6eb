"""Problems with their place in an expression."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from reconciler.core.suggest import did_you_mean, short
from reconciler.policy.cel_problem import CelError, Problem
from reconciler.policy.cel_scope import Run, Scope

Tree = Any  # lark.Tree, or a token of it, whose module is loaded late


def placed(run: Run, tree: Tree) -> Run:
    """A problem without a place is at the innermost node that it came through."""
    start, length = _span(tree)

    def inner(scope: Scope) -> Any:
        try:
            return run(scope)
        except CelError as error:
            if error.problem.offset < 0:
                error.problem = Problem(error.problem.sentence, start, length)
            raise

    return inner


def unknown(what: str, token: Any, known: Collection[str]) -> CelError:
    """That there is no such thing, with one that may have been meant."""
    return at(token, f'There is no {what} "{short(str(token))}". {did_you_mean(str(token), known)}'.strip())


def at(place: Any, sentence: str) -> CelError:
    """A problem with a token or a node."""
    return CelError(sentence, *_span(place))


def _span(place: Any) -> tuple[int, int]:
    """Where a token or a node is. The library forgets it for `true` and `false`; then the place is what is around."""
    meta = getattr(place, "meta", place)
    start, end = getattr(meta, "start_pos", None), getattr(meta, "end_pos", None)
    return (-1, 1) if start is None or end is None else (start, max(end - start, 1))
