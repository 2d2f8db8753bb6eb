"""A project folder to typed resources and their edges. The entry of this room."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

from reconciler.core.address import Address
from reconciler.core.collector import collector_paused
from reconciler.core.declared import Declared
from reconciler.core.declared import Path as SpecPath
from reconciler.core.diagnostic import Diagnostic, Location, in_order
from reconciler.core.environment import DEFAULT
from reconciler.core.importing import Import
from reconciler.core.policy import Policy
from reconciler.manifest.cycles import report_cycles
from reconciler.manifest.envelope import Envelope, check_frame, kind_of, open_envelope
from reconciler.manifest.expansion import expand
from reconciler.manifest.files import ManifestFiles
from reconciler.manifest.imports import read_import
from reconciler.manifest.matrix import MAX_POINTS
from reconciler.manifest.overlay import OVERLAY_KIND, may_hold_overlay
from reconciler.manifest.overlays import Overlays
from reconciler.manifest.place import ManifestText, Place, report
from reconciler.manifest.policies import POLICY_KIND, Policies
from reconciler.manifest.project import PROJECT_KIND, Project
from reconciler.manifest.raw_project import devices_in, is_project_file, state_path
from reconciler.manifest.read_project import read_project
from reconciler.manifest.references import References
from reconciler.manifest.renames import Renames, read_moved
from reconciler.manifest.resource import KindModel, Point
from reconciler.manifest.trace import Trace
from reconciler.manifest.validate import Validator
from reconciler.manifest.variables import Variables
from reconciler.manifest.yaml import Document, read_documents

__all__ = ["KindModel", "Loaded", "load_project", "load_settings"]


@dataclass(frozen=True, slots=True)
class Loaded:
    """All that a project folder declares. With an error among the diagnostics the resources are incomplete.

    `edges` has every declared address, with the addresses it waits for.
    """

    project: Project | None
    resources: tuple[Declared, ...]
    edges: Mapping[Address, frozenset[Address]]
    diagnostics: tuple[Diagnostic, ...]
    environments: tuple[str, ...] = ()  # all that there are; none: nobody said which, and any name is one
    policies: tuple[Policy, ...] = ()
    locate: Callable[[SpecPath], Location] | None = None  # a path of the project's document


def load_project(
    root: Path,
    *,
    kinds: Mapping[str, KindModel],
    files: Sequence[Path] | None = None,
    variables: Mapping[str, str] | None = None,
    environment: Mapping[str, str] | None = None,
    env: str | None = DEFAULT,
    trace: Trace | None = None,
) -> Loaded:
    """Read the project in `root`; never raises for what its files hold.

    `files`: read exactly these besides the project document, instead of every *.yaml below `root`.
    `variables`: values from the command line. `environment`: where QCTL_VAR_* are looked up. `env`: for which
    environment it is read; None: for none, as the documents are without any overlay. `trace` is filled.
    """
    with collector_paused():
        loading = _Loading(root, kinds, files, variables or {}, environment or {}, env)
        loading.trace = trace
        return loading.run()


def load_settings(
    root: Path,
    *,
    kinds: Mapping[str, KindModel],
    files: Sequence[Path] | None = None,
    variables: Mapping[str, str] | None = None,
    environment: Mapping[str, str] | None = None,
    env: str | None = DEFAULT,
) -> Loaded:
    """The project alone as it is in an environment, without its resources; all else is as with `load_project`."""
    return _Loading(root, kinds, files, variables or {}, environment or {}, env).project_only()


class _Loading:
    """One run; gathers resources and diagnostics on its way through the documents."""

    def __init__(
        self,
        root: Path,
        kinds: Mapping[str, KindModel],
        files: Sequence[Path] | None,
        variables: Mapping[str, str],
        environment: Mapping[str, str],
        env: str | None,
    ) -> None:
        self._kinds = kinds
        self._all_kinds = (PROJECT_KIND, OVERLAY_KIND, POLICY_KIND, *kinds)
        self._given = variables
        self._environment = environment
        self._found: list[Diagnostic] = []
        self._files = ManifestFiles(root, files, self._found)
        self._overlays = Overlays(self._all_kinds, env, self._found)
        self._given_files = files is not None
        self._only_given = files is not None and not any(is_project_file(path, root) for path in files)
        self._validator = Validator(root, self._found)
        self.trace: Trace | None = None
        self._project: Project | None = None
        self._project_place: Place | None = None
        self._variables = Variables()
        self._done: dict[Address, Declared] = {}
        self._waiting: dict[Address, Point] = {}
        self._places: dict[Address, Place] = {}
        self._sweeps: set[Address] = set()
        self._room = MAX_POINTS  # for the points of all sweeps together, of addresses and of items
        self._broken: set[Address] = set()
        self._imports: dict[Address, Import] = {}  # by the address of the document
        self._moved: dict[Address, tuple[str, ...]] = {}
        self._renames = Renames()
        self._policies = Policies(self._all_kinds, self._found)

    def project_only(self) -> Loaded:
        """Overlays and project."""
        self._begin()
        return self._loaded()

    def _loaded(self) -> Loaded:
        # The order of Address itself; compared as tuples it is four times faster.
        ordered = sorted(self._done, key=lambda address: (address.kind, address.name, address.key))
        resources = tuple(self._done[address] for address in ordered)
        edges = {declared.address: declared.depends for declared in resources}
        found, environments = tuple(in_order(self._found)), self._environments()
        locate = self._project_place.locate if self._project_place else None
        return Loaded(self._project, resources, edges, found, environments, self._policies.all, locate)

    def _begin(self) -> tuple[Iterable[Document], list[ManifestText], dict[ManifestText, list[Document]]]:
        """Read overlays and project. The other documents of qctl.yaml, the other texts, and what is read of them."""
        before, project, rest = self._project_documents()
        state = state_path(project)
        texts = list(self._files.others(state))
        # What can hold an overlay is read now, and its other documents are kept: nothing else is understood without it.
        kept = {t: self._overlays.gather(read_documents(t, self._found)) for t in texts if may_hold_overlay(t.text)}
        for text in self._files.unnamed(state):
            for document in self._overlays.gather(read_documents(text, self._found)):
                if kind_of(document) == POLICY_KIND:
                    self._policies.read(document)
        self._overlays.combine()
        if project is not None:
            self._read_project(self._overlays.patched(project))
        return chain(before, rest), texts, kept

    def run(self) -> Loaded:
        """Overlays and project first, then every document, then what waits for others."""
        documents, texts, kept = self._begin()
        for document in documents:
            if kind_of(document) in (PROJECT_KIND, POLICY_KIND) or not self._only_given:
                self._document(document, in_project_file=True)
        for text in texts:
            for document in kept[text] if text in kept else read_documents(text, self._found):
                self._document(document, in_project_file=False)
        self._check_overlays()
        self._resolve_references()
        self._found.extend(self._renames.check(self._places))
        self._found.extend(report_cycles(self._waiting))
        return self._loaded()

    def _project_documents(self) -> tuple[list[Document], Document | None, Iterable[Document]]:
        """The documents of qctl.yaml: those before its project, the project, and those after it."""
        file = self._files.project()
        if file is None:
            return [], None, ()
        documents: Iterator[Document] = read_documents(file, self._found)
        if may_hold_overlay(file.text):
            documents = iter(self._overlays.gather(documents))
        before: list[Document] = []
        for document in documents:
            if kind_of(document) == PROJECT_KIND:
                return before, document, documents
            before.append(document)
        detail = f"{file.name} holds no document of kind Project."
        self._found.append(report("project/missing", detail, "Run `qctl init`, or add one.", file.spot(0, 0, 0)))
        return before, None, ()

    def _read_project(self, document: Document) -> None:
        self._project_place = document.place
        if self.trace is not None:
            self.trace.project, self.trace.given = document.place, self._given
            self.trace.environment = self._environment
        if not check_frame(document, self._all_kinds, self._found):
            return
        self._project, self._variables = read_project(document, self._given, self._environment, self._found)
        self._validator.devices = self._project.spec.device_names if self._project else devices_in(document)

    def _document(self, document: Document, *, in_project_file: bool) -> None:
        if kind_of(document) == PROJECT_KIND:
            self._another_project(document, in_project_file=in_project_file)
            return
        if kind_of(document) == POLICY_KIND:  # as it is written: no overlay weakens a policy
            self._policies.read(document)
            return
        document = self._overlays.patched(document)
        envelope = open_envelope(document, self._all_kinds, self._found)
        if envelope is None:
            return
        if envelope.address is not None and not self._is_first(envelope.address, document.place):
            envelope = envelope.without_address()
        self._adopting(envelope)
        for point in expand(envelope, self._kinds[envelope.kind], self._variables, self._found, self._room):
            self._point(point)

    def _adopting(self, envelope: Envelope) -> None:
        """What it says of runs that are there already."""
        wish, names = read_import(envelope, self._found), read_moved(envelope, self._found)
        if envelope.address is not None:
            if wish is not None:
                self._imports[envelope.address] = wish
            if names:
                self._moved[envelope.address] = names
                self._renames.add(envelope, names)

    def _declare(self, declared: Declared) -> None:
        if self._imports or self._moved:
            address, base = declared.address, declared.address.base
            old = tuple(Address(base.kind, name, address.key) for name in self._moved.get(base, ()))
            declared = replace(declared, imports=self._imports.get(base), moved=old)
        self._done[declared.address] = declared

    def _point(self, point: Point) -> None:
        address, base = point.address, point.source.base
        if self.trace is not None and address is not None:
            self.trace.points[address] = point
        if address is not None and address.key:
            self._sweeps.add(address.base)
            self._room -= 1
        self._room -= point.items
        if point.holes:
            if address is None:  # nobody can refer to it, and what it refers to is not known yet
                self._validator.validate(point)
                self._broken |= {base} if base else set()
            else:
                self._waiting[address] = point
            return
        declared = self._validator.validate(point)
        if declared is not None:
            self._declare(declared)
        elif base is not None:
            self._broken.add(base)

    def _environments(self) -> tuple[str, ...]:
        declared = self._project.spec.environments if self._project is not None else None
        return tuple(declared or self._overlays.environments)

    def _check_overlays(self) -> None:
        if self._project is not None:
            self._overlays.environment_problem(self._project.spec.environments)
        # With -f, or where a document can't be read, nobody knows all that there is.
        if not self._given_files and not any(found.code.startswith("yaml/") for found in self._found):
            self._overlays.check()

    def _resolve_references(self) -> None:
        if not self._waiting:
            return
        references = References(
            self._kinds, self._done, self._waiting, frozenset(self._sweeps), frozenset(self._broken), self._found
        )
        for point in self._waiting.values():
            references.resolve(point)
        for point in self._waiting.values():
            declared = self._validator.validate(point)
            if declared is not None:
                self._declare(declared)

    def _is_first(self, address: Address, place: Place) -> bool:
        first = self._places.setdefault(address, place)
        if first is place:
            return True
        spot = place.spot(("metadata", "name"))
        detail = f"{address} is declared at {first.locate(('metadata', 'name'))} already, and again at {spot.where}."
        remedy = "Give one of them another name, or remove it."
        self._found.append(report("manifest/duplicate", detail, remedy, spot, address=str(address)))
        return False

    def _another_project(self, document: Document, *, in_project_file: bool) -> None:
        spot = document.place.spot(("kind",))
        if self._project_place is not None:
            first = self._project_place.locate(("kind",))
            detail = f"The project is declared at {first} already, and again at {spot.where}."
            self._found.append(report("project/second", detail, "Keep one of them.", spot))
        elif not in_project_file:
            detail = "The project's document stands in qctl.yaml, in the project's folder."
            self._found.append(report("project/place", detail, "Move it there.", spot))
