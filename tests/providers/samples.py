"""One sample of each kind: what the contract needs to put a kind, and its cloud, through all that every kind promises.

A new kind is one line in SAMPLES.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, get_args, get_origin

from pydantic import BaseModel

from reconciler.core.address import Address, parse_address
from reconciler.core.declared import Declared, FolderFile, Path, SourceFile, SourceFolder
from reconciler.core.diagnostic import Location
from reconciler.core.digest import sha256
from reconciler.core.fields import FieldClass, ProjectFile
from reconciler.core.ports import ProjectContext
from reconciler.providers import KINDS
from tests.providers.bench import FORTE, GARNET, SV1

BELL = "OPENQASM 3.0; input float theta; qubit[2] q; bit[2] c; rx(theta) q[0]; c = measure q;"
BELL_LAID_OUT = """// the same program
OPENQASM 3.0;
input float theta;
qubit[2] q;  bit[2] c;
/* and a comment */ rx( theta ) q[0];
c = measure q;
"""
SEQUENCE = '{"version": "1", "name": "sweep", "variables": {"omega": {"type": "float", "value": [1.0]}}}'
SEQUENCE_LAID_OUT = """{
  "variables": {"omega": {"value": [1], "type": "float"}},
  "name": "sweep", "version": "1"
}"""
CONFIG = '{"observables": [], "dt": 10}'
DEVICES = {"sim": SV1, "garnet": GARNET, "emulator": "pasqal:EMU_FREE", "fresnel": "pasqal:FRESNEL"}
CONTEXT = ProjectContext("contract", "019aa3c1-7d00-7b1e-8e11-6f0d5a2c4bff", "default", DEVICES)


@dataclass(frozen=True)
class Sample:
    """`spec` is a valid one; `other` has, for each field with a class, a value that differs from it.

    `same` are specs that mean the same as `spec`, by how they differ from it; `in_address` the fields whose values are
    part of the address, not of the run; `lasting` changes `spec` so that the run goes on while a test looks. `tagged`
    are the tags of `spec` in a project with the tags `study: ghz` and `owner: nobody`.
    """

    kind: str
    spec: Mapping[str, Any]
    other: Mapping[str, Any]
    same: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    in_address: frozenset[str] = frozenset()
    lasting: Mapping[str, Any] = field(default_factory=dict)
    tagged: Mapping[str, str] = field(default_factory=dict)

    def declared(self, name: str = "run", /, **changes: Any) -> Declared:
        """The sample as a manifest declares it; `a__b=x` changes the field a.b."""
        spec = dict(self.spec)
        for path, value in changes.items():
            spec = _changed(spec, path.split("__"), value)
        return declare(f"{self.kind}/{name}", spec)


def declare(address: str, spec: Mapping[str, Any], depends: frozenset[Address] = frozenset()) -> Declared:
    """What the manifest room makes of a spec whose texts are inline."""
    made = parse_address(address)
    model = KINDS[made.kind].model
    files = {p: SourceFile("qctl.yaml", text, inline=True) for p, text in _texts(model, spec)}
    folders = {"source.folder": source_folder(spec["source"]["folder"])} if spec.get("source") else {}
    return Declared(made, model.model_validate(spec), files, depends, _locate, folders)


def source_folder(name: str, **files: str) -> SourceFolder:
    """What the manifest room makes of a folder with these files, by their names without .py."""
    texts = {f"{file}.py": text for file, text in (files or {"main": "def run():\n    pass\n"}).items()}
    listed = tuple(FolderFile(path, False, sha256(texts[path])) for path in sorted(texts))
    return SourceFolder(name, listed, lambda file: texts[file.path].encode())


def _locate(path: Path) -> Location:
    """Tells in the line which path was asked for."""
    return Location(".".join(map(str, path)), 1, 1)


def _texts(model: type[BaseModel], spec: Mapping[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    found = []
    for name, info in model.model_fields.items():
        value = spec.get(info.alias or name)
        if any(isinstance(m, ProjectFile) for m in info.metadata) and isinstance(value, str):
            found.append((f"{prefix}{info.alias or name}", value))
        inner = info.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel) and isinstance(value, Mapping):
            found += _texts(inner, value, f"{prefix}{name}.")
        if get_origin(inner) is list and isinstance(value, list):
            (item,) = get_args(inner)
            if isinstance(item, type) and issubclass(item, BaseModel):
                for index, each in enumerate(value):
                    found += _texts(item, each, f"{prefix}{name}.{index}.")
    return found


def classes(model: type[BaseModel], prefix: str = "") -> dict[str, FieldClass]:
    """Every field with a class, by its path in the manifest: walked on the model, so that none can be forgotten."""
    found: dict[str, FieldClass] = {}
    for name, info in model.model_fields.items():
        path = f"{prefix}{info.alias or name}"
        given = [m for m in info.metadata if isinstance(m, FieldClass)]
        inner = info.annotation
        if given:
            found[path] = given[0]
        elif isinstance(inner, type) and issubclass(inner, BaseModel):
            found |= classes(inner, f"{path}.")
        else:
            raise AssertionError(f"{path} has no class")
    return found


def _changed(spec: Mapping[str, Any], path: list[str], value: Any) -> dict[str, Any]:
    head, *rest = path
    return {**spec, head: _changed(spec.get(head, {}), rest, value) if rest else value}


def reverse(value: Any) -> Any:
    """The same with every mapping's keys in the other order."""
    if isinstance(value, Mapping):
        return {k: reverse(v) for k, v in reversed(list(value.items()))}
    return value


