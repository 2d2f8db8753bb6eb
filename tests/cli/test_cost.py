"""`qctl cost`: estimates against what runs cost, and the price tables."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from reconciler.cli.exits import Exit
from tests.cli.place import Place
from tests.cli.test_budget import PRICES, _declare, _task


@pytest.fixture
def spent(place: Place) -> Place:
    """A task on a QPU, one on a simulator, and one that is cancelled."""
    _declare(place, _task("gone"))
    place.ok("apply", "--auto-approve")
    _declare(place, _task("a"), _task("sim", "sim"))
    place.ok("apply", "--auto-approve")
    place.ok("local", "advance", "6h")
    return place


def test_nothing_yet(place: Place) -> None:
    assert place.ok("cost").out == "Nothing was submitted yet.\n"


def test_what_runs_cost(spent: Place) -> None:
    lines = [line.split() for line in spent.ok("cost").out.splitlines()]
    rows = {line[0]: line[1:] for line in lines if line and line[0].startswith("QuantumTask/")}
    assert rows["QuantumTask/a"] == ["1", "1.75", "USD", "1.75", "USD", "1.75", "of", "1.75", "USD"]
    assert rows["QuantumTask/sim"] == ["1", "1", "unknown", "0.00375", "USD", "-"]
    assert rows["QuantumTask/gone"] == ["1", "1.75", "USD", "0.00", "0.00", "of", "1.75", "USD"]
    assert " ".join(lines[-1]) == "Estimated at most: 3.50 USD, 1 unknown. Actual: 1.75375 USD."


def test_it_is_asked_once_and_kept(spent: Place) -> None:
    before = spent.ok("cost", "--recorded").out
    assert "3 not over" not in before
    told = spent.ok("cost").out
    assert told != before
    assert spent.ok("cost", "--recorded").out == told
    record = spent.ok("state", "show", "QuantumTask/sim", "--json").json
    assert record["attempts"][0]["actual"]["most"] == "0.00375"


@pytest.mark.parametrize(("by", "length"), [("day", 10), ("month", 7)])
def test_over_time(spent: Place, by: str, length: int) -> None:
    told = spent.ok("cost", "--by", by, "--json").json
    (row,) = told["rows"]
    assert len(row["key"]) == length
    assert row["runs"] == 3
    assert row["actual"] == {"amounts": {"USD": "1.75375"}, "unknown": 0}
    assert told["total"]["estimated"] == {"amounts": {"USD": "3.50000"}, "unknown": 1}


def test_what_is_not_over_has_no_actual_cost(place: Place) -> None:
    _declare(place, _task("a"))
    place.ok("apply", "--auto-approve")
    out = place.ok("cost").out
    assert "1, 1 not over" in out
    assert out.endswith("Estimated at most: 1.75 USD. Actual: 0.00. Not over yet: 1.\n")


def test_the_tables(place: Place) -> None:
    out = place.ok("cost", "prices").out
    assert "AmazonBraket: as of 2026-07-23, shipped with qctl" in out
    garnet = next(line for line in out.splitlines() if line.startswith("Garnet (Quantum Task-Shot)"))
    assert "0.00145 USD" in garnet
    assert "ONLINE" in garnet
    retired = next(line for line in out.splitlines() if line.startswith("Aria-1 (Quantum Task-Shot)"))
    assert "RETIRED" in retired
    assert "3000 EUR at 4 s a shot" in out


def test_a_newer_list_is_kept_in_the_project(place: Place, tmp_path: Path) -> None:
    shipped = place.ok("cost", "prices", "--json").json
    list_ = tmp_path / "index.csv"
    list_.write_text(PRICES.read_text("utf-8").replace("2026-07-23T", "2026-12-01T").replace('"0.00145"', '"0.002"'))
    out = place.ok("cost", "prices", "--update", str(list_)).out
    assert out.startswith("AmazonBraket of 2026-12-01, 56 rows, is kept in prices/amazon-braket.csv.")
    now = place.ok("cost", "prices", "--json").json
    assert now["tables"][0]["origin"] == "prices/amazon-braket.csv"
    assert now["digest"] != shipped["digest"]
    _declare(place, _task("a"))
    plan = place.ok("plan").out
    assert "2.30 USD (0.30 a task and 0.002 a shot, by the price list of 2026-12-01)" in plan
    assert "Prices: AmazonBraket of 2026-12-01 (prices/amazon-braket.csv)." in plan


@pytest.mark.parametrize("text", ["", "a,b\n", json.dumps({"offerCode": "AmazonBraket"}), "\0\n" * 9])
def test_what_is_no_list_is_refused_and_nothing_kept(place: Place, tmp_path: Path, text: str) -> None:
    (tmp_path / "index.csv").write_text(text)
    ran = place.run("cost", "prices", "--update", str(tmp_path / "index.csv"))
    assert ran.code == Exit.ERROR
    assert "[prices/invalid]" in ran.err
    assert not (place.root / "prices").exists()


def test_a_list_that_is_not_there(place: Place) -> None:
    ran = place.run("cost", "prices", "--update", "nowhere.csv")
    assert ran.code == Exit.ERROR
    assert "nowhere.csv" in ran.err


def test_what_the_last_run_took_is_expected_of_the_next(spent: Place) -> None:
    spent.ok("cost")
    out = spent.ok("plan", "--replace", "QuantumTask/sim").out
    assert "at least 0.00375 USD, at most unknown, expected 0.00375 USD" in out
