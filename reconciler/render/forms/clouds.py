"""What clouds say: devices, orphans, drift, the local cloud."""

from __future__ import annotations

from typing import Any

from reconciler.core.phase import Phase
from reconciler.render.forms.form import ABSENT, Form, Version


class Topology(Form):
    """Which qubits are connected."""

    fully_connected: bool
    qubits: int | None
    pairs: int | None


class UnitPrice(Form):
    """By the device's own word."""

    amount: str
    currency: str
    unit: str


class ProgramSets(Form):
    """How much one program set may hold."""

    executables: int | None
    shots: int | None


class Windows(Form):
    """When the device runs what was submitted; null where nobody knows."""

    stated: list[str]
    open: bool | None
    opens: str | None
    closes: str | None


class Device(Form):
    """One device; null where it does not say. Keys that its cloud never says are left out."""

    cloud: str
    alias: str | None
    arn: str | None
    name: str
    provider: str
    type: str
    status: str | None
    availability: str | None = ABSENT
    region: str | None = ABSENT
    location: str | None = ABSENT
    qubits: int | None
    native_gates: list[str] = ABSENT
    topology: Topology | None = ABSENT
    shots: list[int] | None = ABSENT
    price: UnitPrice | None = ABSENT
    programs: list[str] = ABSENT
    program_sets: ProgramSets | None = ABSENT
    windows: Windows = ABSENT
    queues: dict[str, str] = ABSENT
    billed: bool | None = ABSENT
    queue_seconds: float | None = ABSENT


class DevicesForm(Form):
    """What `qctl devices --json` says."""

    format_version: Version
    devices: list[Device]
    unavailable: dict[str, str] = ABSENT
    """Clouds that could not be asked, and why."""


class Orphan(Form):
    """A run that nobody here has."""

    id: str
    kind: str
    cloud: str
    region: str
    device: str | None
    status: str
    phase: Phase
    created: str
    tags: dict[str, str]
    why: str


class OrphansForm(Form):
    """What `qctl orphans --json` says."""

    format_version: Version
    orphans: list[Orphan]
    unavailable: dict[str, str] = ABSENT


class Difference(Form):
    """One difference between the record and a cloud."""

    address: str | None
    """Null for a run that nobody has."""
    id: str
    sort: str
    what: str
    recorded: Any
    now: Any
    next_apply: str
    """What apply would do about it."""


class DriftForm(Form):
    """What `qctl drift --json` says."""

    format_version: Version
    drift: list[Difference]
    unavailable: dict[str, str] = ABSENT


class LocalStatusForm(Form):
    """What `qctl local status --json` says."""

    format_version: Version
    id: str
    now: str
    frozen: bool
    advanced: float
    """Seconds."""
    tasks: int
    batches: int
    jobs: int
    """Of batches."""
    workloads: int
    hybrid_jobs: int
    faults: int
    calls: int
    switches: dict[str, Any]
    """Those that differ from their default."""
    problem: str = ABSENT
    calls_by_operation: dict[str, int]
    pasqal_calls_by_operation: dict[str, int]
