"""The cache of what manifests come to: it knows when it is about something else, and believes nobody."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from reconciler.cli.project import Flags, Opened, open_project
from reconciler.core.attempt import Attempt, Outcome, Place
from reconciler.core.change import Change
from reconciler.core.diff import diff
from reconciler.core.phase import Phase
from reconciler.core.plan import Plan, plan_to_json
from reconciler.core.resource import Resource, Scope, attempt_marks
from reconciler.core.rules import Rules
from reconciler.core.state import Record, State
from reconciler.workflow.desired_cache import FORMAT, Desired, DesiredCache
from reconciler.workflow.machine_key import machine_key
from tests.performance.conftest import fill
from tests.performance.edit import EDITS
from tests.performance.forge import sealed

NOTHING: Mapping[str, str] = {}
BATCH = """apiVersion: qctl/v1alpha1
kind: Batch
metadata: {name: pulses, tags: [rydberg]}
spec:
  device: EMU_FREE
  sequence: circuits/pulse.json
  jobs:
    - {runs: 100, variables: {omega: 1.0}}
    - {runs: 100, matrix: {omega: [2, 3]}, variables: {omega: "${{ matrix.omega }}"}}
  open: true
  closeAfter: 2h
  run: {generation: 2, retry: {maxAttempts: 2, on: [ERROR, CANCELED]}}
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return fill(tmp_path / "project")


def _cache(
    root: Path,
    *,
    environment: str = "dev",
    files: Sequence[Path] = (),
    variables: Mapping[str, str] = NOTHING,
    surroundings: Mapping[str, str] = NOTHING,
) -> DesiredCache:
    return DesiredCache(root, environment, files, variables, {**os.environ, **surroundings})


def _read_manifests(root: Path) -> tuple[Opened, dict[str, Resource]]:
    project = open_project(Flags(root, environment="dev"))
    session = project.session
    wanted = [session.kinds[d.address.kind].desired(d, session.context) for d in project.loaded.resources]
    return project, {str(r.address): r for r in wanted}


def _fill_cache(root: Path) -> Path:
    project, resources = _read_manifests(root)
    _cache(root).write(project.project, resources.values(), project.loaded.resources)
    return root / ".qctl" / "cache" / "desired.dev.json"


def test_it_gives_back_what_was_read(root: Path) -> None:
    project, resources = _read_manifests(root)
    _fill_cache(root)
    decisive = {a: replace(r, program="", execution={}, payload=None) for a, r in resources.items()}
    assert len(decisive) == 5
    assert _cache(root).read() == Desired(project.project, decisive)
    assert Desired(project.project, decisive).edges == project.loaded.edges


@pytest.mark.parametrize("name", EDITS)
def test_every_edit_makes_it_useless(root: Path, name: str) -> None:
    _fill_cache(root)
    EDITS[name](root)
    assert _cache(root).read() is None


@pytest.mark.parametrize(
    "gone", ["tasks/tasks.yaml", "circuits/first.qasm", "circuits/swept.qasm", "circuits/link.qasm", "qctl.yaml"]
)
def test_so_does_every_file_that_is_gone(root: Path, gone: str) -> None:
    _fill_cache(root)
    (root / gone).unlink()
    assert _cache(root).read() is None


def test_so_does_everything_else_that_is_said(root: Path) -> None:
    _fill_cache(root)
    assert _cache(root, environment="prod").read() is None
    assert _cache(root, variables={"shots": "100"}).read() is None
    assert _cache(root, surroundings={"QCTL_VAR_shots": "100"}).read() is None
    assert _cache(root, files=[root / "tasks" / "tasks.yaml"]).read() is None
    assert _cache(root, files=[root / "qctl.yaml", root / "tasks" / "tasks.yaml"]).read() is None
    assert _cache(root, surroundings={"PATH": "elsewhere"}).read() is not None


@pytest.mark.parametrize(("name", "value"), [("__version__", "0.0.9"), ("FORM", "q2"), ("FORMAT", FORMAT + 1)])
def test_so_does_another_qctl(root: Path, name: str, value: object, monkeypatch: pytest.MonkeyPatch) -> None:
    _fill_cache(root)
    monkeypatch.setattr(f"reconciler.workflow.desired_cache.{name}", value)
    assert _cache(root).read() is None


