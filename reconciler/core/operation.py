"""What applying does, one call a step. Explaining prints this same list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from reconciler.core.address import Address
from reconciler.core.event import Verb
from reconciler.core.job import Job
from reconciler.core.program_set import ProgramSet
from reconciler.core.resource import Resource


@dataclass(frozen=True, slots=True)
class Operation:
    """One step of applying, in order. `resource` is there for CREATE and ADD; `put` and `drop` for TAG.

    `jobs` are those that a CREATE or an ADD submits, or that CANCEL_JOBS takes back. `settings` are for UPDATE.
    """

    verb: Verb
    address: Address
    token: str
    id: str = ""
    number: int = 0
    resource: Resource | None = None
    put: Mapping[str, str] = field(default_factory=dict)
    drop: tuple[str, ...] = ()
    jobs: tuple[Job, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)
    submits: ProgramSet | None = None  # this call submits the whole set
    led_by: Address | None = None  # submitted by the call at that address
    repeats: bool = False  # an earlier call with this token may have been accepted
