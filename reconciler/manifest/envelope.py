"""The frame of each document: apiVersion, kind, metadata, spec."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

from reconciler.core.address import NAME, Address
from reconciler.core.declared import Path
from reconciler.core.diagnostic import Diagnostic
from reconciler.core.suggest import did_you_mean, short, shown
from reconciler.manifest.build import UNREADABLE
from reconciler.manifest.place import Place, report
from reconciler.manifest.yaml import Document

API_VERSION = "qctl/v1alpha1"
_KEYS = ("apiVersion", "kind", "metadata", "spec")
_METADATA = ("name", "tags", "import", "moved")


@dataclass(frozen=True, slots=True)
class Envelope:
    """A document whose kind is known. Without a valid name there is no address, and only its spec is checked."""

    kind: str
    address: Address | None
    tags: Any
    spec: Any
    place: Place
    import_: Any = None
    moved: Any = None

    def without_address(self) -> Envelope:
        """The same for checking only: it declares nothing."""
        return replace(self, address=None)


def kind_of(document: Document) -> str | None:
    """The kind a document says it is of."""
    kind = document.value.get("kind") if isinstance(document.value, dict) else None
    return kind if isinstance(kind, str) else None


def open_envelope(
    document: Document, kinds: Collection[str], found: list[Diagnostic], known: tuple[str, ...] = _METADATA
) -> Envelope | None:
    """The parts of a document, or None if nothing below can be checked. Problems go to `found`.

    `known` are the keys that its metadata may have.
    """
    value, place = document.value, document.place
    if not check_frame(document, kinds, found):
        return None
    metadata = value.get("metadata")
    if not isinstance(metadata, dict):
        _complain(found, place, ("metadata",), "manifest/missing-key", metadata, "Add metadata: {name: …}.")
        metadata = {}
    else:
        found.extend(_unknown(metadata, known, place, ("metadata",)))
    if "spec" not in value:
        found.append(report("manifest/missing-key", 'The document has no "spec".', "Add it.", place.spot()))
    kind = value["kind"]
    name = _name(metadata, place, found) if isinstance(value.get("metadata"), dict) else None
    address = Address(kind, name) if name else None
    more = metadata.get("import"), metadata.get("moved")
    return Envelope(kind, address, metadata.get("tags"), value.get("spec"), place, *more)


def check_frame(document: Document, kinds: Collection[str], found: list[Diagnostic]) -> bool:
    """Whether a document is a mapping of our apiVersion and a known kind; with its unknown keys reported."""
    value, place = document.value, document.place
    if not isinstance(value, dict):
        detail = f"A document is a mapping with the keys {', '.join(_KEYS)}; this one is {shown(value)}."
        found.append(report("manifest/document", detail, "", place.spot()))
        return False
    if not _right_version(value.get("apiVersion"), place, found):
        return False
    found.extend(_unknown(value, _KEYS, place, ()))
    kind = value.get("kind")
    if isinstance(kind, str) and kind in kinds:
        return True
    if kind is None:
        remedy = f"Add kind: one of {', '.join(sorted(kinds))}."
        found.append(report("manifest/missing-key", 'The document has no "kind".', remedy, place.spot()))
    elif kind is not UNREADABLE:
        remedy = did_you_mean(str(kind), kinds, "")
        listed = f"The kinds are {', '.join(sorted(kinds))}."
        detail = f"There is no kind {shown(kind).removeprefix('the text ')}. {listed}"
        found.append(report("manifest/unknown-kind", detail, remedy, place.spot(("kind",))))
    return False


def _right_version(version: Any, place: Place, found: list[Diagnostic]) -> bool:
    if version == API_VERSION:
        return True
    spot = place.spot(("apiVersion",))
    remedy = f"Write apiVersion: {API_VERSION}."
    if version is None:
        detail = 'The document has no "apiVersion": every document below the project folder is read as a manifest.'
        found.append(report("manifest/missing-key", detail, remedy, spot))
    elif version is not UNREADABLE:
        detail = f"This qctl reads {API_VERSION}; the document says {shown(version).removeprefix('the text ')}."
        found.append(report("manifest/api-version", detail, remedy, spot))
    return False


def _name(metadata: dict[str, Any], place: Place, found: list[Diagnostic]) -> str | None:
    name = metadata.get("name")
    if isinstance(name, str) and NAME.fullmatch(name):
        return name
    if name is None:
        remedy = "Add name: the resource is addressed by it."
        found.append(
            report("manifest/missing-key", 'metadata has no "name".', remedy, place.spot(("metadata",), key=True))
        )
    elif name is not UNREADABLE:
        detail = f"metadata.name: {shown(name)} is no name: 1 to 63 small letters, digits, dots and hyphens, with a "
        detail += "letter or digit at its ends."
        found.append(report("manifest/name", detail, _better(name), place.spot(("metadata", "name"))))
    return None


def _better(name: Any) -> str:
    if not isinstance(name, str):
        return f'Put it in quotes: "{name}".' if isinstance(name, int | float) else ""
    proposed = name.strip().lower().replace("_", "-").replace(" ", "-")
    return f'Write "{proposed}".' if NAME.fullmatch(proposed) else ""


def _unknown(value: dict[str, Any], known: tuple[str, ...], place: Place, path: Path) -> list[Diagnostic]:
    within = str(path[0]) if path else "a document"
    return [
        report(
            "manifest/unknown-key",
            f'"{short(key)}" is no key of {within}.',
            did_you_mean(key, known),
            place.spot((*path, key), key=True),
        )
        for key in value
        if key not in known
    ]


def _complain(found: list[Diagnostic], place: Place, path: Path, code: str, value: Any, remedy: str) -> None:
    if value is None:
        found.append(report(code, f'The document has no "{path[0]}".', remedy, place.spot()))
    elif value is not UNREADABLE:
        detail = f"{path[0]}: expected a mapping, found {shown(value)}."
        found.append(report("manifest/wrong-type", detail, "", place.spot(path)))
