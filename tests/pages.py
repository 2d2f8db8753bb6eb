"""Pages whose commands are run: `python -m tests.pages` writes their real output into them, tests compare.

A page begins in an empty folder with a local cloud of its own. In its ```console blocks each line after `$ ` is run.
Comments before a block are the reader's hands: `<!-- in examples/bell -->` (a copy of that
folder; a second one gets a name, `<!-- in examples/bell NAME -->`),
`<!-- replace FILE OLD NEW -->`, `<!-- forget-state -->`,
`<!-- commit BRANCH -->` (the folder is checked out) and `<!-- qctl … -->` (a command that the page does not show).
"""

from __future__ import annotations

import io
import os
import re
import shlex
import shutil
import tempfile
from contextlib import chdir, redirect_stderr, redirect_stdout
from pathlib import Path

import click
import pytest
from rich.console import Console
from rich.text import Text

from reconciler.cli.main import COMMANDS, cli, main
from tests.cases.story import frozen_world, standing_still

HOUSE = Path(__file__).parents[1]
PAGES = [
    HOUSE / "README.md",
    *(
        HOUSE / "docs" / f"{name}.md"
        for name in (
            "tutorial",
            "bootstrap",
            "saved-plans",
            "environments",
            "state",
            "report",
            "machine-forms",
            "fears",
            "provenance",
        )
    ),
]
COMMANDS_PAGE = HOUSE / "docs" / "commands.md"
PICTURE = HOUSE / "docs" / "img" / "plan.svg"
_HANDS = r"^<!-- (?P<hands>in|replace|forget-state|commit|qctl) ?(?P<rest>.*?)-->$"
_PIECE = re.compile(rf"(?ms)^```console\n(?P<block>.*?)^```$|{_HANDS}")
_RANDOM = re.compile(
    r"(?m)^( +[01gre]+) +(?:\d+ +[01]\.\d{4} .*|[01]\.\d{4} +[01]\.\d{4} +[-+]\d\.\d{4})$"
    r"|^(  (?:total variation distance|Hellinger fidelity|They differ by)\b).*$"
    r"|(?<=  uid: )[0-9a-f-]{36}(?=  #)"
    r"|(?<=:spending-limit/)[0-9a-f-]{36}"
    r"|(?<=Fingerprint: )[0-9a-f]{64}"
    r"|(?<=^apply )[0-9a-f]{12}(?=:)|(?<=^  manifests   = )[0-9a-f]{64}$|(?<=^  plan        = )[0-9a-f]{64}$"
)
_COMMIT = "5f0c3a1e9b7d24680ace13579bdf02468ace1357"


def rerun(page: str) -> str:
    """The page with what its commands say today."""
    with tempfile.TemporaryDirectory() as folder:
        reader = _Reader(Path(folder) / "first")
        world = frozen_world(Path(folder) / "cloud.sqlite")
        with standing_still(Path(folder) / "cloud.sqlite", world), chdir(reader.root):
            page = _PIECE.sub(reader.read, page)
        world.close()
    return page


def comparable(page: str) -> str:
    """Without what is drawn at random: uids, ids made from them, and counts, which other libraries draw otherwise."""
    return _RANDOM.sub(lambda found: found[1] or found[2] or "", page)


def picture(page: str) -> str:
    """The first block of a page as a picture of a terminal, in colour."""
    first = _PIECE.search(page, page.index("```console"))
    assert first is not None
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("QCTL_COLOR", "always")
        block = rerun(page[: first.end()]).partition("```console\n")[2].removesuffix("```")
    console = Console(record=True, width=120, file=io.StringIO(), force_terminal=True)
    console.print(Text.from_ansi(block), end="")
    svg = console.export_svg(title="qctl", unique_id="plan")
    return re.sub(r"(?s)@font-face \{.*?\}\s*", "", svg)  # a picture fetches nothing


class _Reader:
    """Somebody who does what the page says."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.code = 0
        root.mkdir()

    def read(self, piece: re.Match[str]) -> str:
        """One block or one comment."""
        block = piece["block"]
        if block is None:
            self._do(piece["hands"], shlex.split(piece["rest"]))
            return piece.group()
        commands = [line.removeprefix("$ ") for line in block.splitlines() if line.startswith("$ ")]
        return "```console\n" + "".join(f"$ {command}\n{self._run(command)}" for command in commands) + "```"

    def _do(self, hands: str, args: list[str]) -> None:
        if hands == "in":
            self.root = self.root.with_name(Path(args[-1]).name)
            shutil.copytree(HOUSE / args[0], self.root)
            os.chdir(self.root)
        elif hands == "replace":
            path = self.root / args[0]
            text = path.read_text("utf-8")
            assert args[1] in text, f"nothing to replace: {args}"
            path.write_text(text.replace(args[1], args[2].replace("\\n", "\n")), "utf-8")
        elif hands == "forget-state":
            shutil.rmtree(self.root / "state")
        elif hands == "commit":
            (self.root / ".git").mkdir()
            (self.root / ".git" / "HEAD").write_text(f"ref: refs/heads/{args[0]}\n")
            (self.root / ".git" / "packed-refs").write_text(f"{_COMMIT} refs/heads/{args[0]}\n")
        else:
            self._run(shlex.join(["qctl", *args]))

    def _run(self, command: str) -> str:
        name, *args = shlex.split(command)
        if name == "echo":
            return f"{self.code}\n"
        if name == "cat":
            return Path(args[0]).read_text("utf-8")
        assert name == "qctl", f"a page can run qctl, cat FILE and echo $?, not {name}"
        said = io.TextIOWrapper(io.BytesIO(), "utf-8", newline="\n")  # a place that takes bars, unlike StringIO
        with redirect_stdout(said), redirect_stderr(said):
            self.code = main(args)
        said.seek(0)
        return re.sub(r"\n{2,}\Z", "\n", said.read())


def commands_page() -> str:
    """Every command with its help, as click has it."""
    head = (
        "# Commands\n\nWritten by `python -m tests.pages` from the program itself. Options stand after the command: "
        "`qctl plan -C study`.\nExit codes are in [exit-codes.md](exit-codes.md).\n"
    )
    names = [[name] for name in COMMANDS]
    for name in COMMANDS:
        command = cli.get_command(click.Context(cli), name)
        if isinstance(command, click.Group):
            names += [[name, sub] for sub in sorted(command.commands)]
    return head + "".join(_help(words) for words in [[], *sorted(names)])


def _help(words: list[str]) -> str:
    said = io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(said):
        patch.setenv("COLUMNS", "80")  # click breaks lines for the terminal that somebody runs the tests in
        main([*words, "--help"])
    text = "\n".join(line.rstrip() for line in said.getvalue().splitlines())
    return f"\n## qctl {' '.join(words)}".rstrip() + f"\n\n```text\n{text}\n```\n"


def write() -> None:
    """Bring every page up to date."""
    COMMANDS_PAGE.write_text(commands_page(), "utf-8")
    for page in PAGES:
        text = page.read_text("utf-8")
        if comparable(said := rerun(text)) != comparable(text):  # what is drawn at random is no change
            page.write_text(said, "utf-8")
    PICTURE.parent.mkdir(exist_ok=True)
    PICTURE.write_text(picture((HOUSE / "README.md").read_text("utf-8")), "utf-8")


if __name__ == "__main__":
    write()
