"""The worked cases of docs/cost.md: each line is planned, and the plan must print what the page says."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from tests.cases.story import CASES, Story, frozen_world, standing_still

_PAGE = (Path(__file__).parents[1] / "docs" / "cost.md").read_text("utf-8")
_LINE = re.compile(r"^\| (\d+) \|(.*?)\| (`.*`) \| (.*) \|$", re.MULTILINE)
_LISTS = re.findall(r"```csv\n(.*?)```", _PAGE, re.DOTALL)
_FREE = "(nothing to pay)"
_AHS = "\n" + next((Path(__file__).parents[1] / "examples" / "neutral-atoms").glob("**/*.json")).read_text("utf-8")
_ROLE = "arn:aws:iam::123456789012:role/service-role/AmazonBraketJobsExecutionRole"
_PROJECT: dict[str, Any] = {
    "apiVersion": "qctl/v1alpha1",
    "kind": "Project",
    "metadata": {"name": "case", "uid": "019aa3c1-7d00-7b1e-8e11-6f0d5a2c4bff"},
    "spec": {
        "devices": {
            "sim": "arn:aws:braket:::device/quantum-simulator/amazon/sv1",
            "noisy": "arn:aws:braket:::device/quantum-simulator/amazon/dm1",
            "garnet": "arn:aws:braket:eu-north-1::device/qpu/iqm/Garnet",
            "forte": "arn:aws:braket:us-east-1::device/qpu/ionq/Forte-1",
            "aquila": "arn:aws:braket:us-east-1::device/qpu/quera/Aquila",
            "cepheus": "arn:aws:braket:us-west-1::device/qpu/rigetti/Cepheus-1-108Q",
            "fresnel": {"pasqal": "FRESNEL"},
            "free": {"pasqal": "EMU_FREE"},
            "mps": {"pasqal": "EMU_MPS"},
        },
    },
}


class Case(NamedTuple):
    """One line of the table."""

    number: str
    after: str
    declared: list[dict[str, Any]]
    said: str


def _cases() -> list[Case]:
    return [
        Case(number, after, [yaml.safe_load(text) for text in re.findall(r"`(.*?)`", declared)], said)
        for number, after, declared, said in _LINE.findall(_PAGE)
    ]


def _task(given: dict[str, Any]) -> dict[str, Any]:
    swept = "matrix" in given
    program: dict[str, Any] = {"openqasm": "circuits/rx.qasm" if swept else "OPENQASM 3.0; qubit[1] q; h q[0];"}
    if swept:
        program["inputs"] = {"theta": "${{ matrix.theta }}"}
    return {**given, "program": {"ahs": _AHS} if given["device"] == "aquila" else program}


def _batch(given: dict[str, Any]) -> dict[str, Any]:
    jobs = [{"runs": runs, "variables": {"omega": 3.0, "t": 248}} for runs in given["runs"]]
    return {"device": given["device"], "sequence": "sequences/rabi.json", "jobs": jobs}


def _job(given: dict[str, Any]) -> dict[str, Any]:
    instance = {name: given[name] for name in ("volume", "count") if name in given}
    return {
        "device": given["device"],
        "source": {"folder": "algo", "entryPoint": "algo.main:run"},
        "role": _ROLE,
        "instance": instance,
        "stoppingCondition": {"maxRuntime": given["maxRuntime"]},
    }


def _workload(_given: dict[str, Any]) -> dict[str, Any]:
    return {"type": "qadence_circuit", "backend": "pyqtorch", "config": {"n_qubits": 2}}


_SPECS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "QuantumTask": _task,
    "Batch": _batch,
    "HybridJob": _job,
    "Workload": _workload,
    "SpendingLimit": dict,
}


def _documents(case: Case) -> list[dict[str, Any]]:
    documents = [_PROJECT]
    for number, given in enumerate(case.declared, 1):
        kind = given.pop("kind")
        head = {"apiVersion": "qctl/v1alpha1", "kind": kind, "metadata": {"name": f"work-{number}"}}
        documents.append({**head, "spec": _SPECS[kind](given)})
    return documents


def _told(case: Case, folder: Path) -> str:
    root = folder / "project"
    shutil.copytree(CASES / "program-set" / "circuits", root / "circuits")
    shutil.copytree(CASES / "hybrid-job-create" / "algo", root / "algo")
    (root / "qctl.yaml").write_text(yaml.safe_dump_all(_documents(case)), "utf-8")
    world = frozen_world(folder / "cloud.sqlite")
    story = Story(root, world)
    story.step("sequence rabi")
    with standing_still(folder / "cloud.sqlite", world):
        options = _after(case, story, root)
        code, text = story.qctl("plan", *options)
    world.close()
    assert code == 0, text
    return next((line for line in text.splitlines() if line.startswith("Cost:")), _FREE)


def _after(case: Case, story: Story, root: Path) -> list[str]:
    """Does what was done before; returns the options of the plan."""
    options: list[str] = []
    for step in filter(None, case.after.strip().split(", ")):
        match step.split():
            case ["team"]:
                (root / "prices").mkdir()
                for name, text in zip(("amazon-braket", "pasqal"), _LISTS, strict=True):
                    (root / "prices" / f"{name}.csv").write_text(text, "utf-8")
            case ["apply"]:
                assert story.qctl("apply", "--auto-approve")[0] == 0
            case ["replace", old, "by", new]:
                story.step(f"replace qctl.yaml 'shots: {old}' 'shots: {new}'")
            case ["--replace"]:
                options = ["--replace", "QuantumTask/work-1"]
            case _:
                raise ValueError(f"what is {step!r}?")
    return options


@pytest.mark.parametrize("case", _cases(), ids=lambda case: case.number)
def test_a_worked_case(case: Case, tmp_path: Path) -> None:
    assert _told(case, tmp_path) == case.said


def test_each_line_of_the_table_is_a_case() -> None:
    lines = [line for line in _PAGE.partition("<!-- worked")[2].splitlines() if line.startswith("| ") and "`{" in line]
    assert [case.number for case in _cases()] == [str(number) for number in range(1, len(lines) + 1)]
    assert len(lines) >= 20
