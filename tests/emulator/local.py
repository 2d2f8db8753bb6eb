import json
from functools import cache
from typing import Any

import botocore.session
import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.config import Config
from botocore.exceptions import ClientError

from reconciler.emulator.inprocess import hook
from reconciler.emulator.world import World
from tests.simulate.actions import rabi

SV1 = "arn:aws:braket:::device/quantum-simulator/amazon/sv1"
DM1 = "arn:aws:braket:::device/quantum-simulator/amazon/dm1"
FORTE = "arn:aws:braket:us-east-1::device/qpu/ionq/Forte-1"
GARNET = "arn:aws:braket:eu-north-1::device/qpu/iqm/Garnet"
ARIA = "arn:aws:braket:us-east-1::device/qpu/ionq/Aria-1"
CEPHEUS = "arn:aws:braket:us-west-1::device/qpu/rigetti/Cepheus-1-108Q"
AQUILA = "arn:aws:braket:us-east-1::device/qpu/quera/Aquila"
BELL = json.dumps(
    {
        "braketSchemaHeader": {"name": "braket.ir.openqasm.program", "version": "1"},
        "source": "OPENQASM 3.0; qubit[2] q; bit[2] c; h q[0]; cnot q[0], q[1]; c = measure q;",
    }
)
AHS = rabi(1)


class _Wire:
    """The clients are shared by all tests, for they are slow to make; the world behind them changes."""

    world: World

    def send(self, request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        return hook(self.world)(request)


_WIRE = _Wire()


@cache
def _client(service: str, region: str, agent: str) -> Any:
    session: Any = botocore.session.Session()
    session.set_credentials("key", "secret")
    session.register("before-send", _WIRE.send)
    config = Config(retries={"total_max_attempts": 1, "mode": "standard"}, user_agent_extra=agent or None)
    return session.create_client(service, region_name=region, config=config)


class Local:
    """botocore against a local cloud in this process, with short ways to say the usual things."""

    def __init__(self, world: World) -> None:
        self.world = world
        _WIRE.world = world

    def client(self, service: str = "braket", region: str = "us-east-1", agent: str = "") -> Any:
        return _client(service, region, agent)

    def create(self, token: str | None = None, region: str = "us-east-1", **changes: Any) -> str:
        asked = {
            "clientToken": token or "t",
            "deviceArn": SV1,
            "shots": 10,
            "action": BELL,
            "outputS3Bucket": "results",
            "outputS3KeyPrefix": "some/prefix",
        } | changes
        return str(self.client(region=region).create_quantum_task(**asked)["quantumTaskArn"])

    def get(self, arn: str, region: str = "us-east-1", queue: bool = False) -> dict[str, Any]:
        names = ["QueueInfo"] if queue else []
        found = self.client(region=region).get_quantum_task(quantumTaskArn=arn, additionalAttributeNames=names)
        return dict(found)

    def status(self, arn: str) -> str:
        return str(self.get(arn)["status"])


def refused(call: Any, /, **asked: Any) -> tuple[int, str, str]:
    """Status, code and message of the error that a call must end with."""
    with pytest.raises(ClientError) as caught:
        call(**asked)
    answer: Any = caught.value.response
    return answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"]["Code"], answer["Error"]["Message"]
