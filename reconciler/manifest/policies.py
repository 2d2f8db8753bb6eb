"""Documents of kind Policy: rules about plans. They declare no resource, and no expression of a manifest is put in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, ValidationError

from reconciler.core.declared import Path
from reconciler.core.diagnostic import Diagnostic, Location
from reconciler.core.policy import Expected, Level, Policy, PolicyTest, Rule, Scope
from reconciler.manifest.envelope import open_envelope
from reconciler.manifest.place import Place, report
from reconciler.manifest.problems import Problems
from reconciler.manifest.settings import Settings
from reconciler.manifest.within import locate_within
from reconciler.manifest.yaml import Document

POLICY_KIND = "Policy"
_LONGEST = 4_000
_MOST = 100
Text = Annotated[str, Field(min_length=1, max_length=_LONGEST)]


def _is_one_line(text: str) -> str:
    if "\n" in text.rstrip("\n"):
        raise ValueError("it is one line")
    return text.rstrip("\n")


class RuleSpec(Settings):
    """One rule. It holds if `assert` is true."""

    assert_: Annotated[
        Text, Field(alias="assert", description="An expression in CEL that must be true, over `change` and `plan`.")
    ]
    message: Annotated[
        Text,
        AfterValidator(_is_one_line),
        Field(description="What to say when it does not hold; values in braces: `{change.address}`."),
    ]
    level: Annotated[Literal["deny", "warn"], Field(description="Whether the plan is refused, or only told.")] = "deny"
    scope: Annotated[
        Literal["change", "plan"], Field(description="Whether it is asked about each change, or about the plan once.")
    ] = "change"


class TestSpec(Settings):
    """A made-up change or plan, and what the policy must say of it. What is left out is as in docs/policies.md."""

    name: Annotated[str, Field(min_length=1, max_length=200, description="What it shows.")]
    change: Annotated[dict[str, Any] | None, Field(description="The one change of the plan.")] = None
    plan: Annotated[dict[str, Any] | None, Field(description="The plan, where more than one change matters.")] = None
    expect: Annotated[
        Literal["deny", "warn", "pass", "skip"], Field(description="What it comes to; `skip`: no rule was asked.")
    ]


class PolicySpec(Settings):
    """What plans must keep."""

    description: Annotated[
        str, AfterValidator(_is_one_line), Field(max_length=_LONGEST, description="Why; shown with each refusal.")
    ] = ""
    match: Annotated[
        Text | None, Field(description="An expression that chooses the changes; without it, all that pay.")
    ] = None
    rules: Annotated[list[RuleSpec], Field(min_length=1, max_length=_MOST, description="What must hold.")]
    tests: Annotated[
        list[TestSpec], Field(default_factory=list, max_length=_MOST * 10, description="Run by `qctl policy test`.")
    ]


class Policies:
    """The policies of a project."""

    def __init__(self, kinds: Sequence[str], found: list[Diagnostic]) -> None:
        self._kinds = kinds
        self._found = found
        self._named: dict[str, Policy] = {}

    @property
    def all(self) -> tuple[Policy, ...]:
        """By name."""
        return tuple(self._named[name] for name in sorted(self._named))

    def read(self, document: Document, pinned: str = "") -> None:
        """Take a document of this kind in."""
        policy = read_policy(document, self._kinds, self._found, pinned)
        if policy is None or self._named.setdefault(policy.name, policy) is policy:
            return
        spot = document.place.spot(("metadata", "name"))
        detail = f"Policy/{policy.name} is declared at {self._named[policy.name].locate(())} already, and again here."
        name = f"Policy/{policy.name}"
        self._found.append(report("manifest/duplicate", detail, "Give one of them another name.", spot, address=name))


def may_hold_policy(text: str) -> bool:
    """Whether a document of this text can be a policy: the word is there, or an escape that may stand for it."""
    return POLICY_KIND in text or "\\" in text


def read_policy(document: Document, kinds: Sequence[str], found: list[Diagnostic], pinned: str = "") -> Policy | None:
    """The policy of a document, or None with diagnostics."""
    before = len(found)
    envelope = open_envelope(document, kinds, found)
    if envelope is None:
        return None
    place = document.place
    for key, value in (("tags", envelope.tags), ("import", envelope.import_), ("moved", envelope.moved)):
        if value is not None:
            spot = place.spot(("metadata", key), key=True)
            detail = f'"{key}" is no key of the metadata of a policy: it is no resource.'
            found.append(report("manifest/unknown-key", detail, "Remove it.", spot))
    spec = _spec(envelope.spec, place, f"{envelope.address or ''}", found) if "spec" in document.value else None
    if spec is None or envelope.address is None or len(found) > before:
        return None
    return _policy(envelope.address.name, spec, place, pinned)


def _spec(value: Any, place: Place, address: str, found: list[Diagnostic]) -> PolicySpec | None:
    try:
        return PolicySpec.model_validate(value)
    except ValidationError as error:
        problems = Problems(PolicySpec, place, lambda path: ("spec", *path), set())
        found.extend(problems.explain(error, value, address))
        return None


def _policy(name: str, spec: PolicySpec, place: Place, pinned: str) -> Policy:
    def locate(path: Path, offset: int = 0, length: int = 1) -> Location:
        return locate_within(place, ("spec", *path), offset, length)

    return Policy(
        name,
        tuple(Rule(r.assert_, r.message, Level(r.level), Scope(r.scope)) for r in spec.rules),
        locate,
        spec.description,
        spec.match,
        tuple(PolicyTest(t.name, Expected(t.expect), t.change, t.plan) for t in spec.tests),
        pinned,
    )
