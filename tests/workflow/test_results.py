"""Fetching results: there they are, or a sentence why not."""

from __future__ import annotations

import pytest

from reconciler.providers.kind import CloudUnavailable
from reconciler.workflow.results import Fetched, fetch
from tests.providers.bench import Answer, error
from tests.workflow.bench import SV1, Project, task

A = task("a", device=SV1)


def _fetch(project: Project) -> Fetched:
    (fetched,) = fetch(project.session, [A])
    return fetched


@pytest.fixture
def done(project: Project) -> Project:
    """A finished run."""
    project.apply(A)
    project.bench.world.advance(60)
    project.apply(A)
    return project


def test_what_was_measured(project: Project) -> None:
    project.bench.world.set_switch("simulation", "real")
    project.apply(A)
    project.bench.world.advance(60)
    fetched = _fetch(project)
    assert (fetched.problem, fetched.result is None) == ("", False)
    assert fetched.raw.startswith(b"{")


def test_nothing_was_submitted(project: Project) -> None:
    assert _fetch(project).problem == "not submitted yet"


def test_another_run_was(project: Project) -> None:
    project.apply(task("a", device=SV1, shots=7))
    assert _fetch(project).problem == "not submitted yet"


def test_it_is_not_over(project: Project) -> None:
    project.apply(A)
    project.bench.wire.sent.clear()
    assert _fetch(project).problem == "QUEUED"
    assert project.bench.wire.count("GetObject") == 0


def test_it_failed(project: Project) -> None:
    project.bench.world.set_switch("fail.reason", "the laser was off")
    project.apply(A)
    project.bench.world.advance(60)
    assert _fetch(project).problem == "FAILED: the laser was off"


def test_the_file_is_gone(done: Project) -> None:
    problem = _fetch(done).problem
    assert problem.startswith(f"{done.attempts('a')[0].output}/results.json is not there")


@pytest.mark.parametrize(
    ("body", "says"),
    [(b"\xff\xfe", "is no text"), (b"<html>", "can't be read"), (b"{}", "can't be read"), (b"[" * 99_999, "read")],
)
def test_the_file_is_garbage(done: Project, body: bytes, says: str) -> None:
    done.bench.wire.answer("GetObject", Answer(200, body))
    fetched = _fetch(done)
    assert says in fetched.problem
    assert fetched.raw == body


def test_the_bucket_is_not_ours(done: Project) -> None:
    body = b"<Error><Code>AccessDenied</Code><Message>no</Message></Error>"
    done.bench.wire.answer("GetObject", Answer(403, body))
    with pytest.raises(CloudUnavailable, match="AccessDenied"):
        _fetch(done)


def test_what_is_finished_is_not_asked_for_again(done: Project) -> None:
    done.bench.wire.sent.clear()
    _fetch(done)
    assert [name for name, _ in done.bench.wire.sent] == ["GetObject"]


def test_a_refused_read_names_itself(project: Project) -> None:
    project.apply(A)
    project.bench.wire.answer("GetQuantumTask", error(403, "ExpiredTokenException", "log in again"))
    with pytest.raises(CloudUnavailable, match=r"get_quantum_task failed: ExpiredTokenException \(403\): log in again"):
        _fetch(project)
