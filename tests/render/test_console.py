"""How we print: colour, width, the gate for control characters, readers that leave."""

from __future__ import annotations

import subprocess
import sys
from io import BytesIO, StringIO, TextIOWrapper

import pytest

from reconciler.render.console import PIPE_WIDTH, Output
from reconciler.render.paint import Ink, paint


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("env", "terminal", "colour", "live"),
    [
        ({}, True, True, True),
        ({}, False, False, False),
        ({"TERM": "xterm-256color"}, True, True, True),
        ({"TERM": "dumb"}, True, False, False),
        ({"NO_COLOR": "1"}, True, False, True),
        ({"NO_COLOR": ""}, True, True, True),  # no-color.org: when not empty
        ({"CI": "true"}, True, False, False),
        ({"QCTL_COLOR": "never"}, True, False, True),
        ({"QCTL_COLOR": "always"}, False, True, False),
        ({"QCTL_COLOR": "always", "NO_COLOR": "1", "CI": "1"}, False, True, False),
        ({"QCTL_COLOR": "auto", "NO_COLOR": "1"}, True, False, True),
        ({"QCTL_COLOR": "blue"}, True, True, True),
    ],
)
def test_who_gets_colour(env: dict[str, str], terminal: bool, colour: bool, live: bool) -> None:
    out = Terminal() if terminal else StringIO()
    output = Output(out, out, env)
    assert (output.colour, output.error_colour, output.live) == (colour, colour, live)


def test_output_and_error_are_judged_apart() -> None:
    output = Output(StringIO(), Terminal(), {})
    assert (output.colour, output.error_colour) == (False, True)


def test_the_width_of_a_pipe_is_the_same_everywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "50")
    assert Output(StringIO(), env={}).width == PIPE_WIDTH
    assert Output(Terminal(), env={}).width == 50
    monkeypatch.setenv("COLUMNS", "3")
    assert Output(Terminal(), env={}).width == 40


def test_lines_go_where_they_belong(capsys: pytest.CaptureFixture[str]) -> None:
    output = Output()
    output.line("a\nb\tc")
    output.error("e")
    assert capsys.readouterr() == ("a\nb\tc\n", "e\n")


@pytest.mark.parametrize(
    ("text", "plain", "coloured"),
    [
        (paint("x", Ink.NEW, True), "\\x1b[32mx\\x1b[0m", "\x1b[32mx\x1b[0m"),
        ("\x1b[8mhidden", "\\x1b[8mhidden", "\\x1b[8mhidden"),
        ("\x1b[30mblack", "\\x1b[30mblack", "\\x1b[30mblack"),
        ("\x1b[2J\x1b]0;t\x07\r", "\\x1b[2J\\x1b]0;t\\x07\\r", "\\x1b[2J\\x1b]0;t\\x07\\r"),
        ("\u202eabc\udc80", "\\u202eabc\\udc80", "\\u202eabc\\udc80"),
    ],
)
def test_only_our_own_colours_pass(text: str, plain: str, coloured: str) -> None:
    for colour, shown in ((False, plain), (True, coloured)):
        out = StringIO()
        Output(out, env={"QCTL_COLOR": "always" if colour else "never"}).line(text)
        assert out.getvalue() == shown + "\n"


def test_every_ink_passes() -> None:
    for ink in Ink:
        out = StringIO()
        Output(out, env={"QCTL_COLOR": "always"}).line(paint("x", ink, True))
        assert out.getvalue() == f"\x1b[{ink}mx\x1b[0m\n"


def test_what_an_old_terminal_can_not_show_is_spelled_out() -> None:
    raw = BytesIO()
    output = Output(TextIOWrapper(raw, encoding="latin-1"), env={})
    output.line("é … █")
    assert raw.getvalue() == "é \\u2026 \\u2588\n".encode("latin-1")
    assert not output.unicode
    assert Output(TextIOWrapper(raw, encoding="UTF-8"), env={}).unicode


@pytest.mark.parametrize("call", ["line", "error"])
def test_a_reader_that_leaves_ends_nothing(call: str) -> None:
    """`qctl apply | head`: what is in flight still ends in order, and no traceback is shown at exit either."""
    program = (
        "import sys\n"
        "from reconciler.render.console import Output\n"
        "output = Output()\n"
        f"for i in range(20000): output.{call}('x' * 80)\n"
        "sys.exit(7)\n"
    )
    pipes = {"stdout" if call == "line" else "stderr": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", program], **pipes) as process:  # type: ignore[call-overload]  # one of two names
        reader = process.stdout or process.stderr
        assert reader.readline().strip() == b"x" * 80
        reader.close()
        assert process.wait(30) == 7
