"""Mistakes in a sequence's text and in the variables of its jobs, found without Pulser."""

import importlib.metadata
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from reconciler.core.json_position import find_position
from reconciler.core.sequence import SequenceJob
from reconciler.simulate import sequence_schema
from reconciler.simulate.sequence_check import check_physics, check_text
from reconciler.simulate.sequence_finding import SUMMARIES
from tests.simulate.pulser_files import job, sequence, shown

EXPORT = "Write the file with Pulser: `sequence.to_abstract_repr()`."
WAVEFORMS = "blackman, blackman_max, composite, constant, custom, interpolated, kaiser, kaiser_max, ramp"

TEXTS = {
    "a comma too many": (
        '{\n  "version": "1",\n}',
        "error sequence/not-json 3:1 | The sequence cannot be read as JSON."
        f" Expecting property name enclosed in double quotes. | {EXPORT}",
    ),
    "a list": (
        "[]",
        f"error sequence/not-json 1:1 | The sequence cannot be read as JSON. It is not an object. | {EXPORT}",
    ),
    "no number": (
        '{"version": NaN}',
        f"error sequence/not-json - | The sequence cannot be read as JSON. NaN is not a JSON number. | {EXPORT}",
    ),
    "a key twice": (
        '{"version": "1", "version": "2"}',
        "error sequence/duplicate-key - | The sequence cannot be read as JSON."
        f" The key 'version' is there twice in one object. | {EXPORT}",
    ),
    "another file": (
        '{"runs": 100}',
        "error sequence/not-pulser 1:1 | This JSON is no Pulser sequence: it has neither a register nor operations."
        f" | {EXPORT}",
    ),
    "Pulser's old form": (
        '{"_build": true, "__module__": "pulser.sequence"}',
        "error sequence/not-pulser 1:1 | This is Pulser's old form of a sequence, which Pasqal Cloud does not take."
        f" | {EXPORT}",
    ),
    "another version": (
        sequence("rabi", ('"version": "1"', '"version": "2"')),
        "error sequence/version 1:13 | The sequence is of version '2'; Pulser's schema is of version '1'."
        " | Write the file with a Pulser that qctl knows.",
    ),
    "a key misspelt": (
        sequence("rabi", ('"register"', '"regster"')),
        "error sequence/schema 1:45 | The sequence does not follow Pulser's schema at regster:"
        f" Additional properties are not allowed ('regster' was unexpected). | {EXPORT}",
    ),
    "an unknown waveform": (
        sequence("rabi", ('"kind": "constant"', '"kind": "steady"')),
        "error sequence/schema 1:453 | The sequence does not follow Pulser's schema at operations[0].amplitude.kind:"
        f' "steady" is none of {WAVEFORMS}. | {EXPORT}',
    ),
    "a text for a number": (
        sequence("blockade", ('"duration": 2000', '"duration": "2000"')),
        "error sequence/schema 1:309 | The sequence does not follow Pulser's schema at"
        f' operations[0].amplitude.duration: "2000" is of another sort than expected. | {EXPORT}',
    ),
    "a newer Pulser": (
        sequence("rabi", ('"measurement": "ground-rydberg"', '"measurement": "weak"'), ('"1.9.1"', '"9.0"')),
        "error sequence/schema 1:761 | The sequence does not follow Pulser's schema at measurement: 'weak' is"
        f" not one of ['ground-rydberg', 'digital', 'XY']. | {EXPORT} It was written by Pulser 9.0, and Pulser"
        " VERSION is installed: a newer one may know this form.",
    ),
    "an undeclared variable": (
        sequence("rabi", ('{"variable": "omega"}', '{"variable": "omga"}')),
        "error sequence/undeclared-variable 1:578 | The sequence uses the variable 'omga' at"
        f" operations[0].amplitude.value.lhs, which it does not declare. | {EXPORT}",
    ),
}


@pytest.mark.parametrize(("text", "expected"), TEXTS.values(), ids=TEXTS)
def test_a_mistake_in_the_text(text: str, expected: str) -> None:
    version = importlib.metadata.version("pulser-core")
    assert shown(check_text(text, [job(omega=1.0)])) == [expected.replace("VERSION", version)]


