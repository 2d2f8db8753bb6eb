"""From a folder and flags to a project that commands can work with."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from functools import partial
from pathlib import Path
from typing import Any

from reconciler import __version__, simulate
from reconciler.cli.braket_setup import BraketSetup
from reconciler.cli.clouds import Clouds, LocalCloud, Problem
from reconciler.cli.origin import origin_of
from reconciler.cli.pasqal_setup import PasqalSetup
from reconciler.cli.policy_folders import with_policies
from reconciler.cli.simulating import simulating_of
from reconciler.cli.state_setup import StateSetup
from reconciler.core.address import Address, parse_address
from reconciler.core.ceiling import Budget, budget
from reconciler.core.diagnostic import Diagnostic, Severity, has_errors
from reconciler.core.ports import ProjectContext
from reconciler.core.state import State
from reconciler.manifest.load import KindModel, Loaded, load_project, load_settings
from reconciler.manifest.project import Project
from reconciler.manifest.project_simulate import default_settings
from reconciler.manifest.trace import Trace
from reconciler.providers import KINDS
from reconciler.providers.kind import Cloud
from reconciler.providers.price_lists import PriceLists
from reconciler.simulate import pulser
from reconciler.store.errors import StateOfAnother
from reconciler.store.port import Archive
from reconciler.store.successor import Names
from reconciler.workflow.clock import SystemClock
from reconciler.workflow.device_shelf import DeviceShelf
from reconciler.workflow.selection import Selection
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
    pasqal: PasqalSetup
    session: Session
    state: StateSetup

    @property
    def warnings(self) -> list[Diagnostic]:
        """What was found and does not stop anything."""
        found = [d for d in self.loaded.diagnostics if d.severity is Severity.WARNING]
        for setup, cloud, installed in (
            (self.braket, "braket", simulate.is_installed),
            (self.pasqal, "pasqal", pulser.is_installed),
        ):
            used = any(KINDS[d.address.kind].cloud == cloud for d in self.loaded.resources)
            if setup.local and used and not installed():
                found.append(_no_simulator())
        found += self.state.left_behind()
        return list(dict.fromkeys(found))


def _no_simulator() -> Diagnostic:
    detail = "What is submitted to the local cloud will stay RUNNING until it is."
    remedy = "Install it with: pip install 'qctl[simulate]'"
    return Diagnostic("local/no-simulator", "Simulator not installed", detail, remedy, severity=Severity.WARNING)


def kind_models() -> dict[str, KindModel]:
    """What the manifest room must know of the kinds."""
    return {name: KindModel(kind.model, kind.attributes) for name, kind in KINDS.items()}


def load(flags: Flags, *, overlaid: bool = True, trace: Trace | None = None) -> Loaded:
    """Read the manifests, for the environment or without any overlay; problems are in the result."""
    loaded = load_project(
        flags.folder,
        kinds=kind_models(),
        files=list(flags.files) or None,
        variables=flags.variables,
        environment=os.environ,
        env=flags.environment if overlaid else None,
        trace=trace,
    )
    return with_policies(loaded, flags.folder, os.environ)


def project_alone(flags: Flags) -> Loaded:
    """The project as it is in the environment, without its resources; problems are in the result."""
    return load_settings(
        flags.folder,
        kinds=kind_models(),
        files=list(flags.files) or None,
        variables=flags.variables,
        environment=os.environ,
        env=flags.environment,
    )


def open_project(flags: Flags) -> Opened:
    """Read the manifests and make the session. Raises Problem with every error found."""
    loaded = load(flags)
    if loaded.project is None or has_errors(loaded.diagnostics):
        raise Problem(*loaded.diagnostics)
    return opened(flags, loaded, loaded.project)


def opened(flags: Flags, loaded: Loaded, project: Project) -> Opened:
    """The session of a project. Connects to nothing."""
    local_cloud = LocalCloud(flags.folder)
    prices = PriceLists(flags.folder)
    braket = BraketSetup(
        project.spec.providers.braket, local_cloud, flags.parallelism, prices, shelf_of(flags, project)
    )
    pasqal = PasqalSetup(project.spec.providers.pasqal, local_cloud, prices)
    setups: Mapping[str, BraketSetup | PasqalSetup] = {"braket": braket, "pasqal": pasqal}
    local = frozenset(name for name, setup in setups.items() if setup.local)
    # A clock that somebody turned ahead must not tell when a real submission has had its time.
    clock = local_cloud.clock if len(local) == len(setups) else SystemClock()
    context = project_context(flags, project, loaded)
    names = Names(context.name, context.uid, context.environment)
    # A bucket without an address is the real one as soon as any cloud is.
    state = StateSetup(flags.folder, project.spec.state, names, clock, local_cloud, len(local) == len(setups))
    store = state.store()
    others = partial(_others, flags, state, store) if project.spec.reuse == "project" else None
    clouds = _clouds(setups)
    simulating = simulating_of(flags.folder, project.spec.simulate)
    session = Session(context, KINDS, clouds, store, clock, __version__, local, prices, loaded.policies, simulating)
    session = replace(
        session, others=others, rescues=state.rescues, origin=partial(origin_of, flags.folder, flags.files or None)
    )
    if not loaded.environments:  # any name is an environment, also a mistyped one
        session = replace(session, beside=state.beside)
    return Opened(flags.folder, loaded, project, braket, pasqal, session, state)


def _others(flags: Flags, state: StateSetup, store: Archive) -> Iterator[tuple[str, State]]:
    """The states of the other environments: those beside this one, and those that overlays put elsewhere."""
    declared = project_alone(flags).environments
    for environment in sorted({*store.environments(), *declared} - {flags.environment}):
        there = replace(state, names=replace(state.names, environment=environment))
        project = project_alone(replace(flags, environment=environment)).project if environment in declared else None
        if project is not None:
            if _all_local(project) != state.in_local_cloud:
                continue  # its bucket may be a real one and this one not; simulated runs stand for no paid ones anyway
            there = replace(there, settings=project.spec.state)
        with suppress(StateOfAnother):  # of another project with this name
            yield environment, there.store().read().state


def _all_local(project: Project) -> bool:
    return project.spec.providers.braket.mode == project.spec.providers.pasqal.mode == "local"


def shelf_of(flags: Flags, project: Project) -> DeviceShelf:
    """Where what the devices of Braket say is kept."""
    return DeviceShelf(flags.folder, local=project.spec.providers.braket.mode == "local")


def _clouds(setups: Mapping[str, BraketSetup | PasqalSetup]) -> Clouds:
    """The clouds, and what looks after tags on all of them."""

    def tags() -> Cloud:
        from reconciler.providers.tag_cloud import TagCloud  # only where others' objects are tagged

        return TagCloud(clouds)

    clouds = Clouds({**{name: setup.cloud for name, setup in setups.items()}, "tags": tags})
    return clouds


def project_context(flags: Flags, project: Project, loaded: Loaded | None = None) -> ProjectContext:
    """What kinds may know of the project."""
    output = project.spec.defaults.output
    return ProjectContext(
        name=project.metadata.name,
        uid=project.metadata.uid,
        environment=flags.environment,
        devices=project.spec.device_names,
        tags=project.spec.defaults.tags,
        bucket=output.bucket if output else "",
        prefix=output.prefix if output else "",
        simulate=default_settings(project.spec.defaults.simulate),
        budget=_budget(project, loaded),
    )


def _budget(project: Project, loaded: Loaded | None) -> Budget | None:
    given = project.spec.budget
    if given is None:
        return None
    where = loaded.locate(("spec", "budget", "max")) if loaded is not None and loaded.locate is not None else None
    return budget(given.max, given.assume, where)


def require_known(project: Opened, selection: Selection) -> None:
    """Refuse addresses that are neither declared nor remembered: a mistyped one must not look like "nothing to do"."""
    asked = selection.targets | selection.excluded | selection.forced
    if not asked:
        return
    known = {d.address for d in project.loaded.resources}
    known |= {parse_address(text) for text in project.session.store.read().state.records}
    known |= {a.base for a in known}
    wrong = [unknown_address(address, known) for address in sorted(asked - known)]
    if wrong:
        raise Problem(*wrong)


def unknown_address(address: Address, known: set[Address], lack: str = "neither declared nor remembered") -> Diagnostic:
    """What is said of an address that is none of the known ones."""
    close = get_close_matches(str(address), map(str, known), 1)
    remedy = f"Did you mean {close[0]}?" if close else "See `qctl graph` and `qctl state list`."
    detail = f"{address} is {lack}."
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
