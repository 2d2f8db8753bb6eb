"""Commands as processes of their own: at the same moment, interrupted, and before readers who leave."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.cli.place import Place

_PATIENCE = 60.0  # seconds; far more than anything here needs


def _slow(place: Place, seconds: float) -> None:
    """The cloud acts on the next submission at once and answers late: the command is in the middle of it."""
    place.ok("local", "fault", f'{{"operation": "CreateQuantumTask", "effect": "slow", "seconds": {seconds}}}')


@contextmanager
def _started(*args: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "reconciler.cli.main", *args]
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def _until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _PATIENCE
    while not true():
        assert time.monotonic() < deadline, "it never came to that"
        time.sleep(0.02)


def test_a_second_apply_is_refused_with_the_holders_name_or_waits(place: Place) -> None:
    _slow(place, 3)
    with _started("apply", "--auto-approve") as first:
        _until(lambda: place.tasks() == 1)
        second = place.run("apply", "--auto-approve")
        assert second.code == 4
        assert f"(process {first.pid}) for `apply`" in second.err
        third = place.run("apply", "--auto-approve", "--lock-timeout", str(_PATIENCE))
        assert third.code == 0
        assert "No changes." in third.out
        first.communicate(timeout=_PATIENCE)
        assert first.returncode == 0
    assert place.tasks() == 1


def test_two_applies_at_the_same_moment_make_one_task(place: Place) -> None:
    with _started("apply", "--auto-approve") as one, _started("apply", "--auto-approve") as two:
        one.communicate(timeout=_PATIENCE)
        two.communicate(timeout=_PATIENCE)
        assert {one.returncode, two.returncode} <= {0, 4}
        assert 0 in (one.returncode, two.returncode)
    assert place.tasks() == 1


@pytest.mark.parametrize("how", ["unlink", "unlock"])
def test_a_lock_taken_by_force_still_makes_one_task(place: Place, how: str) -> None:
    _slow(place, 3)
    with _started("apply", "--auto-approve") as first:
        _until(lambda: place.tasks() == 1)
        if how == "unlink":
            (place.root / "state" / "place.default.lock").unlink()
        else:
            refused = place.run("apply", "--auto-approve").err
            place.ok("state", "force-unlock", refused.partition("qctl state force-unlock ")[2].partition("`")[0])
        second = place.run("apply", "--auto-approve")
        assert second.code == 0
        _, said = first.communicate(timeout=_PATIENCE)
        assert first.returncode == 5, said
        assert "[state/lock-lost]" in said
    assert place.tasks() == 1
    assert "No changes." in place.ok("plan").out


def test_interrupted_once_finishes_what_is_in_flight_and_saves(place: Place) -> None:
    place.declare("a", "b", "c")
    _slow(place, 1)
    with _started("apply", "--auto-approve", "--parallelism", "1") as process:
        _until(lambda: place.tasks() == 1)
        process.send_signal(signal.SIGINT)
        out, said = process.communicate(timeout=_PATIENCE)
    assert process.returncode == 130, said
    assert "Interrupt again to leave now." in said
    assert "1 added" in out
    assert place.tasks() == 1
    saved = place.ok("state", "list", "--json").json["resources"]
    assert saved["QuantumTask/a"]["attempts"][0]["outcome"] == "accepted"
    place.ok("apply", "--auto-approve")
    assert place.tasks() == 3


def test_interrupted_twice_leaves_now_and_loses_nothing(place: Place) -> None:
    place.declare("a", "b", "c")
    _slow(place, 60)
    with _started("apply", "--auto-approve", "--parallelism", "1") as process:
        _until(lambda: place.tasks() == 1)
        process.send_signal(signal.SIGINT)
        # Not before the first is heard: two signals at once can arrive as one.
        assert process.stderr is not None
        while "Interrupt again" not in process.stderr.readline():
            pass
        process.send_signal(signal.SIGINT)
        assert process.wait(_PATIENCE) == 130
    place.ok("local", "fault", "--clear")
    place.ok("apply", "--auto-approve")
    assert place.tasks() == 3, "the one whose answer nobody heard is found, not paid again"


def test_interrupted_while_waiting(place: Place) -> None:
    place.world.set_switch("latency.simulator.queue", "3600")
    with _started("apply", "--auto-approve", "--wait") as process:
        _until(lambda: place.tasks() == 1 and not place.lock_info())
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=_PATIENCE)
    assert process.returncode == 130
    assert "In progress: 1" in place.ok("plan").out


def test_a_reader_who_leaves(place: Place) -> None:
    place.declare(*(f"task-{i}" for i in range(30)))
    with _started("plan") as process:
        assert process.stdout is not None
        process.stdout.read(10)
        process.stdout.close()
        assert process.stderr is not None
        said = process.stderr.read()
        assert process.wait(_PATIENCE) == 0
        assert said == ""
        process.stdout = None  # or communicate() would read what is closed


def test_apply_goes_on_when_its_reader_leaves(place: Place) -> None:
    place.declare("a", "b", "c")
    with _started("apply", "--auto-approve") as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        process.stderr.read()
        assert process.wait(_PATIENCE) == 0
        process.stdout = None
    assert place.tasks() == 3
    assert "No changes." in place.ok("plan").out


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_output_to_a_full_disk(place: Place) -> None:
    with Path("/dev/full").open("w") as full:
        command = [sys.executable, "-m", "reconciler.cli.main", "plan"]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 1
    assert "standard output can't be written: No space left on device." in done.stderr
    assert "Traceback" not in done.stderr


def test_a_thread_can_run_commands(place: Place) -> None:
    """Only the main thread may catch signals; elsewhere commands work without."""
    codes: list[int] = []
    thread = threading.Thread(target=lambda: codes.append(place.run("apply", "--auto-approve").code))
    thread.start()
    thread.join(_PATIENCE)
    assert codes == [0]


def test_nothing_of_the_environment_is_needed(place: Place) -> None:
    env = {name: value for name, value in os.environ.items() if name in ("PATH", "QCTL_LOCAL_CLOUD")}
    command = [sys.executable, "-m", "reconciler.cli.main", "plan"]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "Plan: 1 to add" in done.stdout
