# Imports heavy libraries (about a second): load this module only to simulate.
from collections import Counter
from collections.abc import Mapping
from itertools import combinations
from math import dist
from typing import Any

import numpy as np
from pulser import Sequence
from pulser.backend import StateResult
from pulser.sampler import sample as sample_pulses
from pulser_simulation import QutipBackendV2, QutipConfig
from qutip.solver.integrator import IntegratorException

from reconciler.simulate.sequence_bounds import CannotRun

# Amplitudes times steps of the solver. Measured: 12 atoms 6 µm apart for 2 µs are 5 million, and take 4 to 9 s.
_MAX_WORK = 200_000_000
_ONE = {"ground-rydberg": "r", "digital": "h", "XY": "d"}


def build(sequence: str, variables: Mapping[str, Any]) -> Any:
    """Pulser's sequence with its variables set and measured. Raises CannotRun and whatever Pulser raises."""
    built = Sequence.from_abstract_repr(sequence)
    if built.is_parametrized() or built.is_register_mappable():
        built = built.build(**variables)
    elif variables:
        raise CannotRun("The sequence is not parametrized and expects no variables.")
    if not built.is_measured():
        # As Pulser does before it uploads: the basis is clear when only one is addressed.
        bases = built.get_addressed_bases()
        if len(bases) != 1:
            raise CannotRun(f"The sequence is not measured, and it addresses {len(bases)} bases.")
        built.measure(bases[0])
    return built


def sample(sequence: Any, runs: int, seed: int) -> tuple[dict[str, int], list[str]]:
    """Simulate without noise, and draw `runs` bit strings: counts by bit string, and the shots in order."""
    _check_work(sequence)
    config = QutipConfig(observables=[StateResult(evaluation_times=[1.0])])
    elsewhere = np.random.get_state()  # Pulser draws from the global generator, for noise that there is not
    try:
        state = QutipBackendV2(sequence, config=config).run().final_state
    except IntegratorException as error:
        raise CannotRun("The solver gave up: the atoms are too close, or the pulses too strong.") from error
    finally:
        np.random.set_state(elsewhere)
    shares = _shares(state, sequence.get_measurement_basis())
    outcomes = sorted(shares)
    weights = np.array([shares[outcome] for outcome in outcomes])
    drawn = np.random.default_rng(seed % 2**64).choice(len(outcomes), size=runs, p=weights / weights.sum())
    raw = [outcomes[index] for index in drawn]
    return dict(sorted(Counter(raw).items())), raw


def _shares(state: Any, basis: str) -> dict[str, float]:
    """Probabilities by bit string, the first character being the first atom of the register."""
    one = _ONE[basis]
    if one not in state.eigenstates:  # measured in a basis that no pulse addressed
        return {"0" * state.n_qudits: 1.0}
    return {bits: float(share) for bits, share in state.bitstring_probabilities(one_state=one).items()}


def _check_work(sequence: Any) -> None:
    """The solver's steps follow the fastest phase of the Hamiltonian, and nothing stops it once it has begun."""
    atoms = list(sequence.register.qubits.values())
    amplitudes = max(2, len(sequence.get_addressed_states())) ** len(atoms)
    nanoseconds = sequence.get_duration()
    if amplitudes * nanoseconds > _MAX_WORK:
        raise CannotRun(f"{len(atoms)} atoms for {nanoseconds:,} ns are too much to simulate on this machine.")
    phase = (_interaction(sequence.device, atoms) + len(atoms) * _drive(sequence)) * nanoseconds / 1e3
    if amplitudes * phase > _MAX_WORK:
        raise CannotRun("The atoms are too close or the pulses too strong, for so long, to simulate on this machine.")


def _interaction(device: Any, atoms: list[Any]) -> float:
    """The energy in rad/µs of all atoms being excited."""
    places = [tuple(float(part) for part in atom.as_array()) for atom in atoms]
    return float(sum(device.interaction_coeff / max(dist(*pair), 1e-3) ** 6 for pair in combinations(places, 2)))


def _drive(sequence: Any) -> float:
    """The largest amplitude and detuning in rad/µs, of all channels together."""
    return float(
        sum(
            np.max(np.abs(values.as_array()), initial=0.0)
            for channel in sample_pulses(sequence).samples_list
            for values in (channel.amp, channel.det)
        )
    )
