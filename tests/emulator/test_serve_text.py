"""What `qctl local serve` prints is what makes Pasqal's own SDK talk to the local cloud."""

import threading
from typing import Any

from reconciler.cli.local import pasqal_client
from reconciler.emulator.server import Running, serve
from reconciler.emulator.world import World


def test_the_printed_client_works_as_it_stands(world: World) -> None:
    names: dict[str, Any] = {}

    def ready(running: Running) -> None:
        # Not here: this thread is the one that serves.
        threading.Thread(target=use, args=(running,)).start()

    def use(running: Running) -> None:
        try:
            exec(pasqal_client(running.url), names)  # noqa: S102 - our own text
            names["found"] = names["client"].get_batches().total
        finally:
            running.stop()

    serve(world, ready=ready)
    assert names["found"] == 0
    assert world.counts("pasqal") == {"ListBatches": 1, "Token": 1}
