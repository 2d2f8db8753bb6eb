import json
from collections.abc import Mapping
from random import Random
from typing import Any

from reconciler.emulator.braket import lifecycle
from reconciler.emulator.braket.action import action_type
from reconciler.emulator.braket.context import ACCOUNT, Context
from reconciler.emulator.braket.device import capabilities, find_device, status_of
from reconciler.emulator.braket.identifier import new_id
from reconciler.emulator.braket.job_find import of_token
from reconciler.emulator.braket.program_check import check_program
from reconciler.emulator.braket.program_set import PROGRAM_SET, Size, check_program_set
from reconciler.emulator.braket.spending_cost import check_spending
from reconciler.emulator.braket.tag import check_tags
from reconciler.emulator.braket.task import Task, insert
from reconciler.emulator.braket.token import recall, remember
from reconciler.emulator.braket.window import delay_to_window
from reconciler.emulator.catalogue import Device
from reconciler.emulator.wire.error import ServiceError, invalid


def create_quantum_task(context: Context, asked: Mapping[str, Any]) -> Mapping[str, Any]:
    # The token comes first: a repeated request gets its task even if the device went offline in between.
    known = recall(context, asked)
    if known is not None:
        return {"quantumTaskArn": known}
    device = _usable_device(context, asked["deviceArn"])
    check_tags(asked.get("tags", {}))
    _check_extras(asked, device)
    job = of_token(context, asked.get("jobToken"))
    if len(asked["action"]) > context.switches.number("action.max"):
        raise invalid("The action is too large")
    kind = action_type(asked["action"], device.arn, capabilities(device.arn))
    size = check_program_set(asked["action"], asked["shots"], capabilities(device.arn)) if kind == PROGRAM_SET else None
    shots = asked["shots"] // size.executables if size else asked["shots"]
    _check_shots(shots, device)
    if context.switches.text("device.checks") == "on":
        experimental = (asked.get("experimentalCapabilities") or {}).get("enabled") == "ALL"
        check_program(asked["action"], kind, device.arn, shots, experimental)
    check_spending(context, device.arn, asked["shots"])
    task = _task(context, asked, device, kind, size)
    insert(context.connection, task, asked["action"])
    if job is not None:
        context.connection.execute("INSERT INTO job_task VALUES (?, ?)", (task.arn, job.arn))
    remember(context, asked, task.arn)
    return {"quantumTaskArn": task.arn}


def _usable_device(context: Context, arn: str) -> Device:
    device = find_device(context, arn)
    if device is None:
        raise invalid(f"Device {arn} is not available in region {context.region}")
    status = status_of(device, context.switches)
    if status == "RETIRED":
        raise ServiceError("DeviceRetiredException", f"Device {arn} is retired")
    if status == "OFFLINE":
        raise ServiceError("DeviceOfflineException", f"Device {arn} is offline")
    return device


def _check_shots(shots: int, device: Device) -> None:
    least, most = capabilities(device.arn)["service"]["shotsRange"]
    if not least <= shots <= most:
        # The service's own words, seen in metriq-gym#793.
        raise invalid(f"Shot count should be between {least} and {most} on {device.arn}, but found {shots}.")


def _check_extras(asked: Mapping[str, Any], device: Device) -> None:
    if asked.get("associations"):
        if device.type == "SIMULATOR":
            raise invalid(f"Braket Direct is not supported for {device.arn}")
        raise invalid("Reservation arn is invalid")


def _task(context: Context, asked: Mapping[str, Any], device: Device, kind: str, size: Size | None) -> Task:
    seq = context.connection.execute("SELECT coalesce(max(seq), 0) + 1 FROM task").fetchone()[0]
    id_ = new_id(context, str(seq))
    simulator = device.type == "SIMULATOR"
    times = lifecycle.plan(context.now, simulator, context.switches, Random(id_))
    wait = 0
    if not simulator and context.switches.text("windows") == "honour":
        wait = delay_to_window(capabilities(device.arn)["service"].get("executionWindows", []), times.running_at)
    return Task(
        seq=seq,
        arn=f"arn:aws:braket:{context.region}:{ACCOUNT}:quantum-task/{id_}",
        region=context.region,
        device=device.arn,
        shots=asked["shots"],
        action_type=kind,
        parameters=asked.get("deviceParameters", "{}"),
        bucket=asked["outputS3Bucket"],
        directory=f"{asked['outputS3KeyPrefix']}/{id_}",
        tags=json.dumps(asked.get("tags", {})),
        extras=json.dumps(_extras(asked, kind, size)),
        created_at=times.created_at,
        queued_at=times.queued_at,
        running_at=times.running_at + wait,
        done_at=times.done_at + wait,
        visible_at=times.created_at,
        doom=context.switches.text("fail.reason") or None,
    )


def _extras(asked: Mapping[str, Any], kind: str, size: Size | None) -> dict[str, Any]:
    """Members of the task that are only told again."""
    echoed = {key: asked[key] for key in ("experimentalCapabilities",) if key in asked}
    if size is None:
        return echoed
    counted = {"actionType": kind, "programCount": size.programs, "executableCount": size.executables}
    return echoed | {"actionMetadata": counted}
