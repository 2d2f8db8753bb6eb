"""What runs measured, and wrote."""

from __future__ import annotations

from typing import Any

from reconciler.render.forms.form import ABSENT, Form, Version


class ResultType(Form):
    """A result that the program asked for."""

    type: str
    observable: str
    targets: list[int]
    """Empty for all qubits."""
    value: Any


class Measured(Form):
    """What was measured; left out where there is nothing."""

    shots: int = ABSENT
    counts: dict[str, int] | None = ABSENT
    probabilities: dict[str, float] = ABSENT
    measured_qubits: list[int] = ABSENT
    result_types: list[ResultType] = ABSENT


class JobResult(Measured):
    """One job of a batch."""

    label: str
    shown: dict[str, Any]
    id: str | None
    status: str
    batch: str | None
    problem: str | None


class Result(Measured):
    """Of one address: a run, or a batch with its jobs."""

    problem: str | None
    """Why there is no result."""
    id: str = ABSENT
    status: str = ABSENT
    output: str = ABSENT
    """Where its files are."""
    document: Any = ABSENT
    """Of what measures nothing, the JSON that it gave back."""
    jobs: list[JobResult] = ABSENT


class ResultsForm(Form):
    """What `qctl results --json` says."""

    format_version: Version
    results: dict[str, Result]
    """By address."""


class Compared(Form):
    """One run beside its simulation."""

    address: str
    job: str = ABSENT
    not_compared: str = ABSENT
    """Why it was not."""
    measured: dict[str, int] = ABSENT
    simulated: dict[str, int] = ABSENT
    total_variation_distance: float = ABSENT
    total_variation_distance_95: list[float] = ABSENT
    """The interval that holds it in 19 of 20 cases."""
    hellinger_fidelity: float = ABSENT
    hellinger_fidelity_95: list[float] = ABSENT
    sampling_noise_95: float = ABSENT
    differs_by_more_than_sampling: bool = ABSENT


class ComparisonForm(Form):
    """What `qctl results --compare --json` says."""

    format_version: Version
    results: list[Compared]


class LogEvent(Form):
    """Something that Braket said of a job."""

    at: str
    type: str
    message: str


class LogLine(Form):
    """A line that a job wrote."""

    at: str
    stream: str
    text: str


class Log(Form):
    """The log of the latest run of a hybrid job; null where there is none."""

    id: str | None
    status: str | None
    events: list[LogEvent]
    lines: list[LogLine]
    cut: bool
    """Whether there are more lines than are shown."""
    metrics: list[dict[str, str]]


class LogsForm(Form):
    """What `qctl show --logs --json` says."""

    format_version: Version
    logs: dict[str, Log]
    """By address."""
