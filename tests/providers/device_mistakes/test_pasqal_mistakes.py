"""The same for batches: what FRESNEL can't run is found by `plan`, and refused by the local cloud when it is sent."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from reconciler.emulator.inprocess_httpx import LocalTransport
from reconciler.emulator.world import World
from tests.cli.place import Place
from tests.simulate.pulser_files import sequence

CORE = "https://apis.pasqal.cloud/core-fast/api"
PROJECT = "00000000-0000-4000-8000-00000000c0de"
MANIFEST = """\
apiVersion: qctl/v1alpha1
kind: Project
metadata: {name: mistakes, uid: 019aa3c1-7d00-7b1e-8e11-6f0d5a2c4bff}
spec: {devices: {fresnel: {pasqal: FRESNEL}}}
---
apiVersion: qctl/v1alpha1
kind: Batch
metadata: {name: mistake}
spec:
  device: fresnel
  sequence: sequence.json
  jobs:
    - runs: RUNS
"""


@dataclass(frozen=True)
class Mistake:
    """What is done to a sound sequence, what `plan` finds then, and where the service finds what."""

    change: Callable[[dict[str, Any]], Any]
    finds: str
    loc: list[Any]
    service: str
    runs: int = 100


def _register(document: dict[str, Any], places: list[tuple[float, float]]) -> None:
    document["register"] = [{"name": f"q{n}", "x": x, "y": y} for n, (x, y) in enumerate(places)]


def _longer(document: dict[str, Any]) -> None:
    (pulse,) = document["operations"]
    document["operations"] = [pulse] * 4


def _foreign_layout(document: dict[str, Any]) -> None:
    document["layout"] = {"coordinates": [[-5.0, 0.0], [0.0, 0.0], [0.0, 8.0], [0.0, -8.0]], "slug": "mine"}


def _without_layout(document: dict[str, Any]) -> None:
    del document["layout"]


def _too_close(document: dict[str, Any]) -> None:
    _without_layout(document)
    _register(document, [(0.0, 0.0), (4.0, 0.0)])


def _too_many(document: dict[str, Any]) -> None:
    _without_layout(document)
    _register(document, [(5.0 * (n % 11) - 25, 5.0 * (n // 11) - 25) for n in range(101)])


_SEQUENCE = ["body", "sequence_builder"]
MISTAKES = {
    "too many runs": Mistake(
        lambda _: None,
        "sequence/too-many-runs qctl.yaml:13:13",
        ["body", "jobs", 0, "runs"],
        "The device takes at most 2000 runs.",
        runs=2001,
    ),
    "without a layout": Mistake(
        _without_layout, "sequence/layout", _SEQUENCE, "The register must be defined from a layout of the device."
    ),
    "a layout of its own": Mistake(
        _foreign_layout,
        "sequence/layout",
        _SEQUENCE,
        "The layout of the register is not among the calibrated layouts of the device.",
    ),
    "too close": Mistake(
        _too_close,
        "sequence/refused",
        _SEQUENCE,
        "Two atoms are 4 um apart; the minimal distance of the device is 5 um.",
    ),
    "too many atoms": Mistake(
        _too_many,
        "sequence/refused",
        _SEQUENCE,
        "The register has 101 atoms; the device FRESNEL takes at most 100.",
    ),
    "too long": Mistake(
        _longer, "sequence/refused", _SEQUENCE, "The sequence lasts 8000 ns; the device FRESNEL runs at most 6000 ns."
    ),
}


def _text(mistake: Mistake) -> str:
    document = json.loads(sequence("blockade"))
    mistake.change(document)
    return json.dumps(document)


@pytest.mark.parametrize("name", MISTAKES)
def test_the_plan_finds_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    mistake = MISTAKES[name]
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("QCTL_LOCAL_CLOUD", str(tmp_path / "cloud.sqlite"))
    place = Place(tmp_path, tmp_path / "cloud.sqlite")
    (tmp_path / "qctl.yaml").write_text(MANIFEST.replace("RUNS", str(mistake.runs)), "utf-8")
    (tmp_path / "sequence.json").write_text(_text(mistake), "utf-8")
    ran = place.run("plan", "--json")
    found = [d for d in ran.json["diagnostics"] if d["severity"] == "error"]
    lines = ["{code} {file}:{line}:{column}".format(**d, **d["location"]) for d in found]
    assert any(line.startswith(mistake.finds) for line in lines), lines
    assert ran.code == 1
    assert place.world.status()["batches"] == 0


@pytest.mark.parametrize("name", MISTAKES)
def test_the_local_cloud_refuses_it(tmp_path: Path, name: str) -> None:
    mistake, world = MISTAKES[name], World.open(tmp_path / "cloud.sqlite")
    client = httpx.Client(transport=LocalTransport(world), headers={"authorization": "Bearer any"})
    jobs = [{"runs": mistake.runs}]
    body = {"sequence_builder": _text(mistake), "jobs": jobs, "device_type": "FRESNEL", "project_id": PROJECT}
    answer = client.post(f"{CORE}/v1/batches", json=body)
    assert answer.status_code == 422
    findings = answer.json()["data"]["description"]
    assert {"loc": mistake.loc, "msg": mistake.service, "type": "value_error"} in findings
    assert world.status()["batches"] == 0
    world.set_switch("device.checks", "off")
    assert client.post(f"{CORE}/v1/batches", json=body).status_code == 200, "it is the check that refuses"
    world.close()
