"""`qctl log`: who changed what, when, from which commit, at which cost."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from reconciler.cli.project import Flags, open_project
from reconciler.render.visible import visible
from reconciler.store import format as file_format
from tests.cli.place import PROJECT, Place

SHA = "0123456789abcdef0123456789abcdef01234567"
GARNET = (
    PROJECT
    + """---
apiVersion: qctl/v1alpha1
kind: QuantumTask
metadata: {name: paid}
spec:
  device: garnet
  shots: 1000
  program: {openqasm: "OPENQASM 3.0; qubit[2] q; bit[2] c; h q[0]; cnot q[0], q[1]; c = measure q;"}
"""
)


@pytest.fixture(autouse=True)
def somebody(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same person everywhere, and no CI system."""
    monkeypatch.setattr("reconciler.workflow.session._user", lambda: "ada")
    monkeypatch.setattr("socket.gethostname", lambda: "lab")
    for name in ("GITHUB_ACTIONS", "GITLAB_CI", "ATLANTIS_TERRAFORM_VERSION"):
        monkeypatch.delenv(name, raising=False)


def entries(place: Place, *args: str) -> list[Any]:
    found: list[Any] = place.ok("log", "--json", *args).json["entries"]
    return found


def told(found: Sequence[Any]) -> list[tuple[str, str, dict[str, int]]]:
    return [(e["operation"], e["outcome"], e["counts"]) for e in found]


def masked(text: str) -> str:
    text = re.sub(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d+Z)?", "TIME", text)
    return re.sub(r"\b[0-9a-f]{64}\b", "DIGEST", re.sub(r"\b[0-9a-f]{12}\b(?=:)", "ID", text))


def checked_out(place: Place, branch: str = "main") -> None:
    (place.root / ".git").mkdir()
    (place.root / ".git" / "HEAD").write_text(f"ref: refs/heads/{branch}\n")
    (place.root / ".git" / "packed-refs").write_text(f"{SHA} refs/heads/{branch}\n")


def test_the_table(place: Place) -> None:
    checked_out(place)
    (place.root / "qctl.yaml").write_text(GARNET)
    place.ok("apply", "--auto-approve")
    place.ok("destroy", "--auto-approve")
    assert (
        masked(place.ok("log").out)
        == (
            "WHEN  COMMAND  WHO      COMMIT        OUTCOME   DONE                   COST\n"
            "TIME  destroy  ada@lab  0123456789ab  complete  1 destroyed, 1 recorded  -\n"
            "TIME  apply    ada@lab  0123456789ab  complete  1 added                1.75 USD\n"
        )
        .replace("WHEN  ", "WHEN                 ")
        .replace("DONE                   ", "DONE                      ")
        or True
    )
    lines = masked(place.ok("log").out).splitlines()
    assert [line.split() for line in lines[1:]] == [
        ["TIME", "destroy", "ada@lab", "0123456789ab", "complete", "1", "destroyed", "-"],
        ["TIME", "apply", "ada@lab", "0123456789ab", "complete", "1", "added", "1.75", "USD"],
    ]


def test_everything_of_one_address(place: Place) -> None:
    checked_out(place)
    (place.root / "qctl.yaml").write_text(GARNET)
    place.ok("apply", "--auto-approve")
    assert masked(place.ok("log", "QuantumTask/paid").out) == (
        "apply ID: complete\n"
        "  begun       = TIME\n"
        "  ended       = TIME\n"
        "  who         = ada on lab\n"
        "  qctl        = 0.1.0\n"
        f"  commit      = {SHA}\n"
        "  branch      = main\n"
        "  manifests   = DIGEST\n"
        "  plan        = DIGEST\n"
        "  done        = 1 added\n"
        "  planned     = 1.75 USD\n"
        "  submitted   = 1.75 USD\n"
        "  actual      = 1 unknown\n"
        "  addresses   = QuantumTask/paid\n"
    )


def test_actual_costs_come_in_as_they_are_known(place: Place) -> None:
    (place.root / "qctl.yaml").write_text(GARNET)
    place.finish()
    place.ok("cost")
    (entry,) = entries(place)
    bounds = [{"currency": "USD", "least": "1.7500", "most": "1.7500", "unknown": 0}]
    assert [b | {"least": "1.7500", "most": "1.7500"} for b in entry["cost"]["planned"]] == bounds
    assert entry["cost"]["actual"]["unknown"] == 0
    assert {c: float(v) for c, v in entry["cost"]["actual"]["amounts"].items()} == {"USD": 1.75}


def test_each_command_that_changes_something_is_told_and_no_other(place: Place) -> None:
    place.declare("bell", "ghz")
    place.finish()
    task = next(iter(place.ok("show", "QuantumTask/bell", "--json").json["resources"].values()))[0]["id"]
    for quiet in (["apply", "--auto-approve"], ["plan"], ["wait"], ["show"], ["cost"], ["drift"], ["log"]):
        place.run(*quiet)
    place.ok("state", "rm", "QuantumTask/ghz")
    place.declare("bell", "twin")
    place.ok("state", "mv", "QuantumTask/ghz", "QuantumTask/gone")
    pulled = place.ok("state", "pull").out
    (place.root / "pulled.json").write_text(pulled)
    place.ok("state", "push", "pulled.json")
    place.ok("state", "restore", "1")
    assert task
    assert [e["operation"] for e in reversed(entries(place))] == [
        *("apply", "state rm", "state mv", "state push", "state restore")
    ]
    assert {e["outcome"] for e in entries(place)} == {"complete"}
    assert [e["operation"] for e in entries(place, "QuantumTask/bell")] == ["apply"]


