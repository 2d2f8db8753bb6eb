"""Waiting: until all is over, a time has passed, or somebody has had enough."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable

import pytest

from reconciler.core.address import Address
from reconciler.core.event import Observed
from reconciler.core.progress import Heartbeat, Progress
from reconciler.workflow.wait import HEARTBEAT, Waited, wait
from tests.workflow.bench import Project, task

A, B = task("a"), task("b")


def _all(_: Address) -> bool:
    return True


def _wait(
    project: Project,
    timeout: float | None = None,
    about: Callable[[Address], bool] = _all,
    tell: Callable[[Progress], None] | None = None,
) -> Waited:
    return wait(project.session, about, timeout, tell or project.told.append, project.stop)


def test_it_ends_when_all_is_over(project: Project) -> None:
    project.apply(A, B)
    waited = _wait(project)
    assert (waited.unfinished, waited.interrupted, waited.saved) == ((), False, True)
    assert [a.status for name in "ab" for a in project.attempts(name)] == ["COMPLETED"] * 2


def test_each_new_status_is_told_once(project: Project) -> None:
    project.apply(A)
    project.told.clear()
    _wait(project)
    told = [p.status for p in project.told]
    assert (told[:2], told[-1], len(told)) == (["CREATED", "QUEUED"], "COMPLETED", len(set(told)))


def test_a_long_wait_is_told_once_a_minute(project: Project) -> None:
    project.bench.world.set_switch("latency.factor", "1000")
    project.apply(A, B)
    beats: list[Heartbeat] = []
    wait(project.session, _all, 400, project.told.append, project.stop, beats.append)
    assert [beat.waiting for beat in beats] == [2] * len(beats)
    assert 4 <= len(beats) <= 6
    gaps = [later.seconds - sooner.seconds for sooner, later in itertools.pairwise(beats)]
    assert all(HEARTBEAT <= gap <= HEARTBEAT + 16 for gap in gaps)


def test_the_pauses_grow_and_begin_anew_with_news(project: Project) -> None:
    project.bench.world.set_switch("latency.factor", "100")
    project.apply(A)
    project.bench.world.advance(100)
    asked: list[float] = []
    send = project.bench.wire.send

    def note(request: object, event_name: str) -> object:
        if event_name.endswith("GetQuantumTask"):
            asked.append(project.bench.clock.monotonic())
        return send(request, event_name)  # type: ignore[arg-type]  # what botocore gave is passed on

    project.bench.wire.send = note  # type: ignore[method-assign,assignment]  # a spy, for this one wire
    _wait(project, timeout=1000)
    pauses = [round(b - a, 1) for a, b in itertools.pairwise(asked)]
    assert pauses[:4] == [0.5, 0.5, 0.8, 1.1]
    assert max(pauses) == 15


def test_a_time_limit_ends_it(project: Project) -> None:
    project.bench.world.set_switch("latency.factor", "100")
    project.apply(A)
    began = project.bench.clock.monotonic()
    waited = _wait(project, timeout=60)
    assert waited.unfinished == (A.address,)
    assert not waited.interrupted
    assert 60 <= project.bench.clock.monotonic() - began < 67


def test_no_time_is_one_look(project: Project) -> None:
    project.apply(A)
    project.bench.clock.slept.clear()
    project.bench.wire.sent.clear()
    assert _wait(project, timeout=0).unfinished == (A.address,)
    assert (project.bench.clock.slept, project.bench.wire.count("GetQuantumTask")) == ([], 1)


def test_only_those_asked_for_are_read_and_waited_for(project: Project) -> None:
    project.apply(A)
    project.bench.world.advance(60)
    project.bench.world.set_switch("latency.factor", "100")
    project.apply(A, B)
    project.bench.wire.sent.clear()
    assert _wait(project, about=lambda address: address == A.address).unfinished == ()
    assert project.bench.wire.sent == []


def test_an_interrupt_ends_it_at_once(project: Project) -> None:
    project.apply(A)
    waited = _wait(project, tell=lambda _: project.stop.set())
    assert (waited.unfinished, waited.interrupted) == ((A.address,), True)
    assert project.attempts("a")[0].status == "CREATED"


def test_an_interrupt_when_all_is_over_is_none(project: Project) -> None:
    project.apply(A)
    project.bench.world.advance(60)
    project.stop = threading.Event()
    project.stop.set()
    assert _wait(project).interrupted is False


def test_somebody_elses_lock_is_no_failure(project: Project) -> None:
    project.apply(A)
    other = project.session
    held = other.store.lock(other.lock_info("apply"))
    waited = _wait(project)
    other.store.unlock(held)
    assert (waited.unfinished, waited.saved) == ((), False)
    assert project.attempts("a")[0].status == ""


def test_a_long_wait_writes_little(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Asked hundreds of times, each run is recorded once."""
    project.apply(A, B)
    written: list[object] = []
    session = project.session
    append = session.store.append

    def note(*events: object) -> None:
        written.extend(events)
        append(*events)  # type: ignore[arg-type]  # what was given is passed on

    monkeypatch.setattr(session.store, "append", note)
    wait(session, _all, None, project.told.append, project.stop)
    assert project.bench.wire.count("GetQuantumTask") > 20
    assert sorted(e.address for e in written if isinstance(e, Observed)) == ["QuantumTask/a", "QuantumTask/b"]
