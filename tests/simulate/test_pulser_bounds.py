"""What a sequence may ask of this machine is bounded before Pulser makes anything of it."""

import json
import re
import tracemalloc
from typing import Any

import pytest

from reconciler.simulate.pulser import CannotRun, run
from reconciler.simulate.sequence_bounds import NotRead, check_bounds
from reconciler.simulate.sequence_text import SequenceUnreadable, read_sequence
from tests.simulate.pulser_files import sequence

TRAP = [0.0, 0.0]
NINE: Any = {"expression": "pow", "lhs": 9, "rhs": {"expression": "pow", "lhs": 9, "rhs": 9}}


def pulse(**amplitude: Any) -> dict[str, Any]:
    return {"operations": [{"op": "pulse", "amplitude": amplitude}]}


def computed(**expression: Any) -> dict[str, Any]:
    return pulse(kind="constant", duration=100, value=expression)


def channel(**values: Any) -> dict[str, Any]:
    return {"operations": [], "device": {"channels": [values]}}


TOO_MUCH = [
    (pulse(kind="constant", duration=10**12), "add up to 1e+12 ns"),
    ({"operations": [{"op": "delay", "time": 1_000_001}] * 2}, "add up to 2e+06 ns"),
    (pulse(kind="constant", duration={"variable": "t"}), "add up to 1e+09 ns"),
    (pulse(kind="constant", duration={"expression": "index", "lhs": {"variable": "ts"}, "rhs": 1}), "add up to 3e+06"),
    (pulse(kind="composite", waveforms=[{"kind": "constant", "duration": 10**7}]), "add up to 1e+07"),
    (pulse(kind="blackman_max", area=1e9, max_val=1.0), "add up to 3e+12"),
    (pulse(kind="kaiser_max", area=1.0, max_val=1e-9, beta=14), "add up to 6.74e+12"),
    (computed(**NINE), "has no value (math range error)"),
    (computed(expression="exp", lhs=1000), "has no value"),
    (computed(expression="div", lhs=1, rhs=0), "has no value"),
    (computed(expression="mul", lhs=[0], rhs=10**9), "computes with a list of constants"),
    (computed(expression="index", lhs={"variable": "ts"}, rhs=5), "an element that its variable does not have"),
    (computed(expression="add", lhs={"variable": "ts"}, rhs={"variable": "three"}), "variables of different sizes"),
    ({"register": [{"qid": "q"}] * 2001}, "lists 2,001 atoms or traps"),
    ({"layout": {"coordinates": [TRAP] * 2001}}, "lists 2,001 atoms or traps"),
    ({"device": {"pre_calibrated_layouts": [{"coordinates": [TRAP] * 2001}]}}, "lists 2,001 atoms or traps"),
    ({"operations": [{"detuning_map": {"traps": [TRAP] * 2001}}]}, "lists 2,001 atoms or traps"),
    ({"device": {"pre_calibrated_layouts": [{"coordinates": [TRAP] * 2000}] * 11}}, "lists 22,000 atoms and traps"),
    ({"operations": [{}] * 10_001}, "has 10,001 operations"),
    (channel(clock_period=10**9), "a time above 100,000 ns"),
    (channel(eom_config={"custom_buffer_time": 10**9}), "a time above 100,000 ns"),
    (channel(mod_bandwidth=1e-9), "a bandwidth below 0.01 MHz"),
]
VALUES = {"t": 10**9, "ts": [100, 3_000_000], "three": [1, 2, 3]}


@pytest.mark.parametrize(("document", "reason"), TOO_MUCH)
def test_what_is_too_much_is_refused_before_it_is_made(document: dict[str, Any], reason: str) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(CannotRun, match=re.escape(reason)):
            check_bounds(document, VALUES)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 8_000_000


def test_only_what_no_device_takes_is_an_error() -> None:
    with pytest.raises(NotRead):
        check_bounds({"operations": [{}] * 10_001}, {})
    with pytest.raises(CannotRun) as caught:
        check_bounds(pulse(kind="constant", duration=10**12), {})
    assert not isinstance(caught.value, NotRead)


def test_a_variable_without_a_value_is_left_to_pulser() -> None:
    check_bounds(computed(expression="div", lhs=1, rhs={"variable": "omega"}), {})


def nested(count: int, **more: Any) -> Any:
    node: Any = 1
    for _ in range(count):
        node = {"expression": "neg", "lhs": node, **more}
    return json.dumps({"a": node})


UNREADABLE = [
    ('{"a": 1e999}', "sequence/not-json", "1e999 is too large a number."),
    ('{"a": ' + "9" * 5000 + "}", "sequence/not-json", "99999999999999999999… is too large a number."),
    ("[" * 100_000, "sequence/not-json", "maximum recursion depth exceeded while decoding a JSON array"),
    ('{"a": ' + "[" * 100 + "]" * 100 + "}", "sequence/too-deep", "It is nested too deep."),
    (nested(11), "sequence/too-deep", "It is nested too deep."),  # Pulser's schema would take 2**11 times as long
    (nested(1, more=1), "sequence/schema", "An expression is no operation with its operands."),
    ('{"a": {"expression": [], "lhs": 1}}', "sequence/schema", "An expression is no operation with its operands."),
    ('{"a": {"expression": "neg", "lhs": "x"}}', "sequence/schema", "An operand of an expression is no number"),
    (" " * (4 * 1024 * 1024 + 1), "sequence/too-large", "It has 4,194,305 characters; at most 4,194,304 are read."),
]


@pytest.mark.parametrize(("text", "code", "reason"), UNREADABLE, ids=range(len(UNREADABLE)))
def test_texts_that_would_keep_a_library_busy_are_not_read(text: str, code: str, reason: str) -> None:
    with pytest.raises(SequenceUnreadable) as caught:
        read_sequence(text)
    assert (caught.value.code, caught.value.reason[: len(reason)]) == (code, reason)


def test_too_many_atoms_are_not_simulated() -> None:
    many = json.loads(sequence("blockade")) | {"register": [{"name": f"q{n}", "x": n, "y": 0} for n in range(13)]}
    with pytest.raises(CannotRun, match="13 atoms; at most 12 are simulated on this machine"):
        run(json.dumps(many), {}, 10, 1)
    with pytest.raises(CannotRun, match="4 atoms; at most 3 are simulated"):
        run(sequence("mappable"), {"t": 500, "qubits": {f"q{n}": n for n in range(4)}}, 10, 1, max_atoms=3)


def mock(**place: float) -> str:
    """The blockade on a device without limits, its second atom somewhere else."""
    document = json.loads(sequence("blockade"))
    del document["layout"]
    document["device"] = "MockDevice"
    document["register"][1] |= place
    return json.dumps(document)


def test_a_solver_that_would_not_end_is_not_started() -> None:
    assert sorted(run(mock(x=0.0, y=5.0), {}, 10, 1)["counter"]) == ["01", "10"]
    with pytest.raises(CannotRun, match="The atoms are too close"):
        run(mock(x=-4.9, y=0.0), {}, 10, 1)
