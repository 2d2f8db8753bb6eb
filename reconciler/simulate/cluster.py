"""Simulate on a Dask cluster: the same units, performed by the same function."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Any

from reconciler.simulate.trial import Answer, Unit, perform
from reconciler.simulate.versions import versions_for

_CONNECT = 10  # seconds to reach the scheduler
MISSING = "Dask is not installed: pip install 'qctl[dask]'"


def perform_there(unit: Unit, versions: dict[str, str]) -> list[Answer]:
    """What a worker of the cluster does. Other versions of the simulators might come to something else."""
    here = versions_for(unit["backend"])
    differing = [
        f"{name} {here[name] or 'missing'} instead of {versions[name]}"
        for name in versions
        if here.get(name) != versions[name]
    ]
    if differing:
        failure = f"The cluster has other versions of the simulators: {', '.join(differing)}."
        return [{"failure": failure} for _ in unit["points"]]
    return list(perform(unit))


class Cluster:
    """A scheduler with its workers, which have qctl and its simulators installed."""

    def __init__(self, address: str, seconds: float) -> None:
        self._address, self._seconds = address, seconds

    def run(self, units: Sequence[Unit], tell: Callable[[], None]) -> list[list[Answer]]:
        """The answers of each unit. A scheduler that can't be reached is a failure of all."""
        # What it says of lost connections is said again, in a sentence, by the answers.
        logging.getLogger("distributed").setLevel(logging.CRITICAL)
        try:
            from distributed import Client  # seconds to import
        except ImportError:
            return _failures(units, MISSING, tell)
        try:
            client = Client(self._address, timeout=_CONNECT, set_as_default=False)
        except (OSError, ValueError) as error:
            why = f"The Dask scheduler {self._address} can't be reached: {' '.join(str(error).split())[:200]}"
            return _failures(units, why, tell)
        with client:
            return self._gathered(client, units, tell)

    def _gathered(self, client: Any, units: Sequence[Unit], tell: Callable[[], None]) -> list[list[Answer]]:
        # pure=False: what a plan simulates is known by our own cache, not by Dask's.
        futures = [
            client.submit(perform_there, unit, versions_for(unit["backend"]), pure=False, retries=0) for unit in units
        ]
        answers: list[list[Answer]] = []
        for unit, future in zip(units, futures, strict=True):
            answers.append(self._answers(unit, future))
            for _ in unit["points"]:
                tell()
        return answers

    def _answers(self, unit: Unit, future: Any) -> list[Answer]:
        try:
            answers: list[Answer] = future.result(timeout=self._seconds * len(unit["points"]) + 60)
        except TimeoutError:
            future.cancel()
            return _failed(unit, f"The cluster took more than {self._seconds:g} seconds for a simulation.")
        except Exception as error:  # noqa: BLE001 - a worker that died, or whatever it could not send back
            return _failed(unit, f"The cluster failed: {type(error).__name__}: {' '.join(str(error).split())[:200]}")
        return answers


def _failed(unit: Unit, why: str) -> list[Answer]:
    return [{"failure": why} for _ in unit["points"]]


def _failures(units: Sequence[Unit], why: str, tell: Callable[[], None]) -> list[list[Answer]]:
    for unit in units:
        for _ in unit["points"]:
            tell()
    return [_failed(unit, why) for unit in units]
