"""Any text and any capabilities are looked at without raising, and what nobody says forbids nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.core.diagnostic import Severity
from reconciler.core.qasm.parse import parse
from reconciler.emulator import catalogue
from reconciler.emulator.braket.ahs_rules import ahs_problem
from reconciler.emulator.braket.openqasm_rules import openqasm_problem
from reconciler.providers.braket import ahs_check, set_check
from reconciler.providers.braket.ahs_check import check_ahs
from reconciler.providers.braket.device import Device
from reconciler.providers.braket.program_check import SUMMARIES, check_program
from reconciler.providers.braket.program_facts import read_facts
from reconciler.providers.braket.set_check import check_set
from tests.providers.bench import AQUILA, FORTE, GARNET, SV1
from tests.simulate.actions import rabi

PIECES = [
    *("OPENQASM 3.0;", "qubit[2] q;", "qubit q;", "bit[2] c;", "h q[0];", "cnot q[0], q[1];", "c = measure q;"),
    *(
        "box {",
        "}",
        "#pragma braket verbatim\n",
        "cz $1, $2;",
        "prx(0.1, 0) $1;",
        "ctrl @ x q[0], q[1];",
        "for int i in",
    ),
    *("#pragma braket result probability all\n", "#pragma braket result expectation x(q[0]) @ z(q[1])\n", "barrier q;"),
    *("if (c == 1) {", "gate g a { h a; }", "reset q[0];", "measure q -> c;", "q[", "@", "]", "\x00", "🙂", "(" * 50),
]
TEXTS = st.lists(st.sampled_from(PIECES), max_size=12).map(" ".join) | st.text(max_size=80)
JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


def _device(arn: str, **more: Any) -> Device:
    known = catalogue.device(arn)
    assert known is not None
    capabilities = json.loads(known.capabilities) | more
    return Device(known.arn, known.name, known.provider, known.type, known.status, capabilities=capabilities)


def test_every_code_is_explained() -> None:
    page = (Path(__file__).parents[2] / "docs" / "diagnostics.md").read_text("utf-8")
    codes = {**SUMMARIES, **ahs_check.SUMMARIES, **set_check.SUMMARIES}
    assert [code for code in codes if f"| `{code}` |" not in page] == []


@given(text=TEXTS, arn=st.sampled_from([GARNET, FORTE, SV1]), shots=st.sampled_from([0, 100]))
def test_any_text_is_looked_at(text: str, arn: str, shots: int) -> None:
    facts = read_facts(_device(arn))
    assert facts is not None
    for found in check_program(parse(text), facts, shots):
        assert found.code in SUMMARIES
        assert 0 <= found.span.start <= len(text)
    openqasm_problem(text, arn, shots)


@given(data=JSON)
def test_any_json_is_looked_at(data: Any) -> None:
    text = json.dumps(data)
    check_ahs(text, _device(AQUILA))
    check_set(text, _device(GARNET), 100)
    ahs_problem(text, AQUILA)


@given(part=JSON, key=st.sampled_from(["action", "paradigm", "service"]))
def test_any_capabilities_are_read(part: Any, key: str) -> None:
    device = _device(GARNET, **{key: part})
    facts = read_facts(device)
    if facts is not None:
        check_program(parse("OPENQASM 3.0; qubit[2] q; h q[0]; c = measure q;"), facts, 100)
    check_ahs(rabi(1), _device(AQUILA, **{key: part}))


@pytest.mark.parametrize("number", ["1e999999", "-1e40", "NaN", "Infinity", "1" * 99, "x", ""])
def test_a_number_of_no_laboratory_is_said_to_be_none(number: str) -> None:
    (found,) = check_ahs(rabi(1, amplitude=number), _device(AQUILA))
    assert (found.code, "is no number" in found.detail) == ("device/ahs-schema", True)
    assert "schema" in str(ahs_problem(rabi(1, amplitude=number), AQUILA))


def test_what_nobody_says_is_not_forbidden() -> None:
    facts = read_facts(_device(GARNET, action={"braket.ir.openqasm.program": {}}, paradigm={}))
    assert facts is not None
    wild = (
        "OPENQASM 3.0; qubit[99] q; qubit[9] r; ctrl @ foo q[0], r[0]; barrier q;\n#pragma braket result odd x(q[0])\n"
    )
    assert check_program(parse(wild), facts, 7) == []
    assert read_facts(_device(GARNET, action={})) is None


def test_experimental_capabilities_make_it_a_warning() -> None:
    facts = read_facts(_device(GARNET))
    assert facts is not None
    program = parse("OPENQASM 3.0; qubit[1] q; bit[1] c; c = measure q; cc_prx(0.1, 0.2, 0) q[0];")
    assert [found.severity for found in check_program(program, facts, 10)] == [Severity.ERROR] * 2
    assert [found.severity for found in check_program(program, facts, 10, experimental=True)] == [Severity.WARNING] * 2


def test_both_directions_of_a_pair_are_one() -> None:
    """Capabilities may name an edge from one side only."""
    connectivity = {"fullyConnected": False, "connectivityGraph": {"1": ["2"]}}
    facts = read_facts(_device(GARNET, paradigm={"qubitCount": 20, "connectivity": connectivity}))
    assert facts is not None
    assert check_program(parse("OPENQASM 3.0; cz $2, $1;"), facts, 10) == []
    (found,) = check_program(parse("OPENQASM 3.0; cz $3, $1;"), facts, 10)
    assert "2 of 20 work: 1, 2" in found.detail
