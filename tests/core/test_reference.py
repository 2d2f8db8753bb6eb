"""Expressions: three forms and nothing else; one whole expression keeps its value's type."""

from __future__ import annotations

import pytest
from hypothesis import given

from reconciler.core.address import Address, Scalar
from reconciler.core.reference import (
    Attribute,
    Expression,
    InvalidExpression,
    MatrixValue,
    Variable,
    expressions,
    is_late,
    parse_expression,
    substitute,
)
from tests.core.strategies import addresses

VALUES: dict[Expression, Scalar] = {
    MatrixValue("n"): 3,
    MatrixValue("theta"): 0.5,
    MatrixValue("fast"): True,
    Variable("team"): "ions",
}


@pytest.mark.parametrize(
    ("inner", "expression"),
    [
        ("matrix.theta", MatrixValue("theta")),
        (" var.team\n", Variable("team")),
        ("QuantumTask/ghz.arn", Attribute(Address("QuantumTask", "ghz"), "arn")),
        ("QuantumTask/v1.2.outputS3Uri", Attribute(Address("QuantumTask", "v1.2"), "outputS3Uri")),
        (
            'QuantumTask/ghz[a="x.y/z"].arn',
            Attribute(Address("QuantumTask", "ghz", (("a", '"x.y/z"'),)), "arn"),
        ),
    ],
)
def test_the_three_forms(inner: str, expression: Expression) -> None:
    assert parse_expression(inner) == expression


@pytest.mark.parametrize(
    "inner", ["", "matrix", "matrix.", "matrix.a.b", "env.HOME", "QuantumTask/ghz", "1 + 1", "quantum/ghz.arn", "a/b.c"]
)
def test_anything_else_is_refused(inner: str) -> None:
    with pytest.raises(InvalidExpression):
        parse_expression(inner)


@given(addresses().filter(lambda a: "}}" not in str(a)))
def test_an_attribute_as_text_is_read_back(address: Address) -> None:
    attribute = Attribute(address, "arn")
    assert parse_expression(str(attribute)) == attribute


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("${{ matrix.n }}", 3),
        ("${{ matrix.theta }}", 0.5),
        ("${{matrix.fast}}", True),
        ("${{ var.team }}", "ions"),
        ("n = ${{ matrix.n }}", "n = 3"),
        ("${{ matrix.n }} ", "3 "),
        ("${{ matrix.fast }}!", "true!"),
        ("${{ matrix.n }}${{ matrix.n }}", "33"),
        ("${{ matrix.n }} then }}", "3 then }}"),
        ("${{ QuantumTask/a.arn }}", "${{ QuantumTask/a.arn }}"),
        ("see ${{ QuantumTask/a.arn }}, ${{ var.team }}", "see ${{ QuantumTask/a.arn }}, ions"),
        ("nothing $ {{ here }}", "nothing $ {{ here }}"),
    ],
)
def test_substitution(text: str, value: Scalar) -> None:
    found = substitute(text, VALUES.get)
    assert (type(found), found) == (type(value), value)


def test_expressions_are_listed_in_order() -> None:
    text = "${{ var.team }}/${{ QuantumTask/a.arn }}"
    assert [(m.group(), e) for m, e in expressions(text)] == [
        ("${{ var.team }}", Variable("team")),
        ("${{ QuantumTask/a.arn }}", Attribute(Address("QuantumTask", "a"), "arn")),
    ]


def test_a_text_is_late_while_an_expression_is_left() -> None:
    assert is_late("see ${{ QuantumTask/a.arn }}")
    assert not is_late("see $HOME")