_TASK: dict[str, Any] = {
    "device": "sim",
    "shots": 100,
    "program": {"openqasm": BELL, "inputs": {"theta": 1.0, "phi": [1, 2]}},
    "deviceParameters": {"paradigmParameters": {"qubitCount": 2, "disableQubitRewiring": False}, "scale": 1},
    "tags": {"owner": "lab-3"},
}
_BATCH: dict[str, Any] = {
    "device": "emulator",
    "sequence": SEQUENCE,
    "jobs": [{"runs": 100, "variables": {"omega": 1.5, "ts": [200, 500]}}],
    "open": True,
    "configuration": {"dt": 10.0, "precision": "normal"},
    "backendConfiguration": CONFIG,
    "webhook": "https://example.org/hook",
    "tags": {"owner": "lab-3"},
}
_ROLE = "arn:aws:iam::123456789012:role/service-role/AmazonBraketJobsExecutionRole"
_IMAGE = "292282985366.dkr.ecr.us-east-1.amazonaws.com/amazon-braket-base-jobs:latest"
_JOB: dict[str, Any] = {
    "device": "sim",
    "source": {"folder": "algo", "entryPoint": "algo.main:run"},
    "role": _ROLE,
    "hyperparameters": {"steps": 3, "rate": 0.5, "fast": True},
    "stoppingCondition": {"maxRuntime": "2h"},
    "tags": {"owner": "lab-3"},
}
_THEIRS = "arn:aws:braket:eu-north-1:123456789012:quantum-task/00000000-0000-4000-8000-000000000001"
SAMPLES: Mapping[str, Sample] = {
    "HybridJob": Sample(
        kind="HybridJob",
        spec=_JOB,
        other={
            "device": "local:braket/default",
            "source": {"folder": "other", "entryPoint": "other.main:run"},
            "image": _IMAGE,
            "role": f"{_ROLE}-2",
            "instance": {"type": "ml.m5.xlarge"},
            "hyperparameters": {"steps": 4},
            "input": {"data": "s3://bucket/data"},
            "checkpoint": {"s3Uri": "s3://bucket/checkpoints"},
            "stoppingCondition": {"maxRuntime": "3h"},
            "reservation": "arn:aws:braket:us-east-1:123456789012:reservation/1",
            "matrix": {"steps": [3, 4]},
            "output": {"bucket": "elsewhere", "prefix": "there"},
            "run.generation": 2,
            "run.retry": {"maxAttempts": 3},
            "run.onRemove": "orphan",
            "cost": {"max": "1.00 USD"},
            "tags": {"owner": "lab-4"},
        },
        same={
            "texts for numbers": {"hyperparameters": {"steps": "3", "rate": "0.5", "fast": "true"}},
            "another unit of the same time": {"stoppingCondition": {"maxRuntime": "120m"}},
            "ARN for its alias": {"device": SV1},
            "defaults written out": {"instance": {"type": "ml.m5.large", "volume": 30, "count": 1}},
        },
        in_address=frozenset({"matrix"}),
        tagged={"study": "ghz", "owner": "lab-3"},
    ),
    "QuantumTask": Sample(
        kind="QuantumTask",
        spec=_TASK,
        other={
            "device": "garnet",
            "shots": 101,
            "program": {"openqasm": BELL.replace("rx", "ry"), "inputs": {"theta": 1.0, "phi": [1, 2]}},
            "deviceParameters": {"paradigmParameters": {"qubitCount": 3}},
            "experimentalCapabilities": "ALL",
            "matrix": {"theta": [0.25, 0.5]},
            "submit": "auto",
            "output": {"bucket": "elsewhere", "prefix": "there"},
            "run.generation": 2,
            "run.retry": {"maxAttempts": 3},
            "run.onRemove": "orphan",
            "expect": {"simulate": True, "assert": ["sim.counts['00'] > 0"]},
            "freshness": {"maxAge": "30d"},
            "cost": {"max": "1.00 USD"},
            "tags": {"owner": "lab-4"},
        },
        same={
            "layout of the program": {"program__openqasm": BELL_LAID_OUT},
            "1 for 1.0": {"program__inputs": {"theta": 1, "phi": [1.0, 2.0]}},
            "1.0 for 1 in what is passed on": {
                "deviceParameters": {
                    "paradigmParameters": {"qubitCount": 2.0, "disableQubitRewiring": False},
                    "scale": 1.0,
                }
            },
            "ARN for its alias": {"device": SV1},
            "defaults written out": {"run": {"generation": 1, "retry": {"maxAttempts": 1}, "onRemove": "cancel"}},
        },
        in_address=frozenset({"matrix", "submit"}),  # `submit` says nothing but of sweeps
        lasting={"device": "garnet"},
        tagged={"study": "ghz", "owner": "lab-3"},
    ),
    "SpendingLimit": Sample(
        kind="SpendingLimit",
        spec={"device": "garnet", "amount": "100.50", "tags": {"owner": "lab-3"}},
        other={
            "device": FORTE,
            "amount": "101",
            "period": {"start": "2026-01-01T00:00:00Z", "end": "2027-01-01T00:00:00Z"},
            "protect": True,
            "management": "observe",
            "onRemove": "orphan",
            "tags": {"owner": "lab-4"},
        },
        same={
            "a number": {"amount": 100.5},
            "with its currency": {"amount": "100.5 USD"},
            "ARN for its alias": {"device": GARNET},
            "defaults written out": {"protect": False, "management": "manage", "onRemove": "delete"},
        },
        tagged={"study": "ghz", "owner": "lab-3"},
    ),
    "Bucket": Sample(
        kind="Bucket",
        spec={"name": "amazon-braket-lab-3", "protect": False, "tags": {"owner": "lab-3"}},
        other={
            "name": "amazon-braket-lab-4",
            "region": "eu-north-1",
            "encryption": {"kmsKey": "alias/lab"},
            "publicAccessBlock": {"blockPolicy": False},
            "versioning": True,
            "lifecycle": {"expire": [{"prefix": "tmp/", "days": 7}]},
            "protect": True,
            "management": "observe",
            "onRemove": "orphan",
            "tags": {"owner": "lab-4"},
        },
        same={
            "defaults written out": {
                "encryption": {"bucketKey": True},
                "publicAccessBlock": {"blockAcls": True},
                "versioning": False,
                "lifecycle": {"expire": []},
            }
        },
        tagged={"study": "ghz", "owner": "lab-3"},
    ),
    "TagSet": Sample(
        kind="TagSet",
        spec={"target": _THEIRS, "tags": {"owner": "lab-3"}},
        other={
            "target": _THEIRS.replace("quantum-task", "job"),
            "selector": None,
            "overwrite": True,
            "onRemove": "orphan",
            "tags": {"owner": "lab-4"},
        },
        same={"defaults written out": {"overwrite": False, "onRemove": "delete"}},
        in_address=frozenset({"selector"}),  # it is resolved before anybody asks what a set means
        tagged={"owner": "lab-3"},
    ),
    "Batch": Sample(
        kind="Batch",
        spec=_BATCH,
        other={
            "device": "fresnel",
            "sequence": SEQUENCE.replace("1.0", "2.0"),
            "jobs": [{"runs": 101, "variables": {"omega": 1.5, "ts": [200, 500]}}],
            "open": False,
            "closeAfter": "2h",
            "configuration": {"dt": 5.0},
            "backendConfiguration": CONFIG.replace("10", "11"),
            "webhook": "https://example.org/elsewhere",
            "run.generation": 2,
            "run.retry": {"maxAttempts": 3},
            "run.onRemove": "orphan",
            "expect": {"simulate": True, "assert": ["sim.counts['00'] > 0"]},
            "cost": {"max": "1.00 USD"},
            "tags": {"owner": "lab-4"},
        },
        same={
            "layout of the sequence": {"sequence": SEQUENCE_LAID_OUT},
            "1 for 1.0 in what is passed on": {"configuration": {"dt": 10, "precision": "normal"}},
            "device type for its alias": {"device": "EMU_FREE"},
            "defaults written out": {"run": {"generation": 1, "retry": {"maxAttempts": 1}, "onRemove": "cancel"}},
        },
        tagged={"study=ghz": "", "owner=lab-3": ""},
    ),
    "Workload": Sample(
        kind="Workload",
        spec={"type": "qadence_circuit", "backend": "pyqtorch", "config": {"shots": 100, "angles": [0.5, 1]}},
        other={
            "type": "algorithm_dqgm",
            "backend": "digital",
            "config": {"shots": 101},
            "run.generation": 2,
            "run.retry": {"maxAttempts": 3},
            "run.onRemove": "orphan",
            "cost": {"max": "1.00 USD"},
        },
        same={
            "1 for 1.0": {"config": {"shots": 100.0, "angles": [0.5, 1.0]}},
            "defaults written out": {"run": {"generation": 1, "retry": {"maxAttempts": 1}, "onRemove": "cancel"}},
        },
    ),
}
