"""Progress in pipes, for programs and on terminals."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest

from reconciler.core.progress import Heartbeat, Progress, Stage
from reconciler.render.console import Output
from reconciler.render.live_view import LiveView
from reconciler.render.progress_text import progress_text
from reconciler.render.progress_view import LineView, make_view
from tests.render.samples import address

GHZ = address("QuantumTask/ghz")


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


def moment(step: str, stage: Stage, done: int = 0, total: int = 0, **more: Any) -> Progress:
    return Progress("2026-11-20T10:00:00Z", GHZ, step, stage, done=done, total=total, **more)


@pytest.mark.parametrize(
    ("progress", "text"),
    [
        (moment("create", Stage.STARTED, 1, 10), "submitting"),
        (moment("create", Stage.RETRYING, 1, 10, detail="throttled"), "submitting again: throttled"),
        (moment("create", Stage.DONE, 2, 10, id="arn:x"), "submitted arn:x (2 of 10)"),
        (moment("create", Stage.DONE, 2, 10), "recorded (2 of 10)"),
        (moment("create", Stage.STARTED, lasting=True), "creating"),
        (moment("create", Stage.RETRYING, lasting=True, detail="throttled"), "creating again: throttled"),
        (moment("create", Stage.DONE, 2, 10, id="arn:x", lasting=True), "created arn:x (2 of 10)"),
        (moment("create", Stage.REFUSED, 3, 10, detail="no such device"), "refused: no such device (3 of 10)"),
        (moment("create", Stage.UNKNOWN, 3, 10, detail="timeout"), "outcome unknown: timeout (3 of 10)"),
        (moment("create", Stage.SKIPPED, 3, 10, detail="interrupted"), "skipped: interrupted (3 of 10)"),
        (moment("cancel", Stage.STARTED, id="arn:x"), "cancelling arn:x"),
        (moment("cancel", Stage.DONE, 1, 1, id="arn:x"), "cancel accepted arn:x (1 of 1)"),
        (moment("cancel", Stage.REFUSED, 1, 1, id="arn:x", detail="ended"), "cancel refused arn:x: ended (1 of 1)"),
        (moment("tag", Stage.DONE, 1, 1, id="arn:x"), "tags updated arn:x (1 of 1)"),
        (moment("add", Stage.STARTED, id="b1"), "adding jobs to b1"),
        (moment("add", Stage.RETRYING, detail="throttled"), "adding jobs again: throttled"),
        (moment("add", Stage.DONE, 1, 1, id="b1"), "jobs added to b1 (1 of 1)"),
        (moment("cancel-jobs", Stage.DONE, 1, 1, id="b1"), "cancel of jobs accepted by b1 (1 of 1)"),
        (moment("cancel-jobs", Stage.UNKNOWN, 1, 1, id="b1"), "cancel jobs outcome unknown b1 (1 of 1)"),
        (moment("close", Stage.DONE, 1, 1, id="b1"), "closed b1 (1 of 1)"),
        (moment("adopt", Stage.DONE, 1, 1, id="arn:x"), "imported arn:x (1 of 1)"),
        (moment("reuse", Stage.DONE, 1, 1, id="arn:x"), "already paid, taken back into care arn:x (1 of 1)"),
        (moment("forget", Stage.DONE, 1, 1), "forgotten, stays on record (1 of 1)"),
        (moment("record", Stage.DONE, 1, 1), "recorded (1 of 1)"),
        (moment("update", Stage.STARTED, id="arn:l"), "updating arn:l"),
        (moment("update", Stage.DONE, 1, 1, id="arn:l"), "updated arn:l (1 of 1)"),
        (moment("delete", Stage.DONE, 1, 1, id="arn:l"), "deleted arn:l (1 of 1)"),
        (moment("wait", Stage.STATUS, id="arn:x", status="QUEUED"), "QUEUED"),
        (moment("wait", Stage.STATUS, status="FAILED", detail="why\x1b[2J\n"), "FAILED: why\\x1b[2J\\n"),
        (moment("wait", Stage.STATUS), "status unknown"),
    ],
)
def test_each_moment_is_one_line(progress: Progress, text: str) -> None:
    assert progress_text(progress) == f"QuantumTask/ghz: {text}"


def test_in_a_pipe_each_event_is_a_line() -> None:
    out = StringIO()
    with make_view(Output(out, env={})) as view:
        assert isinstance(view, LineView)
        view.tell(moment("create", Stage.STARTED))
        view.tell(moment("create", Stage.DONE, 1, 1, id="arn:x"))
    assert out.getvalue() == "QuantumTask/ghz: submitting\nQuantumTask/ghz: submitted arn:x (1 of 1)\n"


def test_a_long_wait_says_that_it_is_alive() -> None:
    out = StringIO()
    with make_view(Output(out, env={})) as view:
        view.beat(Heartbeat("T", 1, 61))
        view.beat(Heartbeat("T", 2_000, 3_700))
    assert out.getvalue() == "Still waiting for 1 run, 1 min so far.\nStill waiting for 2,000 runs, 61 min so far.\n"


def _live(count: int, env: dict[str, str] | None = None) -> str:
    out = Terminal()
    with make_view(Output(out, out, env or {})) as view:
        assert isinstance(view, LiveView)
        for done in range(1, count + 1):
            view.tell(moment("create", Stage.STARTED, done - 1, count))
            stage = Stage.REFUSED if done == 2 else Stage.DONE
            view.tell(moment("create", stage, done, count, id=f"arn:{done}", detail="bad\x1b[2J" * (done == 2)))
        view.close()
    return out.getvalue()


def test_on_a_terminal_few_ends_stay() -> None:
    shown = _live(3)
    for line in ("submitted arn:1 (1 of 3)", "refused arn:2: bad\\x1b[2J (2 of 3)", "submitted arn:3 (3 of 3)"):
        assert shown.count(line) == 1
    assert "\x1b[2J" not in shown


def test_of_many_only_problems_stay() -> None:
    shown = _live(30)
    assert shown.count("refused arn:2: bad") == 1
    assert "submitted arn:1 (1 of 30)\x1b[0m\n" not in shown.partition("refused")[0]
    assert "30 of 30" in shown
    assert "1 not done" in shown


def test_the_cursor_is_never_hidden() -> None:
    """A second Ctrl-C leaves at once, and nobody would bring it back."""
    assert "\x1b[?25" not in _live(3)


def test_a_terminal_without_colour_still_has_a_bar() -> None:
    shown = _live(3, {"NO_COLOR": "1"})
    assert "3 of 3" in shown
    assert "\x1b[3" not in shown


def test_waiting_for_many_does_not_flood_the_terminal() -> None:
    out = Terminal()
    with make_view(Output(out, out, {})) as view:
        for _ in range(60):
            view.tell(moment("wait", Stage.STATUS, status="QUEUED"))
        view.tell(moment("wait", Stage.STATUS, status="FAILED", detail="calibrating"))
        for _ in range(9):
            view.tell(moment("wait", Stage.STATUS, status="QUEUED"))
    stayed = [line for line in out.getvalue().split("\n") if "FAILED: calibrating" in line]
    assert len(stayed) == 1


@pytest.mark.parametrize("env", [{"CI": "1"}, {"TERM": "dumb"}])
def test_logs_get_lines_even_on_a_terminal(env: dict[str, str]) -> None:
    assert isinstance(make_view(Output(Terminal(), env=env)), LineView)


def test_an_id_is_never_broken_by_us_on_a_narrow_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever copied it got a line end in its middle."""
    monkeypatch.setenv("COLUMNS", "40")
    out, arn = Terminal(), f"arn:aws:braket:us-east-1:123456789012:quantum-task/{'0' * 36}"
    with make_view(Output(out, out, {})) as view:
        view.tell(moment("create", Stage.DONE, 1, 1, id=arn))
    assert f"submitted {arn} (1 of 1)" in out.getvalue()
