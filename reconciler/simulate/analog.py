# Imports heavy libraries (about a second): load this module only to simulate.
from typing import Any

import numpy as np
from braket.analog_hamiltonian_simulator.rydberg.rydberg_simulator import RydbergAtomSimulator
from braket.ir.ahs import Program

from reconciler.simulate import SimulationFailed

# Measured on two cores: 8 atoms 0.7-4 s, 10 atoms 2.5-5 s, 11 atoms 8 s; each further atom more than doubles it.
MAX_ATOMS = 12
# The device's own limit: the simulator walks all sites for each shot (QuEra Aquila has 256 sites).
MAX_SITES = 256
# Time points of the solver. Measured on 4 atoms within the blockade over 4 us: 100 agree with 1000 (the library's
# default) to three digits and take a tenth of the time; 50 do not.
_STEPS = 100


def run_analog(document: dict[str, Any], shots: int, seed: int) -> dict[str, Any]:
    """Run a `braket.ir.ahs.program` document; the answer is a `results.json` document."""
    if shots == 0:
        raise SimulationFailed("An analog Hamiltonian program needs at least 1 shot.")
    program = Program.parse_obj(document)
    _check_size(program.setup.ahs_register.filling)
    state = np.random.get_state()  # the simulator samples from numpy's global generator
    try:
        np.random.seed(seed % 2**32)  # numpy takes 32 bits
        result = RydbergAtomSimulator().run(program, shots=shots, steps=_STEPS)
    finally:
        np.random.set_state(state)  # other users of the process keep their sequence
    return {
        "braketSchemaHeader": {
            "name": "braket.task_result.analog_hamiltonian_simulation_task_result",
            "version": "1",
        },
        "taskMetadata": {
            "braketSchemaHeader": {"name": "braket.task_result.task_metadata", "version": "1"},
            "id": "simulation",
            "shots": shots,
            "deviceId": "simulation",
        },
        "measurements": [_measurement(shot) for shot in result.measurements],
        "additionalMetadata": {"action": document},
    }


def _check_size(filling: list[int]) -> None:
    if len(filling) > MAX_SITES:
        raise SimulationFailed(f"The register has {len(filling)} sites; at most {MAX_SITES} are simulated.")
    atoms = sum(1 for site in filling if site)
    if atoms > MAX_ATOMS:
        raise SimulationFailed(f"The register has {atoms} atoms; at most {MAX_ATOMS} are simulated on this machine.")


def _measurement(shot: Any) -> dict[str, Any]:
    return {
        "shotMetadata": {"shotStatus": shot.shotMetadata.shotStatus},
        "shotResult": {
            "preSequence": [int(bit) for bit in shot.shotResult.preSequence],
            "postSequence": [int(bit) for bit in shot.shotResult.postSequence],
        },
    }
