from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from itertools import combinations, pairwise
from typing import Any

from reconciler.emulator.braket.ahs_program import AhsProgram, Series, read_ahs
from reconciler.emulator.braket.device import capabilities

AHS = "braket.ir.ahs.program"
_SERIES = {
    # The members of `rydbergGlobal` with the range of the values, and with how fast they may change.
    "amplitude": ("rabiFrequencyRange", "rabiFrequencySlewRateMax"),
    "phase": ("phaseRange", None),
    "detuning": ("detuningRange", "detuningSlewRateMax"),
}
_LIMIT = Mapping[str, Any]


@lru_cache(maxsize=256)
def ahs_problem(text: str, arn: str) -> str | None:
    """Why this device refuses this program, None if it takes it.

    The form is that of the service's answer in bloqade-analog#1035; the words are those of the validators in
    amazon-braket-default-simulator, and of QuEra's description of Aquila where those only warn.
    """
    program = read_ahs(text)
    paradigm = capabilities(arn).get("paradigm", {})
    if "rydberg" not in paradigm:
        return None
    if program is None:
        return _refused("Program", f"The program does not follow the schema {AHS}")
    for validator, problems in (
        ("AtomArrangementValidator", _of_sites(program, paradigm.get("lattice") or {})),
        ("TimeSeriesValidator", _of_times(program, _global(paradigm))),
        ("DrivingFieldValidator", _of_values(program, _global(paradigm))),
        ("HamiltonianValidator", _of_fields(program, paradigm)),
    ):
        for problem in problems:
            return _refused(validator, problem)
    return None


def _refused(validator: str, problem: str) -> str:
    return f"1 validation error for {validator}\n__root__\n  {problem} (type=value_error)"


def _global(paradigm: _LIMIT) -> _LIMIT:
    found: _LIMIT = paradigm["rydberg"].get("rydbergGlobal") or {}
    return found


def _number(limits: _LIMIT, name: str) -> Decimal | None:
    value = limits.get(name)
    return None if value is None else Decimal(str(value))


def _of_sites(program: AhsProgram, lattice: _LIMIT) -> Iterator[str]:
    geometry, area = lattice.get("geometry") or {}, lattice.get("area") or {}
    sites = program.sites
    for index, site in enumerate(sites):
        if len(site) != 2:
            yield f"Site {index}({_shown(site)}) has length {len(site)}; it must be 2."
    if len(program.filling) != len(sites):
        yield f"Filling length ({len(program.filling)}) does not match sites length ({len(sites)})"
    most = geometry.get("numberSitesMax")
    if most is not None and len(sites) > most:
        yield f"There are too many sites ({len(sites)}); there must be at most {most} sites"
    for axis, key in enumerate(("width", "height")):
        room = _number(area, key)
        places = [site[axis] for site in sites]
        if room is not None and places and max(places) - min(places) > room:
            low, high = (next(s for s in sites if s[axis] == edge(places)) for edge in (min, max))
            yield f"Sites {_shown(low)} and {_shown(high)} have {'xy'[axis]}-separation bigger than {room} meters"
    yield from _of_distances(sites, _number(geometry, "spacingRadialMin"), _number(geometry, "spacingVerticalMin"))


def _of_distances(sites: Sequence[tuple[Decimal, ...]], near: Decimal | None, row: Decimal | None) -> Iterator[str]:
    for (first, a), (second, b) in combinations(enumerate(sites), 2):
        across, up = a[0] - b[0], a[1] - b[1]
        if near is not None and across * across + up * up < near * near:
            distance = (across * across + up * up).sqrt()
            yield (
                f"Sites {first}({_shown(a)}) and site {second}({_shown(b)}) are too close. Their Euclidean distance "
                f"({float(distance)} meters) must not be smaller than {float(near)} meters."
            )
        if row is not None and 0 < abs(up) < row:
            yield (
                f"Sites {first}({_shown(a)}) and site {second}({_shown(b)}) have y-separation ({float(abs(up))} "
                f"meters). It must either be exactly zero or not smaller than {float(row)} meters."
            )


def _of_times(program: AhsProgram, limits: _LIMIT) -> Iterator[str]:
    longest, step = _number(limits, "timeMax"), _number(limits, "timeDeltaMin")
    for series in _all_series(program):
        times = series.times
        if len(times) < 2:
            yield f"Length of times must be at least 2; it is {len(times)}"
            return
        if times[0] != 0:
            yield f"First time value is {float(times[0])}; it must be 0.0"
        if len(series.values) != len(times):
            yield (
                f"The sample times (length: {len(times)}) and the values (length: {len(series.values)}) "
                "must have the same length."
            )
        if longest is not None and times[-1] > longest:
            yield f"Max time is {float(times[-1])} seconds which is bigger than the allowed {float(longest)} seconds."
        for index, (before, after) in enumerate(pairwise(times)):
            both = f"Time point {index} ({float(before)}) and time point {index + 1} ({float(after)})"
            if after <= before:
                yield f"{both} must be monotonically increasing."
            elif step is not None and after - before < step:
                yield f"{both} are too close; they must be at least {float(step)} seconds apart."


def _of_values(program: AhsProgram, limits: _LIMIT) -> Iterator[str]:
    for field in program.driving:
        ends = [float(series.times[-1]) for series in field.values()]
        if len(set(ends)) != 1:
            yield f"The last timepoints for all the sequences are not equal. They are {ends}"
    for series in _all_series(program):
        name, (ranged, sloped) = series.name, _SERIES[series.name]
        least, most = map(Decimal, map(str, limits.get(ranged) or ("-Infinity", "Infinity")))
        for index, value in enumerate(series.values):
            if not least <= value <= most:
                yield (
                    f"Value {index} ({float(value)}) in {name} time_series outside the allowed range "
                    f"[{float(least)}, {float(most)}]"
                )
        if name == "amplitude" and (series.values[0] or series.values[-1]):
            at = 0 if series.values[0] else len(series.values) - 1
            yield f"Value {at} ({float(series.values[at])}) in amplitude time_series must be 0.0, as all first and last"
        steepest = _number(limits, sloped) if sloped else None
        for index, (now, then) in enumerate(pairwise(zip(series.times, series.values, strict=True))):
            slope = abs(then[1] - now[1]) / (then[0] - now[0])
            if steepest is not None and slope > steepest:
                yield (
                    f"For the {name} field, rate of change of values (between the {index}-th and the {index + 1}-th "
                    f"times) is {float(slope)}, which is larger than the maximum {float(steepest)}"
                )


def _of_fields(program: AhsProgram, paradigm: _LIMIT) -> Iterator[str]:
    if len(program.driving) > 1:
        yield f"At most one driving field should be specified; {len(program.driving)} are given."
    if program.local and not paradigm["rydberg"].get("rydbergLocal"):
        yield "Local detuning cannot be used: the device has no local Rydberg drive"


def _all_series(program: AhsProgram) -> Iterator[Series]:
    for field in program.driving:
        yield from field.values()


def _shown(site: Sequence[Decimal]) -> str:
    return "(" + ", ".join(str(float(part)) for part in site) + ")"
