"""Expressions in manifests: `${{ matrix.x }}`, `${{ var.x }}` and `${{ Kind/name.attribute }}`; nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from reconciler.core.address import Address, InvalidAddress, Scalar, parse_address

EXPRESSION = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)
_SIMPLE = re.compile(r"(matrix|var)\.([A-Za-z_][A-Za-z0-9_]*)")
_ATTRIBUTE = re.compile(r"(.+)\.([a-z][A-Za-z0-9]*)", re.DOTALL)


class InvalidExpression(ValueError):  # noqa: N818 - named after the problem
    """The text between the braces is none of the three forms."""


@dataclass(frozen=True, slots=True)
class MatrixValue:
    """A value of this point of the sweep."""

    name: str


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable of the project."""

    name: str


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute of another resource, known when that resource's run is accepted."""

    address: Address
    name: str

    def __str__(self) -> str:
        return f"{self.address}.{self.name}"


Expression = MatrixValue | Variable | Attribute


def parse_expression(inner: str) -> Expression:
    """Read what stands between the braces. Raises InvalidExpression with what is allowed."""
    text = inner.strip()
    simple = _SIMPLE.fullmatch(text)
    if simple:
        return MatrixValue(simple.group(2)) if simple.group(1) == "matrix" else Variable(simple.group(2))
    attribute = _ATTRIBUTE.fullmatch(text)
    if attribute and "/" in text:
        try:
            return Attribute(parse_address(attribute.group(1)), attribute.group(2))
        except InvalidAddress as error:
            raise InvalidExpression(str(error)) from error
    raise InvalidExpression(f"{text!r} is none of matrix.NAME, var.NAME or Kind/name.attribute")


def expressions(text: str) -> Iterator[tuple[re.Match[str], Expression]]:
    """Every expression of a text with its match. Raises InvalidExpression."""
    for found in EXPRESSION.finditer(text):
        yield found, parse_expression(found.group(1))


def substitute(text: str, value_of: Callable[[Expression], Scalar | None]) -> Scalar:
    """Put values in. A text that is one whole expression keeps its value's type; None leaves the expression there."""
    whole = EXPRESSION.match(text)  # not fullmatch: that would stretch to a later `}}`
    if whole and whole.end() == len(text):
        value = value_of(parse_expression(whole.group(1)))
        return text if value is None else value

    def put(found: re.Match[str]) -> str:
        value = value_of(parse_expression(found.group(1)))
        if value is None:
            return found.group(0)
        return str(value).lower() if isinstance(value, bool) else str(value)

    return EXPRESSION.sub(put, text)


def is_late(text: str) -> bool:
    """Whether the text still waits for a value."""
    return "${{" in text
