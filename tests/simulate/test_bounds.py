"""The classical part of a program is bounded before anything is made of it."""

import tracemalloc

import pytest

from reconciler.simulate import SimulationFailed
from reconciler.simulate.braket import run
from tests.simulate.actions import openqasm

# Each is just above the bound, or far above it: without the check most of them take gigabytes.
TOO_LONG = [
    ("qubit[2] q; int x = 0; for int i in [0:300000000] { x = x + 1; } h q[0];", "A range of the program has more"),
    ("qubit q; for int i in [0:100000] { } h q;", "A range of the program has more than 100,000 elements"),
    ("qubit q; for int i in [100000:-1:0] { } h q;", "A range of the program has more than 100,000 elements"),
    ("qubit q; bit b; h q; b = measure q; for int i in [0:300000000 + b] { x q; }", "A range of the program has more"),
    ("qubit q; bit b; h q; b = measure q; for int i in [b:2 ** 40] { x q; }", "A range of the program has more"),
    ("qubit[2] q; bit[2] b; b[0:300000000] = measure q;", "A range of the program has more"),
    ("qubit q; bit[300000000] b; h q;", "A bit register of the program has more"),
    ("qubit q; array[int[8], 1000, 1000, 1000] a; h q;", "An array of the program has more"),
    ("qubit q; int[300000000] x = 1; h q;", "A number of the program has more than 100,000 bits"),
    ("qubit q; int x = 2 ** 40000000000; h q;", "A number of the program has more"),
    ("qubit q; int x = 3; for int i in [0:40] { x = x * x; } h q;", "A number of the program has more"),
]


@pytest.mark.parametrize(("source", "reason"), TOO_LONG)
def test_what_is_too_long_is_refused_before_it_is_made(source: str, reason: str) -> None:
    run(openqasm("qubit q; h q;"), "state_vector", 1, 1)  # loads the libraries
    tracemalloc.start()
    try:
        with pytest.raises(SimulationFailed, match=reason):
            run(openqasm(source), "state_vector", 1, 1)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 8_000_000


@pytest.mark.parametrize(
    "source",
    [
        "qubit q; for int i in [0:2:199998] { if (i == 4) { x q; break; } }",
        "qubit q; for int i in [9:-1:0] { x q; } x q;",
        "qubit q; bit[100000] b; array[int[8], 100, 100] a; int[64] n = 2 ** 62; x q;",
        "qubit q; bit b; b = measure q; for int i in [b:0] { x q; } b = measure q;",
    ],
)
def test_what_is_just_short_enough_runs(source: str) -> None:
    assert '"measurements":[[1]]' in run(openqasm(source), "state_vector", 1, 1)


def test_programs_without_shots_are_bounded_too() -> None:
    source = "qubit q; for int i in [0:100000] { } h q;\n#pragma braket result probability q\n"
    with pytest.raises(SimulationFailed, match="A range of the program has more"):
        run(openqasm(source), "state_vector", 0, 1)


def test_turns_of_all_loops_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reconciler.simulate.guarded_interpreter._MAX_STEPS", 5_000)
    nested = "qubit q; h q; for int i in [1:100] { for int j in [1:100] { } }"
    with pytest.raises(SimulationFailed, match="more than 5,000 steps; its loops are too long"):
        run(openqasm(nested), "state_vector", 1, 1)


def test_time_is_bounded_too() -> None:
    from reconciler.simulate.guarded_context import GuardedContext
    from reconciler.simulate.guarded_interpreter import GuardedInterpreter

    times = iter(range(0, 100_000, 100))
    late = GuardedInterpreter(GuardedContext(), clock=lambda: next(times))
    with pytest.raises(SimulationFailed, match="took more than 120 seconds"):
        late.run("qubit q; for int i in [1:100] { h q; }")


def test_numbers_that_are_no_numbers_are_the_librarys_to_refuse() -> None:
    for source in ("qubit q; for int i in [0:0:5] { h q; }", 'qubit q; for int i in [0:"01"] { h q; }'):
        with pytest.raises(SimulationFailed) as caught:
            run(openqasm(source), "state_vector", 1, 1)
        assert "of the program has more" not in caught.value.reason
