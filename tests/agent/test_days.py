"""Days of an agent: what it makes of edits, device windows, failures, a budget and of others at work."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from reconciler.cli.exits import Exit
from reconciler.core.cycle import Cycle, Verdict
from reconciler.core.diagnostic import Severity
from reconciler.core.permission import Applying, Permission
from reconciler.workflow.plan import make_plan
from tests.agent.days import (
    ATOMS,
    HOUR,
    LIMIT,
    agent_of,
    days_of,
    declare,
    limits_in,
    measured,
    notifier,
    tasks_in,
    verdicts,
)
from tests.cli.by_hand import make_limit, opened, raise_limits
from tests.cli.place import Place
from tests.paid_once.process import KILLED, run

_DAY = 24 * HOUR
# By the price list: 0.30 USD a task, and then by the shot.
_FEE, _SHOT, _ATOM_SHOT = Decimal("0.30"), Decimal("0.00145"), Decimal("0.01")


def _in_sync(place: Place) -> bool:
    return place.run("plan", "--detailed-exitcode").code == Exit.DONE


def _cost(shots: list[int]) -> Decimal:
    return sum((_FEE + count * (_ATOM_SHOT if count == 100 else _SHOT) for count in shots), Decimal(0))


def test_four_days(place: Place) -> None:
    """Edits, the device's hours, lost answers, an outage, a broken manifest, a killed process, a budget and a spending
    limit that are reached, a hand that raises the limit; two agents."""
    root = place.root
    budget = "11.00 USD"
    cap = LIMIT.format(amount=10)

    def fault(effect: str, operation: str, **more: object) -> object:
        return days.world.add_fault({"effect": effect, "operation": operation, **more})

    def killed(**shots: int) -> None:
        declare(root, budget, cap, **shots)
        assert run(["reconcile", "--once"], crash_at="after-create") == KILLED, "it had nothing to submit"

    first = {"a": 1000, "b": 1000}
    second = {"a": 2000, "b": 1000, "c": 1000}
    third = {**second, "e": 500}
    days = days_of(
        place.cloud,
        4 * _DAY,
        (5 * HOUR, lambda: (fault("lost", "CreateQuantumTask"), fault("throttle", "CreateQuantumTask", skip=1))),
        (5 * HOUR, lambda: declare(root, budget, cap, **first, c=1000)),
        (18 * HOUR, lambda: raise_limits("99.00")),
        (20 * HOUR, lambda: fault("unreachable", "*", count=40)),
        (20 * HOUR, lambda: declare(root, budget, cap, **second)),
        (38 * HOUR, lambda: killed(**third)),
        (40 * HOUR, lambda: (root / "qctl.yaml").write_text("kind: [", "utf-8")),
        (41 * HOUR, lambda: declare(root, budget, cap, **third)),
        (42 * HOUR, lambda: declare(root, budget, cap + ATOMS, **third)),  # on a Saturday
        (50 * HOUR, lambda: declare(root, budget, cap + ATOMS, **third, d=1000)),  # 12.525 USD, over the budget
        (56 * HOUR, lambda: declare(root, "13.00 USD", cap + ATOMS, **third, d=1000)),  # 11.225 USD on Garnet
        (66 * HOUR, lambda: declare(root, "13.00 USD", LIMIT.format(amount=12) + ATOMS, **third, d=1000)),
        (76 * HOUR, lambda: declare(root, "13.00 USD", LIMIT.format(amount=12) + ATOMS, a=2000, c=1000, e=500, d=1000)),
    )
    declare(root, budget, cap, **first)
    sent: list[bytes] = []
    agent, rounds = agent_of(days, interval=4 * HOUR, notifier=notifier(sent))
    other, others = agent_of(days, interval=4 * HOUR)
    days.meanwhile = other.round
    assert agent.run() == Exit.DONE

    assert tasks_in(place.cloud) == [1000, 1000, 1000, 2000, 500, 100, 1000], "a, b, c, a again, e, atoms, d"
    assert limits_in(place.cloud) == [12]
    assert _in_sync(place)
    assert "CancelQuantumTask" not in days.world.counts()
    both = sorted([*rounds, *others], key=lambda cycle: cycle.at)
    assert {Verdict.APPLIED, Verdict.FAILED, Verdict.REFUSED, Verdict.SYNCED} <= set(verdicts(both))
    assert verdicts(rounds)[-1] is Verdict.SYNCED
    refused = [cycle for cycle in both if cycle.verdict is Verdict.REFUSED]
    assert not any(cycle.done for cycle in refused)
    assert list(dict.fromkeys(_errors(cycle) for cycle in refused)) == [
        ("budget/exceeded", "limit/exceeded"),
        ("limit/exceeded",),
    ]
    waiting = [cycle.at[:10] for cycle in both if _status_of_atoms(cycle) == "QUEUED"]
    assert {*waiting} == {"2026-01-17", "2026-01-18"}, "Aquila rests on Saturday and Sunday"
    assert _status_of_atoms(rounds[-1]) == "COMPLETED"

    mine, theirs = measured(agent), measured(other)
    for figures, told in ((mine, rounds), (theirs, others)):
        assert figures["cycle_duration_seconds_count"] == len(told)
        for verdict in Verdict:
            assert figures[f"cycles_total {verdict}"] == sum(cycle.verdict is verdict for cycle in told)
        assert figures["spent USD"] == float(_cost(tasks_in(place.cloud)))
        assert figures["budget USD"] == 13
        assert figures["runs done"] == len(tasks_in(place.cloud))
        assert figures["in_sync"] == 1
        assert figures["unknown_outcomes_total"] == figures["doubtful_runs"] == 0
        assert figures["applied_total cancel"] == 0
    created = mine["applied_total create"] + theirs["applied_total create"]
    assert created == len(tasks_in(place.cloud)), "and the limit; but e was submitted by the process that was killed"
    assert mine["applied_total update"] + theirs["applied_total update"] == 2, "the limit, put back and then raised"
    assert mine["last_success_timestamp_seconds"] <= days.now().timestamp()
    assert len(sent) < len(rounds) / 2, "only news is told"
    assert {json.loads(body)["verdict"] for body in sent} >= {"applied", "failed", "refused"}


def _errors(cycle: Cycle) -> tuple[str, ...]:
    return tuple(sorted({found.code for found in cycle.findings if found.severity is Severity.ERROR}))


def _status_of_atoms(cycle: Cycle) -> str:
    record = cycle.state.records.get("QuantumTask/atoms") if cycle.state else None
    return record.attempts[-1].status if record else ""


def test_a_limit_that_only_braket_sees(place: Place) -> None:
    """A colleague's limit is not listed yet: Braket refuses one task; it is submitted when there is room."""
    declare(place.root, a=1000, b=1000)
    days = days_of(place.cloud, 24 * HOUR, (12 * HOUR, lambda: raise_limits("3.50")))
    make_limit("2.00")
    days.world.set_switch("spending.lag", str(6 * HOUR))
    agent, rounds = agent_of(days)
    agent.run()
    assert verdicts(rounds) == [Verdict.INCOMPLETE, Verdict.REFUSED, Verdict.APPLIED, Verdict.SYNCED]
    assert all("over the spending limit" in cycle.detail for cycle in rounds if cycle.verdict is Verdict.INCOMPLETE)
    assert tasks_in(place.cloud) == [1000, 1000]
    assert measured(agent)["spent USD"] == float(_cost([1000, 1000]))


