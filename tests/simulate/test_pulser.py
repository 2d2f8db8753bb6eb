"""Pasqal's jobs run on this machine."""

import subprocess
import sys
import warnings
from concurrent.futures import ThreadPoolExecutor
from math import pi

import matplotlib
import numpy as np
import pytest

from reconciler.simulate import pulser
from reconciler.simulate.pulser import CannotRun, check, run
from tests.simulate.pulser_files import sequence


def test_a_pi_pulse_excites_every_atom() -> None:
    assert run(sequence("rabi"), {"omega": pi, "t": 1000}, 5, 1) == {"counter": {"111": 5}, "raw": ["111"] * 5}


def test_half_a_pi_pulse_excites_each_atom_half_of_the_time() -> None:
    counts = run(sequence("rabi"), {"omega": pi / 2, "t": 1000}, 8000, 1)["counter"]
    assert sorted(counts) == [f"{number:03b}" for number in range(8)]
    assert all(abs(count - 1000) < 150 for count in counts.values())


def test_neighbours_block_each_other() -> None:
    counts = run(sequence("blockade"), {}, 1000, 1)["counter"]
    assert sorted(counts) == ["01", "10"]


def test_a_list_of_values_sets_a_variable_with_several() -> None:
    # Slowly from below to above: an antiferromagnet of two.
    counts = run(sequence("sweep"), {"omega": 6.0, "delta": 10.0, "ts": [400, 4000]}, 1000, 1)["counter"]
    assert counts["01"] + counts["10"] > 950


def test_a_job_places_the_atoms_of_a_mappable_register() -> None:
    assert run(sequence("mappable"), {"t": 500, "qubits": {"q0": 0, "q1": 60}}, 3, 1)["counter"] == {"11": 3}
    blocked = run(sequence("mappable"), {"t": 500, "qubits": {"q0": 21, "q1": 30}}, 500, 1)["counter"]
    assert blocked.get("11", 0) < 10


def test_the_first_character_is_the_first_atom() -> None:
    # Two neighbours block each other; the third atom, far away, is excited.
    counts = run(sequence("mappable"), {"t": 500, "qubits": {"q0": 21, "q1": 30, "q2": 60}}, 400, 1)["counter"]
    assert sum(count for bits, count in counts.items() if bits[2] == "1") > 380
    assert sum(count for bits, count in counts.items() if bits[:2] == "11") < 10


def test_equal_seeds_give_equal_shots_and_the_global_generator_stays() -> None:
    values = {"omega": 1.5, "t": 1000}
    np.random.seed(7)
    before = np.random.get_state()[1].tolist()  # type: ignore[index]
    first, again, other = (run(sequence("rabi"), values, 50, seed) for seed in (3, 3, 4))
    assert first == again
    assert first["raw"] != other["raw"]
    assert np.random.get_state()[1].tolist() == before  # type: ignore[index]


def test_threads_do_not_disturb_each_other() -> None:
    filters = list(warnings.filters)
    alone = [run(sequence("sweep"), {"omega": 6.0, "delta": 10.0, "ts": [400, t]}, 20, 1) for t in (400, 800)]
    with ThreadPoolExecutor(4) as pool:
        values = [{"omega": 6.0, "delta": 10.0, "ts": [400, t]} for t in (400, 800)] * 4
        together = list(pool.map(lambda each: run(sequence("sweep"), each, 20, 1), values))
    assert together == alone * 4
    assert warnings.filters == filters


def test_an_unmeasured_sequence_is_measured_in_the_basis_it_addresses() -> None:
    unmeasured = sequence("rabi", ('"measurement": "ground-rydberg"', '"measurement": null'))
    assert run(unmeasured, {"omega": pi, "t": 1000}, 5, 1)["counter"] == {"111": 5}


def test_nothing_is_printed_and_nothing_changed_for_others(capfd: pytest.CaptureFixture[str]) -> None:
    backend = matplotlib.get_backend()
    filters = list(warnings.filters)
    run(sequence("rabi"), {"omega": 1.0, "t": 1001}, 5, 1)  # Pulser warns of the clock
    assert warnings.filters == filters
    assert matplotlib.get_backend() == backend
    assert capfd.readouterr() == ("", "")


REFUSED = [
    ("not JSON", "{", {}, "The sequence is not JSON that we read: Expecting property name enclosed in double quotes."),
    ("no sequence", "{}", {}, "It does not follow Pulser's schema: {} is not valid under any of the given schemas"),
    ("missing", sequence("rabi"), {"t": 100}, "Did not receive values for variables: omega"),
    ("none", sequence("blockade"), {"t": 1}, "The sequence is not parametrized and expects no variables."),
    ("size", sequence("rabi"), {"omega": [1, 2], "t": 100}, "Can't assign array of size 2 to variable of size 1."),
    ("text", sequence("rabi"), {"omega": "x", "t": 100}, "could not convert string to float: 'x'"),
    (
        "device",
        sequence("rabi"),
        {"omega": 13.0, "t": 100},
        "The pulse's amplitude goes over the maximum value allowed for the chosen channel.",
    ),
    (
        "place",
        sequence("mappable"),
        {"t": 500, "qubits": {"q0": 99}},
        "All 'trap_ids' must correspond to the ID of a trap.",
    ),
    (
        "unknown device",
        sequence("blockade")[: sequence("blockade").index('"device"')] + '"device": "Chadoq2"}',
        {},
        "AttributeError: module 'pulser.devices' has no attribute 'Chadoq2'",
    ),
]


@pytest.mark.parametrize(("text", "variables", "reason"), [case[1:] for case in REFUSED], ids=[c[0] for c in REFUSED])
def test_whatever_pulser_raises_is_one_line(text: str, variables: dict[str, object], reason: str) -> None:
    with pytest.raises(CannotRun) as caught:
        run(text, variables, 10, 1)
    assert caught.value.reason == reason


def test_a_sequence_is_read_without_running_it() -> None:
    check(sequence("rabi"))
    with pytest.raises(CannotRun, match="add up to 1e\\+12 ns"):
        check(sequence("blockade", ('"duration": 2000', '"duration": 1000000000000')))
    with pytest.raises(CannotRun, match="amplitude goes over the maximum"):
        check(sequence("blockade", ('"area": 2.221441469079183', '"area": 99.0')))


@pytest.mark.parametrize("runs", [0, -1, 100_001])
def test_the_number_of_runs_has_bounds(runs: int) -> None:
    with pytest.raises(CannotRun, match="from 1 to 100,000"):
        run(sequence("blockade"), {}, runs, 1)


def test_without_pulser_there_is_a_hint(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pulser_simulation", None)
    assert not pulser.is_installed()
    with pytest.raises(CannotRun, match=r"pip install 'qctl\[simulate\]'"):
        run(sequence("blockade"), {}, 1, 1)


def test_asking_whether_pulser_is_there_loads_nothing() -> None:
    program = (
        "import sys; from reconciler.simulate.pulser import is_installed; assert is_installed();"
        "print([name for name in ('pulser', 'numpy', 'qutip', 'matplotlib', 'jsonschema') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
