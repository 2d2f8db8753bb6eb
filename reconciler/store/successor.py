"""Whether a state may be saved over the one that stands, and what its header then is: the same for every store."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from reconciler import __version__
from reconciler.core.address import NAME
from reconciler.core.environment import ENVIRONMENT
from reconciler.core.state import State
from reconciler.store.errors import Conflict, InvalidName, StateOfAnother
from reconciler.store.format import Header


@dataclass(frozen=True, slots=True)
class Names:
    """Whose state it is. Raises InvalidName, so that no file leaves its folder, and no object its prefix."""

    project: str
    uid: str
    environment: str

    def __post_init__(self) -> None:
        if not NAME.fullmatch(self.project):
            raise InvalidName("project name", self.project)
        if not ENVIRONMENT.fullmatch(self.environment):
            raise InvalidName("environment name", self.environment)

    def fresh(self, lineage: str) -> Header:
        """The header of a state that was never saved."""
        return Header(lineage, 0, "", __version__, self.project, self.uid, self.environment, folded=0)

    def check_owner(self, header: Header, name: str) -> None:
        """Raise StateOfAnother for a state of another project or environment."""
        if (header.project_uid, header.environment) == (self.uid, self.environment):
            return
        why = f"belongs to environment {header.environment} of a project with uid {header.project_uid}, not {self.uid}"
        raise StateOfAnother(name, why)

    def next(self, state: State, before: int, write_id: str, folded: int) -> Header:
        """The header of the next save. `before` is the serial of what stands there, or of the newest copy."""
        return Header(
            lineage=state.lineage,
            serial=max(state.serial, before) + 1,
            write_id=write_id,
            tool_version=__version__,
            project_name=self.project,
            project_uid=self.uid,
            environment=self.environment,
            folded=folded,
            log=state.log,
        )


def named_environments(project: str, names: Iterable[str]) -> list[str]:
    """The environments that files or objects with these names are of: `PROJECT.ENVIRONMENT.json`, or `.journal`."""
    head = f"{project}."
    parts = (name.removeprefix(head).rpartition(".") for name in names if name.startswith(head))
    found = {environment for environment, _, end in parts if end in ("json", "journal")}
    return sorted(environment for environment in found if ENVIRONMENT.fullmatch(environment))


def check_successor(standing: Header | None, state: State, if_version: str | None, name: str) -> None:
    """Raise Conflict unless `state` follows what stands there."""
    stands = standing.standing if standing else None
    if (stands.version if stands else None) != if_version:
        raise Conflict(stands, f"{name} was saved by another command")
    if stands and stands.lineage != state.lineage:
        raise Conflict(stands, f"{name} has another lineage: it is not an earlier form of this state")
