"""The spec of a Batch: one device, sequences of pulses, and jobs that run them. Classes are data on the fields."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, ValidationError, ValidationInfo, field_validator, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

from reconciler.core.address import Scalar
from reconciler.core.duration import seconds_of
from reconciler.core.fields import DeviceName, FieldClass, ProjectFile
from reconciler.providers.cost_spec import CostField
from reconciler.providers.expect_spec import Expect
from reconciler.providers.pasqal.run_spec import Run
from reconciler.providers.pasqal.tag_list import Tags
from reconciler.providers.spec import Spec

_LONGEST_OPEN = 30 * 86_400
_QUBITS = "qubits"  # of a mappable register: the trap that each qubit sits in

Number = int | float
Values = Annotated[list[Number], Field(min_length=1)]
VariableValue = Number | Values | dict[str, int]


def _check_variables(variables: dict[str, VariableValue]) -> dict[str, VariableValue]:
    for name, value in variables.items():
        if isinstance(value, dict) != (name == _QUBITS):
            wanted = "a mapping of qubits to traps" if name == _QUBITS else "a number or a list of numbers"
            raise ValueError(f"{name[:40]} is {wanted}; only {_QUBITS} is a mapping")
    return variables


def _check_duration(text: str) -> str:
    if not 0 < (seconds_of(text) or 0) <= _LONGEST_OPEN:
        raise ValueError('a duration is written like "90s", "30m", "2h" or "1d", up to 30d')
    return text


def _check_webhook(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in {"http", "https"} or not parts.netloc or not url.isprintable() or " " in url:
        raise ValueError('a webhook is written like "https://host/path"')
    return url


class JobSpec(Spec):
    """One job, or with a matrix one job for each combination."""

    runs: Annotated[
        int, Field(ge=1, le=1_000_000, description="How often the sequence is run and measured: what is paid for.")
    ]
    variables: Annotated[
        dict[str, VariableValue],
        AfterValidator(_check_variables),
        Field(
            default_factory=dict,
            description="A value for each variable of the sequence; `qubits` for a mappable register.",
        ),
    ]
    sequence: Annotated[
        str | None,
        ProjectFile(),
        Field(min_length=1, description="A sequence of its own: a file. It must have no variables left."),
    ] = None
    matrix: Annotated[
        dict[str, list[Scalar]] | None,
        Field(description="A sweep: one job for each combination of the values."),
    ] = None

    @model_validator(mode="after")
    def _own_or_variables(self) -> JobSpec:
        if self.sequence is not None and self.variables:
            raise ValueError("a job with a sequence of its own can't have variables: Pasqal fills in the batch's only")
        return self


class JobCount(Spec):
    """An end of an open batch by its number of jobs."""

    jobs: Annotated[int, Field(ge=1, le=100_000, description="The batch is closed when it has so many jobs.")]


class BatchSpec(Spec):
    """Jobs that one device of Pasqal runs one after the other, paid for job by job."""

    device: Annotated[
        str,
        FieldClass.EXECUTION,
        DeviceName(cloud="pasqal"),
        Field(min_length=1, max_length=64, description="An alias of the project's devices, or a device type."),
    ]
    sequence: Annotated[
        str | None,
        FieldClass.EXECUTION,
        ProjectFile(),
        Field(min_length=1, description="What the jobs run: a file with a sequence as Pulser's `to_abstract_repr`."),
    ] = None
    jobs: Annotated[
        list[JobSpec],
        FieldClass.EXECUTION,
        Field(min_length=1, max_length=10_000, description="The jobs. Each is paid once, in whatever batch it ran."),
    ]
    open: Annotated[
        bool, FieldClass.MUTABLE, Field(description="Whether jobs can be added later. An open batch holds its device.")
    ] = False
    close_after: Annotated[
        Annotated[str, AfterValidator(_check_duration)] | JobCount | None,
        FieldClass.MUTABLE,
        Field(description="When an open batch is closed: so long after its submission (`2h`), or at `{jobs: 10}`."),
    ] = None
    configuration: Annotated[
        dict[str, Any],
        FieldClass.EXECUTION,
        Field(default_factory=dict, description="Settings of the older emulators, passed on as they are."),
    ]
    backend_configuration: Annotated[
        str | None,
        FieldClass.EXECUTION,
        ProjectFile(),
        Field(min_length=1, description="A file with Pulser's EmulationConfig, as its `to_abstract_repr`."),
    ] = None
    expect: Annotated[
        Expect | None,
        FieldClass.LOCAL,
        Field(description="What is tried on this machine before the jobs are paid, and what must come of each."),
    ] = None
    webhook: Annotated[
        Annotated[str, AfterValidator(_check_webhook)] | None,
        FieldClass.DELIVERY,
        Field(max_length=2048, description="Where Pasqal tells of the batch's progress."),
    ] = None
    cost: CostField = None
    run: Annotated[
        Run,
        Field(default_factory=Run, description="How often the work is paid, and what happens when it is removed."),
    ]
    tags: Annotated[
        Tags,
        FieldClass.MUTABLE,
        Field(default_factory=list, description="The batch's tags, a list or a mapping; they stand under `metadata`."),
    ]

    @field_validator("jobs")
    @classmethod
    def _each_has_a_sequence(cls, jobs: list[JobSpec], info: ValidationInfo) -> list[JobSpec]:
        if info.data.get("sequence") is not None or "sequence" not in info.data:
            return jobs
        without = [index for index, job in enumerate(jobs) if job.sequence is None]
        if len(without) == len(jobs):
            raise ValueError("the batch has no sequence: give it one, or each of its jobs")
        if without:
            raise ValidationError.from_exception_data("jobs", list(_missing(without, jobs)))
        return jobs

    @field_validator("close_after")
    @classmethod
    def _closes_what_is_open(cls, given: str | JobCount | None, info: ValidationInfo) -> str | JobCount | None:
        if given is not None and info.data.get("open") is False:
            raise ValueError("only an open batch is closed later: write open: true, or remove it")
        return given


def _missing(without: list[int], jobs: list[JobSpec]) -> Iterator[InitErrorDetails]:
    """One finding at each job, for the others have a sequence of their own."""
    text = "the batch has no sequence, and this job none of its own"
    for index in without:
        error = PydanticCustomError("value_error", "{error}", {"error": text})
        yield InitErrorDetails(type=error, loc=(index,), input=jobs[index])


ATTRIBUTES: dict[str, Literal["spec", "late"]] = {
    "device": "spec",
    "id": "late",
    "status": "late",
    "digest": "late",
}
"""What `${{ Batch/name.attribute }}` may name: a field of the spec, or what is known once it was accepted."""
