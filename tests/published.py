"""Every JSON that a command prints in a test is held against its published schema, and every SARIF against SARIF's.

`dumps` is the one place through which JSON leaves, `write_sarif` that of SARIF. What does not fit is collected, and
fails the test at its end: inside the command it would pass for a defect of the command.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import click
import fastjsonschema
import pytest

from reconciler.cli import sarif as sarif_file
from reconciler.render import json_form
from reconciler.render.forms.catalogue import FORMS, form_schema
from tests.render.sarif_rules import sarif_faults

_MOST = 5  # findings of one test


@cache
def _validator(name: str) -> Callable[[Any], Any]:
    compiled: Callable[[Any], Any] = fastjsonschema.compile(form_schema(name))
    return compiled


def misfit(value: Any, command: str | None) -> str:
    """What is wrong with an output of a command; empty if it is as published. Without a command it was no command's."""
    if isinstance(value, dict) and "event" in value:
        return _against("event", value)  # told from any thread
    if command is None:
        return ""
    names = [name for name, form in FORMS.items() if command in form.commands and name != "event"]
    if not names:
        return f"qctl {command} prints JSON without a published schema: add it to reconciler/render/forms/catalogue.py"
    wrong = [_against(name, value) for name in names]
    return "" if "" in wrong else f"qctl {command}: {' / '.join(wrong)}"


def _against(name: str, value: Any) -> str:
    try:
        _validator(name)(value)
    except fastjsonschema.JsonSchemaException as error:
        return f"{name}: {error}"
    return ""


@contextmanager
def watched() -> Iterator[list[str]]:
    """What does not fit its schema, as it is printed."""
    found: list[str] = []
    real = json_form._form

    def checked(value: Any, indent: int | None = 2) -> str:
        text = real(value, indent)
        wrong = misfit(json.loads(text), _command())
        if wrong and len(found) < _MOST:
            found.append(wrong)
        return text

    def checked_sarif(document: Any) -> str:
        text = json_form.any_json(document)
        found.extend(f"SARIF: {fault}" for fault in sarif_faults(json.loads(text))[: _MOST - len(found)])
        return text

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_form, "_form", checked)
        patch.setattr(sarif_file, "any_json", checked_sarif)
        yield found


def _command() -> str | None:
    """The words after `qctl` of the command that runs in this thread."""
    context = click.get_current_context(silent=True)
    if context is None:
        return None
    return context.command_path.removeprefix(context.find_root().info_name or "").strip()