def test_it_waits_longer_after_failures_and_never_while_it_holds_the_lock(place: Place) -> None:
    days = days_of(place.cloud, 30 * HOUR)
    (place.root / "qctl.yaml").write_text("kind: [", "utf-8")
    days.diary = [(9 * HOUR, lambda: declare(place.root, a=100))]
    held: list[str] = []
    days.meanwhile = lambda: held.append(place.lock_info())
    agent, rounds = agent_of(days, interval=600)
    agent.run()
    troubles = sum(cycle.verdict is Verdict.FAILED for cycle in rounds)
    assert days.slept[:4] == [900, 1800, 2700, 2700]  # twice, four times, then an hour; half of it is by chance
    assert set(days.slept[troubles:]) == {600}
    assert set(held) == {""}
    assert verdicts(rounds) == [Verdict.FAILED, Verdict.APPLIED, Verdict.SYNCED]


def test_cancels_and_replacements_need_permission(place: Place) -> None:
    """Runs that wait for the device: one is to be replaced, one to be cancelled, and a new one is submitted anyway."""
    declare(place.root, a=1000, b=1000)
    days = days_of(place.cloud, 3 * HOUR, (HOUR, lambda: declare(place.root, a=2000, c=500)))
    days.world.set_switch("latency.qpu.queue", str(30 * _DAY))
    agent, rounds = agent_of(days)
    agent.run()
    assert tasks_in(place.cloud) == [1000, 1000, 500]
    last = rounds[-1]
    assert last.verdict is Verdict.WITHHELD
    assert {str(a): why for a, why in last.left.items()} == {
        "QuantumTask/a": "it would replace a run that is not finished (--allow-replace allows it)",
        "QuantumTask/b": "it would cancel or delete what exists (--allow-cancel allows it)",
    }
    assert measured(agent)["left"] == 2
    assert measured(agent)["in_sync"] == 0
    assert "CancelQuantumTask" not in days.world.counts()

    days.end += HOUR
    agent_of(days, Permission(cancel=True))[0].run()
    assert days.world.counts()["CancelQuantumTask"] == 1
    days.end += 3 * HOUR
    allowed, told = agent_of(days, Permission(cancel=True, replace=True))
    allowed.run()
    assert tasks_in(place.cloud) == [1000, 1000, 500, 2000]
    assert told[-1].verdict is Verdict.SYNCED
    assert measured(allowed)["applied_total cancel"] == 1
    assert _in_sync(place)


