"""Write the local cloud's device specs anew: `python -m tests.simulate.sequences.make_devices`, from the project."""

import json
from math import pi
from pathlib import Path
from typing import Any

from pulser.channels import DMM, Microwave, Raman, Rydberg
from pulser.devices import AnalogDevice, Device, VirtualDevice
from pulser.json.abstract_repr.deserializer import deserialize_device
from pulser.register.special_layouts import TriangularLatticeLayout

FOLDER = Path(__file__).parents[3] / "reconciler" / "emulator" / "pasqal" / "devices"


def fresnel() -> Any:
    # Half of 217 traps hold 100 atoms; eight rings of 5 µm reach 40 µm.
    return Device(
        name="FRESNEL",
        dimensions=2,
        rydberg_level=60,
        max_atom_num=100,
        max_radial_distance=46,
        min_atom_distance=5,
        max_sequence_duration=6000,
        max_runs=2000,
        requires_layout=True,
        accepts_new_layouts=False,
        channel_objects=AnalogDevice.channel_objects,
        pre_calibrated_layouts=(TriangularLatticeLayout(61, 5), TriangularLatticeLayout(217, 5)),
    )


def emulator(name: str, atoms: int) -> Any:
    limits: dict[str, Any] = {"max_abs_detuning": 2 * pi * 20, "max_amp": 2 * pi * 10, "max_duration": 100_000}
    return VirtualDevice(
        name=name,
        dimensions=3,
        rydberg_level=60,
        max_atom_num=atoms,
        min_atom_distance=4,
        supports_slm_mask=True,
        reusable_channels=True,
        channel_objects=(
            Rydberg.Global(**limits),
            Rydberg.Local(**limits),
            Raman.Global(**limits),
            Raman.Local(**limits),
            Microwave.Global(**limits),
        ),
        dmm_objects=(DMM(bottom_detuning=-2 * pi * 20, max_duration=100_000),),
    )


def all_devices() -> list[Any]:
    return [fresnel(), emulator("EMU_FREE", 12), emulator("EMU_MPS", 80), emulator("EMU_SV", 25)]


def main() -> None:
    for device in all_devices():
        text = device.to_abstract_repr()
        assert deserialize_device(text) == device
        (FOLDER / f"{device.name}.json").write_text(json.dumps(json.loads(text), separators=(",", ":")) + "\n", "utf-8")


if __name__ == "__main__":
    main()
