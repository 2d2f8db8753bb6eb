"""`qctl init --bootstrap`: write what a new team needs as manifests, then plan and apply it as any other resource."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from pydantic import ValidationError

from reconciler.cli.approval import Wish
from reconciler.cli.bootstrap_options import BootstrapWish
from reconciler.cli.bootstrap_text import FILE, bootstrap_text, bucket_names, defaults_text
from reconciler.cli.clouds import Problem
from reconciler.cli.exits import Exit
from reconciler.cli.options import How
from reconciler.cli.project import Flags, Opened, open_project
from reconciler.cli.run import carry_out
from reconciler.cli.terminal import output
from reconciler.cli.writing import create
from reconciler.core.attempt import Outcome
from reconciler.core.aws_names import check_bucket, check_tag_key, check_tag_value
from reconciler.core.declared import Declared
from reconciler.core.diagnostic import Diagnostic, Location
from reconciler.core.ports import ProjectContext
from reconciler.providers.braket.bucket_spec import BucketSpec
from reconciler.providers.braket.spending_limit_spec import SpendingLimitSpec
from reconciler.workflow.observe import Refresh
from reconciler.workflow.selection import Selection


@dataclass(frozen=True, slots=True)
class Asked:
    """What the options of a bootstrap say, checked."""

    prefix: str
    region: str
    limits: Mapping[str, str]
    tags: Mapping[str, str]
    environment: str
    name: str = ""  # of a project that is there already

    @property
    def anything(self) -> bool:
        """Whether any of them says something about the manifest."""
        return bool(self.prefix or self.region or self.limits or self.tags)

    def defaults(self, name: str, uid: str) -> str:
        """What a new project says of everything in it: its tags, and where results go."""
        names = bucket_names(self.prefix, ProjectContext(name, uid, self.environment))
        return defaults_text(names, self.tags)


def read_options(wish: BootstrapWish) -> Asked:
    """The options, checked before anything is written. Raises Problem with all that are wrong."""
    wrong: list[str] = []
    limits, tags = _pairs("--limit", wish.limits, wrong), _pairs("--tag", wish.tags, wrong)
    checks: list[Callable[[], object]] = [partial(check_bucket, f"{wish.prefix or 'x'}-results")]
    if wish.region:
        checks.append(partial(BucketSpec.model_validate, {"region": wish.region}))
    checks += [
        partial(SpendingLimitSpec.model_validate, {"device": "x", "amount": amount}) for amount in limits.values()
    ]
    checks += [partial(check_tag_key, key) for key in tags] + [partial(check_tag_value, v) for v in tags.values()]
    for check in checks:
        try:
            check()
        except ValidationError as error:
            wrong += [found["msg"].removeprefix("Value error, ") for found in error.errors()]
        except ValueError as error:
            wrong.append(str(error))
    if wrong:
        remedy = "Write --bucket-prefix lab-3 --region eu-north-1 --limit garnet=50.00 --tag owner=lab-3."
        detail = "; ".join(dict.fromkeys(wrong)) + "."
        raise Problem(Diagnostic("init/option", "Option can't be used", detail, remedy))
    return Asked(wish.prefix, wish.region, limits, tags, wish.environment)


def bootstrap(folder: Path, asked: Asked, *, auto_approve: bool) -> int:
    """The exit code, as apply's. The project is there already."""
    flags = Flags(folder, environment=asked.environment)
    project = open_project(flags)
    _require_name(project, asked)
    _require_tags(project, asked)
    limits = {name: (device, amount) for name, device, amount in _limits(project, asked)}
    names = bucket_names(asked.prefix, project.session.context)
    region = "" if asked.region == project.project.spec.providers.braket.region else asked.region
    _write(folder / FILE, bootstrap_text(names, region, limits, asked.tags), asked)
    project = open_project(flags)
    mine = [d for d in project.loaded.resources if _is_from(d, folder / FILE)]
    wish = Wish(Selection(frozenset(d.address for d in mine)), Refresh.OPEN)
    # One after the other: they are few, and whoever reads along sees them in the plan's order.
    how = How(auto_approve=auto_approve, wait_for=False, timeout=None, parallelism=1, lock_timeout=0.0)
    code = carry_out("apply", project, project.loaded.resources, wish, how, as_json=False)
    if code is Exit.DONE:
        _next_steps(project, mine)
    elif _was_refused(project, mine):
        output().error("If a right is missing: `qctl iam policy --for bootstrap` prints all that this needs.")
    return code


