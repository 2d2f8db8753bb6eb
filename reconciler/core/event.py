"""What happened, in order. The journal is a list of these, and the state is nothing but their fold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from reconciler.core.attempt import Attempt, Outcome, attempt_from_json, attempt_to_json
from reconciler.core.history import Ending, LogEntry, entry_from_json, entry_to_json
from reconciler.core.job import Adding, Job, adding_from_json, adding_to_json, job_from_json, job_to_json
from reconciler.core.phase import Phase


class Verb(StrEnum):
    """The calls that change a cloud."""

    CREATE = "create"
    CANCEL = "cancel"
    TAG = "tag"
    ADD = "add"  # jobs to an open batch
    CANCEL_JOBS = "cancel-jobs"  # some of a batch's
    CLOSE = "close"  # an open batch: it takes no more jobs
    UPDATE = "update"  # the settings of a lasting object
    DELETE = "delete"  # a lasting object


PAYING = (Verb.CREATE, Verb.ADD)


@dataclass(frozen=True, slots=True)
class Intended:
    """Written and on disk before the call: a crash can't leave a run that nobody knows of."""

    at: str
    intent: str  # random, names this call
    address: str
    verb: Verb
    token: str  # the attempt it is about
    attempt: Attempt | None = None  # for CREATE
    removal: str = ""  # for CREATE: its declaration, and with it this rule, may be gone before the next plan
    adding: Adding | None = None  # for ADD


@dataclass(frozen=True, slots=True)
class Concluded:
    """How a call ended. For TAG `tags` are the tags after it and `owned` our keys among them.

    For CREATE and ADD `jobs` are all that the cloud then had in the batch; None: it did not say. For UPDATE `settings`
    are those that stand now.
    """

    at: str
    intent: str
    address: str
    verb: Verb
    token: str
    outcome: Outcome
    id: str = ""
    error: str = ""
    tags: Mapping[str, str] | None = None
    owned: tuple[str, ...] = ()
    jobs: tuple[Job, ...] | None = None
    settings: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Observed:
    """What a cloud said when asked. `tags` and `jobs` None: not asked. `missing`: it says there is no such thing."""

    at: str
    address: str
    token: str
    status: str
    phase: Phase
    submitted: str = ""
    ended: str = ""
    output: str = ""
    failure: str = ""
    tags: Mapping[str, str] | None = None
    missing: bool = False
    queue: str = ""
    jobs: tuple[Job, ...] | None = None
    accepting: bool = False
    settings: Mapping[str, Any] | None = None  # of a lasting object


@dataclass(frozen=True, slots=True)
class Adopted:
    """A run found on a cloud that carries our marks, or that a person named."""

    at: str
    address: str
    attempt: Attempt


@dataclass(frozen=True, slots=True)
class Managed:
    """An address came under qctl's care again, or left it, or its rule of removal is another now.

    Its attempts stay on record either way. An empty `removal` leaves the rule as it was.
    """

    at: str
    address: str
    managed: bool
    removal: str = ""


@dataclass(frozen=True, slots=True)
class Resolved:
    """A person's word that a doubtful attempt does not exist."""

    at: str
    address: str
    token: str


@dataclass(frozen=True, slots=True)
class Moved:
    """All that is on record at one address belongs to another one now: the manifest renamed it."""

    at: str
    address: str
    to: str


@dataclass(frozen=True, slots=True)
class Billed:
    """What a run cost in the end, as far as its cloud tells (core/estimate.py)."""

    at: str
    address: str
    token: str
    actual: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Began:
    """A command begins to change something. On disk before its first call: one that dies is in the log too."""

    at: str
    entry: LogEntry


@dataclass(frozen=True, slots=True)
class Finished:
    """How that command ended, by its own word. It is saved together with the state that it left."""

    at: str
    id: str
    ending: Ending
    counts: Mapping[str, int]


Event = Intended | Concluded | Observed | Adopted | Managed | Resolved | Moved | Billed | Began | Finished

_TYPES: dict[str, type[Event]] = {
    "intended": Intended,
    "concluded": Concluded,
    "observed": Observed,
    "adopted": Adopted,
    "managed": Managed,
    "resolved": Resolved,
    "moved": Moved,
    "billed": Billed,
    "began": Began,
    "finished": Finished,
}
_WORDS = {kind: word for word, kind in _TYPES.items()}
# Nothing is written of them where they say nothing: most events are of runs without jobs, and of no lasting object.
_OF_SOME = frozenset({"jobs", "adding", "accepting", "settings"})


class InvalidEvent(ValueError):  # noqa: N818 - named after the problem
    """A journal line that is no event."""


def event_to_json(event: Event) -> dict[str, Any]:
    """A plain object: `event` names the type."""
    data: dict[str, Any] = {"event": _WORDS[type(event)]}
    for name in event.__slots__:
        value = getattr(event, name)
        if name not in _OF_SOME or value:
            data[name] = _plain(value)
    return data


def _plain(value: Any) -> Any:
    match value:
        case Attempt():
            return attempt_to_json(value)
        case Adding():
            return adding_to_json(value)
        case LogEntry():
            return entry_to_json(value)
        case (Job(), *_):
            return [job_to_json(job) for job in value]
    return value


def event_from_json(data: Mapping[str, Any]) -> Event:
    """The event back. Raises InvalidEvent."""
    values = dict(data)
    try:
        kind = _TYPES[values.pop("event")]
        if values.get("attempt") is not None:
            values["attempt"] = attempt_from_json(values["attempt"])
        if "adding" in values:
            values["adding"] = adding_from_json(values["adding"])
        if "jobs" in values:
            values["jobs"] = tuple(job_from_json(job) for job in values["jobs"])
        for name, enum in (("verb", Verb), ("outcome", Outcome), ("phase", Phase)):
            if name in values:
                values[name] = enum(values[name])
        if "owned" in values:
            values["owned"] = tuple(values["owned"])
        if "entry" in values:
            values["entry"] = entry_from_json(values["entry"])
        if "ending" in values:
            values["ending"] = Ending(values["ending"])
        return kind(**values)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InvalidEvent(f"{type(error).__name__}: {error}") from error
