"""The rules of the house that no linter knows. Each rule is a function, and is also tried on what it must find."""

from __future__ import annotations

import ast
import os
import re
import socket
import statistics
import subprocess
import tomllib
from pathlib import Path

import pytest
from pytest_socket import SocketConnectBlockedError

ROOT = Path(__file__).parents[1]
_MEDIAN, _LONGEST = 100, 400
_LOCAL = re.compile(r"(?<![\w.])/(?:work|farm|root|home|Users|opt/(?:pypi|wheels))/[A-Za-z0-9_.-]")
_REGISTRY = re.compile(r"\b(?:(?:test\.)?pypi\.org|pythonhosted\.org|registry\.npmjs|jfrog\.io)")
_LOOSE = re.compile(r"#\s*type:\s*ignore(?!\[)|#\s*noqa(?!:\s*[A-Z])", re.IGNORECASE)
_PRINTING = {"print", "pprint", "echo", "secho"}


def _tracked() -> list[Path]:
    """Files under version control that exist; of an unpacked archive all files that are not hidden."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode == 0:
        found = [ROOT / name for name in listed.stdout.split("\0") if name]
    else:
        found = [path for path in ROOT.rglob("*") if not any(p.startswith(".") for p in path.relative_to(ROOT).parts)]
    files = [path for path in found if path.is_file()]
    assert files, "no files: this test would say nothing"
    return files


def _python(folder: str) -> list[Path]:
    return [path for path in _tracked() if path.suffix == ".py" and path.relative_to(ROOT).parts[0] == folder]


def _length(path: Path) -> int:
    return len(path.read_text("utf-8").splitlines())


def _matches(path: Path, pattern: re.Pattern[str]) -> list[str]:
    """`file:line: text` for each line that matches. Files that are no text have no lines."""
    try:
        lines = path.read_text("utf-8").splitlines()
    except UnicodeDecodeError:
        return []
    return [f"{path.name}:{number}: {line}" for number, line in enumerate(lines, 1) if pattern.search(line)]


def _prints(source: str) -> list[str]:
    """Calls that write to the terminal."""
    calls = (node.func for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))
    names = (call.attr if isinstance(call, ast.Attribute) else getattr(call, "id", "") for call in calls)
    found = [name for name in names if name in _PRINTING]
    return found + re.findall(r"sys\.(?:stdout|stderr)\.write|^from rich|^import rich", source, re.MULTILINE)


def test_files_are_short() -> None:
    lengths = {path: _length(path) for path in _python("reconciler") if path.name != "__init__.py"}
    assert statistics.median(lengths.values()) <= _MEDIAN
    every = lengths | {path: _length(path) for path in _python("tests")}
    assert [f"{path.relative_to(ROOT)}: {length}" for path, length in every.items() if length > _LONGEST] == []


def test_no_file_names_a_place_of_one_machine_or_a_package_registry() -> None:
    assert [hit for path in _tracked() for hit in (*_matches(path, _LOCAL), *_matches(path, _REGISTRY))] == []


@pytest.mark.parametrize(
    "path", ["/" + "work/x", "see /" + "home/ada/qctl", '"/' + 'root/.aws"', "=/" + "opt/pypi/simple"]
)
def test_a_place_of_one_machine_is_recognised(path: str) -> None:
    assert _LOCAL.search(path)
    assert not _LOCAL.search("https://example.org/" + path.lstrip('="/').replace(" ", ""))


@pytest.mark.parametrize("host", ["https://" + "pypi" + ".org/simple", "files." + "pythonhosted" + ".org"])
def test_a_registry_is_recognised(host: str) -> None:
    assert _REGISTRY.search(host)


def test_only_render_prints() -> None:
    rest = [path for path in _python("reconciler") if "render" not in path.relative_to(ROOT).parts]
    found = {str(path.relative_to(ROOT)): _prints(path.read_text("utf-8")) for path in rest}
    assert {name: calls for name, calls in found.items() if calls} == {}


@pytest.mark.parametrize("source", ["print(1)", "click.echo('x')", "sys.stderr.write('x')", "import rich.table"])
def test_printing_is_recognised(source: str) -> None:
    assert _prints(source)


def test_every_waiver_names_what_it_waives() -> None:
    assert [hit for path in _tracked() if path.suffix == ".py" for hit in _matches(path, _LOOSE)] == []


@pytest.mark.parametrize("comment", ["# type: " + "ignore", "# no" + "qa", "#no" + "qa  - because"])
def test_a_waiver_of_everything_is_recognised(comment: str) -> None:
    assert _LOOSE.search(comment)


def test_tests_can_not_touch_the_users_home(nobodys_home: Path) -> None:
    assert Path.home() == Path("~").expanduser() == nobodys_home
    places = [value for name, value in os.environ.items() if re.fullmatch("XDG_.+_HOME|AWS_.+_FILE", name)]
    assert len(places) == 6
    assert all(Path(place).is_relative_to(nobodys_home) for place in places)
    assert not {"AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SESSION_TOKEN"} & set(os.environ)


@pytest.mark.filterwarnings("ignore:A test tried to use socket")
@pytest.mark.parametrize("host", ["192.0.2.1", "169.254.169.254"])  # a documentation address; the cloud's metadata
def test_tests_can_not_reach_the_network(host: str) -> None:
    with socket.socket() as client, pytest.raises(SocketConnectBlockedError):
        client.connect((host, 80))


def test_tests_can_reach_this_machine() -> None:
    with socket.socket() as server, socket.socket() as client:
        server.bind(("127.0.0.1", 0))
        server.listen()
        client.connect(server.getsockname())


def test_whatever_is_no_python_is_packaged() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    patterns = project["tool"]["setuptools"]["package-data"]["reconciler"]
    inside = [path.relative_to(ROOT / "reconciler") for path in _tracked() if ROOT / "reconciler" in path.parents]
    data = [path for path in inside if path.suffix != ".py"]
    assert [str(path) for path in data if not any(path.match(pattern) for pattern in patterns)] == []
    assert len(data) > 20
