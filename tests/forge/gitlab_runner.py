"""What GitLab does with a `.gitlab-ci.yml`: which jobs run, their scripts in one shell, and what they leave.

Only what the page uses is known; any other key is an error, so that nothing is passed over.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.forge.repository import Checkout

_GLOBAL = {"default", "variables"}
_DEFAULTS = {"image", "before_script"}
_JOB = {"rules", "script", "artifacts", "resource_group", "environment"}
_ARTIFACTS = {"paths", "when", "reports", "expire_in"}
_REPORTS = {"junit", "codequality"}
_COMPARED = re.compile(r'(\$\w+|"[^"]*")\s*(==|!=)\s*(\$\w+|"[^"]*")')


@dataclass
class Ran:
    """One job: how it ended, what it printed, and what it left."""

    code: int
    log: str
    artifacts: Path
    reports: dict[str, Path] = field(default_factory=dict)


def holds(rule: str, variables: Mapping[str, str]) -> bool:
    """Whether an `if:` is true: comparisons, `&&` before `||`. A variable that is not set equals no text."""
    return any(all(_compared(part.strip(), variables) for part in either.split("&&")) for either in rule.split("||"))


def _compared(text: str, variables: Mapping[str, str]) -> bool:
    found = _COMPARED.fullmatch(text)
    assert found, f"not understood: {text}"
    left, right = (variables.get(t[1:]) if t.startswith("$") else t[1:-1] for t in (found[1], found[3]))
    return (left == right) is (found[2] == "==")


def pipeline(described: Mapping[str, Any], variables: Mapping[str, str]) -> dict[str, Any]:
    """The jobs of this pipeline: those with a rule that holds."""
    assert described["default"].keys() <= _DEFAULTS
    jobs = {name: job for name, job in described.items() if name not in _GLOBAL}
    for name, job in jobs.items():
        assert job.keys() <= _JOB, name
        assert all(rule.keys() == {"if"} for rule in job["rules"]), name
    return {name: job for name, job in jobs.items() if any(holds(rule["if"], variables) for rule in job["rules"])}


def run(described: Mapping[str, Any], name: str, checkout: Checkout, variables: Mapping[str, str]) -> Ran:
    """One job in a checkout."""
    job = described[name]
    lines = [*described["default"].get("before_script", ()), *job["script"]]
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-c", "\n".join(["set -eo pipefail", "set +o noclobber", *lines])],
        cwd=checkout.path,
        env=described.get("variables", {}) | dict(variables),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    ran = Ran(done.returncode, done.stdout, checkout.path.with_name(f"{checkout.path.name}-artifacts"))
    ran.artifacts.mkdir()
    _collect(job.get("artifacts", {}), checkout.path, ran)
    return ran


def _collect(artifacts: Mapping[str, Any], folder: Path, ran: Ran) -> None:
    """After a failed job only what is kept always."""
    assert artifacts.keys() <= _ARTIFACTS
    assert artifacts.get("reports", {}).keys() <= _REPORTS
    if ran.code and artifacts.get("when", "on_success") != "always":
        return
    for path in artifacts.get("paths", ()):
        if (folder / path).exists():
            shutil.copy(folder / path, ran.artifacts)
    ran.reports = {n: folder / path for n, path in artifacts.get("reports", {}).items() if (folder / path).exists()}
