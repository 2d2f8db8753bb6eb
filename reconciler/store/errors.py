"""What can go wrong with a store. Each error carries the diagnostic that is shown to people."""

# ruff: noqa: N818 - errors are named after the problem, as in the rest of the package

from __future__ import annotations

from dataclasses import asdict, dataclass

from reconciler.core.diagnostic import Diagnostic

_REBUILD = (
    "If there is no copy, move the file aside and run `qctl plan`: runs that carry qctl's tags are found again and "
    "nothing is paid twice."
)


@dataclass(frozen=True, slots=True)
class LockInfo:
    """Who holds the lock, as they wrote it. It informs and decides nothing. `created` is ISO 8601 in UTC."""

    id: str
    who: str
    host: str
    pid: int
    operation: str
    created: str
    version: str  # of qctl

    def to_json(self) -> dict[str, str | int]:
        """A plain object."""
        return asdict(self)

    def __str__(self) -> str:
        return f"{self.who} on {self.host} (process {self.pid}) for `{self.operation}` since {self.created}"


@dataclass(frozen=True, slots=True)
class Standing:
    """The state that stands in the store now, as far as a writer must know it."""

    lineage: str
    serial: int
    version: str


class StoreError(Exception):
    """Base of all. `diagnostic` says what is wrong, why it matters and what to do."""

    def __init__(self, code: str, summary: str, detail: str, remedy: str) -> None:
        super().__init__(f"{summary}: {detail}")
        self.diagnostic = Diagnostic(code, summary, detail, remedy)


class StoreFailed(StoreError):
    """The disk, or whatever holds the state, did not do what was asked. What was saved before is not lost."""

    def __init__(self, doing: str, cause: str, remedy: str = "Make room or give access") -> None:
        super().__init__(
            "state/store-failed",
            "State could not be stored or read",
            f"{doing}: {cause.rstrip('.')}. Nothing that was saved before is lost.",
            f"{remedy}, then run the same command again: what already happened is on record.",
        )


class StateUnreadable(StoreError):
    """A state or journal that can't be trusted. It is never taken for an empty one."""

    def __init__(self, name: str, why: str, remedy: str = "") -> None:
        detail = f"{name} {why}. Guessing what it said could pay for a run twice, so nothing was done."
        restore = f"Put back a good copy of {name}. {_REBUILD}"
        super().__init__("state/unreadable", "State cannot be trusted", detail, remedy or restore)


class StateOfAnother(StateUnreadable):
    """It is of another project, or of another environment, than its name says."""


class StateTooNew(StoreError):
    """Written by a later qctl."""

    def __init__(self, name: str, found: int, known: int, tool: str) -> None:
        detail = f"{name} has format {found}, written by qctl {tool}; this qctl knows formats up to {known}."
        super().__init__("state/too-new", "State from a newer qctl", detail, f"Use qctl {tool} or later.")


class Conflict(StoreError):
    """Another writer saved since this state was read. `standing` is what it left; None: nothing stands there."""

    def __init__(self, standing: Standing | None, why: str) -> None:
        super().__init__(
            "state/conflict",
            "State changed meanwhile",
            f"{why}. Saving would undo what another command recorded, so this state was not saved.",
            "Run the command again. What this one did is in the journal, or is found again by its tags.",
        )
        self.standing = standing


class LockHeld(StoreError):
    """Somebody else has the lock. `info` is None in the moment before they wrote who they are."""

    def __init__(self, info: LockInfo | None) -> None:
        holder = str(info) if info else "another process"
        remedy = "Wait for it, or use --lock-timeout to wait here."
        if info:
            remedy += f" If you know that it hangs or died, `qctl state force-unlock {info.id}` takes the lock from it."
        super().__init__("state/locked", "State is locked", f"Held by {holder}.", remedy)
        self.info = info


class LockLost(StoreError):
    """The lock was not ours, or no longer: a person took it away with `qctl state force-unlock`."""

    def __init__(self, why: str) -> None:
        detail = f"{why}. Nothing more was recorded, and no call may be made that is not on record."
        super().__init__("state/lock-lost", "Lock is not held", detail, "Run the command again.")


class UnlockRefused(StoreError):
    """A forced unlock that names another holder than the present one, or finds none."""

    def __init__(self, info: LockInfo | None, why: str) -> None:
        remedy = f"The lock's id is {info.id}." if info else "There is nothing to do: run your command."
        super().__init__("state/unlock-refused", "Lock was not taken away", f"{why}.", remedy)
        self.info = info


class InvalidName(StoreError):
    """A project or environment whose name can't be part of a file's name."""

    def __init__(self, what: str, name: str) -> None:
        detail = f"{name!r} can't name a state file."
        remedy = "Use lower-case letters, digits and hyphens, beginning with a letter or digit."
        super().__init__("state/invalid-name", f"Invalid {what}", detail, remedy)
