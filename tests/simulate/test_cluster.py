"""A real Dask scheduler with two workers: the same plan, byte for byte. A cluster that can't be used says why."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.simulate import cluster
from reconciler.simulate.cluster import Cluster, perform_there
from reconciler.simulate.versions import versions_for
from tests.cli.place import UID
from tests.published import misfit
from tests.simulate.trials import BELL, answers, circuit, point, unit

HOUSE = Path(__file__).parents[2]
_PROJECT = """apiVersion: qctl/v1alpha1
kind: Project
metadata: {name: place, uid: UID}
spec:
  devices: {sim: "arn:aws:braket:::device/quantum-simulator/amazon/sv1"}
  simulate: SIMULATE
---
apiVersion: qctl/v1alpha1
kind: QuantumTask
metadata: {name: sweep}
spec:
  device: sim
  shots: 100
  matrix: {theta: [0.0, 0.5, 1.0, 1.5]}
  program:
    openqasm: "OPENQASM 3.0; input float theta; qubit[2] q; bit[2] c; rx(theta) q[0]; cnot q[0], q[1]; c = measure q;"
    inputs: {theta: "${{ matrix.theta }}"}
  expect: {assert: ["sim.probabilities['01'] == 0.0"]}
---
apiVersion: qctl/v1alpha1
kind: QuantumTask
metadata: {name: wide}
spec: {device: sim, shots: 100, program: {openqasm: "OPENQASM 3.0; qubit[30] q; h q;"}, expect: {simulate: true}}
""".replace("UID", UID)


@pytest.fixture(scope="module")
def scheduler(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a scheduler with two workers, each a process."""
    folder = tmp_path_factory.mktemp("dask")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"tcp://127.0.0.1:{port}"
    host = ("--host", "127.0.0.1", "--no-dashboard")
    commands = [
        ("distributed.cli.dask_scheduler", *host, "--port", str(port)),
        *[("distributed.cli.dask_worker", address, *host, "--nthreads", "1", "--no-nanny")] * 2,
    ]
    env = {**os.environ, "PYTHONPATH": str(HOUSE), "DASK_LOGGING__DISTRIBUTED": "error"}
    started = [
        subprocess.Popen(
            [sys.executable, "-m", *command],
            cwd=folder,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for command in commands
    ]
    try:
        from distributed import Client

        with Client(address, timeout=60, set_as_default=False) as client:
            client.wait_for_workers(2, timeout=60)
        yield address
    finally:
        for process in reversed(started):
            process.terminate()
            process.wait(30)


def _plan(folder: Path, simulate: str, cache: Path) -> tuple[int, bytes, bytes]:
    """A plan in a process of its own that knows nothing from before."""
    (folder / "qctl.yaml").write_text(_PROJECT.replace("SIMULATE", simulate), "utf-8")
    env = {**os.environ, "PYTHONPATH": str(HOUSE), "QCTL_CACHE_DIR": str(cache)}
    env["QCTL_LOCAL_CLOUD"] = str(folder / "cloud.sqlite")
    command = [sys.executable, "-m", "reconciler.cli.main", "plan", "--json"]
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, check=False)
    return done.returncode, done.stdout, done.stderr


def test_the_same_plan_byte_for_byte(scheduler: str, tmp_path: Path) -> None:
    here = _plan(tmp_path, "{executor: local}", tmp_path / "here")
    there = _plan(tmp_path, f"{{executor: dask, scheduler: '{scheduler}'}}", tmp_path / "there")
    assert here == there
    assert here[0] == 0, here
    assert misfit(json.loads(here[1]), "plan") == ""
    assert here[1].count(b'"counts"') == 5, "four simulations, and the plan's own counts"
    assert b"this machine simulates at most 26" in there[1]
    kept = [{path.name for path in (tmp_path / name).rglob("*") if path.is_file()} for name in ("here", "there")]
    assert kept[0] == kept[1] != set(), "what one of them found, the other one knows"


def test_units_come_back_in_their_order(scheduler: str) -> None:
    units = [unit(circuit(number), point(), point(seed=8)) for number in range(3)] + [unit("nonsense")]
    told: list[int] = []
    assert Cluster(scheduler, 60).run(units, lambda: told.append(1)) == [answers(one) for one in units]
    assert len(told) == 7


def test_a_scheduler_that_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "_CONNECT", 0.05)
    told: list[int] = []
    found = Cluster("tcp://127.0.0.1:9", 60).run([unit(BELL, point(), point())], lambda: told.append(1))
    assert len(told) == 2
    assert all("The Dask scheduler tcp://127.0.0.1:9 can't be reached" in one["failure"] for one in found[0])


def test_without_dask(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    assert Cluster("tcp://127.0.0.1:9", 60).run([unit(BELL)], lambda: None) == [[{"failure": cluster.MISSING}]]


def test_a_worker_with_other_simulators_does_nothing() -> None:
    there = {**versions_for("state_vector"), "numpy": "0.1"}
    (found,) = perform_there(unit(BELL), there)
    assert "The cluster has other versions of the simulators: numpy" in found["failure"]
    assert perform_there(unit(BELL), versions_for("state_vector")) == answers(unit(BELL))
