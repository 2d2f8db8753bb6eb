"""Nothing is imported before it is needed. Modules are listed, not timed: a machine's speed is no property of ours."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import place
from tests.cli.place import Place

__all__ = ["place"]  # a fixture of the command line's room

# What of ours starting at all may import; of others' it is click alone.
_START = {"reconciler", "reconciler.cli", "reconciler.cli.main"}
# Each costs more than a whole plan with nothing to do should: simulators, clouds, servers, drawing.
_HEAVY = {
    "numpy",
    "scipy",
    "braket",
    "pulser",
    "pandas",
    "botocore",
    "boto3",
    "urllib3",
    "requests",
    "asyncio",
    "waitress",
    "prometheus_client",
    "jinja2",
    "werkzeug",
    "rich",
    "sqlite3",
    "multiprocessing",
    "celpy",
    "lark",
    "re2",
    "hypothesis",
    "pytest",
}
_PROBE = """
import json, sys
before = set(sys.modules)
from reconciler.cli.main import main
code = main(sys.argv[1:])
sys.stdout.flush()
print(json.dumps([code, sorted(set(sys.modules) - before)]), file=sys.stderr)
"""


def _imported(*args: str, cwd: Path | None = None) -> set[str]:
    """Every module that a command has imported by its end."""
    command = [sys.executable, "-c", _PROBE, *args]
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, check=True)
    code, modules = json.loads(done.stderr.splitlines()[-1])
    assert code == 0, done.stderr
    return set(modules)


def _foreign(modules: set[str]) -> set[str]:
    """Packages that are neither ours nor Python's."""
    roots = {name.partition(".")[0] for name in modules}
    return {root for root in roots if root not in sys.stdlib_module_names} - {"reconciler"}


def _heavy(modules: set[str]) -> set[str]:
    return {name.partition(".")[0] for name in modules} & _HEAVY


@pytest.mark.parametrize("args", [("--help",), ("-h",), ("--version",)], ids=" ".join)
def test_help_imports_click_and_one_module_of_ours(args: tuple[str, ...]) -> None:
    modules = _imported(*args)
    assert _foreign(modules) == {"click"}
    assert {name for name in modules if name.partition(".")[0] == "reconciler"} == _START
    assert _heavy(modules) == set()


def test_the_probe_sees_what_is_imported(place: Place) -> None:
    """Or the tests here could not fail."""
    assert {"botocore", "sqlite3"} <= _heavy(_imported("plan", cwd=place.root))


@pytest.mark.parametrize("args", [("validate",), ("graph",), ("schema",), ("version",), ("init", "new")], ids=" ".join)
def test_commands_that_ask_no_cloud_import_none(place: Place, args: tuple[str, ...]) -> None:
    assert _heavy(_imported(*args, cwd=place.root)) == set()


def test_a_plan_with_nothing_to_do_imports_no_cloud(place: Place) -> None:
    place.finish()
    modules = _imported("plan", cwd=place.root)
    assert _heavy(modules) == set()
    assert not {name for name in modules if name.startswith("reconciler.emulator")}


def test_no_plan_simulates_or_serves(place: Place) -> None:
    """Neither does an apply that waits for nothing: the local cloud simulates when a result is asked for."""
    assert not _heavy(_imported("plan", cwd=place.root)) & {"numpy", "scipy", "braket", "rich", "waitress", "boto3"}
    applied = _imported("apply", "--auto-approve", cwd=place.root)
    assert not _heavy(applied) & {"numpy", "scipy", "braket", "rich", "waitress", "boto3"}


def test_a_round_of_an_agent_serves_nothing_and_tells_nobody(place: Place) -> None:
    modules = _imported("reconcile", "--once", cwd=place.root)
    assert not _heavy(modules) & {"waitress", "prometheus_client", "jinja2", "rich"}
    assert "httpx" not in modules


def test_a_plan_that_simulates_nothing_imports_no_simulator_and_no_expressions(place: Place) -> None:
    modules = _imported("plan", cwd=place.root)
    assert not {name for name in modules if name.startswith(("celpy", "lark", "reconciler.simulate.trial"))}
    place.declare("bell")
    with (place.root / "qctl.yaml").open("a", encoding="utf-8") as manifest:
        manifest.write("  expect: {simulate: true}\n")
    first = _imported("plan", cwd=place.root)
    # What is simulated is simulated by other processes; a second plan does not even start them.
    assert not _heavy(first) & {"numpy", "scipy", "braket", "pulser", "multiprocessing"}
    assert "reconciler.simulate.pool" in first
    assert "reconciler.simulate.pool" not in _imported("plan", cwd=place.root)


def test_state_list_imports_no_cloud(place: Place) -> None:
    place.finish()
    assert _heavy(_imported("state", "list", cwd=place.root)) == set()
