"""Expressions say what people expect, fail in words at the right place, and always end."""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import celpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.policy.cel import Expression, Problem, compile_expression
from reconciler.policy.cel_functions import FUNCTIONS
from reconciler.policy.cel_macros import MACROS

VALUES: dict[str, Any] = {
    "change": {"action": "create", "shots": 1000, "tags": {"owner": "lab-3"}, "simulation": None, "done": True},
    "sim": {"probabilities": {"000": 0.45}, "counts": {"000": 450}},
    "money": Decimal("0.1"),
    "x": 1.0,
    "xs": list(range(1000)),
    "day": date(2026, 11, 27),
}


def read(text: str) -> Expression:
    expression = compile_expression(text, VALUES)
    assert isinstance(expression, Expression), expression
    return expression


def came_to(text: str) -> Any:
    return read(text).evaluate(VALUES)


def problem(text: str) -> Problem:
    found = compile_expression(text, VALUES)
    if isinstance(found, Expression):
        found = found.evaluate(VALUES)
    assert isinstance(found, Problem), found
    return found


@pytest.mark.parametrize(
    "text",
    [
        "sim.probabilities['000'] > 0.4",
        "change.shots <= 1000",
        "x == 1 && 1 == x && 1.0 in [1] && [1, [2]] == [1.0, [2.0]]",
        "1 < 1.5 && 2 > 1.5 && 1 <= 1.0",
        "sim.counts['000'] / 1000 == 0.45",
        "7 / 2 == 3.5 && 7 % 2 == 1 && -7 % 2 == -1",
        "money == 0.1 && money * 3 == 0.3 && money < 0.2 && money + 1 == 1.1",
        "abs(sim.probabilities['000'] - 0.5) < 0.1",
        "'owner' in change.tags && !('study' in change.tags)",
        "has(change.tags.owner) && !has(change.tags.study) && !has(change.simulation.done)",
        "change.action in ['create', 'replace'] ? true : false",
        "xs.all(i, i < 1000) && xs.exists(i, i == 999) && xs.exists_one(i, i == 5)",
        "xs.filter(i, i > 997).map(i, i * 2) == [1996, 1998]",
        "change.tags.map(key, key) == ['owner']",
        "size(xs) == 1000 && xs.size() == 1000 && 'abc'.size() == 3",
        "sum(xs) == 499500 && min(3, 2.5) == 2.5 && max([1, 2]) == 2",
        "'abc'.startsWith('a') && 'abc'.endsWith('c') && 'abc'.contains('b') && 'abc'.matches('^a.c$')",
        "int('12') == 12 && int(1.9) == 1 && double('0.5') == 0.5 && string(12) == '12' && decimal('0.10') == money",
        "timestamp('2026-11-27T00:00:00Z') == day && day < timestamp('2026-11-28')",
        "duration('1h30m') < duration('1d')",
        "day + duration('30d') > timestamp('2026-12-01T00:00:00+00:00')",
        "'a' != 1 && null == change.simulation && !(null == 0) && true != 1",
        "{'a': 1}.a == 1 && {'a': 1}['a'] == 1 && [10, 20][1] == 20",
        r"'a\nb' != r'a\nb' && 'it\'s' == " + '"it\'s"',
        "true || change.nothing && 1 / 0 == 1",
        "(change.nothing || true) && !(change.nothing && false)",  # CEL: whichever side decides
        "(" * 1500 + "true" + ")" * 1500,  # brackets alone are no depth
        "// a comment with 'quotes\ntrue",
    ],
)
def test_true(text: str) -> None:
    assert came_to(text) is True