JOBS: dict[str, tuple[str, SequenceJob, list[str]]] = {
    "no variables at all": (
        "rabi",
        job(),
        [
            "error sequence/missing-variable jobs.0 | The sequence declares 'omega', 't', and the job gives no value."
            " Nothing can run without it. | Give it a value in the job's variables."
        ],
    ),
    "one missing": (
        "rabi",
        job(omega=1.0),
        [
            "error sequence/missing-variable jobs.0.variables | The sequence declares 't', and the job gives no value."
            " Nothing can run without it. | Give it a value in the job's variables."
        ],
    ),
    "one too many": (
        "rabi",
        job(omega=1.0, t=100, omga=2.0, qubits={"q0": 1}),
        [
            "error sequence/unknown-variable jobs.0.variables.omga | The sequence declares no variable 'omga', so this"
            " value would change nothing. | Write 'omega'.",
            "error sequence/unknown-variable jobs.0.variables.qubits | The atoms of this sequence have fixed places, so"
            " `qubits` would change nothing. | Remove it, or use one of 'omega', 't'.",
        ],
    ),
    "a list for a number": (
        "rabi",
        job(omega=[1.0, 2.0], t=100),
        [
            "error sequence/variable-size jobs.0.variables.omega | The variable 'omega' has one value, and the"
            " job gives 2. | Write one number."
        ],
    ),
    "a number for a list": (
        "sweep",
        job(omega=1.0, delta=1.0, ts=400),
        [
            "error sequence/variable-size jobs.0.variables.ts | The variable 'ts' has 2 values, and the job gives 1."
            " | Write a list of 2 numbers."
        ],
    ),
    "a fraction for a whole number, in a list": (
        "sweep",
        job(omega=1.0, delta=1.0, ts=[400, 0.5]),
        [
            "error sequence/variable-type jobs.0.variables.ts.1 | The variable 'ts' takes a whole number; 0.5 is none,"
            " and Pulser would cut it off. | Write a whole number."
        ],
    ),
    "no numbers": (
        "rabi",
        job(omega="1.0", t=True),
        [
            "error sequence/variable-type jobs.0.variables.omega | The variable 'omega' takes a number; '1.0' is none."
            " | Write a number.",
            "error sequence/variable-type jobs.0.variables.t | The variable 't' takes a whole number; True is none."
            " | Write a whole number.",
        ],
    ),
    "no finite numbers": (
        "rabi",
        job(omega=float("inf"), t=None),
        [
            "error sequence/variable-type jobs.0.variables.omega | The variable 'omega' takes a number; inf is not"
            " finite. | Write a number.",
            "error sequence/variable-type jobs.0.variables.t | The variable 't' takes a whole number; None is none."
            " | Write a whole number.",
        ],
    ),
    "variables for a sequence without": (
        "blockade",
        job(omega=1.0),
        [
            "error sequence/not-parametrized jobs.0.variables | The job gives 'omega', but its sequence declares no"
            " variables. Pasqal refuses such a job. | Remove the job's variables, or name a sequence that has them."
        ],
    ),
    "no places for the atoms": (
        "mappable",
        job(t=100),
        [
            "error sequence/missing-qubits jobs.0.variables | The atoms of this sequence have no places: each"
            " job says on which traps of the layout they are. | Add `qubits: {q0: <trap>}` to the job's"
            " variables; a trap is a number of the layout."
        ],
    ),
}
PLACES: list[tuple[Any, str]] = [
    ([1, 2], "`qubits` is a mapping of atoms to traps."),
    ({"q0": "left"}, "A trap in `qubits` is no whole number."),
    ({"q1": 3}, "`qubits` places 'q1', but Pulser places the first atoms of 'q0', 'q1', 'q2', 'q3' without gaps."),
    ({"q0": 3, "q1": 3}, "`qubits` puts two atoms on one trap."),
    ({"q0": 61}, "A trap in `qubits` is not in the layout: its traps are 0 to 60."),
]


