"""Whatever stands in the files, loading answers with diagnostics and places, never with an exception."""

from __future__ import annotations

import random

import pytest

from tests.manifest.generate import MISTAKES
from tests.manifest.project import CIRCUIT, PROJECT, SIM, Folder, task
from tests.manifest.pulses import load, pulses

PIECES = [
    *("${{", "}}", "[", "]", "{", "}", ":", " - ", "\n", "\n---\n", "&a ", "*a", "!!int ", "!x ", "<<: ", "~", "null"),
    *("'", '"', "\t", "\r", "\0", "matrix", "tags: ", "spec: ", "1e999", "0x", "%YAML 1.1\n", "...", "? ", "|", "> "),
    *(
        "jobs: ",
        "pasqal: ",
        "[a, a]",
        "matrix: {t: [1, 2]}",
        "device: sim",
        "window: 0",
        "token: x",
        "sequence: s.json",
    ),
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


JOBS = """
- {runs: 7, sequence: s.json}
- runs: "${{ matrix.n }}"
  matrix: {t: [100, "${{ var.shots }}"], n: [1, 2]}
  variables: {ts: ["${{ matrix.t }}", 500]}
- {runs: "${{ Pulses/b.device }}", matrix: {x: [a, b]}, sequence: "${{ matrix.x }}.json"}
"""
BOTH_CLOUDS = f"""\
apiVersion: qctl/v1alpha1
kind: Project
metadata: {{name: study, uid: 5f0c9a3e-7d52}}
spec:
  devices: {{sim: "{SIM}", fresnel: {{pasqal: FRESNEL}}}}
  providers:
    pasqal: {{mode: cloud, projectId: 3fa85f64-5717-4562-b3fc-2c963f66afa6, endpoints: {{core: "https://a.org/x"}}}}
  variables: {{shots: {{type: integer, default: 1}}}}
"""


@pytest.mark.parametrize("seed", range(40))
def test_damaged_lists_and_settings_of_pasqal(folder: Folder, seed: int) -> None:
    chance = random.Random(seed)
    jobs = "---\n".join([pulses(JOBS, tags="[a, b=c]"), pulses("- runs: 1", name="b", more="note: x", tags="{a: 1}")])
    folder.write("s.json", "{}")
    for _ in range(5):
        folder.write("qctl.yaml", damaged(BOTH_CLOUDS, chance))
        loaded = load(folder, damaged(jobs, chance), variables={"shots": "3"})
        for declared in loaded.resources:
            assert declared.locate(("jobs", 3, "variables", "ts", 0)).line > 0
            assert all(declared.locate(tuple(path.split("."))).file for path in declared.files)
        for found in loaded.diagnostics:
            assert found.where is None or found.where.file


def test_the_damage_is_done_to_something_whole(folder: Folder) -> None:
    folder.write("qctl.yaml", BOTH_CLOUDS)
    folder.write("s.json", "{}")
    jobs = JOBS.replace('"${{ Pulses/b.device }}"', "1").replace("${{ matrix.x }}", "s")
    loaded = load(folder, pulses(jobs, tags="[a, b=c]"), variables={"shots": "3"})
    assert [found.detail for found in loaded.diagnostics] == []
    assert len(loaded.resources[0].files) == 3


OVERLAY = """\
apiVersion: qctl/v1alpha1
kind: Overlay
metadata: {name: prod}
spec:
  environments: [prod, ci]
  patches:
    - {target: Project, merge: {spec: {devices: {sim: "${{ var.shots }}"}, variables: {shots: {default: 2}}}}}
    - target: [QuantumTask/a, QuantumTask]
      merge:
        metadata: {tags: {x: null}}
        spec: {shots: "${{ matrix.theta }}", program: null, matrix: {theta: [1]}}
"""


@pytest.mark.parametrize("seed", range(40))
def test_damaged_overlays(folder: Folder, seed: int) -> None:
    chance = random.Random(seed)
    tasks = "---\n".join([task("a", tags="{x: y}"), task("b")])
    for _ in range(5):
        folder.write("qctl.yaml", PROJECT + "  variables: {shots: {type: integer, default: 1}}\n")
        folder.write("prod.yaml", damaged(OVERLAY, chance))
        folder.write("tasks.yaml", damaged(tasks, chance) if chance.random() < 0.5 else tasks)
        for env in ("prod", None):
            for found in folder.load(env=env).diagnostics:
                assert found.where is None or found.where.file
