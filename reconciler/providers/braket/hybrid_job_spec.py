"""The spec of a HybridJob: a program of one's own beside a device. Classes and limits are data on the fields.

Limits: CreateJob in botocore's service model of `braket` (2019-09-01), names as in `core/aws_names.py`.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from reconciler.core.address import Scalar
from reconciler.core.duration import seconds_of
from reconciler.core.fields import DeviceName, FieldClass, ProjectFolder
from reconciler.providers.braket.task_spec import Output, Run
from reconciler.providers.cost_spec import CostField
from reconciler.providers.spec import Spec
from reconciler.providers.tag_map import Tags

_ENTRY = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*(:[^\W\d]\w*)?")
_IMAGE = re.compile(r"\d{10,14}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com/.+(@sha256)?:.+")
_ROLE = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:role/?[a-zA-Z_0-9+=,.@/-]+")
_INSTANCE = re.compile(r"ml\.[a-z0-9]+\.[a-z0-9]+")
_RESERVATION = re.compile(r"arn:aws[a-z-]*:braket:[a-z0-9-]*:[0-9]{12}:.+")
_CHANNEL = re.compile(r"[A-Za-z0-9._-]{1,64}")
_S3 = re.compile(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/.*)?")
_LONGEST_RUN = 432_000  # seconds
_MOST_CHANNELS, _MOST_PARAMETERS = 20, 100


def _check_entry(text: str) -> str:
    if not _ENTRY.fullmatch(text):
        raise ValueError('an entry point is written like "package.module:function" or "package.module"')
    return text


def _check_image(uri: str) -> str:
    if not _IMAGE.fullmatch(uri):
        raise ValueError('an image is written like "123456789012.dkr.ecr.REGION.amazonaws.com/repository:tag"')
    return uri


def _check_role(arn: str) -> str:
    if not _ROLE.fullmatch(arn):
        raise ValueError('a role is written like "arn:aws:iam::123456789012:role/service-role/NAME"')
    return arn


def _check_instance(name: str) -> str:
    if not _INSTANCE.fullmatch(name):
        raise ValueError('an instance type is written like "ml.m5.large"')
    return name


def _check_reservation(arn: str) -> str:
    if not _RESERVATION.fullmatch(arn):
        raise ValueError("a reservation is an ARN of Amazon Braket")
    return arn


def _check_s3(uri: str) -> str:
    if not _S3.fullmatch(uri):
        raise ValueError('a place in S3 is written like "s3://bucket/folder"')
    return uri


def _check_runtime(text: str) -> str:
    if not 0 < (seconds_of(text) or 0) <= _LONGEST_RUN:
        raise ValueError('the longest run is written like "90s", "30m", "2h" or "1d", up to 5d')
    return text


def _check_channels(channels: dict[str, str]) -> dict[str, str]:
    if len(channels) > _MOST_CHANNELS:
        raise ValueError(f"at most {_MOST_CHANNELS} input channels are allowed")
    for name in channels:
        if not _CHANNEL.fullmatch(name):
            raise ValueError(f'"{name[:40]}" is no channel: 1 to 64 letters, digits, and . _ -')
    return channels


def _parameter_texts(value: Any) -> Any:
    """Braket knows texts only. Numbers and booleans become the text they are in YAML."""
    return {key: _text(item) for key, item in value.items()} if isinstance(value, dict) else value


def _text(item: Any) -> Any:
    if isinstance(item, bool):
        return "true" if item else "false"
    return str(item) if isinstance(item, int | float) else item


def _check_parameters(parameters: dict[str, str]) -> dict[str, str]:
    if len(parameters) > _MOST_PARAMETERS:
        raise ValueError(f"at most {_MOST_PARAMETERS} hyperparameters are allowed")
    for name, value in parameters.items():
        if not 1 <= len(name) <= 256:
            raise ValueError("the name of a hyperparameter has 1 to 256 characters")
        if not 1 <= len(value) <= 2500 or "\n" in value:
            raise ValueError(f'the hyperparameter "{name[:40]}" must have 1 to 2,500 characters in one line')
    return parameters


S3Uri = Annotated[str, AfterValidator(_check_s3), Field(max_length=1024)]


class Source(Spec):
    """Script mode: a folder of the project and where it begins."""

    folder: Annotated[
        str,
        ProjectFolder(),
        Field(min_length=1, description="A folder of the project with the program; it is imported by its own name."),
    ]
    entry_point: Annotated[
        str,
        AfterValidator(_check_entry),
        Field(description="What runs, beginning with the folder's name: `algo.main:run` or `algo.main`."),
    ]


class Instance(Spec):
    """The machine beside the device."""

    type: Annotated[str, AfterValidator(_check_instance), Field(description="Its type.")] = "ml.m5.large"
    volume: Annotated[int, Field(ge=1, le=16_384, description="Its disk, in GB.")] = 30
    count: Annotated[int, Field(ge=1, le=100, description="How many of them.")] = 1


class Checkpoint(Spec):
    """Where the program leaves what it wants to go on from."""

    s3_uri: Annotated[S3Uri, Field(description="Where it is kept; what is there already is given to the program.")]
    local_path: Annotated[
        str, Field(min_length=1, max_length=4096, description="The folder that the program sees.")
    ] = "/opt/jobs/checkpoints"


class StoppingCondition(Spec):
    """When it is ended."""

    max_runtime: Annotated[
        str,
        AfterValidator(_check_runtime),
        Field(description="The longest it may run, and so the most of its machine that is paid: `30m`, `2h`, `1d`."),
    ]


class HybridJobSpec(Spec):
    """A program of one's own that runs beside a device, with priority there."""

    device: Annotated[
        str,
        FieldClass.EXECUTION,
        DeviceName(embedded=True),
        Field(
            min_length=1,
            max_length=256,
            description="An alias of the project's devices, a device's ARN, or `local:PROVIDER/SIMULATOR`.",
        ),
    ]
    source: Annotated[Source | None, FieldClass.EXECUTION, Field(description="The program, as a folder.")] = None
    image: Annotated[
        Annotated[str, AfterValidator(_check_image)] | None,
        FieldClass.EXECUTION,
        Field(max_length=255, description="The container image it runs in, from ECR; else Braket's own."),
    ] = None
    role: Annotated[
        str,
        AfterValidator(_check_role),
        FieldClass.EXECUTION,
        Field(description="The ARN of the role it runs as, named AmazonBraketJobsExecutionRole… under /service-role/."),
    ]
    instance: Annotated[
        Instance, FieldClass.EXECUTION, Field(default_factory=Instance, description="The machine beside the device.")
    ]
    hyperparameters: Annotated[
        dict[str, str],
        BeforeValidator(_parameter_texts, json_schema_input_type=dict[str, Scalar]),
        AfterValidator(_check_parameters),
        FieldClass.EXECUTION,
        Field(description="What the program is told, as texts. They are echoed to the logs: no secrets."),
    ] = {}
    input: Annotated[
        dict[str, S3Uri],
        AfterValidator(_check_channels),
        FieldClass.EXECUTION,
        Field(description="Data for the program: channel to a place in S3."),
    ] = {}
    checkpoint: Annotated[
        Checkpoint | None, FieldClass.EXECUTION, Field(description="Where it keeps what it can go on from.")
    ] = None
    stopping_condition: Annotated[StoppingCondition, FieldClass.EXECUTION, Field(description="When it is ended.")]
    reservation: Annotated[
        Annotated[str, AfterValidator(_check_reservation)] | None,
        FieldClass.EXECUTION,
        Field(description="The ARN of a reservation of the device (Braket Direct) that it runs in."),
    ] = None
    matrix: Annotated[
        dict[str, list[Scalar]] | None,
        FieldClass.EXECUTION,
        Field(description="A sweep: one job for each combination of the values, addressed by them."),
    ] = None
    output: Annotated[
        Output | None,
        FieldClass.DELIVERY,
        Field(description="Where the source and the results go; without it the project's default output."),
    ] = None
    cost: CostField = None
    run: Annotated[
        Run,
        Field(default_factory=Run, description="How often the work is paid, and what happens when it is removed."),
    ]
    tags: Annotated[
        Tags,
        FieldClass.MUTABLE,
        Field(description="The job's tags; they stand under `metadata` and add to the project's default tags."),
    ] = {}

    @model_validator(mode="after")
    def _something_runs(self) -> Self:
        if self.source is None and self.image is None:
            raise ValueError("source or image is needed: a folder with the program, or a container that holds it")
        return self


ATTRIBUTES: dict[str, Literal["spec", "late"]] = {
    "device": "spec",
    "arn": "late",
    "status": "late",
    "outputS3Uri": "late",
    "digest": "late",
}
"""What `${{ HybridJob/name.attribute }}` may name: a field of the spec, or what is known once a run was accepted."""
