"""Amazon's own cost tracker, reading our price table over loopback, comes to what we say."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from reconciler.core.money import Price
from reconciler.providers.braket.prices import BraketPrices
from reconciler.providers.price_lists import BRAKET, PriceLists, shipped_text

REGION = "us-east-1"
QPUS = {
    "arn:aws:braket:us-east-1::device/qpu/ionq/Forte-1": 100,
    "arn:aws:braket:us-east-1::device/qpu/ionq/Forte-Enterprise-1": 5000,
    "arn:aws:braket:us-east-1::device/qpu/quera/Aquila": 1000,
    "arn:aws:braket:us-west-1::device/qpu/rigetti/Cepheus-1-108Q": 50_000,
    "arn:aws:braket:eu-north-1::device/qpu/iqm/Garnet": 1000,
    "arn:aws:braket:eu-north-1::device/qpu/iqm/Emerald": 1,
    "arn:aws:braket:eu-north-1::device/qpu/aqt/Ibex-Q1": 2000,
    "arn:aws:braket:us-east-1::device/qpu/ionq/Aria-1": 2500,
}
SIMULATORS = [f"arn:aws:braket:::device/quantum-simulator/amazon/{name}" for name in ("sv1", "dm1")]


class _List(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(shipped_text(BRAKET).encode())

    def log_message(self, format: str, *_args: object) -> None:  # noqa: A002 - the name is the base class's
        """Says nothing."""


@pytest.fixture(scope="module")
def tracked() -> Iterator[Any]:
    """`braket.tracking`, with our table for its price list."""
    server = HTTPServer(("127.0.0.1", 0), _List)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BRAKET_PRICE_OFFERS_URL", f"http://127.0.0.1:{server.server_port}/index.csv")
        patch.setenv("NO_PROXY", "127.0.0.1")
        from braket.tracking import pricing, tracker

        pricing._pricing.get_prices()
        yield tracker
        pricing._pricing._price_list = []
        pricing.price_search.cache_clear()
    server.shutdown()
    server.server_close()
    thread.join()


def _prices() -> BraketPrices:
    return BraketPrices(PriceLists().braket)


def _known(price: Price | None) -> Decimal | None:
    return None if price is None else price.most


@pytest.mark.parametrize(("arn", "shots"), QPUS.items(), ids=[arn.rpartition("/")[2] for arn in QPUS])
def test_a_task_on_each_qpu(tracked: Any, arn: str, shots: int) -> None:
    task = f"arn:aws:braket:{arn.split(':')[3]}:123456789012:quantum-task/x"
    details = {"device": arn, "shots": shots, "status": "COMPLETED", "job_task": False}
    assert tracked._get_qpu_task_cost(task, details) == _known(_prices().task(arn, shots, REGION))


@pytest.mark.parametrize("milliseconds", [1, 2999, 3000, 3001, 61_500])
@pytest.mark.parametrize("arn", SIMULATORS, ids=["sv1", "dm1"])
def test_a_task_on_a_simulator(tracked: Any, arn: str, milliseconds: int) -> None:
    tracker = tracked.Tracker()
    from braket.tracking.tracking_events import _TaskCompletionEvent, _TaskCreationEvent

    task = f"arn:aws:braket:{REGION}:123456789012:quantum-task/x"
    tracker._receive_internal(_TaskCreationEvent(arn=task, shots=10, is_job_task=False, device=arn))
    tracker._receive_internal(
        _TaskCompletionEvent(arn=task, execution_duration=milliseconds, status="COMPLETED", has_reservation_arn=False)
    )
    seconds = Decimal(milliseconds) / 1000
    assert tracker.simulator_tasks_cost() == _prices().duration(arn, REGION, seconds)


@pytest.mark.parametrize("arn", SIMULATORS, ids=["sv1", "dm1"])
def test_the_least_of_a_simulator_is_its_three_seconds(arn: str) -> None:
    price = _prices().task(arn, 1000, REGION)
    assert price is not None
    assert (price.least, price.most) == (Decimal("0.00375"), None)
