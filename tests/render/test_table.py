"""Tables and what is remembered."""

from __future__ import annotations

from reconciler.core.attempt import Outcome
from reconciler.core.phase import Phase
from reconciler.core.state import Record
from reconciler.render.measure import columns
from reconciler.render.paint import OURS
from reconciler.render.state_text import record_text, state_table
from reconciler.render.table import table
from tests.render.conftest import Expected
from tests.render.samples import RUN, attempt, running

RECORDS = {
    "QuantumTask/ghz[theta=0.5]": Record((attempt("FAILED", Phase.FAILED), attempt(number=2))),
    "QuantumTask/lost": Record((attempt(missing=True),)),
    "QuantumTask/new": Record((attempt("", Phase.OPEN),)),
    "QuantumTask/none": Record(),
    "QuantumTask/refused": Record((attempt(outcome=Outcome.REFUSED, id="", submitted="", failure="no such device"),)),
    "QuantumTask/unknown": Record((attempt(outcome=Outcome.PENDING, id="", submitted=""),)),
    "QuantumTask/waiting": Record((running(),)),
}


def test_columns_are_aligned_and_never_cut() -> None:
    rows = [["日本", "1", "x" * 200], ["é\x1b", "22", ""]]
    assert table(["NAME", "N", "ID"], rows, width=40) == f"NAME   N   ID\n日本   1   {'x' * 200}\né\\x1b  22"


def test_a_table_without_rows_is_its_head() -> None:
    assert table(["A", "B"], []) == "A  B"
    assert OURS.sub("", table(["A", "B"], [], colour=True)) == "A  B"


def test_on_a_terminal_the_last_column_is_folded_and_whole() -> None:
    drawn = OURS.sub("", table(["A[b]", "ID"], [["x[bold]y", "i" * 100]], width=60, colour=True))
    assert max(map(columns, drawn.split("\n"))) <= 60
    assert drawn.count("i") == 100
    assert "x[bold]y" in drawn


def test_only_the_last_column_is_folded() -> None:
    text = table(["ADDRESS", "ID"], [["a" * 40, "i" * 40]], width=66, colour=True)
    assert "a" * 40 in text


def test_a_terminal_too_narrow_loses_nothing() -> None:
    text = table(["ADDRESS", "ID"], [["a" * 30, "i" * 100]], width=40, colour=True)
    assert OURS.sub("", text) == table(["ADDRESS", "ID"], [["a" * 30, "i" * 100]])
    assert text.startswith("\x1b[1mADDRESS")


def test_state_list(expected: Expected) -> None:
    assert state_table(RECORDS) == expected("state_list.txt")
    drawn = OURS.sub("", state_table(RECORDS, width=200, colour=True)).split("\n")
    assert [line.rstrip() for line in drawn] == expected("state_list.txt").split("\n")


def test_a_status_has_its_colour() -> None:
    text = state_table(RECORDS, width=200, colour=True)
    assert "\x1b[32mCOMPLETED" in text
    assert "\x1b[35munknown" in text


def test_an_empty_state() -> None:
    assert state_table({}) == "Nothing is on record."


def test_state_show(expected: Expected) -> None:
    attempts = (
        attempt("FAILED", Phase.FAILED, failure="Device is calibrating\x1b[2J", tags={}),
        attempt(number=2, ended="2026-11-20T10:00:09Z", output="s3://b/x", tags={"owner": "lab-3"}, id=f"{RUN}x"),
    )
    assert record_text("QuantumTask/ghz[theta=0.5]", Record(attempts)) == expected("state_show.txt")


def test_an_address_without_attempts_and_care() -> None:
    text = record_text("QuantumTask/x", Record(managed=False))
    assert text == "QuantumTask/x  (no longer in qctl's care)\n  Nothing was ever submitted."
