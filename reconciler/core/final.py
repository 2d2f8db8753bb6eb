"""A document as qctl acts on it, and where each of its values comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from reconciler.core.declared import Path
from reconciler.core.diagnostic import Location


class Origin(StrEnum):
    """Who said a value."""

    MANIFEST = "manifest"  # the document itself
    OVERLAY = "overlay"
    PROJECT = "project"  # a default of the project
    DEFAULT = "default"  # nobody: it is what the field has otherwise


@dataclass(frozen=True, slots=True)
class Input:
    """What an expression in a value stood for: `var.shots` from `--var`, from QCTL_VAR_shots, or from its default."""

    expression: str
    source: str = ""
    where: Location | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """Where a value comes from. `means` is the device that an alias stands for, and `meant` where that is said."""

    origin: Origin
    where: Location | None = None
    overlay: str = ""
    inputs: tuple[Input, ...] = ()
    means: str = ""
    meant: Location | None = None


@dataclass(frozen=True, slots=True)
class Final:
    """One document. `sources` has every scalar and every empty collection, by its path."""

    label: str  # its address, or `Project`
    value: Mapping[str, Any]
    sources: Mapping[Path, Source] = field(default_factory=dict)


def leaves(value: Any, path: Path = ()) -> dict[Path, Any]:
    """Every scalar and every empty collection, by its path, in the order of the document."""
    if isinstance(value, Mapping) and value:
        return {at: leaf for key, item in value.items() for at, leaf in leaves(item, (*path, key)).items()}
    if isinstance(value, list) and value:
        return {at: leaf for index, item in enumerate(value) for at, leaf in leaves(item, (*path, index)).items()}
    return {path: value}
