import json
import re
from collections.abc import Mapping
from typing import Any

from reconciler.emulator.braket.context import ACCOUNT, Context
from reconciler.emulator.braket.device import find_device, status_of
from reconciler.emulator.braket.identifier import new_id
from reconciler.emulator.braket.job import Job, insert, select
from reconciler.emulator.braket.job_lifecycle import TERMINAL, status
from reconciler.emulator.braket.job_settle import settle
from reconciler.emulator.braket.tag import check_tags
from reconciler.emulator.braket.token import recall, remember
from reconciler.emulator.wire.error import ServiceError, invalid

# The role that the console makes, and that rights to pass a role to Braket are given for (AWS's skill `amazon-braket`).
_ROLE = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:role/service-role/AmazonBraketJobsExecutionRole[^/]*")
_LOCAL = re.compile(r"local:[^/]+/.+")
# The longest the service allows, which is what it takes when nothing is asked.
_MAX_RUNTIME = 432_000
_CHECKPOINTS = "/opt/braket/checkpoints"


def create_job(context: Context, asked: Mapping[str, Any]) -> Mapping[str, Any]:
    # The token comes first, as for tasks; one that was used for a task is not used for a job.
    request = {**asked, "clientToken": f"job {asked['clientToken']}"}
    known = recall(context, request)
    if known is not None:
        return {"jobArn": known}
    _check(context, asked)
    settle(context.session)
    _check_quota(context)
    job = _job(context, asked)
    insert(context.connection, job)
    remember(context, request, job.arn)
    return {"jobArn": job.arn}


def _check(context: Context, asked: Mapping[str, Any]) -> None:
    if not asked["algorithmSpecification"].keys() & {"scriptModeConfig", "containerImage"}:
        raise invalid("The algorithmSpecification needs a scriptModeConfig or a containerImage")
    channels = [channel["channelName"] for channel in asked.get("inputDataConfig", ())]
    if len(set(channels)) < len(channels):
        raise invalid("The channel names of inputDataConfig must differ")
    check_tags(asked.get("tags", {}))
    _check_device(context, asked["deviceConfig"]["device"], bool(asked.get("associations")))
    if context.switches.text("jobs.role") == "strict" and not _ROLE.fullmatch(asked["roleArn"]):
        user = f"arn:aws:iam::{ACCOUNT}:user/local"
        text = f"User: {user} is not authorized to perform: iam:PassRole on resource: {asked['roleArn']}"
        raise ServiceError("AccessDeniedException", text)


def _check_device(context: Context, arn: str, reserved: bool) -> None:
    if _LOCAL.fullmatch(arn):
        return  # a simulator that the job brings itself
    device = find_device(context, arn)
    if device is None:
        raise invalid(f"Device {arn} is not available in region {context.region}")
    match status_of(device, context.switches):
        case "RETIRED":
            raise ServiceError("DeviceRetiredException", f"Device {arn} is retired")
        case "OFFLINE":
            raise ServiceError("DeviceOfflineException", f"Device {arn} is offline")
    if reserved:
        simulator = device.type == "SIMULATOR"
        raise invalid(f"Braket Direct is not supported for {arn}" if simulator else "Reservation arn is invalid")


def _check_quota(context: Context) -> None:
    most = int(context.switches.number("jobs.quota"))
    jobs = select(context.connection, "region = ?", (context.region,))
    if sum(status(job, context.now) not in TERMINAL for job in jobs) >= most:
        # How the service's own words begin; seen in amazon-braket-examples#181.
        text = f"You have exceeded the service quota of {most} concurrent hybrid jobs"
        raise ServiceError("ServiceQuotaExceededException", text)


def _job(context: Context, asked: Mapping[str, Any]) -> Job:
    seq = context.connection.execute("SELECT coalesce(max(seq), 0) + 1 FROM job").fetchone()[0]
    id_, secret = new_id(context, f"job:{seq}"), new_id(context, f"job token:{seq}")
    queue = context.switches.number("latency.job.queue") * context.switches.number("latency.factor")
    return Job(
        seq=seq,
        arn=f"arn:aws:braket:{context.region}:{ACCOUNT}:job/{id_}",
        region=context.region,
        name=asked["jobName"],
        device=asked["deviceConfig"]["device"],
        tags=json.dumps(asked.get("tags", {})),
        request=json.dumps(_with_defaults(asked)),
        secret=secret,
        created_at=context.now,
        starts_at=context.now + round(queue * 1000),
        visible_at=context.now,
        doom=context.switches.text("fail.reason") or None,
    )


def _with_defaults(asked: Mapping[str, Any]) -> dict[str, Any]:
    found = {name: value for name, value in asked.items() if name not in ("clientToken", "tags")}
    found["instanceConfig"] = {"instanceCount": 1} | asked["instanceConfig"]
    found["stoppingCondition"] = {"maxRuntimeInSeconds": _MAX_RUNTIME} | asked.get("stoppingCondition", {})
    if "checkpointConfig" in asked:
        found["checkpointConfig"] = {"localPath": _CHECKPOINTS} | asked["checkpointConfig"]
    return found
