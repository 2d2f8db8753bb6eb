"""A case is a story: manifests, a local cloud, steps, and what qctl then plans and does, compared whole.

The folder of a case holds its manifests and

- `cloud.json`: switches and faults of the local cloud at the beginning (may be missing);
- `steps`: one line a step, as below; the last one, `plan` or `destroy` with options, is what is compared;
- `plan.txt`, `plan.json`: what `qctl plan` says then; `apply.txt`: what `qctl apply` says after it;
- `events.jsonl`: what that apply wrote down, in order.

Steps: `qctl …` (an `exit N:` before it expects that exit code), `replace FILE OLD NEW`, `copy FILE TARGET`,
`sequence NAME` (one of `tests/simulate/sequences` as `sequences/NAME.json`), `forget-state`, `vanish` (the cloud
forgets its tasks), `make-bucket NAME` (somebody else of this account does) and `job-fails NUMBER REASON` (the local
Pasqal's job of that number, from 1 on, is to end in ERROR).
"""

from __future__ import annotations

import io
import json
import shlex
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from reconciler.cli.main import main
from reconciler.core.event import Began, Event, event_to_json
from reconciler.emulator.world import World
from reconciler.store.local import LocalStore

CASES = Path(__file__).parent
_SEQUENCES = CASES.parent / "simulate" / "sequences"
EXPECTED = ("plan.txt", "plan.json", "apply.txt", "events.jsonl")
_NOON = 1_768_478_400  # 2026-01-15 12:00 UTC: after the birth of the project's uid, for searches begin there
_TICK = 0.001  # seconds, the world's smallest step: a nap that rounds to none would never end
_ONE_AT_A_TIME = ("--parallelism", "1")  # so that ids and events come in one order


def folders() -> list[Path]:
    """Every case."""
    return sorted(path.parent for path in CASES.glob("*/steps"))


@dataclass
class Story:
    """One case being told in a folder of its own."""

    root: Path
    world: World
    events: list[Event] = field(default_factory=list)

    def step(self, line: str) -> None:
        """Do one line of `steps`."""
        expected = 0
        if line.startswith("exit "):
            number, _, line = line.removeprefix("exit ").partition(": ")
            expected = int(number)
        verb, *args = shlex.split(line)
        match verb:
            case "qctl":
                code, text = self.qctl(*args)
                assert code == expected, f"{line}: exit code {code}\n{text}"
            case "replace":
                path = self.root / args[0]
                assert args[1] in path.read_text("utf-8"), f"{line}: nothing to replace"
                path.write_text(path.read_text("utf-8").replace(args[1], args[2]), "utf-8")
            case "copy":
                shutil.copy(self.root / args[0], self.root / args[1])
            case "forget-state":
                shutil.rmtree(self.root / "state")
            case "sequence":
                (self.root / "sequences").mkdir(exist_ok=True)
                shutil.copy(_SEQUENCES / f"{args[0]}.json", self.root / "sequences")
            case "vanish":
                self._tamper("DELETE FROM task")
            case "make-bucket":
                self._tamper("INSERT INTO s3_bucket VALUES (?, 'us-east-1', '2026-01-14T12:00:00+00:00')", args[0])
            case "job-fails":
                fails = "UPDATE pasqal_job SET settled_as = 'ERROR', errors = json_array(?) WHERE seq = ?"
                self._tamper(fails, args[1], int(args[0]))
            case _:
                raise AssertionError(f"unknown step: {line}")

    def _tamper(self, statement: str, *values: str | int) -> None:
        with self.world.transaction() as session:
            assert session.connection.execute(statement, values).rowcount, f"nothing to tamper with: {statement}"

    def qctl(self, *args: str) -> tuple[int, str]:
        """Exit code and output of one command; what went to standard error is marked."""
        more = _ONE_AT_A_TIME if args[0] in ("apply", "destroy") else ()
        code, out, err = self.run(*args, *more)
        return code, out + "".join(f"! {line}\n" for line in err.splitlines())

    def run(self, *args: str) -> tuple[int, str, str]:
        """Exit code, standard output and standard error."""
        out, err = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err):
            code = main([*_placed(args, self.root)])
        return code, out.getvalue(), err.getvalue()


