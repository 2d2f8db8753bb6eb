"""Programs that both parsers take, for comparing them."""

from __future__ import annotations

PROGRAMS = {
    "a circuit": (
        "OPENQASM 3.0;\nqubit[3] q;\nbit[3] c;\nh q[0];\ncnot q[0], q[1];\nrx(pi/4 + 0.1) q[2];\nc = measure q;"
    ),
    "without a version": "qubit q; x q;",
    "qubits of the device": (
        "bit[2] b;\n#pragma braket verbatim\nbox{\nrx(0.5) $0;\ncz $0, $1;\n}\nb[0] = measure $0;"
    ),
    "a box that is not verbatim": "qubit q; box[100ns] { x q; delay[5us] q; }",
    "results": (
        "qubit[2] q; h q[0];\n"
        "#pragma braket result expectation z(q[0]) @ x(q[1])\n#pragma braket noise bit_flip(0.1) q[0]"
        "\n"
    ),
    "inputs": "input float theta; input angle[8] a; qubit q; rx(theta) q;",
    "modifiers": (
        "qubit[4] q; ctrl @ x q[0], q[1]; negctrl(2) @ ctrl @ pow(1/2) @ inv @ rx(0.1) q[0], q[1], q[2], q[3];"
    ),
    "phases": "qubit[2] q; gphase(pi); ctrl @ gphase(0.1) q[0]; gphase(0.1) q[1];",
    "gates": (
        "gate bell a, b { h a; cnot a, b; }\ngate turn(t, u) a { rz(t) a; rx(u) a; }\n"
        "qubit[2] q; turn(1, (2)) q[0]; bell q[0], q[1];"
    ),
    "an empty gate": "gate nothing() a { } qubit q; nothing() q;",
    "loops": "qubit[3] q; for int i in [0:2] { h q[i]; } for uint[8] i in {0, 2} x q[i]; while (false) { x q[0]; }",
    "a loop over an array": "array[int, 2] a = {0, 1}; qubit[3] q; for int i in a { h q[i]; }",
    "branches": (
        "qubit[2] q; bit c; c = measure q[0]; if (c == 1) { x q[1]; } else if (c == 0) { y q[1]; } else z q[1];"
    ),
    "subroutines": (
        "def f(qubit a, int[8] n) -> bit { bit b; for int i in [0:n] { h a; } "
        "b = measure a; return b; } qubit q; f(q, 3);"
    ),
    "declarations": (
        'bit[2] c = "01"; const int n = 2; float[64] x = 1.5e-3; uint[8] u = 0xFF; bool t = true; let a = n;'
    ),
    "aliases": "qubit[4] q; let a = q[0:1] ++ q[2]; let b = q[{0, 3}]; h a;",
    "a measurement that declares": "qubit[2] q; bit[2] c = measure q; bit d = measure q[0];",
    "measurements": "qubit[2] q; bit[2] c; measure q; measure q[0] -> c[0]; c[0:1] = measure q[{0, 1}];",
    "OpenQASM 2": "OPENQASM 2.0;\nqreg q[2];\ncreg c[2];\nbarrier q[0], q[1];\nreset q[0];\nmeasure q -> c;\n",
    "assignments": "int i = 0; i += 1; array[int, 2] a; a[0] = 2; i <<= 1; i = -i ** 2 % 3;",
    "comments": "// one\nqubit q; /* two\nlines */ x /* three */ q; // four",
    "annotations": "qubit q;\n@reversible one two\nx q;",
    "barriers": "qubit[2] q; barrier; barrier q; barrier q[0], q[1], ;",
    "casts": "int[8] a = int[8](3.5); float b = sin(pi) * 2 + float(a);",
    "an include": 'include "stdgates.inc";\nqubit q;',
    "delays": "qubit q; delay[100ns] q; delay[1.5us] q; stretch s; duration d = 5dt;",
    "outputs": "output bit[2] c; qubit q; end;",
    "names of other alphabets": "qubit θ; rx(π) θ;",
    "an extern": "extern f(int[8], float) -> float; qubit q;",
    "calibrations": 'defcalgrammar "openpulse";\nqubit q; x q;',
}
