"""`qctl plan` says the same with the cache and without it, and `apply` does not know it."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciler.cli.project import Flags, Opened, open_project
from reconciler.core.diagnostic import Diagnostic, Severity
from tests.cli.place import Place, Ran
from tests.performance.conftest import fill
from tests.performance.edit import EDITS
from tests.performance.forge import sealed

EXAMPLES = sorted(path.parent for path in (Path(__file__).parents[2] / "examples").glob("*/qctl.yaml"))
FORMS: tuple[list[str], ...] = (
    [],
    ["--json"],
    ["--format", "markdown", "--full"],
    ["--detailed-exitcode"],
    ["--refresh", "none"],
)


class Readings:
    """Counts how often the manifests are read."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.count = 0

        def counted(flags: Flags) -> Opened:
            self.count += 1
            return open_project(flags)

        monkeypatch.setattr("reconciler.cli.plan.open_project", counted)

    def during(self, place: Place, *args: str) -> int:
        """How many there are in one command."""
        before = self.count
        place.ok(*args)
        return self.count - before


def _same(place: Place, *more: str) -> Ran:
    """Plan without, then twice with the cache: the second may use what the first left."""
    slow = place.run("plan", "--no-cache", *more)
    assert place.run("plan", *more) == slow
    assert place.run("plan", *more) == slow
    return slow


def _in_all_forms(place: Place) -> None:
    for form in FORMS:
        _same(place, *form)


@pytest.fixture
def readings(monkeypatch: pytest.MonkeyPatch) -> Readings:
    return Readings(monkeypatch)


def test_the_second_plan_reads_no_manifest(place: Place, readings: Readings) -> None:
    place.finish()
    assert readings.during(place, "plan") == 1
    assert readings.during(place, "plan") == 0
    assert readings.during(place, "plan", "--no-cache") == 1
    assert readings.during(place, "plan", "--target", "QuantumTask/first") == 1


def test_a_wish_in_the_environment_counts(place: Place, readings: Readings, monkeypatch: pytest.MonkeyPatch) -> None:
    place.finish()
    place.ok("plan")
    monkeypatch.setenv("QCTL_NO_CACHE", "1")
    assert readings.during(place, "plan") == 1


def test_a_plan_with_changes_reads_the_manifests(place: Place, readings: Readings) -> None:
    assert [readings.during(place, "plan") for _ in range(2)] == [1, 1]


def test_so_does_one_with_a_tag_to_put(place: Place, readings: Readings) -> None:
    place.finish()
    EDITS["a default tag"](place.root)
    assert [readings.during(place, "plan") for _ in range(2)] == [1, 1]


def test_what_is_forgotten_is_searched_for_even_if_nothing_is_declared(place: Place) -> None:
    place.ok("apply", "--auto-approve")
    shutil.rmtree(place.root / "state")
    (place.root / "tasks" / "tasks.yaml").unlink()
    assert "5 to destroy" in _same(place).out


def test_nothing_is_kept_of_a_project_with_a_warning(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    def warned(flags: Flags) -> Opened:
        project = open_project(flags)
        warning = Diagnostic("manifest/doubtful", "Doubtful", "It may be meant otherwise.", severity=Severity.WARNING)
        return replace(project, loaded=replace(project.loaded, diagnostics=(warning,)))

    monkeypatch.setattr("reconciler.cli.plan.open_project", warned)
    place.finish()
    assert [place.ok("plan").err.count("Doubtful") for _ in range(2)] == [1, 1]


def test_whatever_stands_it_says_the_same(place: Place) -> None:
    _in_all_forms(place)  # all to create
    place.ok("apply", "--auto-approve")
    _in_all_forms(place)  # unfinished
    place.ok("local", "advance", "10m")
    place.ok("wait")
    _in_all_forms(place)  # nothing to do
    EDITS["a default tag"](place.root)
    _in_all_forms(place)  # tags to put
    shutil.rmtree(place.root / "state")
    _in_all_forms(place)  # all to adopt


def test_what_ended_badly_is_said_from_the_cache_too(place: Place, readings: Readings) -> None:
    place.ok("local", "switch", "fail.reason", "the fridge is warm")
    place.finish()
    for _ in range(2):  # the sweep's points may be tried three times
        place.finish()
    assert "the fridge is warm" in _same(place).out
    assert readings.during(place, "plan") == 0


def test_one_reading_of_the_cloud_serves_a_plan_that_begins_with_the_cache(place: Place) -> None:
    place.ok("apply", "--auto-approve")
    place.ok("plan")
    EDITS["a new file"](place.root)
    place.run("plan", "--no-cache")
    counted = []
    for args in (["--no-cache"], [], []):
        before = json.loads(place.ok("local", "status", "--json").out)["calls_by_operation"]
        place.ok("plan", *args)
        after = json.loads(place.ok("local", "status", "--json").out)["calls_by_operation"]
        counted.append({name: after[name] - before.get(name, 0) for name in after})
    assert counted[1] == counted[0]
    assert counted[2] == counted[0]


def test_a_warning_is_said_every_time(place: Place) -> None:
    place.finish()
    EDITS["a file with the wrong ending"](place.root)
    assert "wrong.yml" in _same(place).err
    assert "wrong.yml" in place.ok("plan").err


@pytest.mark.parametrize("example", EXAMPLES, ids=[path.name for path in EXAMPLES])
def test_every_example(place: Place, example: Path) -> None:
    shutil.rmtree(place.root)
    shutil.copytree(example, place.root)
    _in_all_forms(place)
    if place.run("apply", "--auto-approve").code:
        return  # mistakes is one of them
    place.ok("local", "advance", "1h")
    place.run("wait")
    _in_all_forms(place)


@settings(
    max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(edits=st.lists(st.sampled_from([*EDITS, "apply"]), min_size=1, max_size=4))
def test_after_any_edits_it_says_the_same(place: Place, edits: list[str]) -> None:
    for left in place.root.iterdir():
        shutil.rmtree(left) if left.is_dir() else left.unlink()
    fill(place.root)
    place.ok("apply", "--auto-approve")
    for name in edits:
        if name == "apply":
            place.run("apply", "--auto-approve")
        else:
            EDITS[name](place.root)
        _same(place, "--json")


def test_a_state_that_was_left_behind_is_told_each_time(place: Place) -> None:
    place.finish()
    EDITS["the state's folder"](place.root)
    place.ok("apply", "--auto-approve")
    assert "[state/left-behind]" in _same(place).err
    assert _same(place, "--json").json["summary"].startswith("No changes.")


def test_a_poisoned_cache_can_hide_a_change_and_submit_nothing(place: Place) -> None:
    """Somebody with our key makes `plan` believe that what is done is what is declared."""
    place.finish()
    place.ok("plan")
    file = place.root / ".qctl" / "cache" / "desired.default.json"
    finished = json.loads(file.read_text("utf-8")[64:])
    EDITS["a number in a manifest"](place.root)
    place.ok("plan")  # leaves an entry of the new text
    entry = json.loads(file.read_text("utf-8")[64:]) | {"rows": finished["rows"], "common": finished["common"]}
    file.write_text(sealed(json.dumps(entry)), "utf-8")
    assert "No changes." in place.ok("plan").out
    assert "Plan: 1 to add" in place.ok("apply", "--auto-approve").out

    forged = [[row[0], row[1], ["q1-" + "0" * 64], row[3]] for row in entry["rows"]]
    file.write_text(sealed(json.dumps(entry | {"rows": forged})), "utf-8")
    assert place.ok("plan").out == place.ok("plan", "--no-cache").out
    assert "No changes." in place.ok("apply", "--auto-approve").out
