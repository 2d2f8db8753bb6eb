"""Everything that a person may do to a project between two plans."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

OTHER = """apiVersion: qctl/v1alpha1
kind: QuantumTask
metadata: {name: other}
spec: {device: sim, shots: 10, program: {openqasm: "OPENQASM 3.0; qubit[1] q; h q[0];"}}
"""


def _replace(file: str, old: str, new: str) -> Callable[[Path], None]:
    def edit(root: Path) -> None:
        path = root / file
        text = path.read_text("utf-8")
        path.write_text(text.replace(old, new) if old in text else text.replace(new, old), "utf-8")

    return edit


def _toggle(file: str, text: str) -> Callable[[Path], None]:
    def edit(root: Path) -> None:
        path = root / file
        if path.exists():
            path.unlink()
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")

    return edit


def _rename(root: Path) -> None:
    one, other = root / "tasks" / "tasks.yaml", root / "tasks" / "renamed.yaml"
    (one if one.exists() else other).rename(other if one.exists() else one)


def _turn_link(root: Path) -> None:
    link = root / "circuits" / "link.qasm"
    target = "swept.qasm" if link.readlink().name == "swept-too.qasm" else "swept-too.qasm"
    link.unlink()
    link.symlink_to(target)


# Each done twice is undone, so that a sequence of them keeps finding something to do.
EDITS: Mapping[str, Callable[[Path], None]] = {
    "a number in a manifest": _replace("qctl.yaml", "default: 100", "default: 101"),
    "an alias of the project": _replace("qctl.yaml", "amazon/sv1", "amazon/tn1"),
    "a default tag": _replace("qctl.yaml", "default: bell", "default: ghz"),
    "the state's folder": _replace("qctl.yaml", "  devices:", "  state: {path: records}\n  devices:"),
    "a comment": _replace("qctl.yaml", "spec:\n", "spec: # a comment\n"),
    "a program file": _replace("circuits/first.qasm", "h q[0]", "x q[0]"),
    "a program behind a link": _replace("circuits/swept.qasm", "rx(", "ry("),
    "where a link leads": _turn_link,
    "a new file": _toggle("new.yaml", OTHER),
    "a new file in a new folder": _toggle("deep/er/new.yaml", OTHER.replace("other", "deep")),
    "another file's name": _rename,
    "a folder becomes a project of its own": _toggle("tasks/qctl.yaml", "x: 1\n"),
    "a file with the wrong ending": _toggle("wrong.yml", OTHER),
    "a broken file": _toggle("broken.yaml", "apiVersion: qctl/v1alpha1\nkind: QuantumTsk\n"),
}
