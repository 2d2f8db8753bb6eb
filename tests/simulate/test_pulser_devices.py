"""The local cloud's devices and the example sequences are what Pulser makes and reads."""

import json
from typing import Any

import pytest
from pulser.json.abstract_repr.deserializer import deserialize_device

from reconciler.emulator.pasqal.specs import SPECS, devices
from tests.simulate.pulser_files import sequence
from tests.simulate.sequences import make_sequences
from tests.simulate.sequences.make_devices import all_devices


def unversioned(text: str) -> Any:
    """Without the version of the Pulser that wrote it, which a newer one changes."""
    return json.loads(text, object_hook=lambda node: {key: node[key] for key in node if key != "pulser_version"})


def test_the_specs_are_those_that_the_script_writes() -> None:
    made = {device.name: unversioned(device.to_abstract_repr()) for device in all_devices()}
    assert {name: unversioned(text) for name, text in SPECS.items()} == made


@pytest.mark.parametrize("name", ["rabi", "blockade", "sweep", "mappable"])
def test_the_sequences_are_those_that_the_script_writes(name: str) -> None:
    assert unversioned(sequence(name)) == unversioned(getattr(make_sequences, name)())


def test_only_the_qpu_is_a_real_device_and_the_rows_agree_with_the_specs() -> None:
    read = {name: deserialize_device(text) for name, text in SPECS.items()}
    assert [name for name, device in read.items() if type(device).__name__ == "Device"] == ["FRESNEL"]
    assert [(row["device_type"], row["max_atom_num"]) for row in devices()] == [
        (name, device.max_atom_num) for name, device in read.items()
    ]
    assert [row["device_type"] for row in devices() if not row["bill_usage"]] == ["EMU_FREE"]
    assert "FRESNEL_CAN1" not in SPECS
