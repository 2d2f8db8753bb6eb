"""Go through a graph: each address after those that it waits for, several at a time."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Set
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from graphlib import TopologicalSorter

from reconciler.core.address import Address
from reconciler.core.graph import Edges


def walk(addresses: Set[Address], edges: Edges, work: Callable[[Address], None], parallelism: int) -> None:
    """Work at each of these, in workers; this thread schedules. What a worker raises ends everything."""
    sorter = TopologicalSorter({a: sorted(set(edges.get(a, ())) & addresses) for a in sorted(addresses)})
    sorter.prepare()
    one = _until_broken(work)
    ready: deque[Address] = deque()
    running: dict[Future[None], Address] = {}
    with ThreadPoolExecutor(parallelism, thread_name_prefix="apply") as pool:
        while sorter.is_active():
            ready.extend(sorted(sorter.get_ready()))
            # Few at a time: waiting on ten thousand futures costs more than their calls.
            while ready and len(running) < 2 * parallelism:
                address = ready.popleft()
                running[pool.submit(one, address)] = address
            finished, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in finished:
                address = running.pop(future)
                future.result()  # a store's error ends everything: nothing may happen that is not on record
                sorter.done(address)


def _until_broken(work: Callable[[Address], None]) -> Callable[[Address], None]:
    """What was queued before the store failed must not begin after it."""
    broken = threading.Event()

    def one(address: Address) -> None:
        if broken.is_set():
            return
        try:
            work(address)
        except BaseException:
            broken.set()
            raise

    return one
