"""A session with Amazon's unmodified SDK, run as a script in a process of its own.

It knows the local cloud by environment variables alone, prints one JSON object of what it saw, and moves the local
cloud's clock through the world file that LOCAL_WORLD names, as `qctl local advance` does.
"""

import io
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError
from braket.ahs import AnalogHamiltonianSimulation, AtomArrangement, DrivingField
from braket.aws import AwsDevice, AwsQuantumTask
from braket.circuits import Circuit, FreeParameter, Observable
from braket.ir.openqasm import Program
from braket.ir.openqasm import ProgramSet as OpenQASMProgramSet
from braket.program_sets import CircuitBinding, ProgramSet
from braket.timings import TimeSeries

from reconciler.emulator.world import World

SV1 = "arn:aws:braket:::device/quantum-simulator/amazon/sv1"
DM1 = "arn:aws:braket:::device/quantum-simulator/amazon/dm1"
GARNET = "arn:aws:braket:eu-north-1::device/qpu/iqm/Garnet"
FORTE = "arn:aws:braket:us-east-1::device/qpu/ionq/Forte-1"
AQUILA = "arn:aws:braket:us-east-1::device/qpu/quera/Aquila"
CEPHEUS = "arn:aws:braket:us-west-1::device/qpu/rigetti/Cepheus-1-108Q"
ARIA = "arn:aws:braket:us-east-1::device/qpu/ionq/Aria-1"
BELL = Circuit().h(0).cnot(0, 1)
FAST = {"poll_interval_seconds": 0.05, "poll_timeout_seconds": 60}


def later(seconds: float) -> None:
    world = World.open(os.environ["LOCAL_WORLD"])
    world.advance(seconds)
    world.close()


def devices() -> Any:
    found = AwsDevice.get_devices()
    retired = AwsDevice.get_devices(statuses=["RETIRED"])
    return {"names": sorted(device.name for device in found), "retired": [device.name for device in retired]}


def device() -> Any:
    garnet, forte, aquila = AwsDevice(GARNET), AwsDevice(FORTE), AwsDevice(AQUILA)
    depth = garnet.queue_depth()
    return {
        "edges": garnet.topology_graph.number_of_edges(),
        "forte edges": forte.topology_graph.number_of_edges(),
        "native": garnet.properties.paradigm.nativeGateSet,
        "sites": aquila.properties.paradigm.qubitCount,
        "status": [garnet.status, AwsDevice(CEPHEUS).status, AwsDevice(ARIA).status],
        "depth": {queue.value: size for queue, size in depth.quantum_tasks.items()} | {"Jobs": depth.jobs},
        "emulated": sum(garnet.emulator().run(native(), shots=50).result().measurement_counts.values()),
    }


def native() -> Circuit:
    return Circuit().add_verbatim_box(Circuit().prx(1, 1.57, 0).cz(1, 2))


def run() -> Any:
    task = AwsDevice(SV1).run(BELL, shots=100, tags={"owner": "lab-3"}, **FAST)
    result = task.result()
    again = AwsQuantumTask(task.id, **FAST).result()
    return {
        "state": task.state(),
        "counts": dict(result.measurement_counts),
        "same": again.measurement_counts == result.measurement_counts,
        "tags": task.metadata()["tags"],
        "id": result.task_metadata.id == task.id,
        "ms": result.additional_metadata.simulatorMetadata.executionDuration,
    }


def values() -> Any:
    program = Circuit().h(0).cnot(0, 1).state_vector().expectation(Observable.Z() @ Observable.Z(), target=[0, 1])
    exact = AwsDevice(SV1).run(program, shots=0, **FAST).result()
    noisy = Circuit().i(0).bit_flip(0, probability=0.25).probability(target=0)
    sampled = AwsDevice(SV1).run(Circuit().x(0).expectation(Observable.Z(), target=0), shots=10, **FAST).result()
    return {
        "vector": [round(abs(amplitude) ** 2, 6) for amplitude in exact.values[0]],
        "expectation": exact.values[1],
        "noise": [round(float(p), 6) for p in AwsDevice(DM1).run(noisy, shots=0, **FAST).result().values[0]],
        "sampled": sampled.values,
    }


def batch() -> Any:
    # The SDK copies its session here and forgets endpoints given in code: only the environment is left.
    circuits = [Circuit().x(qubit).i(2 - qubit) for qubit in range(3)]
    found = AwsDevice(SV1).run_batch(circuits, shots=5, max_parallel=3, **FAST).results()
    return [dict(result.measurement_counts) for result in found]


