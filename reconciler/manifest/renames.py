"""`metadata.moved`: the names that a resource had before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from reconciler.core.address import NAME, Address
from reconciler.core.diagnostic import Diagnostic
from reconciler.core.suggest import shown
from reconciler.manifest.build import UNREADABLE
from reconciler.manifest.envelope import Envelope
from reconciler.manifest.place import Place, report

_KEY = ("metadata", "moved")


def read_moved(envelope: Envelope, found: list[Diagnostic]) -> tuple[str, ...]:
    """The older names, newest first. Problems go to `found`."""
    value = envelope.moved
    if value is None or value is UNREADABLE:
        return ()
    if not isinstance(value, list):
        detail = f"metadata.moved: expected a list of names, found {shown(value)}."
        found.append(report("manifest/wrong-type", detail, "Write moved: [old-name].", envelope.place.spot(_KEY)))
        return ()
    problems = [problem for at, name in enumerate(value) for problem in _check(envelope, name, value[:at], at)]
    found.extend(problems)
    return () if problems else tuple(value)


def _check(envelope: Envelope, name: Any, before: list[Any], at: int) -> Iterator[Diagnostic]:
    spot = envelope.place.spot((*_KEY, at))
    label = str(envelope.address or "")
    if name is UNREADABLE:
        return
    if not isinstance(name, str) or not NAME.fullmatch(name):
        detail = f"metadata.moved: {shown(name)} is no name: it has no kind and no key, for neither can change."
        yield report("manifest/name", detail, "Write the older metadata.name alone.", spot, address=label)
    elif name in before:
        yield report("moved/twice", f"metadata.moved names {name} twice.", "Remove one.", spot, address=label)
    elif envelope.address is not None and name == envelope.address.name:
        detail = f"{envelope.address} says that it was moved from itself."
        yield report("moved/cycle", detail, "Remove the name.", spot, address=label)


class Renames:
    """All older names of a project, to be checked once every document is read."""

    def __init__(self) -> None:
        self._claims: list[tuple[Address, Address, Place, int]] = []

    def add(self, envelope: Envelope, names: Iterable[str]) -> None:
        """One document's."""
        new = envelope.address
        if new is not None:
            claims = enumerate(Address(new.kind, name) for name in names)
            self._claims += [(old, new, envelope.place, at) for at, old in claims]

    def check(self, declared: Mapping[Address, Place]) -> Iterator[Diagnostic]:
        """Names that are still in use, that lead in a circle, or that two claim."""
        leads = {(old, new) for old, new, _, _ in self._claims}
        first: dict[Address, Address] = {}
        for old, new, place, at in self._claims:
            spot, label = place.spot((*_KEY, at)), str(new)
            if (new, old) in leads:
                detail = f"{new} says that it was moved from {old}, and {old} that it was moved from {new}."
                yield report("moved/cycle", detail, "Remove one of the two names.", spot, address=label)
            elif old in declared:
                detail = f"{old} is declared at {declared[old].locate(('metadata', 'name'))}, so its runs are its own."
                yield report("moved/declared", detail, "Remove that document, or this name.", spot, address=label)
            elif first.setdefault(old, new) != new:
                detail = f"{first[old]} says that it was moved from {old} too: one record can't become two."
                yield report("moved/twice", detail, "Keep the name at one of them.", spot, address=label)
