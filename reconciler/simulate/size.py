"""What a simulation may take of this machine, asked before anything is allocated."""

import os
from dataclasses import dataclass
from pathlib import Path

from reconciler.simulate import SimulationFailed

# The library's own qubitCount of both simulators: 2**26 complex amplitudes are 1 GiB, and so are 4**13. Beyond that it
# has no guard of its own: `qubit[40]` asks for 16 TiB.
MAX_QUBITS = {"state_vector": 26, "density_matrix": 13}
# Copies of the state that are alive at once: 24 qubits took 0.5 GiB beyond the libraries, and a density matrix of 11
# qubits 0.25 GiB. Linux kills a process that takes too much instead of telling it, so ask before.
_COPIES = {"state_vector": 2, "density_matrix": 4}
# Amplitudes updated in a millisecond: 294 gates on 20 qubits took 0.5 s on two cores.
_AMPLITUDES_PER_MS = 600_000
_LONG = 120_000  # milliseconds, from which on a time is told in minutes
_MEMORY_FILES = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that one simulation may take. `qubits` are of a state vector; a density matrix gets half as many.

    `memory` in bytes is what is there for one process; None asks for the whole machine's.
    """

    qubits: int = MAX_QUBITS["state_vector"]
    milliseconds: int = 600_000
    memory: int | None = None

    def of(self, kind: str) -> int:
        """The qubits that a simulation of this kind may have."""
        return self.qubits if kind == "state_vector" else self.qubits // 2


def check_size(kind: str, qubits: int, gates: int, limits: Limits) -> None:
    """Raises SimulationFailed for what is too wide, too large or too long."""
    if not qubits:
        raise SimulationFailed("The program uses no qubits.")
    if qubits > limits.of(kind):
        raise SimulationFailed(
            f"The program uses {qubits} qubits; this machine simulates at most {limits.of(kind)} of this kind."
        )
    needed = _COPIES[kind] * 16 << exponent(kind, qubits)
    there = machine_memory() if limits.memory is None else limits.memory
    if needed > there:
        raise SimulationFailed(f"{qubits} qubits need {needed >> 20} MiB of memory, more than there is.")
    takes = duration(kind, qubits, gates)
    if takes > limits.milliseconds:
        words = f"{takes // 60_000} minutes" if takes >= _LONG else f"{takes // 1000} seconds"
        raise SimulationFailed(f"The simulation would take about {words} on this machine.")


def duration(kind: str, qubits: int, gates: int) -> int:
    """Milliseconds, from the work and not from a clock, so that equal runs cost the same."""
    return max(1, (gates << exponent(kind, qubits)) // _AMPLITUDES_PER_MS)


def exponent(kind: str, qubits: int) -> int:
    """A state has two to this power amplitudes."""
    return qubits if kind == "state_vector" else 2 * qubits


def machine_memory() -> int:
    """Bytes that this machine has, or the container lets us have."""
    return min(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"), *_contained())


def free_memory() -> int:
    """Bytes that can be had now, where the system tells; else all that there is."""
    try:
        told = Path("/proc/meminfo").read_text("ascii")
    except OSError:  # no Linux
        return machine_memory()
    lines = (line.split() for line in told.splitlines())
    free = next((int(words[1]) << 10 for words in lines if words[0] == "MemAvailable:"), machine_memory())
    return min(free, machine_memory())


def _contained() -> list[int]:
    found = []
    for name in _MEMORY_FILES:
        try:
            text = Path(name).read_text("ascii").strip()
        except OSError:
            continue
        if text.isdigit():
            found.append(int(text))
    return [*found, 1 << 62]
