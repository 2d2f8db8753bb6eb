"""What hybrid jobs, batches and workloads cost in the end, and what may be spent on them."""

from __future__ import annotations

from decimal import Decimal
from shutil import copy
from typing import Any

import pytest

from reconciler.cli.exits import Exit
from reconciler.core.attempt import Outcome
from reconciler.workflow.protocol import Caller
from tests.cli.batches import SEQUENCES
from tests.cli.place import UID, Place

_PROJECT = f"""apiVersion: qctl/v1alpha1
kind: Project
metadata: {{name: place, uid: {UID}}}
spec:
  providers: {{pasqal: {{mode: local, window: 0}}}}
  devices: {{fresnel: {{pasqal: FRESNEL}}, mps: {{pasqal: EMU_MPS}}}}
"""
_HEAD = """"FormatVersion","v1.0"
"Disclaimer","The team's own prices"
"Publication Date","2026-11-01T00:00:00Z"
"Version","20261101000000"
"""
_BRAKET = """"OfferCode","AmazonBraket"
Unit,PricePerUnit,Currency,Product Family,usageType,operation,Device Name,DeviceName,Region Code,Version
minutes,0.002,USD,Braket Managed Jobs Instance,USE1-Jobs:ml.m5.large,Managed-Jobs,,,us-east-1,
GB-Mo,0.096,USD,Braket Managed Jobs Volume,USE1-Jobs:Volume,Managed-Jobs,,,us-east-1,
"""
_PASQAL = """"OfferCode","Pasqal"
"DeviceName","Unit","PricePerUnit","Currency","SecondsPerShot"
"FRESNEL","UNIT","PRICE","EUR",""
"""
_DOCUMENT = "---\napiVersion: qctl/v1alpha1\nkind: {kind}\nmetadata: {{name: {name}}}\nspec:\n{spec}"
_ROLE = "arn:aws:iam::123456789012:role/service-role/AmazonBraketJobsExecutionRole"


def _written(kind: str, name: str, fields: dict[str, Any]) -> str:
    spec = "".join(f"  {key}: {value}\n" for key, value in fields.items())
    return _DOCUMENT.format(kind=kind, name=name, spec=spec)


def _job(name: str = "descent", device: str = "local:braket/braket_sv", **more: str) -> str:
    """An hour on one machine: 0.12 USD, and 0.0001428571… for 1 GB of disk."""
    return _written(
        "HybridJob",
        name,
        {
            "device": f'"{device}"',
            "source": '{folder: algo, entryPoint: "algo.main:run"}',
            "role": _ROLE,
            "instance": "{volume: 28}",
            "stoppingCondition": "{maxRuntime: 1h}",
            **more,
        },
    )


def _batch(*runs: int, device: str = "fresnel", name: str = "sweep", **more: str) -> str:
    """100 runs on FRESNEL by the shipped list: 333.33 EUR."""
    jobs = ", ".join(f"{{runs: {count}, variables: {{omega: 3.0, t: 248}}}}" for count in runs)
    return _written("Batch", name, {"device": device, "sequence": "rabi.json", "jobs": f"[{jobs}]", **more})


def _workload(**more: str) -> str:
    return _written(
        "Workload", "vqe", {"type": "qadence_circuit", "backend": "pyqtorch", "config": "{layers: 2}", **more}
    )


@pytest.fixture
def lab(place: Place, monkeypatch: pytest.MonkeyPatch) -> Place:
    """A team with prices for the machines of jobs, on a cloud that runs nothing and ends everything."""
    place.world.set_switch("simulation", "skip")
    place.world.freeze()
    monkeypatch.setattr("reconciler.workflow.checking.check_sequences", lambda *_: [])  # Pulser takes seconds to load
    copy(SEQUENCES / "rabi.json", place.root)
    for path, text in {
        "algo/main.py": "def run():\n    raise SystemExit('nothing runs here')\n",
        "prices/amazon-braket.csv": _HEAD + _BRAKET,
    }.items():
        (place.root / path).parent.mkdir(exist_ok=True)
        (place.root / path).write_text(text, "utf-8")
    return place


