"""A writer killed at any moment loses nothing that it claimed."""

from __future__ import annotations

import random
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from tests.store.killing import ROOT, check_left, command, run, was_killed

_KILLS = 60
_SYSCALLS = ("openat", "ftruncate", "write", "fdatasync", "fsync", "close", "rename", "unlink")


def test_sixty_kills_at_random_moments_lose_nothing_that_was_claimed(tmp_path: Path) -> None:
    moments = random.Random(20261120)
    before = 0
    for _ in range(_KILLS):
        with subprocess.Popen(command(tmp_path, 10**6), cwd=ROOT, stdout=subprocess.PIPE, text=True) as child:
            assert child.stdout is not None
            first = child.stdout.readline()
            time.sleep(moments.uniform(0, 0.03))
            child.kill()
            said = first + child.stdout.read()
        now = check_left(tmp_path, said)
        assert now > before, "each writer gets at least one event through, so each finds the lock free"
        before = now


def _strace() -> str:
    """The program, or a skip where there is none or where processes must not be traced."""
    program = shutil.which("strace")
    if program is None:
        pytest.skip("strace is not installed; the audit hook below covers opening, renaming and removing")
    if run([program, "-f", "-o", "/dev/null", "true"]).returncode != 0:
        pytest.skip("tracing is not allowed here")
    return program


@pytest.mark.parametrize("syscall", _SYSCALLS)
def test_a_kill_at_every_system_call_leaves_the_old_or_the_new(syscall: str, tmp_path: Path) -> None:
    program = _strace()
    kills = 0
    while True:
        folder = tmp_path / str(kills)
        names = ["study.dev.json", "study.dev.journal", *(f"study.dev.json.id{i}.tmp" for i in range(6))]
        paths = [part for path in (folder, *(folder / name for name in names)) for part in ("-P", str(path))]
        inject = [f"-etrace={syscall}", f"-einject={syscall}:signal=KILL:when={kills + 1}"]
        done = run([program, "-f", "-qq", "-o", "/dev/null", *paths, *inject, *command(folder, 4)])
        folder.mkdir(exist_ok=True)
        left = check_left(folder, done.stdout)
        if not was_killed(done):
            break
        kills += 1
        assert not was_killed(run(command(folder, 8))), "the next writer goes on from there"
        assert check_left(folder, "") >= max(left, 8)
    assert kills > 0, f"{syscall} was never called, so nothing was tested"


def test_a_kill_at_every_file_action_leaves_the_old_or_the_new(tmp_path: Path) -> None:
    kills = 0
    while True:
        folder = tmp_path / str(kills)
        done = run(command(folder, 4, str(kills + 1)))
        left = check_left(folder, done.stdout)
        if not was_killed(done):
            break
        kills += 1
        assert not was_killed(run(command(folder, 8)))
        assert check_left(folder, "") >= max(left, 8)
    assert kills >= 8
