"""`metadata.import`: the existing run that is to be a resource's own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from reconciler.core.diagnostic import Diagnostic
from reconciler.core.importing import Import
from reconciler.core.suggest import did_you_mean, shown
from reconciler.manifest.build import UNREADABLE
from reconciler.manifest.envelope import Envelope
from reconciler.manifest.place import report

_KEY = ("metadata", "import")
_KEYS = ("id", "accept")
_WORDS = ("program", "experimentalCapabilities")
_LONGEST = 300
_EXAMPLE = "Write import: {id: ID}."


def read_import(envelope: Envelope, found: list[Diagnostic]) -> Import | None:
    """The wish, or None. Problems go to `found`."""
    value = envelope.import_
    if value is None or value is UNREADABLE:
        return None
    problems = list(_problems(envelope, value))
    found.extend(problems)
    if problems:
        return None
    place = envelope.place
    return Import(value["id"], frozenset(value.get("accept", ())), lambda: place.locate((*_KEY, "id")))


def _problems(envelope: Envelope, value: Any) -> Iterator[Diagnostic]:
    place, label = envelope.place, str(envelope.address or "")
    if not isinstance(value, dict):
        detail = f"metadata.import: expected a mapping, found {shown(value)}."
        yield report("manifest/wrong-type", detail, _EXAMPLE, place.spot(_KEY), address=label)
        return
    for key in value:
        if key not in _KEYS:
            spot = place.spot((*_KEY, key), key=True)
            remedy = did_you_mean(key, _KEYS)
            yield report("manifest/unknown-key", f'"{key[:60]}" is no key of import.', remedy, spot, address=label)
    if isinstance(envelope.spec, dict) and "matrix" in envelope.spec:
        detail = "The document declares a sweep, and an import names one run."
        yield report("import/sweep", detail, "Declare that point by itself.", place.spot(_KEY, key=True), address=label)
    id_ = value.get("id")
    if not isinstance(id_, str) or not 1 <= len(id_) <= _LONGEST or not id_.isprintable() or " " in id_:
        detail = f"metadata.import.id: expected the id of a run, found {shown(id_)}."
        yield report("manifest/invalid-value", detail, _EXAMPLE, place.spot((*_KEY, "id")), address=label)
    yield from _accept(envelope, value.get("accept", []), label)


def _accept(envelope: Envelope, words: Any, label: str) -> Iterator[Diagnostic]:
    if isinstance(words, list) and all(word in _WORDS for word in words if isinstance(word, str)):
        words = [word for word in words if not isinstance(word, str)]
    if words != [] and words is not UNREADABLE:
        detail = f"metadata.import.accept: expected a list of what is taken on trust, found {shown(words)}."
        remedy = f"What can be accepted is: {', '.join(_WORDS)}."
        spot = envelope.place.spot((*_KEY, "accept"))
        yield report("manifest/invalid-value", detail, remedy, spot, address=label)
