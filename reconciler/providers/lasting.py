"""What the specs of lasting objects have in common: who manages one, and what becomes of it without its declaration."""

from __future__ import annotations

from typing import Annotated, Literal, Protocol

from reconciler.core.fields import FieldClass
from reconciler.core.resource import Removal, RunRules

Protect = Annotated[bool, FieldClass.LOCAL]
Management = Annotated[Literal["manage", "observe"], FieldClass.LOCAL]
OnRemove = Annotated[Literal["delete", "orphan"], FieldClass.LOCAL]
_REMOVALS = {"delete": Removal.CANCEL, "orphan": Removal.ORPHAN}


class Managed(Protocol):
    """The spec of an object of a cloud, which may be somebody else's."""

    @property
    def protect(self) -> bool:
        """Whether nothing may delete it."""

    @property
    def management(self) -> Literal["manage", "observe"]:
        """Whether it is ours to change."""

    @property
    def on_remove(self) -> Literal["delete", "orphan"]:
        """What becomes of it when it leaves the manifest."""


def is_watched(spec: Managed) -> bool:
    """Whether it is read and never changed."""
    return spec.management == "observe"


def rules_of(spec: Managed) -> RunRules:
    """The same in the words of the core. What is somebody else's is only ever let go of."""
    if is_watched(spec):
        return RunRules(on_remove=Removal.ORPHAN)
    return RunRules(on_remove=Removal.PROTECT) if spec.protect else removed_by(spec.on_remove)


def removed_by(on_remove: Literal["delete", "orphan"]) -> RunRules:
    """The rules of what has no more to say than that."""
    return RunRules(on_remove=_REMOVALS[on_remove])
