from reconciler.emulator.braket.operations import OPERATIONS
from reconciler.emulator.wire.model import braket


def test_every_operation_of_the_model_is_answered() -> None:
    assert set(OPERATIONS) == set(braket().operation_names)