def _placed(args: tuple[str, ...], root: Path) -> list[str]:
    """The arguments with `--chdir` behind the command, or behind the second word of a group's."""
    words = 2 if args[0] in ("state", "local") else 1
    return [*args[:words], "--chdir", str(root), *args[words:]]


def frozen_world(path: Path) -> World:
    """A local cloud that gives the same ids each time, at noon on a day when the clock stands still."""
    world = World.open(path, base=lambda: _NOON)
    world.set_switch("seed", "7")
    world.freeze()
    return world


@contextmanager
def story(case: Path, folder: Path) -> Iterator[Story]:
    """A copy of the case with a cloud whose clock stands still and whose ids are always the same."""
    root = folder / "project"
    shutil.copytree(case, root, ignore=shutil.ignore_patterns("steps", "cloud.json", *EXPECTED))
    path = folder / "cloud.sqlite"
    world = frozen_world(path)
    setting = json.loads((case / "cloud.json").read_text("utf-8")) if (case / "cloud.json").exists() else {}
    for name, value in setting.get("switches", {}).items():
        world.set_switch(name, value)
    for rule in setting.get("faults", ()):
        world.add_fault(rule)
    told = Story(root, world)
    real_append = LocalStore.append

    def append(store: LocalStore, *events: Event) -> None:
        told.events.extend(events)
        real_append(store, *events)

    with standing_still(path, world) as patch:
        patch.setattr(LocalStore, "append", append)
        yield told
    world.close()


@contextmanager
def standing_still(path: Path, world: World) -> Iterator[pytest.MonkeyPatch]:
    """Commands use this local cloud, and time passes only when they sleep or somebody advances it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("QCTL_LOCAL_CLOUD", str(path))
        patch.setattr("reconciler.workflow.session._user", lambda: "ada")
        patch.setattr("socket.gethostname", lambda: "lab")
        patch.setattr("reconciler.cli.clouds._LazyClock.now", lambda _: world.now())
        patch.setattr("reconciler.cli.clouds._LazyClock.monotonic", lambda _: world.now().timestamp())
        patch.setattr("reconciler.cli.clouds._LazyClock.sleep", lambda _, seconds: world.advance(max(seconds, _TICK)))
        yield patch


def tell(case: Path, folder: Path) -> dict[str, str]:
    """The whole of it: file name to text, as expected or as found."""
    *before, last = [line for line in (case / "steps").read_text("utf-8").splitlines() if line.strip()]
    verb, *options = shlex.split(last)
    with story(case, folder) as told:
        for line in before:
            told.step(line)
        found: dict[str, str] = {}
        if verb == "plan":
            code, text = told.qctl("plan", "--detailed-exitcode", *options)
            found["plan.txt"] = f"{text}# exit code {code}\n"
            found["plan.json"] = told.run("plan", "--json", *options)[1]
        told.events.clear()
        doing = "destroy" if verb == "destroy" else "apply"
        code, text = told.qctl(doing, "--auto-approve", *options)
        found["apply.txt"] = f"{text}# exit code {code}\n"
        found["events.jsonl"] = "".join(f"{json.dumps(e, sort_keys=True)}\n" for e in _named(told.events))
    return {name: text.replace(str(folder / "project"), "PROJECT") for name, text in found.items()}


def _named(events: list[Event]) -> list[dict[str, Any]]:
    """The events with names instead of random ids for each call."""
    names: dict[str, str] = {}
    # Who began, and from where, differs from machine to machine: tests of `qctl log` read it.
    found = [event_to_json(event) for event in events if not isinstance(event, Began)]
    for data in found:
        if data.get("intent"):
            data["intent"] = names.setdefault(data["intent"], f"call-{len(names) + 1}")
    return found
