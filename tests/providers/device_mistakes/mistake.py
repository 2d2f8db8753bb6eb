"""One mistake: a project that has it, and the same request made of the local cloud without asking qctl first."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from reconciler.emulator import catalogue
from reconciler.emulator.braket import device as emulated
from reconciler.emulator.braket.ahs_rules import ahs_problem
from reconciler.emulator.braket.openqasm_rules import openqasm_problem

CASES = Path(__file__).parent / "cases"
DEVICES = {
    "sv1": "arn:aws:braket:::device/quantum-simulator/amazon/sv1",
    "dm1": "arn:aws:braket:::device/quantum-simulator/amazon/dm1",
    "garnet": "arn:aws:braket:eu-north-1::device/qpu/iqm/Garnet",
    "forte": "arn:aws:braket:us-east-1::device/qpu/ionq/Forte-1",
    "aria": "arn:aws:braket:us-east-1::device/qpu/ionq/Aria-1",
    "aquila": "arn:aws:braket:us-east-1::device/qpu/quera/Aquila",
    "cepheus": "arn:aws:braket:us-west-1::device/qpu/rigetti/Cepheus-1-108Q",
}
_PROJECT = """\
apiVersion: qctl/v1alpha1
kind: Project
metadata: {name: mistakes, uid: 019aa3c1-7d00-7b1e-8e11-6f0d5a2c4bff}
spec:
  devices:
    it: DEVICE
---
apiVersion: qctl/v1alpha1
kind: QuantumTask
metadata: {name: mistake}
spec:
  device: it
  shots: SHOTS
  program: {LANGUAGE: FILE}
"""
_HEADER = {"name": "braket.ir.openqasm.program", "version": "1"}


@dataclass(frozen=True)
class Mistake:
    """`finds` are codes with their places, `service` the words of the refusal.

    `altered` is merged into what its device says; `error` is the kind of the refusal.
    """

    name: str
    kind: str
    device: str
    shots: int
    file: str
    program: str
    finds: tuple[str, ...]
    service: str
    altered: Mapping[str, Any]
    error: tuple[int, str]

    @property
    def arn(self) -> str:
        return DEVICES[self.device]

    def write(self, folder: Path) -> None:
        """The project."""
        language = {"circuit.qasm": "openqasm", "atoms.json": "ahs"}.get(self.file, "ir")
        text = _PROJECT.replace("DEVICE", json.dumps(self.arn)).replace("SHOTS", str(self.shots))
        text = text.replace("LANGUAGE", language).replace("FILE", self.file)
        (folder / "qctl.yaml").write_text(text, "utf-8")
        (folder / self.file).write_text(self.program, "utf-8")

    def request(self) -> dict[str, Any]:
        """What somebody without qctl would send."""
        action = self.program
        if self.file.endswith(".qasm"):
            action = json.dumps({"braketSchemaHeader": _HEADER, "source": self.program})
        return {"deviceArn": self.arn, "shots": self.shots, "action": action}


def read(path: Path) -> Mistake:
    """One file of `cases`."""
    data = yaml.safe_load(path.read_text("utf-8"))
    file = next(key for key in data if key.endswith((".qasm", ".json")))
    return Mistake(
        name=path.stem,
        kind=data["mistake"],
        device=data["device"],
        shots=data["shots"],
        file=file,
        program=data[file],
        finds=tuple(data["finds"]),
        service=data["service"],
        altered=data.get("with", {}),
        error=tuple(data.get("error", (400, "ValidationException"))),
    )


MISTAKES = {path.stem: read(path) for path in sorted(CASES.glob("*.yaml"))}


@contextmanager
def altered(mistake: Mistake) -> Iterator[None]:
    """The local cloud's device says more than its file does."""
    if not mistake.altered:
        yield
        return
    with pytest.MonkeyPatch.context() as patch:
        known = catalogue.devices()
        patch.setattr(catalogue, "devices", lambda: tuple(_altered(one, mistake) for one in known))
        _forget()
        yield
    _forget()


def _altered(device: catalogue.Device, mistake: Mistake) -> catalogue.Device:
    if device.arn != mistake.arn:
        return device
    capabilities = json.loads(device.capabilities)
    return replace(device, capabilities=json.dumps(_merged(capabilities, mistake.altered)))


def _merged(known: Any, more: Any) -> Any:
    if not isinstance(known, Mapping) or not isinstance(more, Mapping):
        return more
    return {**known, **{key: _merged(known.get(key), value) for key, value in more.items()}}


def _forget() -> None:
    emulated.capabilities.cache_clear()
    openqasm_problem.cache_clear()
    ahs_problem.cache_clear()
