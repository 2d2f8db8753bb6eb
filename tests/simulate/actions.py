"""The actions of CreateQuantumTask calls, for tests."""

import json
from decimal import Decimal
from typing import Any

GHZ = "OPENQASM 3.0;\nqubit[3] q;\nbit[3] c;\nh q[0];\ncnot q[0], q[1];\ncnot q[1], q[2];\nc = measure q;\n"


def openqasm(source: str, inputs: dict[str, Any] | None = None) -> str:
    header = {"name": "braket.ir.openqasm.program", "version": "1"}
    return json.dumps({"braketSchemaHeader": header, "source": source, "inputs": inputs or {}})


_RAMP = Decimal("5e-8")


def rabi(atoms: int, empty: int = 0, duration: str = "0.0000002", amplitude: str = "15700000") -> str:
    """A drive on atoms 30 um apart, where they do not see each other. 0.2 us at 15.7e6 rad/s flip them.

    It rises and falls in 50 ns each, as a QPU needs it: the area is that of a constant drive of this duration.
    """
    end = str(Decimal(duration) + _RAMP)
    times, rising = ["0", end], {"times": ["0", str(_RAMP), duration, end], "values": ["0", amplitude, amplitude, "0"]}
    field = {
        "amplitude": {"time_series": rising, "pattern": "uniform"},
        "phase": {"time_series": {"times": times, "values": ["0", "0"]}, "pattern": "uniform"},
        "detuning": {"time_series": {"times": times, "values": ["0", "0"]}, "pattern": "uniform"},
    }
    sites = [[str(3e-5 * site), "0"] for site in range(atoms + empty)]
    return json.dumps(
        {
            "braketSchemaHeader": {"name": "braket.ir.ahs.program", "version": "1"},
            "setup": {"ahs_register": {"sites": sites, "filling": [1] * atoms + [0] * empty}},
            "hamiltonian": {"drivingFields": [field], "localDetuning": []},
        }
    )
