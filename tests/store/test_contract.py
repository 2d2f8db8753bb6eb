"""The contract of every store, for each place where a state can rest, sealed and not."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from reconciler.store.local import LocalStore
from reconciler.store.port import Archive
from reconciler.store.sealed import Seal, Sealed
from tests.store import buckets
from tests.store.contract import CASES, Make
from tests.store.samples import TurnedClock

_NO_SERVER = "the second S3 server is not installed: `make servers` puts it into an environment of its own"


@pytest.fixture(scope="module")
def service(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[buckets.Service]:
    """The service that a case names, up for all cases."""
    folder = tmp_path_factory.mktemp("service")
    if request.param == "local cloud":
        with buckets.local_cloud(folder / "cloud.sqlite") as (found, _):
            yield found
    elif request.param == "moto":
        with buckets.moto() as found:
            yield found
    elif buckets.ministack_command() is None:
        pytest.skip(_NO_SERVER)
    else:
        with buckets.ministack(folder) as found:
            yield found


def _seal(name: str) -> Seal | None:
    return Sealed([b"k" * 32]) if name == "sealed" else None


@pytest.mark.parametrize("seal", ["plain", "sealed"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_local(case: Callable[[Make], None], seal: str, tmp_path: Path) -> None:
    def make() -> Archive:
        return LocalStore(tmp_path, buckets.NAMES, clock=TurnedClock(), seal=_seal(seal), new_id=buckets.unique)

    case(make)


@pytest.mark.parametrize("service", ["local cloud"], indirect=True)
@pytest.mark.parametrize("seal", ["plain", "sealed"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_local_cloud(case: Callable[[Make], None], seal: str, service: buckets.Service) -> None:
    prefix = buckets.unique()
    case(lambda: service.store(prefix, seal=_seal(seal)))


@pytest.mark.parametrize("service", ["moto"], indirect=True)
@pytest.mark.parametrize("hurry", [False, True], ids=["usual switching", "forced switching"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_moto(case: Callable[[Make], None], hurry: bool, service: buckets.Service) -> None:
    prefix = buckets.unique()
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6 if hurry else before)  # threads then meet at every step
    try:
        case(lambda: service.store(prefix))
    finally:
        sys.setswitchinterval(before)


@pytest.mark.parametrize("service", ["ministack"], indirect=True)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_second_server(case: Callable[[Make], None], service: buckets.Service) -> None:
    prefix = buckets.unique()
    case(lambda: service.store(prefix))
