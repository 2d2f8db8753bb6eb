"""The local cloud on an address of this machine, for as long as a test needs it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from reconciler.emulator.server import Running, serve
from reconciler.emulator.world import World


@contextmanager
def serving(world: World) -> Iterator[Running]:
    """Served by a thread, which is over when the test is."""
    found: list[Running] = []
    up = threading.Event()

    def ready(running: Running) -> None:
        found.append(running)
        up.set()

    thread = threading.Thread(target=serve, args=(world,), kwargs={"ready": ready}, daemon=True)
    thread.start()
    assert up.wait(30)
    try:
        yield found[0]
    finally:
        found[0].stop()
        thread.join(30)
        assert not thread.is_alive()
