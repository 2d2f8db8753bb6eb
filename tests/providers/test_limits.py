"""Our own rate limits, with a clock turned by hand."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import pytest

from reconciler.providers.braket.client import RATES
from reconciler.providers.limits import Buckets, Rate
from tests.providers.bench import SV1, open_bench

# Amazon Braket quotas (reference/braket.md 1.6): calls a second, and how many at once.
PUBLISHED = {
    "all": (140, 600),
    "CreateQuantumTask": (20, 40),
    "GetQuantumTask": (100, 500),
    "SearchQuantumTasks": (5, 50),
    "CancelQuantumTask": (2, 20),
    "GetDevice": (5, 50),
    "SearchDevices": (5, 50),
}


class Hand:
    """Implements Clock; a sleep is noted and passes only when a test says so."""

    def __init__(self) -> None:
        self.at = 0.0
        self.slept: list[float] = []

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.at, UTC)

    def monotonic(self) -> float:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_published_rates(name: str) -> None:
    assert (RATES[name].per_second, RATES[name].burst) == PUBLISHED[name]


@pytest.mark.parametrize("name", RATES)
def test_a_burst_is_free_and_the_rest_waits_its_turn(name: str) -> None:
    clock, rate = Hand(), RATES[name]
    buckets = Buckets(RATES, clock)
    for _ in range(rate.burst + 3):
        buckets.take(name)
    assert clock.slept[: rate.burst] == [0.0] * rate.burst
    assert clock.slept[rate.burst :] == pytest.approx([n / rate.per_second for n in (1, 2, 3)])


def test_a_pause_fills_the_bucket_but_not_over_its_edge() -> None:
    clock = Hand()
    buckets = Buckets({"a": Rate(2, 4)}, clock)
    for _ in range(4):
        buckets.take("a")
    clock.at += 1.0  # two more
    for _ in range(3):
        buckets.take("a")
    clock.at += 3600
    for _ in range(5):
        buckets.take("a")
    assert clock.slept == pytest.approx([0] * 6 + [0.5] + [0] * 4 + [0.5])


def test_what_has_no_rate_is_free() -> None:
    clock = Hand()
    Buckets({"a": Rate(1, 1)}, clock).take("b", "c")
    assert clock.slept == []


def test_many_threads_share_one_bucket() -> None:
    """Each gets a turn of its own, and nobody waits while another sleeps."""
    clock = Hand()
    buckets = Buckets({"a": Rate(10, 5)}, clock)
    start = threading.Barrier(8)

    def work() -> None:
        start.wait()
        for _ in range(25):
            buckets.take("a")

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    expected = [0.0] * 5 + [n / 10 for n in range(1, 196)]
    assert sorted(clock.slept) == pytest.approx(expected)


def test_each_region_has_its_own_and_repeats_count() -> None:
    bench = open_bench(rates=True)
    for _ in range(51):
        bench.client.once("us-east-1", "get_device", deviceArn=SV1)
    bench.client.once("us-west-2", "get_device", deviceArn=SV1)
    assert [round(s, 3) for s in bench.clock.slept if s] == [0.2]
    bench.world.close()
