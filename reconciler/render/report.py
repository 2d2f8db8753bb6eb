"""The report of our own bug: what a maintainer needs, without the user's secrets."""

from __future__ import annotations

import os
import platform
import re
import tempfile
import traceback
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from reconciler import __version__

_SECRET_NAME = re.compile(r"SECRET|TOKEN|KEY|PASS|CREDENTIAL|AUTH|COOKIE|SESSION|PRIVATE|SIGNATURE", re.IGNORECASE)
_SHORTEST = 6  # characters; a shorter "secret" like `1` would blank out the report
_SECRETS = (
    re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{12,}"),  # AWS access key ids
    re.compile(r"(?<=://)[^/\s:@]+:[^/\s@]+(?=@)"),  # user and password of a URL
    re.compile(
        r"(?i)(?<![A-Za-z0-9])(?:[\w-]*(?:secret|token|password|passwd|api[_-]?key|authorization|signature|credential)"
        r"[\w-]*)[\"']?\s*[:=]\s*[\"']?((?:Bearer |Basic )?[^\s\"',;&}]{6,})"
    ),
)
_VAR = re.compile(r"(--var[= ]\S+?=)(.*)", re.DOTALL)
_HIDDEN = "[left out]"


def write_report(
    error: BaseException,
    args: Sequence[str],
    folder: Path,
    env: Mapping[str, str] | None = None,
    now: datetime | None = None,
) -> Path:
    """Write the report, readable by its owner alone, and return where it is.

    It goes to the temporary folder if `folder` can't be written: a full disk may be what broke us.
    """
    moment = now or datetime.now(UTC)
    text = report_text(error, args, os.environ if env is None else env, moment)
    prefix = f"qctl-{moment:%Y%m%dT%H%M%S}-"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return _write(prefix, folder, text)
    except OSError:
        return _write(prefix, None, text)


def report_text(error: BaseException, args: Sequence[str], env: Mapping[str, str], now: datetime) -> str:
    """What happened where. Of the environment only the names of our own and the cloud's variables are told."""
    ours = sorted(name for name in env if name.startswith(("QCTL_", "AWS_", "PYTHON")))
    head = [
        f"qctl {__version__}, Python {platform.python_version()}, {platform.system()} {platform.machine()}",
        f"at {now:%Y-%m-%dT%H:%M:%SZ}",
        f"arguments: {' '.join(_arguments(args))}",
        f"variables that are set: {', '.join(ours) or 'none'}",
    ]
    trace = "".join(traceback.format_exception(error))
    return without_secrets("\n".join([*head, "", trace]), env)


def _arguments(args: Sequence[str]) -> list[str]:
    """Values given with --var may be anything, so they are left out."""
    shown, after_var = [], False
    for arg in args:
        text = f"{arg.partition('=')[0]}={_HIDDEN}" if after_var and "=" in arg else arg
        shown.append(_VAR.sub(rf"\1{_HIDDEN}", text))
        after_var = arg == "--var"
    return shown


def without_secrets(text: str, env: Mapping[str, str]) -> str:
    """The text without values of variables that are named like secrets, and without what looks like one."""
    values = {value for name, value in env.items() if _SECRET_NAME.search(name) and len(value) >= _SHORTEST}
    for value in sorted(values, key=len, reverse=True):
        text = text.replace(value, _HIDDEN)
    for pattern in _SECRETS:
        text = pattern.sub(_hide, text)
    return text


def _hide(found: re.Match[str]) -> str:
    if not found.re.groups:
        return _HIDDEN
    start, end = found.span(1)
    whole = found.group()
    return whole[: start - found.start()] + _HIDDEN + whole[end - found.start() :]


def _write(prefix: str, folder: Path | None, text: str) -> Path:
    """A new file that only its owner can read."""
    descriptor, path = tempfile.mkstemp(".txt", prefix, folder)
    with os.fdopen(descriptor, "w", encoding="utf-8", errors="backslashreplace") as file:
        file.write(text)
    return Path(path)
