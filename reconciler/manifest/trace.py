"""What loading a project knows on the way and does not keep: asked for only where it is to be explained."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from reconciler.core.address import Address
from reconciler.core.declared import Path
from reconciler.core.diagnostic import Location
from reconciler.core.final import Input
from reconciler.core.reference import Attribute, Expression, InvalidExpression, MatrixValue, expressions
from reconciler.manifest.items import MATRIX
from reconciler.manifest.place import Place
from reconciler.manifest.resource import Point
from reconciler.manifest.variables import given_from


@dataclass(slots=True, eq=False)
class Trace:
    """Given to `load_project`, it is filled: the points by address, and where the project's document stands."""

    points: dict[Address, Point] = field(default_factory=dict)
    project: Place | None = None
    given: Mapping[str, str] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)

    def inputs(self, text: str, path: Path, place: Place) -> tuple[Input, ...]:
        """What the expressions of a text stood for, which stands at that path of a document; none where it has none."""
        try:
            parts = [part for _, part in expressions(text)]
        except InvalidExpression:
            return ()
        return tuple(dict.fromkeys(self._input(part, path, place) for part in parts))

    def _input(self, part: Expression, path: Path, place: Place) -> Input:
        if isinstance(part, MatrixValue):
            return Input(f"matrix.{part.name}", "a list", _of_matrix(part.name, path, place))
        if isinstance(part, Attribute):
            return Input(str(part))
        source, text = given_from(part.name, self.given, self.environment)
        if text is not None or self.project is None:
            return Input(f"var.{part.name}", source)
        where = self.project.locate(("spec", "variables", part.name, "default"))
        return Input(f"var.{part.name}", "its default", where)


def _of_matrix(name: str, path: Path, place: Place) -> Location | None:
    """Where the list stands: of the item that the value is in, else of the document."""
    for depth in range(len(path) - 1, 0, -1):
        written = place.written((*path[:depth], MATRIX, name))
        if written is not None:
            return written.where
    return None