@pytest.mark.parametrize(("name", "mistaken", "expected"), JOBS.values(), ids=JOBS)
def test_a_mistake_in_the_variables_of_a_job(name: str, mistaken: SequenceJob, expected: list[str]) -> None:
    assert shown(check_text(sequence(name), [mistaken])) == expected


@pytest.mark.parametrize(("places", "detail"), PLACES)
def test_a_mistake_in_the_places_of_atoms(places: Any, detail: str) -> None:
    assert shown(check_text(sequence("mappable"), [job(t=100, qubits=places)])) == [
        f"error sequence/qubits jobs.0.variables.qubits | {detail}"
        " | Map the first atoms of 'q0', 'q1', 'q2', 'q3' to traps, each to another one."
    ]


SOUND = [
    ("rabi", job(omega=3, t=1000.0)),
    ("rabi", job(omega=[3.0], t=(1000,))),
    ("sweep", job(omega=6.0, delta=10.0, ts=[400, 1000])),
    ("blockade", job()),
    ("mappable", job(t=500, qubits={"q0": 0, "q1": 60})),
]


@pytest.mark.parametrize(("name", "sound"), SOUND)
def test_sound_jobs_have_no_findings(name: str, sound: SequenceJob) -> None:
    assert check_text(sequence(name), [sound]) == []


def test_each_job_is_found_by_its_place() -> None:
    jobs = [job(0, omega=1.0, t=100), job(1, omega=1.0), job(2, t=100)]
    assert [finding.job for finding in check_text(sequence("rabi"), jobs)] == [jobs[1], jobs[2]]


def test_without_pulser_the_variables_are_checked_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pulser", None)
    unknown = sequence("blockade", ('"kind"', '"kond"'))
    assert shown(check_text(unknown, [job(omega=1.0)])) == [
        "warning sequence/not-checked - | Only the names, types and sizes of the variables are checked. Pulser is not"
        " installed: pip install 'qctl[simulate]' | Install Pulser: pip install 'qctl[simulate]'",
        *JOBS["variables for a sequence without"][2],
    ]
    assert check_physics(unknown, [job()], None, "EMU_FREE") == []


@pytest.mark.parametrize(
    "text", ['{"register": 5}', '{"operations": {}, "variables": []}', '{"register": [{"qid": []}]}']
)
def test_without_a_schema_any_form_is_survived(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reconciler.simulate.sequence_check.schema_folder", lambda: None)
    assert "sequence/not-checked" in {finding.code for finding in check_text(text, [job(omega=1.0), job(1)])}


def test_neither_pulser_nor_numpy_is_loaded() -> None:
    program = (
        "import sys; from tests.simulate.pulser_files import job, sequence;"
        "from reconciler.simulate.sequence_check import check_text;"
        "assert not check_text(sequence('rabi'), [job(omega=1.0, t=100)]);"
        "print([name for name in ('pulser', 'numpy', 'scipy', 'qutip', 'matplotlib') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_each_code_has_a_summary_and_each_summary_is_used() -> None:
    sources = "".join(file.read_text("utf-8") for file in Path(sequence_schema.__file__).parent.glob("*.py"))
    used = re.findall(r'"(sequence/[a-z-]+)"(?!:)', sources)
    assert set(used) == set(SUMMARIES)


def test_the_schema_is_the_one_of_the_installed_pulser() -> None:
    import pulser

    assert sequence_schema.schema_folder() == Path(pulser.__file__).parent / "json" / "abstract_repr" / "schemas"


POSITIONS = [
    (("a",), (1, 7)),
    (("b", 1, "c"), (3, 8)),
    (("b", 9), (2, 6)),  # the last part that is there
    (("x",), (1, 1)),
    (("b", 1, "c", "d"), (3, 8)),
]


@pytest.mark.parametrize(("path", "place"), POSITIONS)
def test_the_place_of_a_value(path: tuple[str | int, ...], place: tuple[int, int]) -> None:
    assert find_position('{"a": {"b": "}"},\n"b": ["]",\n {"c": 5}]}', path) == place
    assert find_position("{", path) == (0, 0)
