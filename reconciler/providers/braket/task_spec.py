"""The spec of a QuantumTask: one run of one program on one device. Classes and limits are data on the fields.

Limits: CreateQuantumTask in botocore's service model of `braket` (2019-09-01), names as in `core/aws_names.py`.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from reconciler.core.address import Scalar
from reconciler.core.aws_names import check_bucket, check_prefix
from reconciler.core.duration import seconds_of
from reconciler.core.fields import DeviceName, FieldClass, ProjectFile
from reconciler.providers.cost_spec import CostField
from reconciler.providers.expect_spec import Expect
from reconciler.providers.running import Generation, MaxAttempts, OnRemove
from reconciler.providers.spec import Spec
from reconciler.providers.tag_map import Tags

_INPUT_NAME = re.compile(r"[^\W\d]\w*")


def _check_input_name(name: str) -> str:
    if not _INPUT_NAME.fullmatch(name):
        raise ValueError(f'"{name[:40]}" is no name of an OpenQASM input: letters, digits and _ only')
    return name


Number = int | float
InputValue = bool | int | float | Annotated[list[Number], Field(min_length=1)]


class Program(Spec):
    """What runs: exactly one of `openqasm`, `ahs` and `ir`."""

    openqasm: Annotated[
        str | None,
        ProjectFile(or_inline=True),
        Field(min_length=1, description="An OpenQASM program: a file of the project, or the text itself."),
    ] = None
    ahs: Annotated[
        str | None,
        ProjectFile(or_inline=True),
        Field(min_length=1, description="An analog Hamiltonian simulation in Braket's JSON: a file, or the text."),
    ] = None
    ir: Annotated[
        str | None,
        ProjectFile(or_inline=True),
        Field(min_length=1, description="Any other action in Braket's own JSON, with its header: a file, or the text."),
    ] = None
    inputs: Annotated[
        dict[Annotated[str, AfterValidator(_check_input_name)], InputValue],
        Field(description="Values of the program's `input` declarations (OpenQASM only)."),
    ] = {}

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        given = [name for name in ("openqasm", "ahs", "ir") if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(f"exactly one of openqasm, ahs and ir is needed, found {' and '.join(given) or 'none'}")
        if self.inputs and given != ["openqasm"]:
            raise ValueError(f"inputs belong to openqasm; an {given[0]} program holds its own values")
        return self


class Output(Spec):
    """Where results go."""

    bucket: Annotated[str, AfterValidator(check_bucket), Field(description="The S3 bucket that takes the results.")]
    prefix: Annotated[
        str,
        AfterValidator(check_prefix),
        Field(min_length=1, max_length=1024, description="The folder in it; the task's id is added by Braket."),
    ] = "qctl"


class Retry(Spec):
    """When a finished but unsuccessful run may be paid again."""

    max_attempts: MaxAttempts = 1
    on: Annotated[
        list[Literal["FAILED", "CANCELLED"]],
        Field(min_length=1, description="The ends that allow another attempt."),
    ] = ["FAILED"]


class Run(Spec):
    """How often the work is paid, and what happens when it leaves the manifest."""

    generation: Generation = 1
    retry: Annotated[
        Retry,
        FieldClass.LOCAL,
        Field(default_factory=Retry, description="When a run that failed or was cancelled may be paid again."),
    ]
    on_remove: Annotated[
        OnRemove,
        Field(description="What becomes of an unfinished run that leaves the manifest: cancelled, or left alone."),
    ] = "cancel"


def _check_duration(text: str) -> str:
    if not seconds_of(text):
        raise ValueError(f'"{text[:20]}" is no duration: write 12h or 30d')
    return text


class Freshness(Spec):
    """How long a finished run stands for what is declared. Without it: for ever."""

    max_age: Annotated[
        Annotated[str, AfterValidator(_check_duration)] | None,
        Field(description="A result that ended longer ago is stale: `12h`, `30d`."),
    ] = None
    on_calibration_change: Annotated[
        bool, Field(description="A result is stale once its QPU was calibrated again, or says other things of itself.")
    ] = False
    on_stale: Annotated[
        Literal["report", "rerun"],
        Field(description="Whether a stale result is only told, or paid for again, each time within `maxNewRuns`."),
    ] = "report"
    max_new_runs: Annotated[
        int, Field(ge=1, le=1_000, description="So many more runs are paid at most, in all, for one generation.")
    ] = 1

    @model_validator(mode="after")
    def _says_when(self) -> Self:
        if self.max_age is None and not self.on_calibration_change:
            raise ValueError("it needs maxAge or onCalibrationChange: true, or nothing is ever stale")
        return self


class QuantumTaskSpec(Spec):
    """One run of one program on one device."""

    device: Annotated[
        str,
        FieldClass.EXECUTION,
        DeviceName(),
        Field(min_length=1, max_length=256, description="An alias of the project's devices, or a device's ARN."),
    ]
    shots: Annotated[
        int,
        FieldClass.EXECUTION,
        Field(ge=0, le=10_000_000, description="How often the program is measured; 0 only for exact simulation."),
    ]
    program: Annotated[Program, FieldClass.EXECUTION, Field(description="What runs.")]
    device_parameters: Annotated[
        dict[str, Any],
        FieldClass.EXECUTION,
        Field(description="Passed to the device as they are, in Braket's own names."),
    ] = {}
    experimental_capabilities: Annotated[
        Literal["ALL", "NONE"] | None,
        FieldClass.EXECUTION,
        Field(description="Whether the device's experimental capabilities may be used."),
    ] = None
    matrix: Annotated[
        dict[str, list[Scalar]] | None,
        FieldClass.EXECUTION,
        Field(description="A sweep: one task for each combination of the values, addressed by them."),
    ] = None
    submit: Annotated[
        Literal["task", "programSet", "auto"],
        FieldClass.LOCAL,
        Field(
            description="How a sweep is sent: a task for each point; many points in one task, which pays one task fee; "
            "or together where the device takes it."
        ),
    ] = "task"
    expect: Annotated[
        Expect | None,
        FieldClass.LOCAL,
        Field(description="What is tried on this machine before the run is paid, and what must come of it."),
    ] = None
    output: Annotated[
        Output | None,
        FieldClass.DELIVERY,
        Field(description="Where results go; without it the project's default output."),
    ] = None
    cost: CostField = None
    run: Annotated[
        Run,
        Field(default_factory=Run, description="How often the work is paid, and what happens when it is removed."),
    ]
    freshness: Annotated[
        Freshness | None,
        FieldClass.LOCAL,
        Field(description="When a finished run is too old, and what is done then; without it, it stands for ever."),
    ] = None
    tags: Annotated[
        Tags,
        FieldClass.MUTABLE,
        Field(description="The task's tags; they stand under `metadata` and add to the project's default tags."),
    ] = {}


ATTRIBUTES: dict[str, Literal["spec", "late"]] = {
    "device": "spec",
    "shots": "spec",
    "arn": "late",
    "status": "late",
    "outputS3Uri": "late",
    "digest": "late",
}
"""What `${{ QuantumTask/name.attribute }}` may name: a field of the spec, or what is known once a run was accepted."""
