"""The gates that Braket knows, and by which of its names the gates of OpenQASM's and Qiskit's files go there."""

from __future__ import annotations

# Of each: how many parameters, how many qubits.
BRAKET: dict[str, tuple[int, int]] = {
    **dict.fromkeys(["i", "x", "y", "z", "h", "s", "si", "t", "ti", "v", "vi"], (0, 1)),
    **dict.fromkeys(["rx", "ry", "rz", "phaseshift", "gpi", "gpi2"], (1, 1)),
    **dict.fromkeys(["cnot", "cy", "cz", "cv", "swap", "iswap", "ecr"], (0, 2)),
    **dict.fromkeys(["cphaseshift", "cphaseshift00", "cphaseshift01", "cphaseshift10"], (1, 2)),
    **dict.fromkeys(["xx", "yy", "zz", "xy", "pswap"], (1, 2)),
    **dict.fromkeys(["ccnot", "cswap"], (0, 3)),
    "prx": (2, 1),
    "U": (3, 1),
    "ms": (3, 2),
    "gphase": (1, 0),
}
# The same matrix under another name, its phase included, so that they may stand below modifiers too.
RENAMED = {
    "id": "i",
    "sdg": "si",
    "tdg": "ti",
    "sx": "v",
    "sxdg": "vi",
    "p": "phaseshift",
    "u1": "phaseshift",
    "phase": "phaseshift",
    "cx": "cnot",
    "CX": "cnot",
    "cp": "cphaseshift",
    "cu1": "cphaseshift",
    "cphase": "cphaseshift",
    "csx": "cv",
    "ccx": "ccnot",
    "rxx": "xx",
    "ryy": "yy",
    "rzz": "zz",
}
# Gates of the two files that have no gate of Braket. Turns about z and y say the same as `U`, but for a phase of the
# whole state; `U` itself is known to simulators only.
LIBRARY = """
gate u(a, b, c) q { rz(c) q; ry(a) q; rz(b) q; }
gate u2(b, c) q { rz(c) q; ry(pi/2) q; rz(b) q; }
gate u0(a) q { i q; }
gate ch a, b { s b; h b; t b; cnot a, b; ti b; h b; si b; }
gate crz(a) c, q { rz(a/2) q; cnot c, q; rz(-a/2) q; cnot c, q; }
gate cry(a) c, q { ry(a/2) q; cnot c, q; ry(-a/2) q; cnot c, q; }
gate crx(a) c, q { h q; rz(a/2) q; cnot c, q; rz(-a/2) q; cnot c, q; h q; }
gate cu3(a, b, d) c, q {
  phaseshift((d + b)/2) c; phaseshift((d - b)/2) q; cnot c, q;
  phaseshift(-(b + d)/2) q; ry(-a/2) q; cnot c, q; ry(a/2) q; phaseshift(b) q;
}
gate cu(a, b, d, e) c, q { phaseshift(e) c; cu3(a, b, d) c, q; }
gate rccx a, b, c { h c; t c; cnot b, c; ti c; cnot a, c; t c; cnot b, c; ti c; h c; }
gate rc3x a, b, c, d {
  h d; t d; cnot c, d; ti d; h d; cnot a, d; t d; cnot b, d; ti d; cnot a, d; t d; cnot b, d; ti d;
  h d; t d; cnot c, d; ti d; h d;
}
gate cccphase(e) a, b, c, d {
  cphaseshift(e/4) a, d; cnot a, b; cphaseshift(-e/4) b, d; cnot a, b; cphaseshift(e/4) b, d;
  cnot b, c; cphaseshift(-e/4) c, d; cnot a, c; cphaseshift(e/4) c, d;
  cnot b, c; cphaseshift(-e/4) c, d; cnot a, c; cphaseshift(e/4) c, d;
}
gate c3x a, b, c, d { h d; cccphase(pi) a, b, c, d; h d; }
gate c3sqrtx a, b, c, d { h d; cccphase(pi/2) a, b, c, d; h d; }
gate c4x a, b, c, d, e {
  h e; cphaseshift(pi/2) d, e; c3x a, b, c, d; cphaseshift(-pi/2) d, e; c3x a, b, c, d;
  cccphase(pi/2) a, b, c, e; h e;
}
"""
SAME_AS = {"u3": "u", "U": "u", "rcccx": "rc3x", "mcx": "c3x"}
# Below modifiers the phase of the whole state counts, so there these are the one gate that has it.
EXACT = {"u": "U", "u3": "U", "U": "U"}
HALF_TURN = {"u2": ("pi/2",)}  # `u2(b, c)` is `U(pi/2, b, c)`
# What a control makes of a gate, where Braket has a gate for it: QPUs take no modifiers.
CONTROLLED = {
    "x": "cnot",
    "y": "cy",
    "z": "cz",
    "v": "cv",
    "phaseshift": "cphaseshift",
    "swap": "cswap",
    "cnot": "ccnot",
}
