"""Small safe expressions, in the Common Expression Language: `sim.probabilities['000'] > 0.4 && change.shots <= 1000`.

Plain Python values go in and come out; whatever is wrong is a `Problem` in words, never an exception. An expression can
read what it is given and nothing else, and it ends: text, nesting, work and the size of values are bounded.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from reconciler.policy.cel_problem import CelError, Problem
from reconciler.policy.cel_scope import Run, Scope
from reconciler.policy.cel_text import checked, syntax_problem, too_early
from reconciler.policy.cel_tree import Builder
from reconciler.policy.cel_values import Work

__all__ = ["Expression", "Problem", "compile_expression"]


@dataclass(frozen=True, slots=True)
class Expression:
    """An expression that could be read. `paths` are the fields that it names, as `change.shots`, with their places."""

    text: str
    paths: Mapping[str, Problem]
    _run: Run = field(repr=False)

    def evaluate(self, values: Mapping[str, Any]) -> Any | Problem:
        """What it comes to: true, false, another plain value, or why it comes to nothing."""
        work = Work()
        try:
            value = self._run(Scope(values, work))
            _count(value, work)
        except CelError as error:
            return _whole(error.problem, self.text)
        except (ArithmeticError, RecursionError, ValueError) as error:
            return Problem(f"This could not be calculated: {type(error).__name__}.", 0, len(self.text))
        return value


def compile_expression(text: str, names: Collection[str]) -> Expression | Problem:
    """Read an expression that may use these names."""
    return _compiled(text, frozenset(names))


@lru_cache(maxsize=1024)
def _compiled(text: str, names: frozenset[str]) -> Expression | Problem:
    builder = Builder(names)
    try:
        tree = _parsed(checked(text))
        return Expression(text, builder.paths, builder.build(tree))
    except CelError as error:
        return _whole(error.problem, text)
    except RecursionError:
        return Problem("The expression is nested too deeply.", 0, len(text))


def _whole(problem: Problem, text: str) -> Problem:
    """A problem without a place is about the whole text."""
    return problem if problem.offset >= 0 else Problem(problem.sentence, 0, len(text))


def _parsed(text: str) -> Any:
    # 50 ms, and most commands meet no expression.
    from celpy.celparser import CELParseError, CELParser

    try:
        return CELParser().parse(text)
    except CELParseError as error:
        ended = getattr(getattr(error.__context__, "token", None), "type", "") == "$END"
        problem = too_early(text) if ended else syntax_problem(text, error.line, error.column)
        raise CelError(problem.sentence, problem.offset, problem.length) from None


def _count(value: Any, work: Work) -> None:
    """Whoever gets the result may walk through it: lists that hold one list many times count each time."""
    work.spend(1)
    if isinstance(value, list | tuple):
        for each in value:
            _count(each, work)
    if isinstance(value, dict):
        for each in value.values():
            _count(each, work)