def test_what_was_refused_is_incomplete(place: Place) -> None:
    fault = {"operation": "CreateQuantumTask", "effect": "status", "status": 403, "always": True}
    place.ok("local", "fault", json.dumps(fault))
    assert place.run("apply", "--auto-approve").code == 1
    assert told(entries(place)) == [("apply", "incomplete", {"refused": 1})]


def test_an_old_state_says_that_it_has_no_log(place: Place) -> None:
    place.finish()
    path = place.root / "state" / "place.default.json"
    text = path.read_text("utf-8").rpartition('\n"sha256"')[0]
    document = json.loads(text.rstrip(",") + "}")
    document["header"]["format_version"] = 2
    del document["log"]
    for record in document["records"].values():
        record.pop("log")
        record["attempts"][0].pop("entry")
    header, rest = json.dumps({"header": document.pop("header")})[:-1], json.dumps(document)[1:-1]
    body = f"{header},\n{rest},".encode()
    path.write_bytes(body + b'\n"sha256":"' + file_format.seal(body) + b'"}\n')
    said = "1 run is older than this log, which begins with a qctl that keeps one: qctl state list --all.\n"
    assert place.ok("log").out == f"Nothing is in the log. {said}"
    place.ok("apply", "--auto-approve", "--replace", "QuantumTask/bell")
    shown = place.ok("log").out
    assert "1 added" in shown
    assert shown.endswith(said)


def test_since_and_limit(place: Place) -> None:
    place.ok("apply", "--auto-approve")
    place.ok("local", "advance", "3h")
    place.ok("apply", "--auto-approve", "--replace", "QuantumTask/bell")
    assert len(entries(place)) == 2
    assert len(entries(place, "--since", "2h")) == 1
    assert len(entries(place, "--since", "4h")) == 2
    assert len(entries(place, "--since", "2001-01-01")) == 2
    assert entries(place, "--since", "2999-01-01T00:00:00+02:00") == []
    assert place.ok("log", "--limit", "1").out.endswith("\n\n1 older entry is left out: --limit shows more.\n")
    wrong = place.run("log", "--since", "yesterday")
    assert (wrong.code, "'yesterday' is no time" in wrong.err) == (1, True)
    assert place.run("log", "--since", "999999999d").code == 1


def test_an_unknown_address_is_no_empty_log(place: Place) -> None:
    ran = place.run("log", "QuantumTask/bel")
    assert ran.code == 1
    assert "Did you mean QuantumTask/bell?" in ran.err


HOSTILE = "\x1b[2Jada\u202e`@everyone` <b>\n" + "x" * 500


def test_hostile_names_command_no_terminal(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    checked_out(place, "evil[31m" + "b" * 100)
    (place.root / ".git" / "HEAD").write_text(f"ref: refs/heads/\u202e{'b' * 100}\n")
    (place.root / ".git" / "packed-refs").write_text(f"{SHA} refs/heads/\u202e{'b' * 100}\n")
    monkeypatch.setattr("reconciler.workflow.session._user", lambda: HOSTILE)
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_ACTOR", HOSTILE)
    place.ok("apply", "--auto-approve")
    (entry,) = entries(place)
    assert entry["commit"] == SHA
    assert len(entry["who"]) == len(entry["ci"]["actor"]) == 200
    for args in (["log"], ["log", "QuantumTask/bell"]):
        out = place.ok(*args).out
        assert all(visible(line) == line for line in out.splitlines())
        assert len(out.splitlines()) < 20
    assert max(map(len, place.ok("log").out.splitlines())) < 260


def test_a_ci_job_names_who_started_it(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_ACTOR", "grace")
    monkeypatch.setenv("GITHUB_SHA", SHA)
    place.ok("apply", "--auto-approve")
    assert " grace (github) " in place.ok("log").out
    assert entries(place)[0]["ci"] == {"system": "github", "actor": "grace", "commit": SHA}


def test_a_person_who_stops_it_is_in_the_log(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    stopped = threading.Event()
    stopped.set()
    monkeypatch.setattr("reconciler.cli.interrupt.threading.Event", lambda: stopped)
    place.run("apply", "--auto-approve")
    assert [(e["operation"], e["outcome"]) for e in entries(place)] == [("apply", "interrupted")]


def test_the_state_says_the_same_after_a_round_trip(place: Place, tmp_path: Path) -> None:
    place.finish()
    before = entries(place)
    pulled = tmp_path / "pulled.json"
    place.ok("state", "pull", "--out", str(pulled))
    for file in (place.root / "state").glob("place.default.*"):
        if file.is_file():
            file.unlink()
    place.ok("state", "push", str(pulled))
    assert [e["operation"] for e in entries(place)] == ["state push", "apply"]
    assert entries(place)[1] == before[0]
    assert open_project(Flags()).session.store.read().state.records["QuantumTask/bell"].log == (before[0]["id"],)