def test_a_list_of_files_is_no_list_of_other_files(root: Path) -> None:
    assert _cache(root, files=[root / "qctl.yaml"])._key != _cache(root)._key
    one, other = root / "qctl.yaml", root / "tasks" / "tasks.yaml"
    assert _cache(root, files=[one, other])._key != _cache(root, files=[other])._key


def test_a_text_can_not_go_on_in_the_next_one(root: Path) -> None:
    """Two files, and one file that says what both say with the other's name between."""
    (root / "a.yaml").write_text("# qctl/ one ", "utf-8")
    (root / "b.yaml").write_text("# qctl/ two", "utf-8")
    before = _cache(root)._key
    (root / "b.yaml").unlink()
    (root / "a.yaml").write_text("# qctl/ one b.yaml# qctl/ two", "utf-8")
    assert _cache(root)._key not in (before, None)


def test_another_environments_entry_is_not_ours(root: Path) -> None:
    """On some disks Dev and dev are one file."""
    file = _fill_cache(root)
    file.rename(file.with_name("desired.Dev.json"))
    assert _cache(root, environment="Dev").read() is None


@pytest.mark.parametrize("environment", ["../dev", "a/b", "", "."])
def test_no_name_of_an_environment_leaves_the_folder(root: Path, environment: str) -> None:
    project, resources = _read_manifests(root)
    _cache(root, environment=environment).write(project.project, resources.values(), project.loaded.resources)
    assert not (root / ".qctl").exists()


def test_texts_that_changed_while_they_were_read_are_not_kept(root: Path) -> None:
    project, resources = _read_manifests(root)
    cache = _cache(root)
    EDITS["a number in a manifest"](root)
    cache.write(project.project, resources.values(), project.loaded.resources)
    assert not (root / ".qctl").exists()


def test_a_program_that_changed_after_it_was_read_is_noticed(root: Path) -> None:
    project, resources = _read_manifests(root)
    EDITS["a program file"](root)
    _cache(root).write(project.project, resources.values(), project.loaded.resources)
    assert _cache(root).read() is None


def test_a_folder_that_can_not_be_written_is_no_failure(root: Path) -> None:
    (root / ".qctl").write_text("a file", "utf-8")
    _fill_cache(root)
    assert _cache(root).read() is None


def test_what_a_killed_writer_left_is_only_a_file(root: Path) -> None:
    file = _fill_cache(root)
    assert [path.name for path in file.parent.iterdir()] == [file.name]


@pytest.mark.parametrize("strange", ["", "{}", "no JSON at all", "[" * 100_000, "\x00", "[]", "[1, 2]"])
@pytest.mark.parametrize("is_sealed", [False, True])
def test_a_strange_file_is_ignored_and_replaced(root: Path, strange: str, is_sealed: bool) -> None:
    file = _fill_cache(root)
    good = file.read_bytes()
    file.write_text(sealed(strange) if is_sealed else strange, "utf-8")
    assert _cache(root).read() is None
    _fill_cache(root)
    assert file.read_bytes() == good


def test_every_changed_byte_is_noticed(root: Path) -> None:
    file = _fill_cache(root)
    good = file.read_bytes()
    for at in range(0, len(good), 17):
        file.write_bytes(good[:at] + bytes([good[at] ^ 1]) + good[at + 1 :])
        assert _cache(root).read() is None, at
    file.write_bytes(good[:-1])
    assert _cache(root).read() is None


@pytest.mark.parametrize("part", ["project", "programs", "common", "rows"])
@pytest.mark.parametrize("value", [None, 1, [], [1], {"a": 1}, [[1, 2, 3, 4]], [["a", [], [], 99]]])
def test_a_sealed_entry_of_another_shape_raises_nothing(root: Path, part: str, value: object) -> None:
    file = _fill_cache(root)
    entry = json.loads(file.read_text("utf-8")[64:])
    if entry[part] == value or (part == "rows" and value == []):
        return  # no rows are a shape
    file.write_text(sealed(json.dumps(entry | {part: value})), "utf-8")
    found = _cache(root).read()
    assert found is None or found.resources


