"""Programs in other words are sent, and known, by what they are on Braket."""

from __future__ import annotations

import json

from reconciler.core.digest import canonical, digest, run_digest
from reconciler.core.plain import plain
from reconciler.core.resource import Resource
from reconciler.providers import KINDS
from tests.providers.samples import CONTEXT, declare

NATIVE = "OPENQASM 3.0; qubit[2] q; bit[2] c; h q[0]; cnot q[0], q[1]; c = measure q;"
OLD = """OPENQASM 2.0;
include "qelib1.inc";
qreg q[2];
creg c[2];
h q[0];
cx q[0],q[1];
barrier q;
measure q -> c;
"""
NEW = 'OPENQASM 3.0;\ninclude "stdgates.inc";\nqubit[2] q;\nbit[2] c;\nh q[0];\ncx q[0], q[1];\nc = measure q;\n'
JAQCD = """{"braketSchemaHeader": {"name": "braket.ir.jaqcd.program", "version": "1"},
 "instructions": [{"type": "h", "target": 0}, {"type": "cnot", "control": 0, "target": 1}], "results": []}"""
AHS = '{"braketSchemaHeader": {"name": "braket.ir.ahs.program", "version": "1"}, "hamiltonian": {}, "setup": {}}'


def wanted(program: dict[str, str], device: str = "sim") -> Resource:
    """The run of a program."""
    return KINDS["QuantumTask"].desired(
        declare("QuantumTask/run", {"device": device, "shots": 100, "program": program}), CONTEXT
    )


def source(resource: Resource) -> str:
    """The program that is sent."""
    text: str = json.loads(resource.payload.action())["source"]
    return text


def test_a_file_of_qiskit_is_the_run_of_the_program_that_it_stands_for() -> None:
    native, old, new = (wanted({"openqasm": text}) for text in (NATIVE, OLD, NEW))
    assert native.digests == old.digests == new.digests
    assert source(native) == NATIVE
    assert source(old).splitlines()[5] == "cnot q[0], q[1];"


def test_only_a_qpu_gets_barriers() -> None:
    text = OLD.replace("measure", "x q[0];\nmeasure")
    assert "barrier" not in source(wanted({"openqasm": text}))
    assert "barrier q[0], q[1];" in source(wanted({"openqasm": text}, "garnet"))


def test_jaqcd_is_sent_as_openqasm_and_known_by_what_it_was_paid_under() -> None:
    run = wanted({"ir": JAQCD})
    assert source(run) == "OPENQASM 3.0;\nqubit[2] q;\nh q[0];\ncnot q[0], q[1];\n"
    execution = {"device": CONTEXT.devices["sim"], "shots": 100}
    before = digest({"inputs": {}, "language": "ir", "text": canonical(plain(json.loads(JAQCD)))})
    assert run.digests == (wanted({"openqasm": source(run)}).digest, run_digest(before, execution))


def test_other_json_goes_as_it_is() -> None:
    for key in ("ir", "ahs"):
        run = wanted({key: AHS})
        assert run.payload.action() == AHS
        assert len(run.digests) == 1
