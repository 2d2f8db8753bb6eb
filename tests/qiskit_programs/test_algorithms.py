"""Programs people have: what Qiskit writes is planned by qctl, and simulated with the distribution that Qiskit says."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from qiskit import qasm2, qasm3

from reconciler.cli.project import Flags, open_project, project_context
from reconciler.core.declared import Declared
from reconciler.providers.braket.quantum_task import QuantumTask
from reconciler.simulate.braket import run
from tests.cli.place import PROJECT, Place
from tests.qiskit_programs import algorithms, protocols
from tests.qiskit_programs.reference import distribution
from tests.qiskit_programs.registry import ALGORITHMS

assert {algorithms, protocols}  # importing them notes what they write
WRITERS = {"qasm2": qasm2.dumps, "qasm3": qasm3.dumps}
# Braket has no delay outside of programs of pulses.
REFUSED = {"ramsey experiment": "delay"}
# Qiskit's own limits: OpenQASM 2 compares whole registers only.
NOT_WRITTEN = {("entanglement swapping", "qasm2"), ("iterative phase estimation", "qasm2")}
FILES = [(name, form) for name in ALGORITHMS for form in WRITERS if (name, form) not in NOT_WRITTEN]
SOUND = [(name, form) for name, form in FILES if name not in REFUSED]
UNSOUND = [(name, form) for name, form in FILES if name in REFUSED]
EXPECTED = {name: distribution(build()) for name, build in ALGORITHMS.items()}
SHOTS = 4000
TASK = """---
apiVersion: qctl/v1alpha1
kind: QuantumTask
metadata: {{name: {name}}}
spec:
  device: sim
  shots: 100
  program: {{openqasm: {name}.qasm}}
  expect: {{simulate: {{shots: 2000, seed: 7}}, distribution: {expected}, assert: ["sim.fidelity > 0.97"]}}
"""


def task_name(name: str, form: str) -> str:
    """The task's name, and its file's."""
    return f"{name.replace(' ', '-')}-{form}"


def write(place: Place, files: list[tuple[str, str]]) -> None:
    """A project of these programs, each in a file as Qiskit wrote it."""
    for name, form in files:
        (place.root / f"{task_name(name, form)}.qasm").write_text(WRITERS[form](ALGORITHMS[name]()), "utf-8")
    tasks = "".join(
        TASK.format(name=task_name(name, form), expected=json.dumps(EXPECTED[name])) for name, form in files
    )
    (place.root / "qctl.yaml").write_text(PROJECT + tasks, "utf-8")


def at_place(folder: Path, files: list[tuple[str, str]]) -> Iterator[Place]:
    """A project in a folder of its own, with a local cloud."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("QCTL_LOCAL_CLOUD", str(folder / "cloud.sqlite"))
        place = Place(folder, folder / "cloud.sqlite")
        write(place, files)
        yield place


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """All programs that have words of Braket."""
    yield from at_place(tmp_path_factory.mktemp("sound"), SOUND)


@pytest.fixture(scope="module")
def planned(place: Place) -> str:
    """What one `qctl plan` says of all of them."""
    ran = place.ok("plan")
    return ran.out + ran.err


@pytest.fixture(scope="module")
def actions(place: Place) -> dict[str, str]:
    """What would be sent, by task."""
    project = open_project(Flags())
    assert project.loaded.project is not None
    context = project_context(Flags(), project.loaded.project)
    return {declared.address.name: _action(declared, context) for declared in project.loaded.resources}


def _action(declared: Declared, context: Any) -> str:
    action: str = QuantumTask().desired(declared, context).payload.action()
    return action


@pytest.mark.parametrize(("name", "form"), SOUND)
def test_it_plans_and_simulates(name: str, form: str, planned: str, actions: dict[str, str]) -> None:
    """Twice: by the plan itself, which holds the simulation against Qiskit's distribution, and by counts of our own."""
    _, _, told = planned.partition(f"# QuantumTask/{task_name(name, form)} will be submitted")
    assert "seed 7; its assertion holds" in told.partition("# QuantumTask/")[0]
    expected = EXPECTED[name]
    result = json.loads(run(actions[task_name(name, form)], "state_vector", SHOTS, 7))
    counts = Counter("".join(map(str, shot)) for shot in result["measurements"])
    apart = sum(abs(counts[bits] / SHOTS - expected.get(bits, 0)) for bits in {*counts, *expected}) / 2
    # Of 4,000 shots over n outcomes it is about sqrt(n / 4,000) / 3; three times as much is no chance any more.
    assert apart < (len(expected) / SHOTS) ** 0.5
    assert all(expected.get(bits, 0) > 1e-9 for bits in counts)


@pytest.mark.parametrize(("name", "form"), UNSOUND)
def test_it_says_why(name: str, form: str, tmp_path: Path) -> None:
    for place in at_place(tmp_path, [(name, form)]):
        ran = place.run("plan", "--no-cache")
    text = WRITERS[form](ALGORITHMS[name]()).splitlines()
    line = next(n for n, line in enumerate(text, 1) if line.startswith(REFUSED[name]))
    assert ran.code == 1
    assert f"{task_name(name, form)}.qasm:{line}:" in ran.out + ran.err
    assert "program/untranslatable" in ran.out + ran.err


@pytest.mark.parametrize(("name", "form"), sorted(NOT_WRITTEN))
def test_qiskit_does_not_write_it(name: str, form: str) -> None:
    with pytest.raises(Exception, match="register-equality"):
        WRITERS[form](ALGORITHMS[name]())


def test_nearly_all_textbook_algorithms_are_programs_for_braket() -> None:
    assert len(ALGORITHMS) == 30
    assert len({name for name, _ in SOUND}) >= 28


def test_findings_of_the_device_stand_at_the_lines_of_the_file(place: Place, planned: str) -> None:
    """The device is asked about the translation; the person has the file."""
    lines = (place.root / "teleportation-qasm2.qasm").read_text("utf-8").splitlines()
    branches = [number for number, text in enumerate(lines, 1) if text.replace(" ", "").startswith("if(")]
    assert len(branches) == 2
    for line in branches:
        assert f"teleportation-qasm2.qasm:{line}:1 " in planned
