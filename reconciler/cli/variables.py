"""Options from variables: QCTL_APPLY_EXPECT is `--expect` of `qctl apply`. What is set is not passed over in silence.

click names such a variable after the parameter of our function, which nobody knows, and takes an empty one for one that
is not set. But a script that sets a variable means something by it, often a guard: a guard must not vanish.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any

import click

from reconciler.cli.clouds import Problem
from reconciler.core.diagnostic import Diagnostic
from reconciler.core.suggest import did_you_mean, short

_CODE = "cli/environment"
_SUMMARY = "Variable of the environment can't be used"


def heeding_variables(command: click.Command, words: str) -> click.Command:
    """The command that these words call, and all below it: each option gets its variable, and each is heeded."""
    prefix = _prefix(words)
    below = command.commands if isinstance(command, click.Group) else {}
    for name, part in below.items():
        heeding_variables(part, f"{words} {name}")
    for option in _options(command):
        option.allow_from_autoenv = False
        option.envvar = [f"{prefix}{_word(_long(option))}", *_named(option)]  # what is said to this command comes first
    if command.callback is not None:
        others = tuple(_prefix(f"{words} {name}") for name in below)
        command.callback = _checking(command.callback, words, others)
    return command


def _checking(callback: Callable[..., Any], words: str, others: tuple[str, ...]) -> Callable[..., Any]:
    """The same, after a look at the variables. `others`: how those of the commands below it begin."""

    @wraps(callback)
    def checked(*args: Any, **kwargs: Any) -> Any:
        ctx = click.get_current_context()
        if ctx.invoked_subcommand is None:  # else that one's variables count, and it is checked itself
            wrong = [*_empty(ctx), *_unknown(ctx.command, words, others)]
            if wrong:
                raise Problem(*wrong)
        return callback(*args, **kwargs)

    return checked


def _empty(ctx: click.Context) -> Iterator[Diagnostic]:
    """Variables that are set to nothing, where nothing is no value. A switch is off then; the command line wins."""
    for option in _options(ctx.command):
        given = ctx.get_parameter_source(option.name or "") is click.core.ParameterSource.COMMANDLINE
        if given or option.is_flag or option.default == "":
            continue
        remedy = f"Give it a value, or unset it to do without {_long(option)}."
        for name in _named(option):
            if not os.environ.get(name, "-").strip():
                detail = f"{name} is set and empty. It stands for {_long(option)}, which takes a value."
                yield Diagnostic(_CODE, _SUMMARY, detail, remedy)


def _unknown(command: click.Command, words: str, others: tuple[str, ...]) -> Iterator[Diagnostic]:
    """Variables that begin as those of this command do, and are none: misspelt ones."""
    prefix = _prefix(words)
    known = {name: _long(option) for option in _options(command) for name in _named(option)}
    for name in sorted(os.environ):
        if name.startswith(prefix) and not name.startswith(others) and name not in known:
            meant = "--" + name.removeprefix(prefix).lower().replace("_", "-")
            detail = f"{name} is set, and `{words}` has no option {short(meant)}: what it was to do would not be done."
            yield Diagnostic(_CODE, _SUMMARY, detail, did_you_mean(meant, known.values(), "Unset the variable."))


def _options(command: click.Command) -> list[click.Option]:
    return [parameter for parameter in command.params if isinstance(parameter, click.Option)]


def _named(option: click.Option) -> list[str]:
    given = option.envvar or []
    return [given] if isinstance(given, str) else list(given)


def _long(option: click.Option) -> str:
    """`--expect`: the name that is in the help."""
    return max(option.opts, key=len)


def _prefix(words: str) -> str:
    return f"{_word(words)}_"


def _word(text: str) -> str:
    return text.strip("-").replace("-", "_").replace(" ", "_").upper()
