"""Findings as a SARIF file, for code scanning."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from reconciler import __version__
from reconciler.cli.clouds import Problem
from reconciler.cli.writing import write
from reconciler.core.diagnostic import Diagnostic
from reconciler.render.json_form import any_json


def write_sarif(target: Path, found: Sequence[Diagnostic]) -> None:
    """Write them, whole or not at all."""
    from reconciler.render.sarif import sarif  # with its table of rules, only for a file

    write(target, f"{any_json(sarif(found, __version__))}\n".encode())


@contextmanager
def problems_in(target: Path | None) -> Iterator[None]:
    """What stops a command before it has findings of its own goes into the file as well."""
    try:
        yield
    except Problem as problem:
        if target is not None:
            write_sarif(target, problem.diagnostics)
        raise
