"""The same promise with real sockets between the provider and the cloud, which close, stall and garble."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from reconciler.workflow.clock import SystemClock
from tests.emulator.serving import serving
from tests.paid_once.bench import RUNS, Machine


@pytest.fixture
def served(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> Iterator[Machine]:
    """The machine's project reaches its cloud as it would reach AWS: by an address, with credentials."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setattr(SystemClock, "sleep", lambda _, seconds: machine.world.advance(seconds))
    manifest = machine.root / "qctl.yaml"
    with serving(machine.world) as server:
        aws = f'providers: {{braket: {{mode: aws, region: us-east-1, endpointUrl: "{server.url}"}}}}'
        manifest.write_text(manifest.read_text("utf-8").replace("spec:\n", f"spec:\n  {aws}\n", 1), "utf-8")
        yield machine


@pytest.mark.parametrize("always", [False, True], ids=["once", "always"])
@pytest.mark.parametrize("effect", ["throttle", "error-500-after", "reset", "lost", "garbage", "garbage-after"])
def test_one_run_is_paid_once(served: Machine, effect: str, always: bool) -> None:
    served.world.add_fault({"operation": "CreateQuantumTask", "effect": effect, "always": always})
    served.apply()
    served.world.clear_faults()
    served.apply()

    assert served.world.status()["tasks"] == RUNS
    planned = served.plan()
    assert planned.plan.empty, planned.plan.summary
    assert len({a.id for record in planned.seen.records.values() for a in record.attempts}) == RUNS
