"""One program at many points: the form that goes to whoever simulates, and what comes back. All of it is plain JSON."""

from collections.abc import Iterator, Mapping
from typing import Any, TypedDict

from reconciler.simulate import SimulationFailed
from reconciler.simulate.environment import prepare_libraries
from reconciler.simulate.sequence_bounds import CannotRun

_REASON_LENGTH = 300


class Point(TypedDict):
    """One run of the program. `wanted` is the distribution that fidelity is meant with; None: the ideal one."""

    inputs: Mapping[str, Any]
    shots: int
    seed: int
    wanted: Mapping[str, float] | None


class Unit(TypedDict):
    """What one process does in one go. `text` is OpenQASM, an AHS program or a sequence; `device` its capabilities.

    `limits` are those of `size.Limits`, by name.
    """

    backend: str
    text: str
    device: str
    limits: Mapping[str, int | None]
    points: list[Point]


class Answer(TypedDict, total=False):
    """What one point came to: `counts` with their `fidelity`, or `failure`, one line for people."""

    counts: dict[str, int]
    fidelity: float
    failure: str


def perform(unit: Unit) -> Iterator[Answer]:
    """An answer for each point, in order. Nothing is raised: whatever a library raises is a failure of its point."""
    runner: Any = None
    for point in unit["points"]:
        try:
            runner = runner or _runner(unit)
            yield runner(point)
        except (SimulationFailed, CannotRun) as failed:
            yield {"failure": failed.reason}
        except ImportError as error:
            yield {"failure": f"It is not installed ({_one_line(error)}): pip install 'qctl[{_extra(unit)}]'"}
        except (Exception, SystemExit) as error:  # noqa: BLE001 - the simulators raise anything on a bad program
            yield {"failure": f"{type(error).__name__}: {_one_line(error)}"}


def _runner(unit: Unit) -> Any:
    prepare_libraries()
    # Imported here because they load numpy and the simulators: about a second.
    if unit["backend"] == "pulser":
        from reconciler.simulate.trial_analog import pulser_trial

        return pulser_trial(unit["text"])
    if unit["backend"] == "ahs":
        from reconciler.simulate.trial_analog import ahs_trial

        return ahs_trial(unit["text"])
    from reconciler.simulate.trial_gates import GateTrial

    return GateTrial(unit)


def _extra(unit: Unit) -> str:
    return "noise" if unit["backend"] == "device_noise" else "simulate"


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split())[:_REASON_LENGTH] or "no further message"
