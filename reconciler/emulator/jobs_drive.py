"""Who runs hybrid jobs: a process that stays, for as long as it does."""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from sqlite3 import ProgrammingError

from reconciler.emulator import jobs_spool
from reconciler.emulator.braket.job import Job
from reconciler.emulator.braket.job_settle import settle
from reconciler.emulator.jobs_folders import Folders
from reconciler.emulator.jobs_run import Run
from reconciler.emulator.world import World, WorldError

# Seconds that jobs have to be ended in, and that a server has to start in.
_PATIENCE = 10
# Seconds between looks for jobs whose time has come.
_LOOK = 0.2


class Driver:
    """Starts the jobs of a world whose time has come, each in a thread of its own, and ends them when it is closed.

    `url` is where the world is served; without it, a server of our own is started with the first job.
    """

    def __init__(self, world: World, url: str | None = None) -> None:
        self._world = world
        self._url = url
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._runs: list[threading.Thread] = []
        self._stop_server: Callable[[], object] = bool

    def watch(self) -> None:
        """Start jobs when they are ready, until the driver is closed."""
        while not self._stopping.wait(_LOOK):
            # A world or a disk that is broken now may be repaired; a world that was closed has no more jobs.
            try:
                self.look()
            except (WorldError, OSError):
                continue
            except ProgrammingError:
                return

    def look(self) -> None:
        """Start what is ready now. It does not wait for what it starts."""
        with self._world.transaction() as session:
            ready = settle(session)
        for job in ready:
            self._begin(job)

    def close(self) -> None:
        """End the jobs that still run: FAILED, for they can't be run a second time without being asked."""
        with self._lock:
            self._stopping.set()
        for run in self._runs:
            run.join(_PATIENCE)
        self._stop_server()

    def _begin(self, job: Job) -> None:
        """The lock comes first: whoever sees a job that was begun must be able to tell that somebody runs it."""
        with self._world.transaction() as session:
            spool = jobs_spool.folder(session.connection, job.id)
        try:
            held = jobs_spool.hold(spool)
        except BlockingIOError:
            return  # another process begins it
        begun = False
        try:
            with self._lock:
                began_at = self._claim(job)
                if began_at is not None:
                    run = threading.Thread(target=self._run, args=(job, began_at, Folders(spool), held), daemon=True)
                    run.start()
                    begun = True
                    self._runs = [*filter(threading.Thread.is_alive, self._runs), run]
        finally:
            if not begun:
                jobs_spool.remove(spool)
                os.close(held)

    def _claim(self, job: Job) -> int | None:
        """When the job begins, which is now; None if it no longer can."""
        if self._stopping.is_set():
            return None
        with self._world.transaction() as session:
            claimed = session.connection.execute(
                "UPDATE job SET began_at = ?, real = 1"
                " WHERE arn = ? AND began_at IS NULL AND done_at IS NULL AND cancelled_at IS NULL",
                (session.now, job.arn),
            )
            return session.now if claimed.rowcount else None

    def _run(self, job: Job, began_at: int, folders: Folders, held: int) -> None:
        try:
            # A world that was closed or broken meanwhile has nobody to tell; the lock tells the next who opens it.
            with suppress(WorldError, ProgrammingError):
                Run(self._world, job, began_at, folders, self._served(), self._stopping).carry_out()
        finally:
            jobs_spool.remove(folders.spool)
            os.close(held)

    def _served(self) -> str:
        with self._lock:
            if self._url is None:
                self._url = self._serve()
            return self._url

    def _serve(self) -> str:
        from reconciler.emulator.server import Running, serve  # the server itself makes drivers

        up: list[Running] = []
        ready = threading.Event()

        def started(running: Running) -> None:
            up.append(running)
            ready.set()

        arguments = {"ready": started, "drives": False}
        server = threading.Thread(target=serve, args=(self._world,), kwargs=arguments, daemon=True)
        server.start()
        if not ready.wait(_PATIENCE):
            raise WorldError("The local cloud can't be served to a job.")

        def stop() -> None:
            up[0].stop()
            server.join(_PATIENCE)

        self._stop_server = stop
        return up[0].url


@contextmanager
def driving(world: World, url: str | None = None) -> Iterator[None]:
    """While this lasts, this process starts the hybrid jobs of the world whose time has come. At its end they end."""
    driver = Driver(world, url)
    watch = threading.Thread(target=driver.watch, daemon=True)
    watch.start()
    try:
        yield
    finally:
        driver.close()
        watch.join(_PATIENCE)
