"""Applying: in what order, what stops it, and what it tells."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import NoCredentialsError

from reconciler.core.attempt import Outcome
from reconciler.core.event import Concluded, Event, Intended
from reconciler.core.progress import Stage
from reconciler.providers.kind import CloudUnavailable
from reconciler.store.errors import StoreFailed
from tests.providers.bench import error
from tests.workflow.bench import SV1, Project, task
from tests.workflow.faulty_store import with_faulty_store

A, B, C = task("a"), task("b", "a"), task("c", "b")


def _order(project: Project) -> list[str]:
    return [body["tags"]["qctl:address"] for body in project.bench.wire.bodies("CreateQuantumTask")]


def test_each_after_those_it_waits_for(project: Project) -> None:
    project.apply(C, B, A, parallelism=8)
    assert _order(project) == ["QuantumTask/a", "QuantumTask/b", "QuantumTask/c"]


def test_what_waits_for_nothing_goes_together(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both calls must be under way before either may end."""
    both = threading.Barrier(2, timeout=10)
    send = project.bench.wire.send

    def meet(request: Any, event_name: str) -> Any:
        if event_name.endswith("CreateQuantumTask"):
            both.wait()
        return send(request, event_name)

    monkeypatch.setattr(project.bench.wire, "send", meet)
    assert len(project.apply(task("a"), task("b"), parallelism=2).submitted) == 2