def test_a_value_that_is_no_truth_comes_out_as_it_is() -> None:
    assert came_to("change.shots + 1") == 1001
    assert came_to("[change.action, change.tags]") == ["create", {"owner": "lab-3"}]
    assert came_to("timestamp('2026-01-01T00:00:00Z')") == datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "sentence", "place"),
    [
        ("chnge.shots > 1", 'There is no name "chnge". Did you mean "change"?', "chnge"),
        ("change.shotz > 1", 'There is no "shotz" here. Did you mean "shots"?', "shotz"),
        ("xs.fliter(x, true)", 'There is no function "fliter". Did you mean "filter"?', "fliter"),
        ("1 < 2 && sise(xs) > 1", 'There is no function "sise". Did you mean "size"?', "sise"),
        ("change.simulation.done", 'This is null and has no "done".', "done"),
        ("1 == 1 && 1 / 0 > 1", "Something is divided by zero.", "1 / 0"),
        ("1 % 0", "Something is divided by zero.", "1 % 0"),
        ("change.shots > 'a'", "A number and a text can't be compared by >", "change.shots > 'a'"),
        ("null < 1", "Null and a number can't be compared by <", "null < 1"),
        ("'a' + 1", "A text and a number don't go together with +", "'a' + 1"),
        ("change.shots", "", ""),
        ("1 + 1 && change.done", "This needs true or false, and it is a number.", "1 + 1 && change.done"),
        ("xs[1000]", "The list has 1000 items, counted from 0; there is no item 1000.", "xs[1000]"),
        ("xs[-1]", "The list has 1000 items, counted from 0; there is no item -1.", "xs[-1]"),
        ("a +", "The expression ends too early: something is missing after this.", "+"),
        ("(x == 1", "The expression ends too early: something is missing after this.", "1"),
        ("x == 1)", '")" can\'t stand here.', ")"),
        ("x = 1", "A single = compares nothing; write ==", "="),
        ("x == 1 and x == 2", '"and" is no operator here; write &&', "and"),
        ("x == 'abc", "The text that begins here has no closing '", "'"),
        ("x == b'abc'", "Bytes are not supported here; write a text.", "b'abc'"),
        ("xs.map(i)", "`map` takes a name and an expression: list.map(item, item > 1).", "map"),
        ("size(1, 2)", "`size` takes 1 values, not 2.", "size"),
        ("'a'.matches('(')", "The pattern can't be read: missing ): (.", "'a'.matches('(')"),
        ("-xs == 1", "Only a number can be negated by -; write ! for the opposite of true and false.", "-xs"),
        ("1 in 2", "`in` looks into a list or a mapping, and this is a number.", "1 in 2"),
        ("{'a': 1, 'a': 2}", "The mapping has the same key twice.", "{'a': 1, 'a': 2}"),
        ("int('x')", 'The text "x" is no number.', "int('x')"),
        ("{1: 2}[decimal('sNaN')]", '"sNaN" is no amount.', "decimal('sNaN')"),
        ("decimal('many') > 1", '"many" is no amount.', "decimal('many')"),
        (r"'\U00110000' == 'a'", "An escape in this text names no character.", r"'\U00110000'"),
        (r"'\ud800' == 'a'", "An escape in this text names no character.", r"'\ud800'"),
        ("duration('soon')", '"soon" is no duration; write "30d", "1h30m" or "90s".', "duration('soon')"),
        ("18446744073709551616", "The number doesn't fit into 64 bits.", "18446744073709551616"),
        ("  ", "The expression is empty.", "  "),
        ("has()", "`has` asks for a field: has(change.tags.owner).", "has()"),
        ("has(x)", "`has` asks for a field: has(change.tags.owner).", "has(x)"),
        (".x", "This form of CEL is not supported here.", ".x"),
    ],
)
def test_what_is_wrong_is_said_in_words_at_its_place(text: str, sentence: str, place: str) -> None:
    if not sentence:
        assert came_to(text) == 1000, "what is right is no problem"
        return
    found = problem(text)
    assert found.sentence == sentence
    assert text[found.offset : found.offset + found.length] == place


def test_a_name_that_is_known_and_has_no_value_is_a_problem() -> None:
    expression = compile_expression("y", ["y"])
    assert isinstance(expression, Expression)
    assert expression.evaluate({}) == Problem('"y" has no value here.', 0, 1)


def test_the_fields_that_an_expression_names_are_known_before_it_runs() -> None:
    paths = read("change.shots > 1 && xs.all(i, i.a == change.tags.owner)").paths
    assert sorted(paths) == ["change", "change.shots", "change.tags", "change.tags.owner", "xs"]
    assert paths["change.tags.owner"].offset == 37


