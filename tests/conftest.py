"""Tests can't touch the user: their home, their cloud accounts and the network are out of reach."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.emulator.operations_table import write_operations
from tests.paid_once.shared_table import write_shared
from tests.paid_once.table import write_table
from tests.providers.device_mistakes.table import write_mistakes
from tests.published import watched
from tests.qiskit_programs.table import write_algorithms

# What would let the surroundings of a test run decide its result.
_FOREIGN = ("AWS_", "BOTO", "XDG_", "QCTL_", "PASQAL_", "GITHUB_")
_TERMINAL = ("CI", "NO_COLOR", "FORCE_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "COLUMNS", "LINES", "PAGER")


@pytest.fixture(scope="session", autouse=True)
def nobodys_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """An empty home for the whole run, also for the processes that tests start. Sockets: see pyproject.toml."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.startswith(_FOREIGN) or name in _TERMINAL:
                patch.delenv(name)
        patch.setenv("HOME", str(home))
        for name, folder in (("CONFIG", ".config"), ("CACHE", ".cache"), ("DATA", ".local/share"), ("STATE", ".state")):
            patch.setenv(f"XDG_{name}_HOME", str(home / folder))
        patch.setenv("AWS_CONFIG_FILE", str(home / "aws-config"))
        patch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(home / "aws-credentials"))
        patch.setenv("AWS_EC2_METADATA_DISABLED", "true")  # or botocore would ask the network for credentials
        yield home


@pytest.fixture(autouse=True)
def published() -> Iterator[list[str]]:
    """Every JSON that a command prints fits its published schema."""
    with watched() as found:
        yield found
        assert found == [], "what is printed is not what is published"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The promise that outranks every feature is shown case by case."""
    write_table(terminalreporter)
    write_shared(terminalreporter)
    write_operations(terminalreporter)
    write_mistakes(terminalreporter)
    write_algorithms(terminalreporter)
