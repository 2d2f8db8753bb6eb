"""Whatever stands in the files, loading answers with diagnostics and places, never with an exception."""

from __future__ import annotations

import random

import pytest

from tests.manifest.generate import MISTAKES
from tests.manifest.project import CIRCUIT, PROJECT, Folder, task

PIECES = [
    *("${{", "}}", "[", "]", "{", "}", ":", " - ", "\n", "\n---\n", "&a ", "*a", "!!int ", "!x ", "<<: ", "~", "null"),
    *("'", '"', "\t", "\r", "\0", "matrix", "tags: ", "spec: ", "1e999", "0x", "%YAML 1.1\n", "...", "? ", "|", "> "),
    *("#", "\u2028", "é", "-", "metadata: 1\n", "QuantumTask/ghz.shots", "var.shots", "matrix.theta", "  "),
]


def damaged(text: str, chance: random.Random) -> str:
    for _ in range(chance.randint(1, 6)):
        at, cut = chance.randrange(len(text) + 1), chance.choice([0, 0, 1, 3, 20])
        text = text[:at] + chance.choice(PIECES) + text[at + cut :]
    return text


@pytest.mark.parametrize("seed", range(40))
def test_damaged_manifests(folder: Folder, seed: int) -> None:
    chance = random.Random(seed)
    mistakes = (MISTAKES / "tasks.yaml").read_text(encoding="utf-8")
    tasks = "---\n".join([task("a", spec="matrix: {theta: [1, 2]}"), task("b", tags='{x: "${{ QuantumTask/c.arn }}"}')])
    for _ in range(5):
        folder.write("qctl.yaml", damaged(PROJECT + "  variables: {shots: {type: integer, default: 1}}\n", chance))
        folder.write("tasks.yaml", damaged(chance.choice([mistakes, tasks]), chance))
        folder.write("c.qasm", damaged(CIRCUIT, chance))
        loaded = folder.load(variables={"shots": "3"})
        for declared in loaded.resources:
            assert declared.locate(("shots",)).line > 0
        for found in loaded.diagnostics:
            assert found.where is None or found.where.file
