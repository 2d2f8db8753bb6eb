"""What a change of a field means, and other facts a spec model states about its fields as data."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal


class FieldClass(StrEnum):
    """One class per field, shown in the plan (docs/truth-table.md)."""

    EXECUTION = "execution"  # a change is a new paid run
    MUTABLE = "mutable"  # updated in place
    DELIVERY = "delivery"  # where results go: applies to the next run
    LOCAL = "local"  # concerns qctl alone, makes no call


@dataclass(frozen=True, slots=True)
class ProjectFile:
    """Marks a text field that names a file inside the project, or holds the text itself when `or_inline`.

    A value with a line break or a `;` is the text itself: no path of a program file has either.
    """

    or_inline: bool = False
    max_bytes: int = 4_000_000


@dataclass(frozen=True, slots=True)
class ProjectFolder:
    """Marks a text field that names a folder inside the project, whose files go out with the run."""

    max_bytes: int = 50_000_000  # of all its files together
    max_files: int = 10_000


@dataclass(frozen=True, slots=True)
class DeviceName:
    """Marks a field that holds an alias of the project's `devices`, or the device itself: an ARN, or a device type.

    `embedded`: or a simulator that the program brings itself, as `local:PROVIDER/NAME`.
    """

    cloud: Literal["braket", "pasqal"] = "braket"
    embedded: bool = False
