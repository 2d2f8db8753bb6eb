"""How a project simulates: by default for each run, and where."""

from __future__ import annotations

import re
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from reconciler.core import simulation
from reconciler.core.simulation import DEFAULT_SEED, DEFAULT_SHOTS, MOST_SHOTS, Backend
from reconciler.manifest.settings import Settings

_SCHEDULER = re.compile(r"(tcp|tls|ws|wss)://[A-Za-z0-9_.-]+(:[0-9]{1,5})?|(tcp|tls)://\[[0-9A-Fa-f:.]+\]:[0-9]{1,5}")


def _check_scheduler(address: str) -> str:
    if not _SCHEDULER.fullmatch(address):
        raise ValueError('a scheduler is written like "tcp://host:8786"')
    return address


class DefaultSimulate(Settings):
    """How runs are simulated that don't say it themselves."""

    backend: Annotated[Backend, Field(description="See `expect.simulate.backend`.")] = "auto"
    shots: Annotated[int, Field(ge=1, le=MOST_SHOTS, description="How often each simulation is measured.")] = (
        DEFAULT_SHOTS
    )
    seed: Annotated[int, Field(ge=0, lt=2**63, description="Where its randomness begins.")] = DEFAULT_SEED


class Simulate(Settings):
    """Where simulations run, and what each may take."""

    executor: Annotated[
        Literal["local", "dask"], Field(description="`local`: processes of this machine. `dask`: a Dask cluster.")
    ] = "local"
    scheduler: Annotated[
        Annotated[str, AfterValidator(_check_scheduler)] | None, Field(description="The address of Dask's scheduler.")
    ] = None
    processes: Annotated[
        int | None, Field(ge=1, le=256, description="So many processes at a time; without it one for each core.")
    ] = None
    time_limit: Annotated[int, Field(ge=1, le=86_400, description="Seconds that one simulation may take.")] = 60
    max_qubits: Annotated[
        int,
        Field(ge=1, le=32, description="The widest state vector that is simulated; a density matrix has half of it."),
    ] = 26

    @model_validator(mode="after")
    def _dask_has_a_scheduler(self) -> Self:
        if (self.executor == "dask") != (self.scheduler is not None):
            raise ValueError('a scheduler belongs to executor "dask", and this one to a scheduler')
        return self


def default_settings(given: bool | DefaultSimulate) -> simulation.Settings | None:
    """The same in the words of the core."""
    if isinstance(given, DefaultSimulate):
        return simulation.Settings(given.backend, given.shots, given.seed)
    return simulation.Settings() if given else None
