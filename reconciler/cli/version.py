"""`qctl version`."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version

import click

from reconciler import __version__
from reconciler.cli.options import json_option
from reconciler.cli.terminal import output
from reconciler.core.digest import FORM
from reconciler.core.plan import FORMAT_VERSION
from reconciler.render.json_form import dumps

_LIBRARIES = ("botocore", "click", "pydantic", "PyYAML", "rich", "amazon-braket-default-simulator", "waitress")


@click.command("version")
@json_option
def command(as_json: bool) -> int:
    """Print the version of qctl, of its formats and of the libraries it found."""
    found = {name: _version(name) for name in _LIBRARIES}
    out = output()
    if as_json:
        data = {
            "format_version": 1,
            "qctl": __version__,
            "python": platform.python_version(),
            "canonical_form": FORM,
            "plan_format": FORMAT_VERSION,
            "libraries": found,
        }
        out.line(dumps(data))
        return 0
    out.line(f"qctl {__version__} on Python {platform.python_version()}, canonical form {FORM}")
    for name, number in found.items():
        out.line(f"  {name} {number or 'not installed'}")
    return 0


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
