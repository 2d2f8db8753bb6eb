"""The documents of a project as qctl acts on them: overlays, variables, matrices and defaults put in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from enum import Enum
from typing import Any

from pydantic import BaseModel

from reconciler.core.declared import Declared, Path
from reconciler.core.fields import DeviceName
from reconciler.core.final import Final, Origin, Source, leaves
from reconciler.manifest.envelope import API_VERSION
from reconciler.manifest.fields import Model, keys_of, marked, values_at
from reconciler.manifest.items import AS_WRITTEN, Origins
from reconciler.manifest.place import Place
from reconciler.manifest.project import PROJECT_KIND, Project
from reconciler.manifest.tags import takes_list
from reconciler.manifest.trace import Trace

_TAGS = ("metadata", "tags")
_OUTPUT = ("spec", "output")
_DEFAULTS = ("spec", "defaults")


class Finals:
    """Makes final documents of what was loaded with this trace; their sources only if they are to be explained."""

    def __init__(self, project: Project, trace: Trace, *, explain: bool = True) -> None:
        self._project = project
        self._trace = trace
        self._explain = explain
        self._devices = project.spec.device_names

    def project(self) -> Final:
        """The project's own document."""
        value = {"apiVersion": API_VERSION, "kind": PROJECT_KIND, **as_plain(self._project)}
        place = self._trace.project
        return Final(PROJECT_KIND, value, {} if place is None else self._sources(value, place, AS_WRITTEN))

    def resource(self, declared: Declared, tags: Mapping[str, str], delivery: Mapping[str, str]) -> Final:
        """The document of one address. `tags` and `delivery` are what its kind made of its own and the project's."""
        point = self._trace.points[declared.address]
        model: Model = type(declared.spec)
        spec: dict[str, Any] = as_plain(declared.spec)
        own = spec.pop("tags", None)
        metadata: dict[str, Any] = {"name": declared.address.name}
        if "tags" in keys_of(model) and (own or tags):
            metadata["tags"] = (list(tags) if takes_list(model) else dict(tags)) or own
        if "output" not in spec and "output.prefix" in delivery:
            spec["output"] = {key.removeprefix("output."): text for key, text in delivery.items() if text}
        value = {"apiVersion": API_VERSION, "kind": declared.address.kind, "metadata": metadata, "spec": spec}
        sources = self._sources(value, point.source.place, point.origins)
        for pattern, _ in marked(model, DeviceName):
            for at, alias in values_at(spec, pattern):
                path = ("spec", *at)
                if alias in self._devices and path in sources:
                    meant = self._trace.project.locate(("spec", "devices", alias)) if self._trace.project else None
                    sources[path] = replace(sources[path], means=self._devices[alias], meant=meant)
        return Final(str(declared.address), value, sources)

    def _sources(self, value: Mapping[str, Any], place: Place, origins: Origins) -> dict[Path, Source]:
        if not self._explain:
            return {}
        return {path: self._source(path, leaf, place, origins) for path, leaf in leaves(value).items()}

    def _source(self, path: Path, leaf: Any, place: Place, origins: Origins) -> Source:
        at = (path[0], *origins.written(path[1:])) if path[0] == "spec" else path
        if path[:2] == _TAGS and len(path) == 3 and isinstance(path[2], int):
            at = self._listed(leaf, place)
        said = self._written(at, place)
        if said is not None:
            return said
        inherited = self._inherited(path, leaf)
        project = self._trace.project
        found = self._written(inherited, project) if inherited and project is not None else None
        return Source(Origin.DEFAULT) if found is None else replace(found, origin=Origin.PROJECT)

    def _written(self, path: Path, place: Place) -> Source | None:
        """Who wrote the value, or the short form that it was made of."""
        for depth in range(len(path), 1, -1):
            written = place.written(path[:depth])
            if written is None:
                continue
            if depth < len(path) and written.text is None:
                return None  # a mapping or a list that does not say it
            origin = Origin.OVERLAY if written.overlay else Origin.MANIFEST
            inputs = self._trace.inputs(written.text, path[:depth], place) if written.text else ()
            return Source(origin, written.where, written.overlay, inputs)
        written = place.written(path) if len(path) == 1 else None
        return None if written is None else Source(Origin.MANIFEST, written.where)

    def _inherited(self, path: Path, leaf: Any) -> Path:
        """Where the project says what a resource does not."""
        if path[:2] == _OUTPUT:
            return (*_DEFAULTS, *path[1:])
        if path[:2] != _TAGS or len(path) != 3:
            return ()
        key = path[2] if isinstance(path[2], str) else str(leaf).partition("=")[0]
        return (*_DEFAULTS, "tags", key)

    def _listed(self, tag: Any, place: Place) -> Path:
        """Where a tag stands in the list of a kind that has one: the final list begins with the project's tags."""
        index = 0
        while (written := place.written((*_TAGS, index))) is not None:
            if written.text == tag:
                return (*_TAGS, index)
            index += 1
        key, _, rest = str(tag).partition("=")
        as_mapping = place.written((*_TAGS, key))
        return (*_TAGS, key) if as_mapping is not None and as_mapping.text == rest else (*_TAGS, index)


def as_plain(value: Any) -> Any:
    """A validated value in the words of a manifest; what is not set is left out."""
    if isinstance(value, BaseModel):
        fields = ((field.alias or name, getattr(value, name)) for name, field in type(value).model_fields.items())
        return {key: as_plain(item) for key, item in fields if item is not None}
    if isinstance(value, Mapping):
        return {key: as_plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [as_plain(item) for item in value]
    if isinstance(value, Enum):
        return value.value
    return value if isinstance(value, str | int | float | bool) or value is None else str(value)
