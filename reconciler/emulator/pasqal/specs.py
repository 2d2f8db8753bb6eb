from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from typing import Any

# Seconds until a new batch begins: made up, and always the same.
_QUEUE = {"EMU_FREE": 0, "EMU_MPS": 60, "EMU_SV": 60, "FRESNEL": 1800}
_MOST_ATOMS = {"EMU_FREE": 12, "EMU_MPS": 80, "EMU_SV": 25, "FRESNEL": 100}


class _Specs(Mapping[str, str]):
    """Reads a file when somebody asks for it."""

    def __getitem__(self, device_type: str) -> str:
        if device_type not in _QUEUE:
            raise KeyError(device_type)
        return _read(device_type)

    def __iter__(self) -> Iterator[str]:
        return iter(_QUEUE)

    def __len__(self) -> int:
        return len(_QUEUE)


SPECS: Mapping[str, str] = _Specs()
"""Device types and their devices in Pulser's abstract representation, as JSON text.

tests/simulate/sequences/make_devices.py writes the files: FRESNEL after Pulser's own AnalogDevice (channel, clock,
distances, runs), with 100 atoms and two calibrated layouts; the emulators as virtual devices with the numbers of atoms
that Azure's description of the provider gives.
"""


def devices() -> list[dict[str, Any]]:
    """The rows of GET /api/v2/devices."""
    return [
        {
            "device_type": device_type,
            "status": "UP",
            "availability": "ACTIVE",
            "average_queue_time": seconds,
            "max_atom_num": _MOST_ATOMS[device_type],
            "bill_usage": device_type != "EMU_FREE",
        }
        for device_type, seconds in _QUEUE.items()
    ]


@cache
def _read(device_type: str) -> str:
    file = resources.files("reconciler.emulator.pasqal") / "devices" / f"{device_type}.json"
    return file.read_text("utf-8").rstrip("\n")
