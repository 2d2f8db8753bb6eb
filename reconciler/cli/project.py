"""From a folder and flags to a project that commands can work with."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from reconciler import __version__, simulate
from reconciler.cli.clouds import BraketSetup, Clouds, Problem
from reconciler.core.address import Address, parse_address
from reconciler.core.diagnostic import Diagnostic, Severity, has_errors
from reconciler.core.ports import ProjectContext
from reconciler.manifest.load import KindModel, Loaded, load_project
from reconciler.manifest.project import Project
from reconciler.providers import KINDS
from reconciler.store.local import LocalStore
from reconciler.workflow.plan import Selection
from reconciler.workflow.session import Session


@dataclass(frozen=True, slots=True)
class Flags:
    """What every command that reads a project may be told."""

    folder: Path = Path()
    files: tuple[Path, ...] = ()
    variables: Mapping[str, str] = field(default_factory=dict)
    environment: str = "default"
    parallelism: int = 10


@dataclass(frozen=True, slots=True)
class Opened:
    """A project without errors, ready to work with."""

    root: Path
    loaded: Loaded
    project: Project
    braket: BraketSetup
    session: Session

    @property
    def warnings(self) -> list[Diagnostic]:
        """What was found and does not stop anything."""
        found = [d for d in self.loaded.diagnostics if d.severity is Severity.WARNING]
        if self.braket.local and self.loaded.resources and not simulate.is_installed():
            detail = "Tasks submitted to the local cloud will stay RUNNING until it is."
            remedy = "Install it with: pip install 'qctl[simulate]'"
            summary = "Simulator not installed"
            found.append(Diagnostic("local/no-simulator", summary, detail, remedy, severity=Severity.WARNING))
        return found


def kind_models() -> dict[str, KindModel]:
    """What the manifest room must know of the kinds."""
    return {name: KindModel(kind.model, kind.attributes) for name, kind in KINDS.items()}


def load(flags: Flags) -> Loaded:
    """Read the manifests; problems are in the result."""
    return load_project(
        flags.folder,
        kinds=kind_models(),
        files=list(flags.files) or None,
        variables=flags.variables,
        environment=os.environ,
    )


def open_project(flags: Flags) -> Opened:
    """Read the manifests and make the session. Raises Problem with every error found."""
    loaded = load(flags)
    if loaded.project is None or has_errors(loaded.diagnostics):
        raise Problem(*loaded.diagnostics)
    return opened(flags, loaded, loaded.project)


def opened(flags: Flags, loaded: Loaded, project: Project) -> Opened:
    """The session of a project. Connects to nothing."""
    braket = BraketSetup(flags.folder, project.spec.providers.braket, flags.parallelism)
    output = project.spec.defaults.output
    context = ProjectContext(
        name=project.metadata.name,
        uid=project.metadata.uid,
        environment=flags.environment,
        devices=project.spec.devices,
        tags=project.spec.defaults.tags,
        bucket=output.bucket if output else "",
        prefix=output.prefix if output else "",
    )
    store = LocalStore(
        flags.folder / project.spec.state.path, context.name, context.uid, context.environment, clock=braket.clock
    )
    local = frozenset({"braket"}) if braket.local else frozenset[str]()
    session = Session(context, KINDS, Clouds(braket), store, braket.clock, __version__, local)
    return Opened(flags.folder, loaded, project, braket, session)


def require_known(project: Opened, selection: Selection) -> None:
    """Refuse addresses that are neither declared nor remembered: a mistyped one must not look like "nothing to do"."""
    asked = selection.targets | selection.excluded | selection.forced
    if not asked:
        return
    known = {d.address for d in project.loaded.resources}
    known |= {parse_address(text) for text in project.session.store.read().state.records}
    known |= {a.base for a in known}
    wrong = [_unknown(address, known) for address in sorted(asked - known)]
    if wrong:
        raise Problem(*wrong)


def _unknown(address: Address, known: set[Address]) -> Diagnostic:
    close = get_close_matches(str(address), map(str, known), 1)
    remedy = f"Did you mean {close[0]}?" if close else "See `qctl graph` and `qctl state list`."
    detail = f"{address} is neither declared nor remembered."
    return Diagnostic("cli/unknown-address", "Unknown address", detail, remedy, address=str(address))


def parse_variables(given: Sequence[str]) -> dict[str, str]:
    """NAME=VALUE pairs. Raises Problem."""
    pairs: dict[str, str] = {}
    wrong: list[Any] = []
    for text in given:
        name, equals, value = text.partition("=")
        if equals and name:
            pairs[name] = value
        else:
            wrong.append(text)
    if wrong:
        detail = f"--var takes NAME=VALUE, found {', '.join(map(repr, wrong))}."
        raise Problem(Diagnostic("cli/variable", "Variable without a value", detail, "Write --var NAME=VALUE."))
    return pairs
