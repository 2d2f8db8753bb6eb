"""Where the atoms of an analog program are: how many, how close, and in how much room."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from itertools import combinations
from typing import Any, Final

from reconciler.core.declared import Path
from reconciler.core.diagnostic import Severity
from reconciler.providers.braket.ahs_finding import AhsFinding, short, stated
from reconciler.providers.braket.ahs_program import Ahs
from reconciler.providers.braket.device import Device

_REGISTER: Final[Path] = ("setup", "ahs_register")
_SITES: Final[Path] = (*_REGISTER, "sites")
_MOST: Final = 1_000  # sites whose distances are compared: more than any device takes


def check_atoms(program: Ahs, device: Device, lattice: Mapping[str, Any]) -> Iterator[AhsFinding]:
    """All in metres."""
    geometry, area = (value if isinstance(value, Mapping) else {} for value in map(lattice.get, ("geometry", "area")))
    flat = [index for index, site in enumerate(program.sites) if len(site) != 2]
    for index in flat:
        detail = f"Site {index} has {len(program.sites[index])} coordinates; a site has two, x and y."
        yield AhsFinding("device/ahs-sites", detail, "Give two numbers, in metres.", (*_SITES, index))
    yield from _numbers(program, device, stated(geometry, "numberSitesMax"))
    if flat or len(program.sites) > _MOST:
        return
    yield from _room(program, device, area)
    yield from _spacing(program, device, geometry)
    yield from _resolution(program, device, stated(geometry, "positionResolution"))


def _numbers(program: Ahs, device: Device, most: Decimal | None) -> Iterator[AhsFinding]:
    count = len(program.sites)
    if most is not None and count > most:
        detail = f"{device.name} takes {most} sites at most, found {count}."
        yield AhsFinding("device/ahs-sites", detail, "Use fewer sites; empty ones count too.", (*_SITES, int(most)))
    if len(program.filling) != count:
        detail = f"There are {count} sites, and the filling has {len(program.filling)} entries."
        remedy = "Give 1 for a site with an atom and 0 for an empty one."
        yield AhsFinding("device/ahs-sites", detail, remedy, (*_REGISTER, "filling"))


def _room(program: Ahs, device: Device, area: Mapping[str, Any]) -> Iterator[AhsFinding]:
    for axis, (key, letter) in enumerate((("width", "x"), ("height", "y"))):
        room = stated(area, key)
        places = [site[axis] for site in program.sites]
        if room is None or not places or max(places) - min(places) <= room:
            continue
        last = places.index(max(places))
        detail = (
            f"The sites spread over {short(max(places) - min(places))} m in {letter}; "
            f"{device.name} has a {key} of {short(room)} m."
        )
        yield AhsFinding("device/ahs-area", detail, "Move the sites together; they are in metres.", (*_SITES, last))


def _spacing(program: Ahs, device: Device, geometry: Mapping[str, Any]) -> Iterator[AhsFinding]:
    near, row = stated(geometry, "spacingRadialMin"), stated(geometry, "spacingVerticalMin")
    for (first, a), (second, b) in combinations(enumerate(program.sites), 2):
        across, up = a[0] - b[0], abs(a[1] - b[1])
        square = across * across + up * up
        if near is not None and square < near * near:
            detail = (
                f"Sites {first} and {second} are {short(square.sqrt())} m apart; "
                f"{device.name} needs {short(near)} m at least."
            )
            yield AhsFinding("device/ahs-spacing", detail, "Move them apart; sites are in metres.", (*_SITES, second))
        elif row is not None and 0 < up < row:
            detail = (
                f"Sites {first} and {second} are in rows {short(up)} m apart; "
                f"rows of {device.name} are {short(row)} m apart at least."
            )
            remedy = "Give them the same y, or move the rows apart."
            yield AhsFinding("device/ahs-spacing", detail, remedy, (*_SITES, second))


def _resolution(program: Ahs, device: Device, step: Decimal | None) -> Iterator[AhsFinding]:
    for index, site in enumerate(program.sites):
        fine = next((part for part in site if step and part % step), None)
        if fine is not None:
            detail = f"Site {index} is at {fine} m; {device.name} places atoms in steps of {short(step or fine)} m."
            remedy = "Round it, as `discretize` of the SDK does."
            path = (*_SITES, index, site.index(fine))
            yield AhsFinding("device/ahs-resolution", detail, remedy, path, Severity.WARNING)
            return
