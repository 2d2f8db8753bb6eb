# Imports Pulser (about a second): load this module only to check a sequence.
from functools import lru_cache
from typing import Any

from reconciler.simulate.pulser_library import LibraryFailed, pulser_at_work
from reconciler.simulate.sequence_bounds import CannotRun
from reconciler.simulate.sequence_finding import Finding

# Microsoft's description of the provider; for when the cloud's own spec is not at hand.
_MOST_ATOMS = {"EMU_FREE": 12, "EMU_SV": 25, "EMU_MPS": 80, "FRESNEL": 100, "FRESNEL_CAN1": 100}


def atoms_allowed(spec: str | None, device: str) -> int | None:
    """The largest number of atoms of a device type; None where nobody says."""
    most = getattr(read_device(spec), "max_atom_num", None)
    return most or _MOST_ATOMS.get(device)


@lru_cache(maxsize=16)
def read_device(spec: str | None) -> Any:
    """Pulser's device of a cloud's spec; None without a spec, or if it cannot be read."""
    if spec is None:
        return None
    try:
        with pulser_at_work():
            from pulser.json.abstract_repr.deserializer import deserialize_device

            return deserialize_device(spec)
    except CannotRun:
        return None


def fit(sequence: Any, spec: str | None, device: str) -> tuple[Any, list[Finding]]:
    """The sequence on the device it is meant for, and what keeps it from being there.

    Emulators take a sequence for any device; a QPU takes what fits it exactly. Where it does not fit, or nothing is
    known of the device, the sequence comes back as it was.
    """
    if spec is None or device.startswith("EMU_"):
        return sequence, []
    target = read_device(spec)
    if target is None:
        detail = (
            f"The cloud's description of {device} is not one that this Pulser reads, so nothing was compared with it."
        )
        return sequence, [Finding("sequence/not-checked", "warning", detail, "Install the newest Pulser.")]
    problem = _layout_problem(sequence, target, device)
    if problem:
        remedy = f"Choose traps of a layout of {device}: `device.calibrated_register_layouts` in Pulser."
        return sequence, [Finding("sequence/layout", "error", problem, remedy)]
    return _switch(sequence, target, device)


def _layout_problem(sequence: Any, target: Any, device: str) -> str:
    layout = sequence.get_register(include_mappable=True).layout
    if getattr(target, "requires_layout", False) and layout is None:
        return f"{device} takes only atoms on the traps of a layout, and the register of this sequence has none."
    own = getattr(target, "pre_calibrated_layouts", ())
    if layout is not None and not getattr(target, "accepts_new_layouts", True) and layout not in own:
        return f"{device} takes only layouts that it is calibrated for, and the one of this sequence is none of them."
    return ""


def _switch(sequence: Any, target: Any, device: str) -> tuple[Any, list[Finding]]:
    try:
        with pulser_at_work():
            from pulser.backend.qpu import QPUBackend

            # The old name goes; the new one came with Pulser 1.9.
            switch = getattr(sequence, "with_new_device", None) or sequence.switch_device
            switched = switch(target, strict=True)
            if not switched.is_empty():
                QPUBackend.validate_sequence(switched, mimic_qpu=True)
    except LibraryFailed as error:
        detail = f"The sequence could not be compared with {device}. {error.reason}"
        return sequence, [Finding("sequence/not-checked", "warning", detail, "Try it with Pulser yourself.")]
    except CannotRun as error:
        detail = (
            f"The sequence was made for {sequence.device.name!r}, and does not run on {device} as it is: {error.reason}"
        )
        remedy = f"Make it in Pulser for the device that the cloud describes as {device}."
        return sequence, [Finding("sequence/device-mismatch", "error", detail, remedy)]
    return switched, []
