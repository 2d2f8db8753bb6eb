"""A project folder for a test, and what loading it says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

from reconciler.core.declared import Declared
from reconciler.manifest.load import Loaded, load_project
from tests.manifest.generate import KINDS

SIM = "arn:aws:braket:::device/quantum-simulator/amazon/sv1"
PROJECT = f"""\
apiVersion: qctl/v1alpha1
kind: Project
metadata: {{name: study, uid: 5f0c9a3e-7d52}}
spec:
  devices: {{sim: "{SIM}"}}
"""
CIRCUIT = "OPENQASM 3.0;\nqubit q;\nh q;\n"


def task(name: str, *, spec: str = "", tags: str = "{}", device: str = "sim", shots: str = "100") -> str:
    """One QuantumTask; `spec` are more lines of its spec."""
    lines = [
        "apiVersion: qctl/v1alpha1",
        "kind: QuantumTask",
        f"metadata: {{name: {name}, tags: {tags}}}",
        "spec:",
        f"  device: {device}",
        f"  shots: {shots}",
        "  program: {openqasm: c.qasm}",
    ]
    return "\n".join(lines) + "\n" + "".join(f"  {line}\n" for line in dedent(spec).splitlines())


@dataclass(frozen=True)
class Folder:
    """A project folder."""

    root: Path

    def write(self, name: str, text: str | bytes) -> Path:
        """Write one file."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def load(
        self,
        *documents: str,
        files: list[Path] | None = None,
        variables: Mapping[str, str] | None = None,
        environment: Mapping[str, str] | None = None,
        env: str | None = "default",
    ) -> Loaded:
        """Load it, with the documents in `tasks.yaml`."""
        if documents:
            self.write("tasks.yaml", "---\n".join(documents))
        given, outside = variables or {}, environment or {}
        return load_project(self.root, kinds=KINDS, files=files, variables=given, environment=outside, env=env)

    def found(self, *documents: str, variables: Mapping[str, str] | None = None) -> list[tuple[str, str]]:
        """Code and place of each diagnostic."""
        return said(self.load(*documents, variables=variables))


def said(loaded: Loaded) -> list[tuple[str, str]]:
    """Code and place of each diagnostic."""
    return [(found.code, str(found.where) if found.where else "") for found in loaded.diagnostics]


def only(loaded: Loaded) -> Declared:
    """The one resource of a project without problems."""
    assert not loaded.diagnostics
    (declared,) = loaded.resources
    return declared
