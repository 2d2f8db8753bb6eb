from collections.abc import Iterator, Mapping
from typing import Any

from reconciler.simulate import SimulationFailed
from reconciler.simulate.sequence_expression import NoValue, Unset, evaluate

# Pulser measures every distance between two sites, and keeps a number for each ns of each pulse.
_MAX_SITES = 2_000
_MAX_SITES_TOGETHER = 20_000
_MAX_OPERATIONS = 10_000
_MAX_DURATION = 2_000_000
# Times in ns of an embedded device: Pulser rounds pulses up to the clock period, and pads them with the others.
_MAX_DEVICE_TIME = 100_000
_DEVICE_TIMES = ("clock_period", "min_retarget_interval", "fixed_retarget_t", "phase_jump_time", "custom_buffer_time")
_MIN_BANDWIDTH = 0.01  # MHz; a pulse is padded with its inverse


class CannotRun(SimulationFailed):
    """A sequence is refused, or does not fit on this machine, or Pulser is not installed."""


class NotRead(CannotRun):
    """It is more than we read, which says nothing against the sequence."""


def check_bounds(document: Mapping[str, Any], variables: Mapping[str, Any]) -> None:
    """Refuse what would take too much memory or time before Pulser sees it. `document` need not follow any schema.

    Variables without a value are left out: Pulser makes nothing of them either. Raises CannotRun for times and numbers
    that no device takes, and NotRead for more than we read.
    """
    _check_sites([len(found) for found in _site_lists(document)])
    operations = document.get("operations")
    if not isinstance(operations, list):
        return
    if len(operations) > _MAX_OPERATIONS:
        raise NotRead(f"The sequence has {len(operations):,} operations; at most {_MAX_OPERATIONS:,} are read.")
    try:
        duration = sum(_durations(operations, _values(variables)))
    except NoValue as error:
        raise CannotRun(error.reason) from error
    if duration > _MAX_DURATION:
        raise CannotRun(f"The pulses and delays add up to {duration:.3g} ns; at most {_MAX_DURATION:,} are read.")
    _check_device(document.get("device"))


def _check_sites(sizes: list[int]) -> None:
    if max(sizes, default=0) > _MAX_SITES:
        raise NotRead(
            f"The sequence lists {max(sizes):,} atoms or traps in one place; at most {_MAX_SITES:,} are read."
        )
    if sum(sizes) > _MAX_SITES_TOGETHER:
        raise NotRead(f"The sequence lists {sum(sizes):,} atoms and traps; at most {_MAX_SITES_TOGETHER:,} are read.")


def _site_lists(document: Mapping[str, Any]) -> Iterator[list[Any]]:
    """The register, the layouts of the sequence and of its device, and detuning maps."""
    yield _list(document, "register")
    for layout in (document.get("layout"), *_list(document, "device", "pre_calibrated_layouts")):
        yield _list(layout, "coordinates")
    for operation in _list(document, "operations"):
        yield _list(operation, "detuning_map", "traps")


def _list(node: Any, *keys: str) -> list[Any]:
    for key in keys:
        node = node.get(key) if isinstance(node, dict) else None
    return node if isinstance(node, list) else []


def _values(variables: Mapping[str, Any]) -> dict[str, list[float]]:
    lists = {name: value if isinstance(value, list) else [value] for name, value in variables.items()}
    return {
        name: [float(item) for item in items]
        for name, items in lists.items()
        if all(isinstance(item, int | float) for item in items)
    }


def _durations(node: Any, values: Mapping[str, list[float]]) -> Iterator[float]:
    """Each time in ns below a node. Expressions of all kinds are evaluated on the way."""
    if isinstance(node, list):
        for item in node:
            yield from _durations(item, values)
    if not isinstance(node, dict):
        return
    if "expression" in node:
        _numbers(node, values)
        return
    for key in ("duration", "time"):
        yield from (abs(value) for value in _numbers(node.get(key), values))
    if node.get("kind") in ("blackman_max", "kaiser_max"):
        yield _longest(node, values)
    for item in node.values():
        yield from _durations(item, values)


def _longest(waveform: Mapping[str, Any], values: Mapping[str, list[float]]) -> float:
    """At least the ns that Pulser works out for a waveform given by its area and largest value."""
    area, peak, beta = (
        max((abs(value) for value in _numbers(waveform.get(key), values)), default=0.0)
        for key in ("area", "max_val", "beta")
    )
    # The mean of a window over its peak: 0.42 for Blackman's, above 1 / (1 + sqrt(beta)) for Kaiser's.
    return float(1e3 * area / max(peak, 1e-12) * (3 + beta**0.5))


def _numbers(node: Any, values: Mapping[str, list[float]]) -> list[float]:
    try:
        return evaluate(node, values)
    except Unset:
        return []


def _check_device(device: Any) -> None:
    for channel in [*_list(device, "channels"), *_list(device, "dmm_objects")]:
        parts = [channel, channel.get("eom_config")] if isinstance(channel, dict) else []
        for part in (part for part in parts if isinstance(part, dict)):
            times = [part.get(name) for name in _DEVICE_TIMES]
            bandwidth = part.get("mod_bandwidth")
            if any(isinstance(time, int | float) and time > _MAX_DEVICE_TIME for time in times):
                raise NotRead(f"A channel of the sequence's device has a time above {_MAX_DEVICE_TIME:,} ns.")
            if isinstance(bandwidth, int | float) and bandwidth < _MIN_BANDWIDTH:
                raise NotRead(f"A channel of the sequence's device has a bandwidth below {_MIN_BANDWIDTH} MHz.")
