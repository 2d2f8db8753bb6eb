"""What all patches of one target come to, as one JSON merge patch that knows where each of its values is written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from reconciler.core.declared import Path
from reconciler.core.diagnostic import Location
from reconciler.manifest.place import Place

_MOST_CLASHES = 20


@dataclass(frozen=True, slots=True, eq=False)
class Leaf:
    """A value that a patch sets, or with null removes. `path` is where the overlay's document has it."""

    place: Place
    path: Path
    overlay: str
    removes: bool
    empty: bool  # `{}`: there is a mapping, whoever else fills it

    @property
    def where(self) -> Location:
        """Its place in the overlay."""
        return self.place.locate(self.path)


@dataclass(frozen=True, slots=True, eq=False)
class Clash:
    """Two patches that say different things of one path."""

    path: Path
    first: Leaf
    second: Leaf


@dataclass(slots=True, eq=False)
class Layer:
    """The patches of one target in one environment. `leaves` are by their path in the patched document."""

    merge: dict[str, Any] = field(default_factory=dict)
    leaves: dict[Path, Leaf] = field(default_factory=dict)

    def add(self, merge: dict[str, Any], place: Place, prefix: Path, overlay: str) -> list[Clash]:
        """Take another patch in, which stands at `prefix` of the overlay's document; what contradicts is left out."""
        clashes: list[Clash] = []
        for path, value in _leaves(merge):
            if len(clashes) == _MOST_CLASHES:
                break  # each is searched for in all that was said before
            leaf = Leaf(place, (*prefix, *path), overlay, removes=value is None, empty=value == {})
            first = self._against(path, value)
            if first is not None:
                clashes.append(Clash(path, first, leaf))
                continue
            if not (leaf.empty and path in self.leaves):
                self.leaves[path] = leaf
            _put(self.merge, path, value)
        return clashes

    def _against(self, path: Path, value: Any) -> Leaf | None:
        """What an earlier patch says otherwise of the same path, of one above it or of one below it."""
        standing: Any = self.merge
        for depth, part in enumerate(path):
            if not isinstance(standing, dict):
                return self.leaves[path[:depth]]
            if part not in standing:
                return None
            standing = standing[part]
        if isinstance(standing, dict) and value == {}:
            return None
        if isinstance(standing, dict):
            return self.below(path) or self.leaves[path]
        return None if _same(standing, value) else self.leaves[path]

    def below(self, path: Path) -> Leaf | None:
        """A value that is set somewhere below a path."""
        depth = len(path)
        return next((leaf for at, leaf in self.leaves.items() if len(at) > depth and at[:depth] == path), None)

    def above(self, path: Path) -> tuple[Leaf, Path] | None:
        """What sets the value at a path, or one that it is part of; with the rest of the path below that."""
        for depth in range(len(path), 0, -1):
            leaf = self.leaves.get(path[:depth])
            if leaf is not None and (depth == len(path) or not leaf.empty):
                return leaf, path[depth:]
        return None


def merged(value: Any, patch: Any) -> Any:
    """JSON merge patch (RFC 7386). What it does not touch is shared with the value, which stays as it is."""
    if not isinstance(patch, dict):
        return patch
    result = dict(value) if isinstance(value, dict) else {}
    for key, part in patch.items():
        if part is None:
            result.pop(key, None)
        else:
            result[key] = merged(result.get(key), part)
    return result


def _leaves(merge: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    if isinstance(merge, dict) and merge:
        for key, part in merge.items():
            yield from _leaves(part, (*path, key))
    elif path:
        yield path, merge


def _put(merge: dict[str, Any], path: Path, value: Any) -> None:
    here: dict[Any, Any] = merge
    for part in path[:-1]:
        here = here.setdefault(part, {})
    if value == {}:
        here.setdefault(path[-1], {})
    else:
        here[path[-1]] = value


def _same(one: Any, other: Any) -> bool:
    """Equal, and of one type throughout: 1 and true are not the same."""
    return one is other or repr(one) == repr(other)
