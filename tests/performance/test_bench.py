"""The bench measures what its table says: real commands that end well, and calls counted by the cloud."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from bench.__main__ import PAGE, measured
from bench.case import NO_CHANGES, Row, Unexpected, _Project
from bench.process import Cost, Failed, measure, middle
from bench.project import write_tasks
from bench.table import END, HEAD, SIMULATION, START, table, written

COST = Cost(1.234, 0.5, 99.6)


def test_a_small_bench(tmp_path: Path) -> None:
    rows = list(measured(tmp_path, sizes=[20], runs=1, side=3))
    calls = {row.name: row.calls for row in rows}
    assert calls == {
        "`qctl --help`": None,
        "`qctl version`": None,
        "`validate`": 0,
        # who we are, a search for each of three kinds in each of five regions, one device
        "`plan`, all to create": 17,
        "`apply`, all created": 37,
        "`plan`, nothing to do, cold": 0,
        "`plan`, nothing to do, warm": 0,
        "one sweep: `validate`": 0,
        "one sweep: `plan`, all to create": 17,
    }
    for row in rows:
        assert row.cost.wall > 0
        assert row.cost.cpu > 0
        assert row.cost.memory > 5, "MiB of a Python process"
        assert (row.floor is None) is (row.size == 0)
    lines = table(rows).splitlines()
    assert len(lines) == len(rows) + 2
    assert {line.count("|") for line in lines} == {len(HEAD) + 1}


def test_a_row() -> None:
    row = Row("`plan`", 10_000, 3, COST, 1_203, Cost(0.3, 0.25, 20))
    assert table([row]).splitlines()[2] == "| `plan` | 10,000 | 3 | 1.23 | 0.50 | 100 | 1,203 | 0.25 | 2.0 |"
    bare = Row("`--help`", 0, 3, COST)
    assert table([bare]).splitlines()[2] == "| `--help` |  | 3 | 1.23 | 0.50 | 100 |  |  |  |"


def test_the_page_keeps_everything_but_the_table() -> None:
    page = written(f"before\n{START}\nold\n{END}\nafter\n", table([Row("x", 0, 1, COST)]), date(2026, 1, 2))
    assert page.startswith(f"before\n{START}\nMeasured on 2026-01-02, ")
    assert page.endswith(f" |\n{END}\nafter\n")
    assert "old" not in page
    assert re.search(r"with \d+ cores, Python 3\.\d+\.\d+, qctl \S+, PyYAML", page)


def test_our_page_has_a_place_for_it() -> None:
    for mark in (START, SIMULATION):
        page = written(PAGE.read_text("utf-8"), "| the table |", date(2026, 1, 2), mark)
        assert page.count(mark) == 1
        assert page.count("| the table |") == 1
    with pytest.raises(ValueError, match="has no"):
        written("no place", "", date(2026, 1, 2))


def test_the_middle_is_taken_of_each_number() -> None:
    assert middle([Cost(1, 9, 5), Cost(3, 8, 4), Cost(2, 7, 6)]) == Cost(2, 8, 5)


def test_memory_is_that_of_the_child(tmp_path: Path) -> None:
    # Not compared with a small one: a child counts this process too, which is larger here than in a bench.
    used = measure("len(b'x' * (3072 * 2**20))", folder=tmp_path)[0].memory
    assert 3072 < used < 3200


def test_a_command_that_fails_is_no_measurement(tmp_path: Path) -> None:
    with pytest.raises(Failed, match=r"(?s)ended with 3:.*why"):
        measure("print('why'); raise SystemExit(3)", folder=tmp_path)


def test_a_command_that_does_something_else_is_no_measurement(tmp_path: Path) -> None:
    folder = tmp_path / "project"
    project = _Project(folder, write_tasks(folder, 1), 1, 1)
    with pytest.raises(Unexpected, match="Plan: 1 to add"):
        project.row("a plan", ("plan",), expect=NO_CHANGES)