def test_only_an_approved_plan_is_applied(place: Place) -> None:
    declare(place.root, a=1000)
    days = days_of(place.cloud, 5 * HOUR)
    project = opened()
    edges = {d.address: d.depends for d in project.loaded.resources}
    fingerprint = make_plan(project.session, project.loaded.resources, edges).plan.fingerprint
    approvals = place.root / "approved.txt"
    days.diary = [
        (HOUR, lambda: approvals.write_text(f"{'0' * 64}\n", "utf-8")),
        (2 * HOUR, lambda: approvals.write_text(f"# looked at by ada\n{fingerprint}  # the bell\n", "utf-8")),
        (3 * HOUR, lambda: declare(place.root, a=1000, b=1000)),
    ]
    agent, rounds = agent_of(days, Permission(Applying.APPROVED), approved_by=approvals.relative_to(place.root))
    agent.run()
    assert [cycle.verdict for cycle in rounds] == [
        *(Verdict.WITHHELD, Verdict.WITHHELD, Verdict.APPLIED),
        *(Verdict.WITHHELD, Verdict.WITHHELD),
    ]
    assert f"nobody has approved the plan with the fingerprint {fingerprint}" in rounds[0].detail
    assert tasks_in(place.cloud) == [1000]


def test_never_only_plans(place: Place) -> None:
    declare(place.root, a=1000)
    days = days_of(place.cloud, 2 * HOUR)
    agent, rounds = agent_of(days, Permission(Applying.NEVER))
    agent.run()
    assert {cycle.verdict for cycle in rounds} == {Verdict.WITHHELD}
    assert tasks_in(place.cloud) == []
    assert not (place.root / "state").exists()


def test_somebody_else_at_work_is_no_failure(place: Place) -> None:
    days = days_of(place.cloud, 2 * HOUR)
    agent, rounds = agent_of(days)
    with place.held():
        agent.run()
    assert {cycle.verdict for cycle in rounds} == {Verdict.LOCKED}
    assert "ada on elsewhere" in rounds[0].detail
    assert set(days.slept) == {HOUR}
    assert tasks_in(place.cloud) == []
    assert agent.once() == Exit.DONE
    assert len(tasks_in(place.cloud)) == 1


@pytest.mark.parametrize(("hours", "ready", "alive"), [(2, True, True), (4, False, False)])
def test_readiness(place: Place, hours: int, ready: bool, alive: bool) -> None:
    days = days_of(place.cloud, HOUR)
    agent, _ = agent_of(days)
    agent.run()
    assert agent.board.ready
    days.world.advance(hours * HOUR)
    assert (agent.board.ready, agent.board.alive) == (ready, alive)


def test_failures_end_readiness_but_not_life(place: Place) -> None:
    days = days_of(place.cloud, 5 * HOUR)
    (place.root / "qctl.yaml").write_text("kind: [", "utf-8")
    agent, _ = agent_of(days)
    agent.run()
    assert (agent.board.ready, agent.board.alive) == (False, True)