def test_not_more_at_once_than_asked(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    inside, most = [0], [0]
    lock, send = threading.Lock(), project.bench.wire.send

    def count(request: Any, event_name: str) -> Any:
        with lock:
            inside[0] += 1
            most[0] = max(most[0], inside[0])
        try:
            return send(request, event_name)
        finally:
            with lock:
                inside[0] -= 1

    monkeypatch.setattr(project.bench.wire, "send", count)
    project.apply(*(task(f"t{n}") for n in range(8)), parallelism=1)
    assert most == [1]


def test_a_refused_run_takes_those_that_wait_for_it_with_it(project: Project) -> None:
    project.bench.wire.answer("CreateQuantumTask", error(400, "ValidationException", "no such gate"))
    applied = project.apply(A, B, C, task("d"))
    assert applied.refused == {A.address: "ValidationException (400): no such gate"}
    assert applied.skipped == {B.address: "it waits for QuantumTask/a", C.address: "it waits for QuantumTask/b"}
    assert [a.name for a in applied.submitted] == ["d"]


def test_an_unknown_outcome_does_so_too(project: Project) -> None:
    project.bench.world.add_fault({"effect": "lost", "operation": "CreateQuantumTask", "always": True})
    project.bench.world.set_switch("visibility.search", "240")
    applied = project.apply(A, B)
    assert (list(applied.unknown), list(applied.skipped)) == ([A.address], [B.address])


def test_an_interrupt_lets_what_is_in_flight_end(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    send = project.bench.wire.send

    def interrupt(request: Any, event_name: str) -> Any:
        if event_name.endswith("CreateQuantumTask"):
            project.stop.set()
        return send(request, event_name)

    monkeypatch.setattr(project.bench.wire, "send", interrupt)
    applied = project.apply(A, B, task("d"))
    assert applied.interrupted
    assert [a.name for a in applied.submitted] == ["a"]
    assert {a.name: why for a, why in applied.skipped.items()} == dict.fromkeys("bd", "interrupted before it began")
    assert project.state.serial == 1
    assert project.attempts("a")[0].outcome is Outcome.ACCEPTED


_STORE_FAULTS: dict[str, tuple[Callable[[tuple[Event, ...]], bool], int]] = {
    "at the first intent": (lambda events: isinstance(events[0], Intended), 0),
    "at the first outcome": (lambda events: isinstance(events[0], Concluded), 1),
}


@pytest.mark.parametrize("where", _STORE_FAULTS)
def test_a_store_that_fails_stops_everything(project: Project, where: str) -> None:
    """Even when it recovers at once: what has not begun does not begin."""
    fails, calls = _STORE_FAULTS[where]
    session = with_faulty_store(project.session, fails)
    with pytest.raises(StoreFailed):
        project.apply(*(task(f"t{n}") for n in range(6)), session=session, parallelism=1)
    assert project.bench.wire.count("CreateQuantumTask") == calls


def test_after_a_failed_store_nothing_is_paid_twice(project: Project) -> None:
    session = with_faulty_store(project.session, _STORE_FAULTS["at the first outcome"][0])
    with pytest.raises(StoreFailed):
        project.apply(A, session=session)
    assert project.attempts("a")[0].outcome is Outcome.PENDING
    project.apply(A)
    assert project.tasks() == 1
    assert project.plan(A).plan.empty


def test_every_step_is_told_whole_and_counted(project: Project) -> None:
    project.apply(A, B)
    told = [(p.address.name, p.step, p.stage, bool(p.id), p.done, p.total) for p in project.told]
    assert told == [
        ("a", "create", Stage.STARTED, False, 0, 2),
        ("a", "create", Stage.DONE, True, 1, 2),
        ("b", "create", Stage.STARTED, False, 1, 2),
        ("b", "create", Stage.DONE, True, 2, 2),
    ]


def test_counting_is_right_with_many_at_work(project: Project) -> None:
    project.apply(*(task(f"t{n}") for n in range(20)), parallelism=8)
    ends = [p.done for p in project.told if p.stage is Stage.DONE]
    assert ends == list(range(1, 21))


def test_a_repeat_is_told_with_its_reason(project: Project) -> None:
    project.bench.wire.answer("CreateQuantumTask", error(429, "ThrottlingException", "slowly"))
    project.apply(A)
    retrying = [p.detail for p in project.told if p.stage is Stage.RETRYING]
    assert retrying == ["ThrottlingException (429): slowly"]
    assert project.bench.clock.slept == [0.5]


def test_pauses_double_up_to_an_end(project: Project) -> None:
    project.bench.wire.answer("CreateQuantumTask", *[error(429, "ThrottlingException")] * 9)
    assert list(project.apply(A).refused) == [A.address]
    assert project.bench.clock.slept == [0.5, 1, 2, 4, 8, 16, 20, 20]
    assert project.tasks() == 0


def test_no_cancel_no_new_run(project: Project) -> None:
    project.apply(A)
    project.bench.wire.answer("CancelQuantumTask", error(403, "AccessDeniedException", "not yours"))
    applied = project.apply(task("a", shots=200))
    assert applied.refused == {A.address: "AccessDeniedException (403): not yours"}
    assert project.tasks() == 1


def test_a_replacement_cancels_and_then_submits(project: Project) -> None:
    project.apply(A)
    project.bench.wire.sent.clear()
    applied = project.apply(task("a", shots=200))
    changing = ("CancelQuantumTask", "CreateQuantumTask")
    assert [name for name, _ in project.bench.wire.sent if name in changing] == list(changing)
    assert (applied.cancelled, applied.submitted) == ([A.address], [A.address])
    assert [a.status for a in project.attempts("a")] == ["CANCELLING", ""]


def test_a_cancel_that_can_not_be_read_back_is_still_one(project: Project) -> None:
    project.apply(A)
    project.bench.wire.answer("GetQuantumTask", error(500, "InternalServiceException"))
    project.bench.world.add_fault({"effect": "error-500", "operation": "GetQuantumTask", "skip": 1, "always": True})
    assert project.apply().cancelled == [A.address]
    project.bench.world.clear_faults()
    assert project.plan().plan.empty


def test_an_account_that_can_not_be_asked_stops_before_anything(project: Project) -> None:
    project.bench.wire.answer("GetCallerIdentity", NoCredentialsError())
    with pytest.raises(CloudUnavailable):
        project.apply(A)
    assert project.bench.wire.count("CreateQuantumTask") == 0


def test_the_state_is_saved_once_and_only_for_a_reason(project: Project) -> None:
    project.apply(task("a", device=SV1))
    project.bench.world.advance(60)
    project.apply(task("a", device=SV1))
    serial = project.state.serial
    project.apply(task("a", device=SV1))
    assert (serial, project.state.serial) == (2, 2)