def _declare(lab: Place, *documents: str, budget: str = "") -> None:
    project = _PROJECT.replace("spec:\n", f"spec:\n  budget: {{max: {budget}}}\n", 1) if budget else _PROJECT
    (lab.root / "qctl.yaml").write_text(project + "".join(documents), "utf-8")


def _prices(lab: Place, unit: str, price: str) -> None:
    """FRESNEL costs so much for each of these."""
    text = _HEAD + _PASQAL.replace("UNIT", unit).replace("PRICE", price)
    (lab.root / "prices" / "pasqal.csv").write_text(text, "utf-8")


def _run(lab: Place, *documents: str, budget: str = "") -> dict[str, Any]:
    """Apply, let everything end, and ask what it cost: rows by address."""
    _declare(lab, *documents, budget=budget)
    lab.ok("apply", "--auto-approve")
    lab.ok("local", "advance", "6h")
    return {row["key"]: row for row in lab.ok("cost", "--json").json["rows"]}


def _seconds_of_jobs(lab: Place) -> Decimal:
    with lab.world.transaction() as session:
        (total,) = session.connection.execute("SELECT sum(done_at - running_at) FROM pasqal_job").fetchone()
    return Decimal(total) / 1000


def test_a_hybrid_job_costs_its_machine_and_disk_for_the_time_that_it_ran(lab: Place) -> None:
    lab.world.set_switch("latency.job.run", "90")
    row = _run(lab, _job())["HybridJob/descent"]
    machine = Decimal("0.002") * 90 / 60
    disk = Decimal("0.096") * 28 * 90 / (28 * 86_400)
    assert Decimal(row["actual"]["amounts"]["USD"]) == machine + disk
    assert row["estimated"]["amounts"] == {"USD": "0.124"}, "an hour, and its disk, at most"


def test_a_hybrid_job_whose_tasks_cost_something_stays_unknown(lab: Place) -> None:
    row = _run(lab, _job(device="arn:aws:braket:::device/quantum-simulator/amazon/sv1"))["HybridJob/descent"]
    assert row["actual"] == {"amounts": {}, "unknown": 1}


def test_a_batch_by_the_shot_costs_its_runs(lab: Place) -> None:
    _prices(lab, "shots", "0.5")
    row = _run(lab, _batch(100, 60))["Batch/sweep"]
    assert row["actual"] == {"amounts": {"EUR": "80.0"}, "unknown": 0}


def test_a_batch_by_the_hour_costs_the_time_of_its_jobs(lab: Place) -> None:
    _prices(lab, "hours", "3000")
    lab.world.set_switch("pasqal.latency.qpu.run", "36")
    row = _run(lab, _batch(100, 60))["Batch/sweep"]
    cost = Decimal(3000) * _seconds_of_jobs(lab) / 3600
    assert Decimal(row["actual"]["amounts"]["EUR"]) == cost.quantize(Decimal("0.0001"))
    assert cost > 40, "two jobs of about 36 seconds"


def test_a_batch_with_a_cancelled_job_has_no_actual_cost_and_counts_as_estimated(lab: Place) -> None:
    """What a job cost that did not end well the API does not tell: unknown, and never nothing."""
    _prices(lab, "shots", "3")
    _declare(lab, _batch(100, 60), budget="500 EUR")
    lab.ok("apply", "--auto-approve")
    with lab.world.transaction() as session:
        session.connection.execute("UPDATE pasqal_job SET cancel_at = ?, cancelled_at = ? WHERE runs = 60", (1, 1))
    lab.ok("local", "advance", "6h")
    (row,) = lab.ok("cost", "--json").json["rows"]
    assert row["actual"]["unknown"] == 1
    _declare(lab, _batch(100, 60), _batch(30, name="more"), budget="500 EUR")
    assert "480.00 EUR of 500.00 EUR spent before" in lab.run("plan").out
    assert "[budget/exceeded]" in lab.run("plan").err


def test_a_workload_is_unknown_before_and_after(lab: Place) -> None:
    row = _run(lab, _workload())["Workload/vqe"]
    assert row["estimated"]["unknown"] == row["actual"]["unknown"] == 1


