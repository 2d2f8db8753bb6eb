"""From the library's syntax tree to a function over plain values.

The library reads the language. What it would do with values is not used: its own evaluation has no bound on work or
memory, refuses to compare 1 with 1.0, and writes whole values into its errors.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from reconciler.core.suggest import short
from reconciler.policy.cel_functions import FUNCTIONS, METHODS
from reconciler.policy.cel_literal import constant
from reconciler.policy.cel_macros import MACROS, macro
from reconciler.policy.cel_place import Tree, at, placed, unknown
from reconciler.policy.cel_problem import CelError, Problem
from reconciler.policy.cel_scope import Run, Scope, truth
from reconciler.policy.cel_values import calculated, contained, field, indexed, is_number, ordered, same

_DEEPEST = 60
_RELATIONS = {"lt": "<", "le": "<=", "gt": ">", "ge": ">=", "eq": "==", "ne": "!=", "in": "in"}
_SUMS = {"add": "+", "sub": "-", "mul": "*", "div": "/", "mod": "%"}


class Builder:
    """Builds one expression; remembers the names and paths that it reads."""

    def __init__(self, names: Collection[str]) -> None:
        self.names = names
        self.bound: list[str] = []  # variables of the macros around this place
        self.paths: dict[str, Problem] = {}  # a.b.c as read somewhere, with its place
        self.nodes = 0
        self.depth = 0

    def build(self, tree: Tree) -> Run:
        """The function of a node. Most of the tree is nodes with one child, which mean what the child means."""
        while len(tree.children) == 1 and tree.data in _THROUGH:
            tree = tree.children[0]
        self.nodes += 1
        self.depth += 1
        if self.depth > _DEEPEST:
            raise at(tree, f"The expression is nested more than {_DEEPEST} levels deep.")
        run = getattr(self, f"_{tree.data}")(tree)
        self.depth -= 1
        return placed(run, tree)

    def _expr(self, tree: Tree) -> Run:
        question, yes, no = (self.build(child) for child in tree.children)
        return lambda scope: yes(scope) if truth(question(scope)) else no(scope)

    def _conditionalor(self, tree: Tree) -> Run:
        return self._either(tree, by=True)

    def _conditionaland(self, tree: Tree) -> Run:
        return self._either(tree, by=False)

    def _either(self, tree: Tree, by: bool) -> Run:
        left, right = (self.build(child) for child in tree.children)

        def run(scope: Scope) -> bool:
            try:
                if truth(left(scope)) is by:
                    return by
            except CelError:
                # As CEL has it: the other side may decide alone, whichever stands first.
                if truth(right(scope)) is by:
                    return by
                raise
            return truth(right(scope))

        return run

    def _relation(self, tree: Tree) -> Run:
        first, second = tree.children
        sign = _RELATIONS[first.data.removeprefix("relation_")]
        left, right = self.build(first.children[0]), self.build(second)
        if sign == "==":
            return lambda scope: same(left(scope), right(scope), scope.work)
        if sign == "!=":
            return lambda scope: not same(left(scope), right(scope), scope.work)
        if sign == "in":
            return lambda scope: contained(left(scope), right(scope), scope.work)
        return lambda scope: ordered(sign, left(scope), right(scope))

    def _addition(self, tree: Tree) -> Run:
        first, second = tree.children
        sign = _SUMS[first.data.rpartition("_")[2]]
        left, right = self.build(first.children[0]), self.build(second)
        return lambda scope: calculated(sign, left(scope), right(scope), scope.work)

    _multiplication = _addition

    def _unary(self, tree: Tree) -> Run:
        sign, value = tree.children[0].data, self.build(tree.children[1])
        if sign == "unary_not":
            return lambda scope: not truth(value(scope))

        def negated(scope: Scope) -> Any:
            number = value(scope)
            if not is_number(number):
                raise CelError("Only a number can be negated by -; write ! for the opposite of true and false.")
            return -number

        return negated

    def _member_dot(self, tree: Tree) -> Run:
        holder, key = self.build(tree.children[0]), str(tree.children[1])
        self._note(tree)
        return placed(lambda scope: field(holder(scope), key), tree.children[1])

    def _member_index(self, tree: Tree) -> Run:
        holder, key = self.build(tree.children[0]), self.build(tree.children[1])
        return lambda scope: indexed(holder(scope), key(scope))

    def _member_dot_arg(self, tree: Tree) -> Run:
        token, name = tree.children[1], str(tree.children[1])
        given = tree.children[2].children if len(tree.children) > 2 else []
        if name in MACROS:
            return self._macro(tree, name, given)
        if name not in METHODS:
            raise unknown("function", token, METHODS | MACROS)
        return self._call(token, [tree.children[0], *given])

    def _ident_arg(self, tree: Tree) -> Run:
        token, name = tree.children[0], str(tree.children[0])
        given = tree.children[1].children if len(tree.children) > 1 else []
        if name == "has":
            return self._has(tree, given)
        if name not in FUNCTIONS:
            raise unknown("function", token, [*FUNCTIONS, "has"])
        return self._call(token, given)

    def _call(self, token: Any, given: list[Tree]) -> Run:
        least, most, function = FUNCTIONS[str(token)]
        if not least <= len(given) <= most:
            raise at(
                token, f"`{token}` takes {least}{'' if least == most else f' to {most}'} values, not {len(given)}."
            )
        values = [self.build(each) for each in given]
        return lambda scope: function(scope.work, *(value(scope) for value in values))

    def _macro(self, tree: Tree, name: str, given: list[Tree]) -> Run:
        holder = self.build(tree.children[0])
        variable = _lone_name(given[0]) if len(given) == 2 else None
        if variable is None:
            raise at(tree.children[1], f"`{name}` takes a name and an expression: list.{name}(item, item > 1).")
        before = self.nodes
        with self._binding(variable):
            body = self.build(given[1])
        return macro(name, holder, variable, body, cost=self.nodes - before + 1)

    def _has(self, tree: Tree, given: list[Tree]) -> Run:
        inner = given[0] if len(given) == 1 else None
        while inner is not None and len(inner.children) == 1 and inner.data in _THROUGH:
            inner = inner.children[0]
        if inner is None or inner.data != "member_dot":
            raise at(tree, "`has` asks for a field: has(change.tags.owner).")
        holder, key = self.build(inner.children[0]), str(inner.children[1])

        def run(scope: Scope) -> bool:
            value = holder(scope)
            return isinstance(value, Mapping) and key in value

        return run

    def _ident(self, tree: Tree) -> Run:
        token, name = tree.children[0], str(tree.children[0])
        if name not in self.bound and name not in self.names:
            raise unknown("name", token, [*self.names, *self.bound])
        self._note(tree)

        def run(scope: Scope) -> Any:
            if name not in scope.values:
                raise CelError(f'"{short(name)}" has no value here.')
            return scope.values[name]

        return run

    def _literal(self, tree: Tree) -> Run:
        value = constant(tree.children[0])
        return lambda scope: value

    def _list_lit(self, tree: Tree) -> Run:
        values = [self.build(each) for each in tree.children[0].children] if tree.children else []
        return lambda scope: [value(scope) for value in values]

    def _map_lit(self, tree: Tree) -> Run:
        built = [self.build(each) for each in tree.children[0].children] if tree.children else []
        pairs = list(zip(built[::2], built[1::2], strict=True))

        def run(scope: Scope) -> dict[Any, Any]:
            made = {_key(key(scope)): value(scope) for key, value in pairs}
            if len(made) < len(pairs):
                raise CelError("The mapping has the same key twice.")
            return made

        return run

    def __getattr__(self, name: str) -> Any:
        """Whatever else the grammar holds (messages, names that begin with a dot) is no part of this language."""

        def refused(tree: Tree) -> Run:
            raise at(tree, "This form of CEL is not supported here.")

        return refused

    @contextmanager
    def _binding(self, variable: str) -> Iterator[None]:
        self.bound.append(variable)
        yield
        self.bound.pop()

    def _note(self, tree: Tree) -> None:
        path = _path(tree)
        if path and path[0] not in self.bound:
            self.paths.setdefault(".".join(path), at(tree, "").problem)


# Nodes that stand for precedence only when they have one child.
_THROUGH = frozenset(
    {"expr", "conditionalor", "conditionaland", "relation", "addition", "multiplication"}
    | {"unary", "member", "primary", "paren_expr"}
)


def _path(tree: Tree) -> list[str]:
    while len(tree.children) == 1 and tree.data in _THROUGH:
        tree = tree.children[0]
    if tree.data == "ident":
        return [str(tree.children[0])]
    if tree.data == "member_dot" and (before := _path(tree.children[0])):
        return [*before, str(tree.children[1])]
    return []


def _lone_name(tree: Tree) -> str | None:
    path = _path(tree)
    return path[0] if len(path) == 1 else None


def _key(value: Any) -> Any:
    if isinstance(value, str | int):
        return value
    raise CelError("A key of a mapping is a text, a whole number, true or false.")
