"""Files and JSON of results that no well-behaved cloud would give."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from reconciler.cli.result_files import save
from reconciler.cli.result_form import document_text, results_json
from reconciler.core.address import parse_address
from reconciler.core.job import Job
from reconciler.core.phase import Phase
from reconciler.render.json_form import dumps
from reconciler.workflow.results import Fetched

BATCH = parse_address("Batch/a")
WORKLOAD = parse_address("Workload/w")


def _job(label: str, id_: str) -> Fetched:
    return Fetched(BATCH, raw=f"{label} {id_}".encode(), job=Job("d", {"runs": 1}, label, id_, "DONE", Phase.DONE))


def test_no_two_jobs_share_a_file_and_none_leaves_the_folder(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    labels = ["1", "x/../../y", "x_.._.._y", "z=1", "z=1", "", "\x1b[2J", "w" * 5000, f"{'w' * 5000}v", "../id5"]
    fetched = [_job(label, f"../id{at}") for at, label in enumerate(labels)]
    save(fetched, folder)
    files = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert sorted(files.values()) == sorted(item.raw for item in fetched)
    assert files["Batch_a_1.json"] == fetched[0].raw, "what is tame keeps its name"
    assert all(name.isprintable() and len(name) < 200 for name in files)
    assert list(tmp_path.iterdir()) == [folder]


def test_the_same_points_of_two_sweeps_keep_their_names_whatever_their_order(tmp_path: Path) -> None:
    one, two = _job("z=1", "id1"), _job("z=1", "id2")
    save([one, two], tmp_path / "a")
    save([two, one], tmp_path / "b")
    assert {p.name: p.read_bytes() for p in (tmp_path / "a").iterdir()} == {
        p.name: p.read_bytes() for p in (tmp_path / "b").iterdir()
    }


def _document(text: str) -> dict[str, Any]:
    item = Fetched(WORKLOAD, raw=text.encode(), document=json.loads(text))
    found: dict[str, Any] = json.loads(dumps(results_json([WORKLOAD], [item])))["Workload/w"]
    return found


def test_a_document_is_shown_as_it_is() -> None:
    assert _document('{"b": [1, "\\u202e"], "a": null}') == {
        "problem": None,
        "document": {"b": [1, "\u202e"], "a": None},
    }
    assert _document("null") == {"problem": None, "document": None}
    assert document_text({"a": "\x1b[2J"}) == '{\n  "a": "\\u001b[2J"\n}'


def test_what_is_no_json_is_a_problem_and_no_defect() -> None:
    for text in ('{"a": NaN}', "[" * 900 + "]" * 900):
        assert _document(text) == {
            "problem": "what it gave back can't be shown as JSON; --out saves it as it is",
            "document": None,
        }


def test_an_address_without_an_answer_is_left_out() -> None:
    assert results_json([BATCH, WORKLOAD], [Fetched(BATCH, problem="lost")]) == {"Batch/a": {"problem": "lost"}}