def test_an_entry_that_came_with_the_project_is_not_believed(root: Path, tmp_path: Path) -> None:
    """All of it fits, but somebody else on another machine wrote it."""
    project, resources = _read_manifests(root)
    elsewhere = {"XDG_CACHE_HOME": str(tmp_path / "their-home")}
    _cache(root, surroundings=elsewhere).write(project.project, resources.values(), project.loaded.resources)
    assert _cache(root, surroundings=elsewhere).read() is not None
    assert _cache(root).read() is None


def test_the_key_is_for_its_owner_alone(tmp_path: Path) -> None:
    surroundings = {"XDG_CACHE_HOME": str(tmp_path)}
    key = machine_key(surroundings)
    assert key is not None
    assert machine_key(surroundings) == key
    assert [path.name for path in (tmp_path / "qctl").iterdir()] == ["key"]
    assert (tmp_path / "qctl" / "key").stat().st_mode & 0o777 == 0o600
    (tmp_path / "qctl" / "key").write_bytes(key[:-1])
    assert machine_key(surroundings) is None


def test_without_a_key_there_is_no_cache(root: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder", "utf-8")
    nowhere = {"XDG_CACHE_HOME": str(tmp_path / "file")}
    project, resources = _read_manifests(root)
    _cache(root, surroundings=nowhere).write(project.project, resources.values(), project.loaded.resources)
    assert not (root / ".qctl").exists()
    assert _cache(root, surroundings=nowhere).read() is None


SUBMITTED = datetime(2026, 3, 1, tzinfo=UTC)
SCOPE = Scope("019aa3c1-7d00-7b1e-8e11-6f0d5a2c4bfe", "dev")


@pytest.mark.parametrize("age", [timedelta(hours=1), timedelta(hours=3)], ids=["open", "to be closed"])
@pytest.mark.parametrize("phase", [Phase.DONE, Phase.FAILED], ids=["done", "to be tried again"])
def test_a_batch_has_the_same_plan(root: Path, age: timedelta, phase: Phase) -> None:
    (root / "tasks" / "pulses.yaml").write_text(BATCH, "utf-8")
    (root / "circuits" / "pulse.json").write_text("{}", "utf-8")
    batch = _read_manifests(root)[1]["Batch/pulses"]
    _fill_cache(root)
    found = _cache(root).read()
    assert found is not None
    cached = found.resources["Batch/pulses"]
    assert (batch.jobs and len(batch.jobs), cached.payload) == (3, None)
    assert _plan(cached, batch, phase, age) == _plan(batch, batch, phase, age)


def _plan(resource: Resource, submitted: Resource, phase: Phase, age: timedelta) -> object:
    """What is planned when one of the jobs came to this end and the others are done."""
    changes = diff([resource], _state(submitted, phase), _state(submitted, phase), Rules(SCOPE, now=SUBMITTED + age))
    told: tuple[Change, ...] = tuple(changes)
    return plan_to_json(Plan("cached", "dev", told, {resource.address: set()}))


def _state(batch: Resource, phase: Phase) -> State:
    jobs = tuple(replace(j, id=f"j{n}", status="DONE", phase=Phase.DONE) for n, j in enumerate(batch.jobs or ()))
    last = replace(jobs[-1], phase=phase, status=phase.upper())
    attempt = Attempt(
        token=batch.token(SCOPE, 1),
        digest=batch.digest,
        program=batch.program,
        generation=2,
        number=1,
        place=Place("pasqal", "local-project", "eu"),
        execution=batch.execution,
        outcome=Outcome.ACCEPTED,
        id="b1",
        status="RUNNING",
        submitted=SUBMITTED.isoformat(),
        jobs=(*jobs[:-1], last),
        accepting=True,
    )
    tags = {**batch.tags, **attempt_marks(SCOPE, batch.address, attempt)}
    record = Record((replace(attempt, tags=tags),))
    return State("lineage", 1, SCOPE.uid, SCOPE.environment, {str(batch.address): record})
