"""One document of kind Overlay to its patches, checked as far as it can be without the documents that it patches."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from reconciler.core.address import NAME
from reconciler.core.declared import Path
from reconciler.core.diagnostic import Diagnostic
from reconciler.core.suggest import did_you_mean, short, shown
from reconciler.manifest.build import UNREADABLE
from reconciler.manifest.envelope import open_envelope
from reconciler.manifest.overlay import OVERLAY_KIND, OverlaySpec, check_environment
from reconciler.manifest.place import Place, document_path, report
from reconciler.manifest.policies import POLICY_KIND
from reconciler.manifest.problems import Problems, dotted
from reconciler.manifest.project import PROJECT_KIND
from reconciler.manifest.yaml import Document

_PARTS = ("metadata", "spec")
_NOT_CHANGED = {
    ("apiVersion",): "",
    ("kind",): "",
    ("metadata", "name"): "",
    ("metadata", "uid"): "",
    ("spec", "environments"): PROJECT_KIND,  # of a resource it would be an unknown key
}


@dataclass(frozen=True, slots=True, eq=False)
class ReadPatch:
    """One patch with its place: `at` is the path of its merge. Each target is a kind or the text of an address."""

    targets: tuple[tuple[str, Path], ...]  # with the path where it is written
    merge: dict[str, Any]
    at: Path


@dataclass(frozen=True, slots=True, eq=False)
class Overlay:
    """One overlay. `environments` are with the path where each is written."""

    name: str
    place: Place
    environments: Mapping[str, Path]
    patches: tuple[ReadPatch, ...]

    @property
    def order(self) -> tuple[str, int]:
        """Where it stands: what is said of two overlays must not depend on which was read first."""
        return self.place.file.name, self.place.line


def read_overlay(document: Document, kinds: Collection[str], found: list[Diagnostic]) -> Overlay | None:
    """The overlay, or None with diagnostics. `kinds` are all that there are; patched are those of resources."""
    before = len(found)
    envelope = open_envelope(document, kinds, found, ("name",))
    if envelope is None or "spec" not in document.value or envelope.spec is UNREADABLE:
        return None
    place, label = document.place, str(envelope.address or "")
    try:
        spec = OverlaySpec.model_validate(envelope.spec)
    except ValidationError as error:
        found.extend(Problems(OverlaySpec, place, document_path, set()).explain(error, envelope.spec, label))
        return None
    if envelope.address is None:
        return None
    patches = []
    for index, patch in enumerate(spec.patches):
        written = ("spec", "patches", index, "target")
        texts = [patch.target] if isinstance(patch.target, str) else patch.target
        targets = {text: written if isinstance(patch.target, str) else (*written, i) for i, text in enumerate(texts)}
        at = ("spec", "patches", index, "merge")
        patches.append(ReadPatch(tuple(targets.items()), patch.merge, at))
        for text, path in targets.items():
            found.extend(_wrong_target(text, path, place, kinds, label))
        found.extend(_wrong_merge(patch.merge, at, tuple(targets), place, label))
    environments = _environments(spec, envelope.address.name, place, found, label)
    return Overlay(label, place, environments, tuple(patches)) if len(found) == before else None


def _environments(spec: OverlaySpec, name: str, place: Place, found: list[Diagnostic], label: str) -> dict[str, Path]:
    if spec.environments is not None:
        return {text: ("spec", "environments", index) for index, text in enumerate(spec.environments)}
    try:
        return {check_environment(name): ("metadata", "name")}
    except ValueError as error:
        detail = f"metadata.name: without spec.environments the overlay is for the environment of its name; {error}."
        spot = place.spot(("metadata", "name"))
        found.append(report("manifest/invalid-value", detail, "Add spec.environments.", spot, address=label))
        return {}


def _wrong_target(text: str, path: Path, place: Place, kinds: Collection[str], label: str) -> Iterator[Diagnostic]:
    kind, slash, name = text.partition("/")
    spot = place.spot(path)
    patched = [known for known in kinds if known not in (OVERLAY_KIND, POLICY_KIND)]  # no overlay weakens a policy
    if kind not in patched:
        detail = f'There is no kind "{short(kind)}" that an overlay could patch.'
        yield report("overlay/target", detail, did_you_mean(kind, patched, ""), spot, address=label)
    elif "[" in name:
        detail = f'"{short(text)}" is one point of a sweep: patches apply to documents, before they are swept.'
        yield report("overlay/target", detail, f"Write {short(text.partition('[')[0])}.", spot, address=label)
    elif kind == PROJECT_KIND and slash:
        yield report("overlay/target", "There is one project only.", "Write Project.", spot, address=label)
    elif slash and not NAME.fullmatch(name):
        detail = f'"{short(text)}" is neither a kind nor an address: no resource can have that name.'
        yield report("overlay/target", detail, "Write Kind/name.", spot, address=label)


def _wrong_merge(
    merge: dict[str, Any], at: Path, targets: tuple[str, ...], place: Place, label: str
) -> Iterator[Diagnostic]:
    """What no patch can change, and what stands beside the two parts that it can."""
    is_project = PROJECT_KIND in targets
    for path, of in _NOT_CHANGED.items():
        if _holds(merge, path) and (not of or is_project):
            detail = f"An overlay can't change {dotted(path)}: that is who the document is, in all environments."
            spot = place.spot((*at, *path), key=True)
            yield report("overlay/identity", detail, "Remove it.", spot, address=label)
    for key, value in merge.items():
        if (key,) in _NOT_CHANGED:
            continue
        if key not in _PARTS:
            detail = f'"{short(key)}" is no key of a document that can be patched.'
            remedy = did_you_mean(key, _PARTS, 'Put it below "spec".')
            yield report("manifest/unknown-key", detail, remedy, place.spot((*at, key), key=True), address=label)
        elif not isinstance(value, dict) and value is not UNREADABLE:
            detail = f"{dotted((*at, key))}: expected a mapping, found {shown(value)}."
            yield report("manifest/wrong-type", detail, "", place.spot((*at, key)), address=label)


def _holds(value: Any, path: Path) -> bool:
    for part in path:
        if not isinstance(value, dict) or part not in value:
            return False
        value = value[part]
    return True
