import json
import logging
import threading
import warnings
from typing import Any, Literal

from reconciler.simulate import SimulationFailed
from reconciler.simulate.environment import prepare_libraries

SimulatorKind = Literal["state_vector", "density_matrix", "ahs"]

OPENQASM = "braket.ir.openqasm.program"
AHS = "braket.ir.ahs.program"
_REASON_LENGTH = 300

# The simulators share process-wide state: numpy's global generator (AHS sampling) and Python's warning filters.
_LOCK = threading.Lock()


def run(action: str, kind: SimulatorKind, shots: int, seed: int) -> str:
    """Run the `action` text of a CreateQuantumTask call; the answer is the text of the cloud's `results.json`.

    Equal arguments give equal text: it holds no times and no random ids. `taskMetadata.id` and `.deviceId` are
    "simulation" and `createdAt`/`endedAt` are absent, for the caller to fill in.
    `additionalMetadata.simulatorMetadata.executionDuration` (milliseconds) is worked out from the size of the program.
    Qubits, gates, memory for amplitudes, and the loops, arrays and numbers of the classical part are bounded.

    Raises SimulationFailed: the program is refused, does not fit on this machine, or the libraries are not installed.
    """
    name, document = _read_action(action)
    if shots < 0:
        raise SimulationFailed(f"The number of shots cannot be negative, but is {shots}.")
    if (name == AHS) != (kind == "ahs"):
        raise SimulationFailed(f"Actions of type {name} do not run on the {kind} simulator.")
    prepare_libraries()
    # The simulator logs a warning for language features that QPUs lack; without a handler Python prints it to stderr.
    logging.getLogger("braket").addHandler(logging.NullHandler())
    with _LOCK, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return json.dumps(_dispatch(document, kind, shots, seed), separators=(",", ":"), allow_nan=False)
        except SimulationFailed:
            raise
        except ImportError as error:
            raise SimulationFailed(
                f"The simulator is not installed ({_one_line(error)}). Install it with: pip install 'qctl[simulate]'"
            ) from error
        except Exception as error:
            # The simulator raises anything on a bad program, from NameError to numba's TypingError and MemoryError.
            raise SimulationFailed(f"{type(error).__name__}: {_one_line(error)}") from error


def _read_action(action: str) -> tuple[str, dict[str, Any]]:
    try:
        document = json.loads(action)
    except (ValueError, RecursionError) as error:
        raise SimulationFailed(f"The action is not JSON: {_one_line(error)}") from error
    header = document.get("braketSchemaHeader") if isinstance(document, dict) else None
    name = header.get("name") if isinstance(header, dict) else None
    if name not in (OPENQASM, AHS):
        raise SimulationFailed(f"Actions of type {str(name)[:80]!r} are not simulated, only {OPENQASM} and {AHS}.")
    return name, document


def _dispatch(document: dict[str, Any], kind: SimulatorKind, shots: int, seed: int) -> dict[str, Any]:
    # Imported here because they load numpy, numba and scipy: about 0.7 s.
    if kind == "ahs":
        from reconciler.simulate.analog import run_analog

        return run_analog(document, shots, seed)
    from reconciler.simulate.gate_model import run_gate_model

    return run_gate_model(document, kind, shots, seed)


def _one_line(error: BaseException) -> str:
    """The message as one line; pydantic and numba write essays."""
    return " ".join(str(error).split())[:_REASON_LENGTH] or "no further message"
