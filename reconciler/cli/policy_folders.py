"""Policies that a project can't weaken: folders that only the command's surroundings name."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from reconciler.core.diagnostic import Diagnostic, in_order
from reconciler.core.policy import Policy
from reconciler.manifest.load import Loaded
from reconciler.manifest.pinned import read_pinned

VARIABLE = "QCTL_POLICY_DIR"
# A setting that a CI system left empty, as it does with secrets for pull requests of strangers, is no way around.
_NOTHING = Diagnostic(
    "policy/folder",
    "Folder of policies can't be used",
    "QCTL_POLICY_DIR is set, and names no folder. Nothing is planned without its policies.",
    "Name the folder, or unset the variable.",
)


def with_policies(loaded: Loaded, root: Path, surroundings: Mapping[str, str]) -> Loaded:
    """The same with the policies of these folders, and with what is wrong with any policy."""
    pinned, problems = _pinned(root, surroundings)
    policies, found = [*loaded.policies, *pinned], [*loaded.diagnostics, *problems]
    if not policies and not problems:
        return loaded
    found.extend(_mistakes(policies))
    return replace(loaded, policies=tuple(policies), diagnostics=tuple(in_order(found)))


def folder_problems(root: Path, surroundings: Mapping[str, str]) -> list[Diagnostic]:
    """What is wrong with these folders alone, for a command that reads no manifests."""
    policies, found = _pinned(root, surroundings)
    return in_order([*found, *_mistakes(policies)]) if policies else found


def _pinned(root: Path, surroundings: Mapping[str, str]) -> tuple[list[Policy], list[Diagnostic]]:
    given = surroundings.get(VARIABLE)
    names = [name for name in (given or "").split(os.pathsep) if name]
    if given is not None and not names:
        return [], [_NOTHING]
    policies: list[Policy] = []
    found: list[Diagnostic] = []
    for name in names:
        pinned, problems = read_pinned(Path(name), root)
        policies.extend(pinned)
        found.extend(problems)
    return policies, found


def _mistakes(policies: list[Policy]) -> list[Diagnostic]:
    from reconciler.policy.reading import read_policy  # only where there are policies: their language takes 50 ms

    return [found for policy in policies for found in read_policy(policy)[1]]
