"""`qctl policy`."""

from __future__ import annotations

from pathlib import Path

import click

from reconciler.cli.clouds import Problem
from reconciler.cli.exits import Exit
from reconciler.cli.junit import write_policy_junit
from reconciler.cli.options import FOLDER, json_option, junit_option, project_options
from reconciler.cli.project import Flags, load
from reconciler.cli.terminal import output, report_problems
from reconciler.cli.writing import create
from reconciler.core.diagnostic import Diagnostic, has_errors
from reconciler.core.policy import Policy, Tried
from reconciler.manifest.load import Loaded
from reconciler.policy.reading import Ready, read_policy
from reconciler.policy.starter import STARTERS, starter_text
from reconciler.policy.trial import made_of_nothing, try_policy
from reconciler.render.json_form import dumps
from reconciler.render.policy_text import policy_table, tried_text

_INTO = "policies"


@click.group("policy")
def command() -> None:
    """List, test and begin policies: rules that every plan must keep."""


@command.command("list")
@project_options
@json_option
def list_(flags: Flags, as_json: bool) -> int:
    """List the policies that plans of this project are held against."""
    policies = [ready.policy for ready in _ready(_sound(flags))]
    if not as_json:
        output().line(
            policy_table(policies) if policies else "No policies. `qctl policy init` writes some to begin with."
        )
        return Exit.DONE
    output().line(dumps({"format_version": 1, "policies": [_policy_to_json(policy) for policy in policies]}))
    return Exit.DONE


@command.command("test")
@project_options
@json_option
@junit_option
def test(flags: Flags, as_json: bool, junit: Path | None) -> int:
    """Run the tests of all policies; exits with 1 if one fails. Reads no state and calls no cloud."""
    ready = _ready(_sound(flags))
    if unfit := [found for each in ready for found in made_of_nothing(each)]:
        raise Problem(*unfit)
    tried = [(each.policy, one) for each in ready for one in try_policy(each)]
    if junit is not None:
        write_policy_junit(junit, tried)
    if as_json:
        tests = [_tried_to_json(policy, one) for policy, one in tried]
        output().line(dumps({"format_version": 1, "passed": all(t.passed for _, t in tried), "tests": tests}))
    else:
        output().line(tried_text(tried))
    return Exit.DONE if all(one.passed for _, one in tried) else Exit.ERROR


@command.command("init")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("-C", "--chdir", "folder", type=FOLDER, default=Path(), help="The project's folder.")
def init(names: tuple[str, ...], folder: Path) -> int:
    """Write policies to begin with into the folder `policies`; without a name all of them. Overwrites nothing."""
    if wrong := [name for name in names if name not in STARTERS]:
        detail = f"There is no policy {', '.join(map(repr, wrong))} to begin with."
        raise Problem(Diagnostic("policy/starter", "Unknown policy", detail, f"There are: {', '.join(STARTERS)}."))
    for name in names or STARTERS:
        file = folder / _INTO / f"{name}.yaml"
        shown = f"{_INTO}/{name}.yaml"
        file.parent.mkdir(exist_ok=True)
        try:
            create(file, starter_text(name))
        except FileExistsError:
            output().line(f"Kept {shown}, which was there.")
        else:
            output().line(f"Wrote {shown}: {STARTERS[name]}")
    output().line("Change the numbers and lists in them, then run `qctl policy test`.")
    return Exit.DONE


def _sound(flags: Flags) -> Loaded:
    """What was read, if no policy is wrong: mistakes in resources are another command's."""
    loaded = load(flags)
    wrong = [
        d for d in loaded.diagnostics if d.code.startswith(("policy/", "yaml/")) or d.address.startswith("Policy/")
    ]
    if has_errors(wrong):
        raise Problem(*wrong)
    if loaded.project is None:
        raise Problem(*loaded.diagnostics)
    report_problems(wrong)
    return loaded


def _ready(loaded: Loaded) -> list[Ready]:
    return [ready for policy in loaded.policies if (ready := read_policy(policy)[0]) is not None]


def _policy_to_json(policy: Policy) -> dict[str, object]:
    place = policy.locate(())
    return {
        "name": policy.name,
        "description": policy.description,
        "file": place.file,
        "line": place.line,
        "pinned": bool(policy.pinned),
        "match": policy.match,
        "rules": [
            {"assert": rule.assertion, "level": rule.level, "scope": rule.scope, "message": rule.message}
            for rule in policy.rules
        ],
        "tests": len(policy.tests),
    }


def _tried_to_json(policy: Policy, tried: Tried) -> dict[str, object]:
    place = policy.locate(("tests", tried.at))
    return {
        "policy": policy.name,
        "test": tried.test.name,
        "file": place.file,
        "line": place.line,
        "passed": tried.passed,
        "expected": tried.test.expect,
        "got": tried.got,
        "said": list(tried.broken),
    }
