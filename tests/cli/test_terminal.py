"""At a real terminal: colour, the question, and the wishes of people who want neither."""

from __future__ import annotations

import json
import os
import pty
import select
import signal
import subprocess
import sys
from contextlib import suppress

import pytest

from tests.cli.place import Place
from tests.published import misfit

_SILENCE = b"\0"


def _read(master: int) -> bytes:
    """What came, or that nothing did for a second: a signal that arrives just before a read begins is not noticed."""
    ready, _, _ = select.select([master], [], [], 1)
    return os.read(master, 65536) if ready else _SILENCE


def _at_a_terminal(*args: str, typed: str = "", interrupt_at: str = "", **env: str) -> tuple[int, str]:
    """Exit code of a command on a pseudo-terminal, and all that stood there. Ctrl-C once a text stands there."""
    master, slave = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "reconciler.cli.main", *args],
        stdin=slave,
        stdout=slave,
        stderr=slave,
        env={**os.environ, "TERM": "xterm-256color", **env},
    ) as process:
        os.close(slave)
        os.write(master, typed.encode())
        shown = b""
        with suppress(OSError):  # how Linux says that the other side has gone
            while piece := _read(master):
                shown += piece.replace(_SILENCE, b"")
                if piece == _SILENCE and interrupt_at and interrupt_at.encode() in shown:
                    process.send_signal(signal.SIGINT)
    os.close(master)
    return process.returncode, shown.decode("utf-8", "replace")


def test_colour_on_a_terminal(place: Place) -> None:
    assert "\x1b[" in _at_a_terminal("plan")[1]


@pytest.mark.parametrize(
    "wish", [{"NO_COLOR": "1"}, {"CI": "true"}, {"QCTL_COLOR": "never"}, {"TERM": "dumb"}], ids=str
)
def test_no_colour_for_those_who_want_none(place: Place, wish: dict[str, str]) -> None:
    code, shown = _at_a_terminal("plan", **wish)
    assert code == 0
    assert "\x1b" not in shown


@pytest.mark.parametrize(("answer", "tasks"), [("yes", 1), ("y", 0), ("no", 0), ("", 0)])
def test_apply_asks_and_only_yes_goes_on(place: Place, answer: str, tasks: int) -> None:
    code, shown = _at_a_terminal("apply", typed=f"{answer}\n")
    assert "Only 'yes' goes on." in shown
    assert code == (0 if tasks else 1)
    assert place.tasks() == tasks


def test_ctrl_c_at_the_question(place: Place) -> None:
    code, shown = _at_a_terminal("apply", interrupt_at="Enter a value")
    assert code == 130, shown
    assert "Traceback" not in shown
    assert place.tasks() == 0
    assert place.lock_info() == ""


def test_live_progress_ends_with_what_happened(place: Place) -> None:
    place.world.set_switch("latency.factor", "0")
    code, shown = _at_a_terminal("apply", "--auto-approve", "--wait")
    assert code == 0
    assert "Apply complete!" in shown
    assert place.ok("results").code == 0


def test_simulating_draws_nothing_into_what_was_asked_for(place: Place) -> None:
    place.declare("a")
    manifest = place.root / "qctl.yaml"
    manifest.write_text(manifest.read_text("utf-8") + "  expect: {simulate: true}\n", "utf-8")
    master, slave = pty.openpty()
    beside, error = pty.openpty()
    args = [sys.executable, "-m", "reconciler.cli.main", "plan", "--json"]
    env = {**os.environ, "TERM": "xterm-256color"}
    with subprocess.Popen(args, stdin=subprocess.DEVNULL, stdout=slave, stderr=error, env=env):
        os.close(slave)
        os.close(error)
        shown = b""
        with suppress(OSError):
            while piece := _read(master):
                shown += piece.replace(_SILENCE, b"")
    drawn = os.read(beside, 65536)
    os.close(master)
    os.close(beside)
    assert json.loads(shown)["changes"][0]["simulations"]
    assert misfit(json.loads(shown), "plan") == ""
    assert b"simulat" in drawn
