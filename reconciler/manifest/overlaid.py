"""Where things stand in a document that overlays patch: each value where it was said last."""

from __future__ import annotations

from dataclasses import dataclass, replace

from reconciler.core.declared import Path
from reconciler.core.diagnostic import Location
from reconciler.manifest.layer import Layer, Leaf
from reconciler.manifest.place import Place, Spot, Written


@dataclass(frozen=True, slots=True, eq=False)
class OverlaidPlace(Place):
    """The place of the document itself, under layers of patches; the first one is the strongest."""

    layers: tuple[Layer, ...] = ()

    def spot(self, path: Path = (), *, key: bool = False) -> Spot:
        """The value at `path` where it was said. A mapping that is patched in part is the overlay's, its key is not.

        What is wrong with such a mapping as a whole came with the patch.
        """
        return self._spot(path, key=key, whole=not key)

    def locate(self, path: Path = ()) -> Location:
        """The location of the value at `path`; of a mapping that is patched in part, where the document has it."""
        spot = self._spot(path, key=False, whole=False)
        return replace(spot.where, excerpt=spot.excerpt)

    def holds(self, text: str) -> bool:
        """Whether this text stands in the document or in an overlay of it."""
        places = {id(leaf.place): leaf.place for layer in self.layers for leaf in layer.leaves.values()}
        return Place.holds(self, text) or any(place.holds(text) for place in places.values())

    def owner(self, path: Path) -> Place:
        """The place of the document that says what stands at `path`."""
        said = self._said(path)
        return said[0].place if said is not None else self

    def missing(self, path: Path) -> Spot:
        """Where an overlay removes it, or where it would be written."""
        leaf = next((layer.leaves[path] for layer in self.layers if path in layer.leaves), None)
        return leaf.place.spot(leaf.path) if leaf is not None else self.spot(path[:-1], key=True)

    def written(self, path: Path) -> Written | None:
        """The value at `path` as the document or an overlay has it; None if there is none."""
        said = self._said(path)
        if said is None:
            return Place.written(self, path)
        leaf, rest = said
        found = leaf.place.written((*leaf.path, *rest))
        return None if leaf.removes or found is None else replace(found, overlay=leaf.overlay)

    def _said(self, path: Path) -> tuple[Leaf, Path] | None:
        return next((said for layer in self.layers if (said := layer.above(path)) is not None), None)

    def _spot(self, path: Path, *, key: bool, whole: bool) -> Spot:
        said = self._said(path)
        if said is not None:
            leaf, rest = said
            return leaf.place.spot((*leaf.path, *rest), key=key)
        patching = self._patching(path) if path else None
        if patching is not None and (whole or Place.written(self, path) is None):
            leaf, at = patching
            return leaf.place.spot(at, key=key)
        return Place.spot(self, path, key=key)

    def _patching(self, path: Path) -> tuple[Leaf, Path] | None:
        """What patches a part of the mapping at `path`, and where its overlay has that mapping."""
        for layer in self.layers:
            leaf = layer.below(path)
            if leaf is not None:
                within = next(len(at) for at, known in layer.leaves.items() if known is leaf)
                return leaf, leaf.path[: len(leaf.path) - (within - len(path))]
        return None