def _was_refused(project: Opened, mine: Sequence[Declared]) -> bool:
    records = project.session.store.read().state.records
    latest = (records[str(d.address)].attempts[-1:] for d in mine if str(d.address) in records)
    return any(attempt.outcome is Outcome.REFUSED for attempts in latest for attempt in attempts)


def _limits(project: Opened, asked: Asked) -> Iterator[tuple[str, str, str]]:
    """Name, device and amount of each limit. Raises Problem for a device that nobody knows."""
    for name, amount in asked.limits.items():
        device = name if name in project.session.context.devices else _live_device(project, name)
        plain = re.sub(r"[^a-z0-9]+", "-", name.rpartition("/")[2].lower()).strip("-")
        yield plain, device, amount


def _live_device(project: Opened, name: str) -> str:
    from reconciler.providers.braket.device import list_devices  # botocore: only when a name is no alias

    live = [d for d in list_devices(project.braket.client()) if d.type == "QPU"]
    for device in live:
        if name.lower() in (device.name.lower(), device.arn.lower()):
            return device.arn
    known = ", ".join(sorted(d.name for d in live))
    detail = f"{name!r} is neither an alias of the project's devices nor a QPU of Amazon Braket: {known}."
    raise Problem(Diagnostic("init/device", "Unknown device", detail, "See `qctl devices`."))


def _require_name(project: Opened, asked: Asked) -> None:
    there = project.session.context.name
    if asked.name and asked.name != there:
        detail = f"qctl.yaml is there already, and names its project {there}, not {asked.name}. Nothing was done."
        remedy = "Go on without --name, or begin another project in another folder."
        where = Location(str(project.root / "qctl.yaml"))
        raise Problem(Diagnostic("init/exists", "Project exists already", detail, remedy, where))


def _require_tags(project: Opened, asked: Asked) -> None:
    standing = project.session.context.tags
    if missing := {k: v for k, v in asked.tags.items() if standing.get(k) != v}:
        told = ", ".join(f"{key}: {value}" for key, value in missing.items())
        detail = "qctl.yaml is there already, and qctl does not edit what you wrote."
        remedy = f"Write spec.defaults.tags: {{{told}}} in it, and run the command again."
        where = Location(str(project.root / "qctl.yaml"))
        raise Problem(Diagnostic("init/tags", "Tags are not the project's", detail, remedy, where))


def _write(path: Path, text: str, asked: Asked) -> None:
    """A file that is there is the user's, and stays; options that want another one are refused."""
    if not path.exists():
        create(path, text)
        output().line(f"Wrote {path}")
        return
    if asked.anything and path.read_text("utf-8") != text:
        detail = f"{path} is there already, and these options would write another one."
        remedy = "Edit it, and run the command without them."
        raise Problem(Diagnostic("init/differs", "Bootstrap was written before", detail, remedy, Location(str(path))))
    output().line(f"Left as it is: {path}")


def _is_from(declared: Declared, path: Path) -> bool:
    where = declared.locate(())
    return where is not None and Path(where.file).name == path.name


def _next_steps(project: Opened, mine: Sequence[Declared]) -> None:
    """The two things that a manifest can't do before its buckets exist."""
    spec, out = project.project.spec, output()
    named = {d.address.name: d.spec.name for d in mine if isinstance(d.spec, BucketSpec)}
    if spec.defaults.output is None and named.get("results"):
        out.line(f"\nNext: let results go there, in qctl.yaml: defaults: {{output: {{bucket: {named['results']}}}}}")
    if spec.state.backend == "local" and named.get("state"):
        out.line(
            "\nThe state of this project rests in its folder still: a bucket can't remember how it was made.\n"
            f"To share it, say state: {{backend: s3, bucket: {named['state']}}} in qctl.yaml, then run\n"
            f"  qctl state migrate --from local:{spec.state.path}"
        )


def _pairs(option: str, given: Sequence[str], wrong: list[str]) -> dict[str, str]:
    pairs = dict(text.partition("=")[::2] for text in given)
    wrong += [f"{option} takes NAME=VALUE, found {text!r}" for text in given if "=" not in text or text[0] == "="]
    return pairs
