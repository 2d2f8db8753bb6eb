"""The overlays of a project: those of one environment change documents before anything else is read in them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from reconciler.core.declared import Path
from reconciler.core.diagnostic import Diagnostic
from reconciler.core.environment import DEFAULT
from reconciler.core.suggest import did_you_mean
from reconciler.manifest.envelope import kind_of
from reconciler.manifest.layer import Clash, Layer, Leaf, merged
from reconciler.manifest.overlaid import OverlaidPlace
from reconciler.manifest.overlay import OVERLAY_KIND
from reconciler.manifest.place import report
from reconciler.manifest.problems import dotted
from reconciler.manifest.project import PROJECT_KIND
from reconciler.manifest.read_overlay import Overlay, read_overlay
from reconciler.manifest.yaml import Document


class Overlays:
    """Takes overlays in with `gather`, then gives each document its patches. `environment` None patches nothing."""

    def __init__(self, kinds: Collection[str], environment: str | None, found: list[Diagnostic]) -> None:
        self._kinds = kinds
        self._environment = environment
        self._found = found
        self._overlays: dict[str, Overlay] = {}
        self._layers: dict[str, Layer] = {}  # by target
        self._met: set[str] = set()  # targets of which there is a document
        self._unused: dict[Leaf, tuple[Path, list[str]]] = {}  # removals, with the keys where nothing was to remove
        self._used: set[Leaf] = set()

    @property
    def environments(self) -> list[str]:
        """Those that there are where the project declares none: the usual one, and those that overlays are for."""
        named = {name for overlay in self._overlays.values() for name in overlay.environments}
        return [DEFAULT, *sorted(named - {DEFAULT})] if named else []

    def gather(self, documents: Iterable[Document]) -> list[Document]:
        """Take the overlays out; the other documents are left."""
        left = []
        for document in documents:
            if kind_of(document) != OVERLAY_KIND:
                left.append(document)
                continue
            overlay = read_overlay(document, self._kinds, self._found)
            if overlay is not None and self._is_first(overlay):
                self._overlays[overlay.name] = overlay
        return left

    def combine(self) -> None:
        """All are there: bring together what the environment's overlays say of each target."""
        for overlay in sorted(self._overlays.values(), key=lambda one: one.order):
            if self._environment not in overlay.environments:
                continue
            for patch in overlay.patches:
                for target, _ in patch.targets:
                    layer = self._layers.setdefault(target, Layer())
                    clashes = layer.add(patch.merge, overlay.place, patch.at, overlay.name)
                    self._found.extend(self._contradiction(target, clash) for clash in clashes)

    def patched(self, document: Document) -> Document:
        """The document as it is in this environment."""
        if not self._overlays:
            return document
        kind = kind_of(document)
        if kind is None:
            return document
        targets = [kind] if kind == PROJECT_KIND else [_address(kind, document.value), kind]
        self._met.update(targets)
        layers = tuple(self._layers[target] for target in targets if target in self._layers)
        if not layers:
            return document
        value = document.value
        for layer in reversed(layers):  # what is said of one document is stronger than what is said of its kind
            self._note_removals(layer, value)
            value = merged(value, layer.merge)
        place = document.place
        return Document(OverlaidPlace(place.file, place.line, place.start, place.end, layers), value)

    def environment_problem(self, declared: Collection[str] | None) -> None:
        """Refuse an environment that nobody declared, and overlays for one. None declared: overlays name them."""
        if declared:
            for overlay in self._overlays.values():
                for name, path in overlay.environments.items():
                    if name not in declared:
                        self._found.append(self._undeclared(overlay, name, path, declared))
        known = declared or self.environments
        if self._environment is None or not known or self._environment in known:
            return
        listed = ", ".join(known)
        detail = f'There is no environment "{self._environment}". This project has {listed}.'
        remedy = did_you_mean(self._environment, known, "Add it to the project's spec.environments.")
        if self._environment == DEFAULT:
            detail = f"This project has the environments {listed}, and none of them was named."
            remedy = "Say which with --env NAME."
        self._found.append(report("environment/unknown", detail, remedy))

    def check(self) -> None:
        """All documents were seen: report what patches nothing, and what removes nothing."""
        for overlay in self._overlays.values():
            for patch in overlay.patches:
                for target, path in patch.targets:
                    if target not in self._met:
                        self._found.append(self._missed(overlay, target, path))
        for leaf, (path, keys) in self._unused.items():
            if leaf not in self._used:
                detail = f"There is nothing at {dotted(path)} that null could remove."
                remedy = did_you_mean(str(path[-1]), keys, "Remove the line.")
                spot = leaf.place.spot(leaf.path, key=True)
                self._found.append(report("overlay/removes-nothing", detail, remedy, spot, address=leaf.overlay))

    def _is_first(self, overlay: Overlay) -> bool:
        first = self._overlays.get(overlay.name)
        if first is None:
            return True
        spot = overlay.place.spot(("metadata", "name"))
        detail = f"{overlay.name} is declared at {first.place.locate(('metadata', 'name'))} already, and again at "
        detail += f"{spot.where}."
        remedy = "Give one of them another name, or remove it."
        self._found.append(report("manifest/duplicate", detail, remedy, spot, address=overlay.name))
        return False

    def _contradiction(self, target: str, clash: Clash) -> Diagnostic:
        spot = clash.second.place.spot(clash.second.path)
        detail = f"{dotted(clash.path)} of {target} is said otherwise at {clash.first.where} for the environment "
        detail += f"{self._environment} as well: which of the two wins must not depend on their order."
        return report("overlay/conflict", detail, "Keep one of them.", spot, address=clash.second.overlay)

    def _undeclared(self, overlay: Overlay, name: str, path: Path, declared: Collection[str]) -> Diagnostic:
        detail = f'The project declares no environment "{name}": {", ".join(declared)}.'
        remedy = did_you_mean(name, declared, "Add it to the project's spec.environments.")
        return report("environment/unknown", detail, remedy, overlay.place.spot(path), address=overlay.name)

    def _missed(self, overlay: Overlay, target: str, path: Path) -> Diagnostic:
        detail = f"No document of this project is {target}."
        same = [known for known in self._met if ("/" in known) == ("/" in target)]
        remedy = did_you_mean(target, same, "Remove the patch, or declare what it is for.")
        return report("overlay/target", detail, remedy, overlay.place.spot(path), address=overlay.name)

    def _note_removals(self, layer: Layer, value: Any) -> None:
        for path, leaf in layer.leaves.items():
            if not leaf.removes or leaf in self._used:
                continue
            keys = _keys_at(value, path[:-1])
            if path[-1] in keys:
                self._used.add(leaf)
            else:
                self._unused.setdefault(leaf, (path, keys))


def _address(kind: str, value: Any) -> str:
    metadata = value.get("metadata")
    name = metadata.get("name") if isinstance(metadata, dict) else None
    return f"{kind}/{name}"


def _keys_at(value: Any, path: Path) -> list[str]:
    for part in path:
        value = value.get(part) if isinstance(value, dict) else None
    return list(value) if isinstance(value, dict) else []