@pytest.mark.parametrize(
    "text",
    [
        "xs.map(a, xs.map(b, xs.map(c, 1)))",  # a billion
        "xs.all(a, xs.all(b, xs.all(c, true)))",
        "xs" + ".map(a, [a, a, a, a, a, a, a, a])" * 8,  # small to make, endless to walk through
        "[xs]" + ".map(a, a + a)" * 20,
        " == ".join(["[[1]]" + ".map(a, [a, a])" * 40] * 2),
        "['aaaaaaaa']" + ".map(a, a + a + a + a)" * 20,
        "9" + " * 9999999999999999" * 50,
        "1" + "+1" * 1999,
        "!" * 100 + "true",
        "[" * 500 + "]" * 500,
        "change" + ".a" * 1500,
        '"' + r"\a" * 1000,  # the library's own pattern tries 2 ** 1000 readings of this one
        "'''" + r"\u0041" * 500,
        "1 == 1 // " + "x" * 5000,
        "['xxxxxxxx']" + ".map(a, a + a)" * 17 + ".all(s, xs.all(a, xs.all(b, !s.contains('xxxxxxxxxxxxxxy'))))",
        "['1s1s1s1s']" + ".map(a, a + a)" * 14 + ".map(a, duration(a))",  # each step makes the rest anew
        "'a'.matches('(((a{50}){50}){50}){50}')",
        "'a'.matches('" + "a?" * 200 + "')",
        "'1'" + ".size() + '1'" * 3,
    ],
)
def test_nothing_that_a_text_says_runs_without_end(text: str) -> None:
    limit = sys.getrecursionlimit()
    assert problem(text).sentence
    assert sys.getrecursionlimit() == limit, "the library raises it for its own evaluation"


def test_a_pattern_takes_time_with_the_text_only() -> None:
    values = {"text": "a" * 50_000 + "b"}
    expression = compile_expression("text.matches('^(a+)+$')", values)  # 2 ** 50,000 steps for a backtracking matcher
    assert isinstance(expression, Expression)
    assert expression.evaluate(values) is False


SHARED = [
    "1 + 2 * 3 == 7",
    "[1, 2, 3].all(i, i > 0) && ![1, 2].exists(i, i > 2)",
    "[1, 2, 3].map(i, i * i)",
    "[1, 2, 3].filter(i, i % 2 == 1)",
    "[1, 2, 3].exists_one(i, i == 2)",
    "{'a': [1, 2]}.a[1]",
    "has({'a': 1}.a) && !has({'a': 1}.b)",
    "'abc'.matches('b') ? 'yes' : 'no'",
    "'\\u00e9' == 'é' && '\\x41' == 'A' && r'\\x41' != 'A'",
    "1 / 0 == 1 || true",
    "false && 1 / 0 == 1",
    "-7 % 3",
    "'b' in {'a': 1}",
    "size('é') + size([1]) + size({'a': 1})",
    "true ? 1 : 2",
    "!(1 >= 2) && 'a' < 'b'",
    "0x10 + 5",
    "1e3 == 1000.0",
]


@pytest.mark.parametrize("text", SHARED)
def test_where_the_library_has_an_answer_it_is_ours(text: str) -> None:
    """The library parses; its evaluator is the witness for what is evaluated here."""
    limit = sys.getrecursionlimit()
    environment = celpy.Environment()
    theirs = environment.program(environment.compile(text)).evaluate({})
    sys.setrecursionlimit(limit)
    assert came_to(text) == theirs


_WORDS = ["change", "xs", ".shots", "&&", "||", "==", " in ", ".map(i,", "i", "has(", "'a'", "1.5", "null", "true"]
_ODD = ["size(", ".matches(", "/*", "//", "\n", "é", "\0", '"""', "u", "0x", "1e999", *"()[]{}.,?:!+-*/%<>='\"\\ a1"]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from([*_WORDS, *_ODD]), max_size=14).map("".join))
def test_no_text_raises(text: str) -> None:
    found = compile_expression(text, VALUES)
    if isinstance(found, Expression):
        found = found.evaluate(VALUES)
    if isinstance(found, Problem):
        assert found.sentence
        assert 0 <= found.offset <= max(len(text), 1)


def test_the_page_names_every_function() -> None:
    page = (Path(__file__).parents[2] / "docs" / "expressions.md").read_text(encoding="utf-8")
    rows = {line.split("`")[1] for line in page.splitlines() if line.startswith("| `")}
    assert {row.partition("(")[0].rpartition(".")[2] for row in rows} == {*FUNCTIONS, *MACROS, "has"}