def queue() -> Any:
    forte = AwsDevice(FORTE).run(BELL, shots=100, **FAST)
    later(600)  # QPU tasks are CREATED for a while before they have a place in the queue
    position = forte.queue_position()
    garnet = AwsDevice(GARNET).run(native(), shots=10, **FAST)
    garnet.cancel()
    states = [forte.state(), garnet.state()]
    later(7200)
    result = forte.result()
    return {
        "position": position.queue_position,
        "states": states,
        "later": [forte.state(), garnet.state()],
        "counts": dict(result.measurement_counts),
        "simulator metadata": result.additional_metadata.simulatorMetadata is not None,
    }


def analog() -> Any:
    register = AtomArrangement().add([0, 0]).add([3e-5, 0])
    drive = DrivingField(
        amplitude=ramps(15_700_000.0), phase=nothing(), detuning=nothing()
    )  # 0.2 us at this amplitude flip an atom
    task = AwsDevice(AQUILA).run(AnalogHamiltonianSimulation(register, drive), shots=20, **FAST)
    later(7200)
    return task.result().get_counts()


def ramps(value: float) -> TimeSeries:
    return TimeSeries().put(0.0, 0.0).put(5e-8, value).put(2e-7, value).put(2.5e-7, 0.0)


def nothing() -> TimeSeries:
    return TimeSeries().put(0.0, 0.0).put(2.5e-7, 0.0)


def failure() -> Any:
    task = AwsDevice(SV1).run(Circuit().h(range(30)), shots=1, **FAST)
    result = task.result()
    metadata = task.metadata()
    return {"result": result, "state": task.state(), "reason": metadata["failureReason"]}


def boto() -> Any:
    client = AwsDevice(SV1).aws_session.braket_client
    pages = list(
        client.get_paginator("search_quantum_tasks").paginate(
            filters=[{"name": "deviceArn", "operator": "EQUAL", "values": [SV1]}], PaginationConfig={"PageSize": 2}
        )
    )
    arn = pages[0]["quantumTasks"][0]["quantumTaskArn"]
    client.tag_resource(resourceArn=arn, tags={"a": "1", "b": "2"})
    client.untag_resource(resourceArn=arn, tagKeys=["a"])
    found = client.get_paginator("search_devices").paginate(filters=[], PaginationConfig={"PageSize": 1})
    return {
        "sizes": sorted({len(page["quantumTasks"]) for page in pages[:-1]}),
        "b": client.list_tags_for_resource(resourceArn=arn)["tags"].get("b"),
        "a": client.list_tags_for_resource(resourceArn=arn)["tags"].get("a"),
        "device pages": len(list(found)),
        "missing": modelled(
            client, "ResourceNotFoundException", lambda: client.get_quantum_task(quantumTaskArn=arn[:-1] + "x")
        ),
        "offline": modelled(AwsDevice(CEPHEUS), "DeviceOfflineException", None),
        "retired": modelled(AwsDevice(ARIA), "DeviceRetiredException", None),
        "again": modelled(client, "ConflictException", lambda: client.cancel_quantum_task(quantumTaskArn=arn)),
    }


def files() -> Any:
    session = AwsDevice(SV1).aws_session
    s3, bucket = session.s3_client, session.default_bucket()
    source = Path(os.environ["HOME"]) / "source.bin"
    source.write_bytes(b"0123456789" * 30_000)
    session.upload_to_s3(str(source), f"s3://{bucket}/in/source.bin")
    session.upload_local_data(str(source.parent), f"s3://{bucket}/in/copy")
    # A stream can't be read twice, so boto frames it in chunks and signs none of them.
    s3.upload_fileobj(io.BytesIO(b"streamed"), bucket, "in/stream é")
    s3.put_object(Bucket=bucket, Key="lock", Body=b"", IfNoneMatch="*")
    return {
        "bucket": bucket,
        "read": session.retrieve_s3_object_body(bucket, "in/stream é"),
        "size": s3.head_object(Bucket=bucket, Key="in/source.bin")["ContentLength"],
        "keys": session.list_keys(bucket, "in/"),
        "locked": status(lambda: s3.put_object(Bucket=bucket, Key="lock", Body=b"", IfNoneMatch="*")),
        "missing": status(lambda: s3.head_object(Bucket=bucket, Key="nothing")),
        "part": s3.get_object(Bucket=bucket, Key="in/source.bin", Range="bytes=299998-")["Body"].read().decode(),
    }