CEILINGS = {
    "a batch above it": (_batch(100, cost="{max: 333.33 EUR}"), "cost/over-max"),
    "a batch in another currency": (_batch(100, cost="{max: 900 USD}"), "cost/other-currency"),
    "a batch on an emulator": (_batch(100, device="mps", cost="{max: 900 EUR}"), "cost/price-unknown"),
    "a job above it": (_job(cost="{max: 0.12 USD}"), "cost/over-max"),
    "a job with tasks": (
        _job(device="arn:aws:braket:::device/quantum-simulator/amazon/sv1", cost="{max: 9 USD}"),
        "cost/price-unknown",
    ),
    "a workload": (_workload(cost="{max: 9 EUR}"), "cost/price-unknown"),
    "a workload that is taken for more": (_workload(cost="{max: 9 EUR, assume: 10 EUR}"), "cost/over-max"),
}


@pytest.mark.parametrize("guarded", [False, True], ids=["plan", "before the call"])
@pytest.mark.parametrize("case", CEILINGS)
def test_a_ceiling_refuses(lab: Place, monkeypatch: pytest.MonkeyPatch, case: str, guarded: bool) -> None:
    """In the plan, and by itself right before the call, should a plan ever let it pass."""
    document, code = CEILINGS[case]
    _declare(lab, document)
    if guarded:
        monkeypatch.setattr("reconciler.workflow.ceilings._over_own", lambda *_: iter(()))
        monkeypatch.setattr(Caller, "create", _never)
    ran = lab.run("apply", "--auto-approve")
    assert ran.code == Exit.REFUSED
    assert guarded or f"[{code}]" in ran.err
    assert not guarded or "was refused:" in ran.err
    assert not lab.ok("state", "list", "--json").json["resources"]


def _never(*_: object) -> Outcome:
    raise AssertionError("a paying call was made")


FITTING = {
    "a batch": _batch(100, cost="{max: 333.34 EUR}"),
    "a job": _job(cost="{max: 0.124 USD}"),
    "a workload": _workload(cost="{max: 10 EUR, assume: 10 EUR}"),
}


@pytest.mark.parametrize("case", FITTING)
def test_a_ceiling_lets_pass_what_fits(lab: Place, case: str) -> None:
    _declare(lab, FITTING[case])
    assert "1 added" in lab.ok("apply", "--auto-approve").out


def test_jobs_for_an_open_batch_count_with_those_that_it_has(lab: Place) -> None:
    _declare(lab, _batch(100, open="true", cost="{max: 500 EUR}"))
    lab.ok("apply", "--auto-approve")
    _declare(lab, _batch(100, 60, open="true", cost="{max: 500 EUR}"))
    ran = lab.run("apply", "--auto-approve")
    assert (ran.code, "[cost/over-max]" in ran.err) == (Exit.REFUSED, True)
    _declare(lab, _batch(100, 60, open="true", cost="{max: 533.34 EUR}"))
    assert "1 job" in lab.ok("apply", "--auto-approve").out


BUDGETS = {
    "batches": ("400 EUR", _batch(100), _batch(60, name="more"), "budget/exceeded"),
    "hybrid jobs": ("0.2 USD", _job(), _job("more"), "budget/exceeded"),
    "a workload that nobody can price": ("400 EUR", _batch(100), _workload(), "budget/price-unknown"),
    "a workload by its assumption": ("400 EUR", _batch(100), _workload(cost="{assume: 70 EUR}"), "budget/exceeded"),
}


@pytest.mark.parametrize("case", BUDGETS)
def test_a_budget_is_reached_by(lab: Place, case: str) -> None:
    budget, first, second, code = BUDGETS[case]
    _declare(lab, first, budget=budget)
    lab.ok("apply", "--auto-approve")
    _declare(lab, first, second, budget=budget)
    ran = lab.run("apply", "--auto-approve")
    assert ran.code == Exit.REFUSED
    assert f"[{code}]" in ran.err
    assert len(lab.ok("state", "list", "--json").json["resources"]) == 1


def test_what_a_job_really_cost_makes_room_in_the_budget(lab: Place) -> None:
    """An hour was reserved for each; the first one took 90 seconds."""
    lab.world.set_switch("latency.job.run", "90")
    _run(lab, _job(), budget="0.2 USD")
    _declare(lab, _job(), _job("more"), budget="0.2 USD")
    assert "1 added" in lab.ok("apply", "--auto-approve").out
