"""The place of the state fails in the middle: rescue file or journal have all, and one command brings it home."""

from __future__ import annotations

import errno
import re
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from reconciler.cli.exits import Exit
from reconciler.emulator.world import World
from reconciler.store import crash
from reconciler.store.disk import OsDisk, OsHandle
from tests.paid_once.bench import Machine
from tests.paid_once.shared_bench import BUCKET, Member, team


@dataclass(frozen=True)
class Drill:
    """What breaks, and at which point."""

    breaks: str
    at: str


DRILLS = {
    f"{breaks}, {when}": Drill(breaks, at)
    for breaks in ("disk full", "read-only folder", "bucket gone", "credentials expired")
    for when, at in (
        ("before the call", "before-create"),
        ("after the call", "after-create"),
        ("after the outcome", "after-outcome"),
    )
}


class _World:
    """Breaks and mends."""

    def __init__(self, member: Machine, patch: pytest.MonkeyPatch) -> None:
        self.member, self.patch = member, patch
        self.broken = False

    def bad_disk(self, code: int) -> None:
        """Nothing in the project's folder can be written."""
        before, root = OsDisk.append, self.member.root

        def append(disk: OsDisk, path: Path) -> OsHandle:
            if self.broken and path.is_relative_to(root):
                raise OSError(code, "No space left on device" if code == errno.ENOSPC else "Read-only file system")
            return before(disk, path)

        def write(handle: OsHandle, data: bytes) -> None:
            if self.broken and not handle_of_rescue(handle):
                raise OSError(code, "No space left on device" if code == errno.ENOSPC else "Read-only file system")
            real_write(handle, data)

        real_write = OsHandle.write

        def handle_of_rescue(handle: OsHandle) -> bool:
            return Path(f"/proc/self/fd/{handle._descriptor}").resolve().is_relative_to(tempfile.gettempdir())

        self.patch.setattr(OsDisk, "append", append)
        self.patch.setattr(OsHandle, "write", write)

    def lose_bucket(self) -> None:
        """Somebody deleted it, with all that it held."""
        with self.member.world.transaction() as session:
            session.connection.execute("DELETE FROM s3_object WHERE bucket = ?", (BUCKET,))
            session.connection.execute("DELETE FROM s3_bucket WHERE name = ?", (BUCKET,))

    def expire(self) -> None:
        """From now on S3 takes these credentials no more."""
        rule = {"service": "s3", "path": BUCKET, "effect": "status", "status": 403, "always": True}
        self.member.world.add_fault(rule)


@pytest.mark.parametrize("case", DRILLS)
def test_drill(case: str, tmp_path: Path, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    drill = DRILLS[case]
    world.set_switch("latency.factor", "100")
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    member = _prepare(drill, tmp_path, world)
    breaker = _World(member, monkeypatch)
    acts: dict[str, Callable[[], None]] = {"bucket gone": breaker.lose_bucket, "credentials expired": breaker.expire}
    if drill.breaks in ("disk full", "read-only folder"):
        breaker.bad_disk(errno.ENOSPC if drill.breaks == "disk full" else errno.EROFS)
    passed: list[str] = []

    def point(name: str) -> None:
        if name == drill.at and not passed:
            passed.append(name)
            breaker.broken = True
            acts.get(drill.breaks, lambda: None)()

    monkeypatch.setattr(crash, "point", point)
    code, said = member.said("apply", "--auto-approve", "--parallelism", "1")
    assert passed, "it never broke: this case tests nothing"
    assert code == Exit.ERROR, said
    found = re.search(r"rescue file (\S+\.qctl-rescue)", " ".join(said.split()))
    assert found is not None, said

    breaker.broken = False
    world.clear_faults()
    if drill.breaks == "bucket gone":
        assert member.said("state", "probe", "--create")[0] == Exit.DONE
    if drill.breaks == "credentials expired":
        assert member.said("state", "force-unlock", member.holder())[0] == Exit.DONE
    for _ in range(2):  # a push can be repeated
        code, said = member.said("state", "push", found[1])
        assert code == Exit.DONE, said
    code, said = member.said("apply", "--auto-approve")
    assert code == Exit.DONE, said
    member.check()


def _prepare(drill: Drill, tmp_path: Path, world: World) -> Member:
    if drill.breaks in ("bucket gone", "credentials expired"):
        return team(tmp_path / "project", world)
    made = Member(tmp_path / "project", world)
    Machine.declare(made)  # with its state in a folder
    return made