def program_set() -> Any:
    turn = Circuit().rx(0, FreeParameter("theta"))
    sets = {"theta": [0.0, 3.141592653589793]}
    observed = CircuitBinding(turn, input_sets=sets, observables=[Observable.Z(0), Observable.I(0)])
    wanted = ProgramSet([CircuitBinding(turn, input_sets=sets), observed, Circuit().x(0).i(1)], shots_per_executable=20)
    task = AwsDevice(GARNET).run(wanted, **FAST)
    later(7200)
    result = task.result()
    metadata = task.metadata()
    return {
        "state": task.state(),
        "counts": [[dict(entry.counts) for entry in program] for program in result],
        "z": [entry.expectation for entry in result[1].entries],
        "inputs": result[0].entries[1].inputs,
        "told": [metadata["actionMetadata"], metadata["shots"], metadata["numSuccessfulShots"]],
        "id": result.task_metadata.id == task.id,
    }


def invalid_program_set() -> Any:
    """A set the service refuses for its second program, and one that fails as a whole and has results all the same."""
    wrong = OpenQASMProgramSet.construct(programs=[NOTHING, NOTHING.copy(update={"source": " "})])
    answer = error_of(lambda: AwsDevice(GARNET).run(wrong, shots=20, **FAST))
    task = AwsDevice(GARNET).run(OpenQASMProgramSet(programs=[NOTHING]), shots=20, **FAST)
    later(7200)
    failed = task.result()[0][0]
    return {
        "reason": answer["reason"],
        "failures": answer["programSetValidationFailures"],
        "shown": "First failure" in answer["Error"]["Message"],
        "state": task.state(),
        "failed": [type(failed).__name__, failed.failureMetadata.category],
    }


NOTHING = Program(source="OPENQASM 3.0; nonsense;")


def limits() -> Any:
    client = AwsDevice(FORTE).aws_session.braket_client
    arn = client.create_spending_limit(deviceArn=FORTE, spendingLimit="3.00", tags={"owner": "lab-3"})[
        "spendingLimitArn"
    ]
    made = client.search_spending_limits()["spendingLimits"][0]
    refused = error_of(lambda: AwsDevice(FORTE).run(BELL, shots=100, **FAST))
    client.update_spending_limit(spendingLimitArn=arn, spendingLimit="8.30")
    AwsDevice(FORTE).run(BELL, shots=100, **FAST)
    pages = client.get_paginator("search_spending_limits").paginate()
    (full,) = [limit for page in pages for limit in page["spendingLimits"]]
    client.delete_spending_limit(spendingLimitArn=arn)
    return {
        "made": [made[key] for key in ("deviceArn", "spendingLimit", "queuedSpend", "totalSpend", "tags")],
        "until": made["timePeriod"]["endAt"].isoformat(),
        "refused": [refused["Error"]["Code"], refused["Error"]["Message"]],
        "full": [full[key] for key in ("spendingLimit", "queuedSpend", "totalSpend")],
        "left": client.search_spending_limits()["spendingLimits"],
        "missing": modelled(
            client, "ResourceNotFoundException", lambda: client.delete_spending_limit(spendingLimitArn=arn)
        ),
    }


def status(call: Callable[[], Any]) -> int:
    """The HTTP status of the error that the call ends in."""
    return int(error_of(call).get("ResponseMetadata", {}).get("HTTPStatusCode", 200))


def error_of(call: Callable[[], Any]) -> Any:
    """The answer that is the error in which the call ends; empty if it goes well."""
    try:
        call()
    except ClientError as error:
        return error.response
    return {}


def modelled(owner: Any, name: str, call: Callable[[], Any] | None) -> bool:
    """Whether the call ends in that exception class of the service model."""
    client = owner.aws_session.braket_client if isinstance(owner, AwsDevice) else owner
    try:
        call() if call else owner.run(BELL, shots=100, **FAST)
    except getattr(client.exceptions, name):
        return True
    return False


SCENES = (
    devices,
    device,
    run,
    values,
    batch,
    queue,
    analog,
    failure,
    boto,
    files,
    program_set,
    invalid_program_set,
    limits,
)

if __name__ == "__main__":
    json.dump({scene.__name__: scene() for scene in SCENES}, sys.stdout)
