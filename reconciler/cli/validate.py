"""`qctl validate`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import click
from click.core import ParameterSource

from reconciler.cli.exits import Exit
from reconciler.cli.options import json_into_option, json_option, project_options, sarif_option
from reconciler.cli.project import Flags, load, project_context, shelf_of
from reconciler.cli.sarif import problems_in, write_sarif
from reconciler.cli.terminal import output, report_problems
from reconciler.cli.writing import write
from reconciler.core.diagnostic import Diagnostic, has_errors, in_order
from reconciler.core.plan import diagnostic_to_json
from reconciler.manifest.load import Loaded
from reconciler.providers import KINDS
from reconciler.render.json_form import dumps


@dataclass(frozen=True, slots=True)
class _Validated:
    """What was found in one environment."""

    environment: str
    resources: int
    found: Sequence[Diagnostic]


@click.command("validate")
@project_options
@json_option
@json_into_option
@sarif_option
@click.pass_context
def command(ctx: click.Context, flags: Flags, as_json: bool, json_into: Path | None, sarif: Path | None) -> int:
    """Check the manifests and the files they name; reads no state and calls no cloud.

    Programs are held against what their devices said when a plan last asked them: that is a warning, with the time.
    Without --env every environment is checked that the project declares, or that its overlays are for.
    """
    named = ctx.get_parameter_source("environment") is not ParameterSource.DEFAULT
    with problems_in(sarif):
        validated = list(_validate(flags, named=named))
    found = in_order(d for one in validated for d in one.found)
    wrong = has_errors(found)
    if json_into is not None:
        write(json_into, f"{dumps(_to_json(validated, found))}\n".encode())
    if sarif is not None:
        write_sarif(sarif, found)
    if as_json:
        output().line(dumps(_to_json(validated, found)))
        return Exit.ERROR if wrong else Exit.DONE
    report_problems(found)
    if not wrong or len(validated) > 1:
        output().line(_told(validated))
    return Exit.ERROR if wrong else Exit.DONE


def _to_json(validated: Sequence[_Validated], found: Sequence[Diagnostic]) -> dict[str, object]:
    data: dict[str, object] = {
        "format_version": 1,
        "valid": not has_errors(found),
        "resources": max(one.resources for one in validated),
    }
    if len(validated) > 1:
        data["environments"] = {one.environment: _summary(one) for one in validated}
    return data | {"diagnostics": [diagnostic_to_json(d) for d in found]}


def _validate(flags: Flags, *, named: bool) -> Iterator[_Validated]:
    loaded = load(flags, overlaid=named)
    if named or not loaded.environments:
        yield _in_environment(flags, loaded)
        return
    for environment in loaded.environments:
        its_flags = replace(flags, environment=environment)
        yield _in_environment(its_flags, load(its_flags))


def _in_environment(flags: Flags, loaded: Loaded) -> _Validated:
    kept = _kept(flags, loaded)
    found = [*loaded.diagnostics, *_assertions(loaded), *_sequences(flags, loaded), *kept, *_policies(loaded)]
    return _Validated(flags.environment, len(loaded.resources), found)


def _summary(one: _Validated) -> dict[str, object]:
    return {"valid": not has_errors(one.found), "resources": one.resources}


def _told(validated: Sequence[_Validated]) -> str:
    if len(validated) == 1:
        return f"The configuration is valid: {_count(validated[0].resources)}."
    width = max(len(one.environment) for one in validated)
    lines = [f"  {one.environment:{width}}  {_standing(one)}" for one in validated]
    wrong = sum(has_errors(one.found) for one in validated)
    head = f"is invalid in {wrong} of {len(validated)}" if wrong else f"is valid in {len(validated)}"
    return "\n".join([f"The configuration {head} environments:", *lines])


def _standing(one: _Validated) -> str:
    return "invalid" if has_errors(one.found) else f"valid: {_count(one.resources)}"


def _count(resources: int) -> str:
    return f"{resources} resource{'' if resources == 1 else 's'}"


def _assertions(loaded: Loaded) -> list[Diagnostic]:
    if not any(getattr(d.spec, "expect", None) for d in loaded.resources):
        return []
    from reconciler.workflow.expectations import assertion_problems  # only when something is expected

    return assertion_problems(loaded.resources)


def _kept(flags: Flags, loaded: Loaded) -> list[Diagnostic]:
    """What devices would say of programs, by their last words. Without any, nobody pays for the digests."""
    if loaded.project is None or (shelf := shelf_of(flags, loaded.project)).empty:
        return []
    tasks = [d for d in loaded.resources if KINDS[d.address.kind].result == "task"]
    if not tasks:
        return []
    from reconciler.providers.braket.kept_check import check_kept  # botocore: only when there is something to check

    context = project_context(flags, loaded.project)
    return check_kept([KINDS[d.address.kind].desired(d, context) for d in tasks], shelf)


def _sequences(flags: Flags, loaded: Loaded) -> list[Diagnostic]:
    # Only what runs jobs has sequences, and the digests of ten thousand tasks take their time.
    declared = [d for d in loaded.resources if KINDS[d.address.kind].result == "job"]
    if loaded.project is None or not declared:
        return []
    from reconciler.workflow.sequences import check_sequences  # only when there is something to check

    context = project_context(flags, loaded.project)
    return check_sequences([KINDS[d.address.kind].desired(d, context) for d in declared])


def _policies(loaded: Loaded) -> list[Diagnostic]:
    """Tests of policies that fail; what can't be read at all is among the findings already."""
    if not loaded.policies:
        return []
    from reconciler.policy.reading import read_policy  # only where there are policies: their language takes 50 ms
    from reconciler.policy.trial import wrong_tests

    ready = [read_policy(policy)[0] for policy in loaded.policies]
    return [found for each in ready if each is not None for found in wrong_tests(each)]
