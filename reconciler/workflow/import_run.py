"""Runs that a manifest names as its own: read, compared with what is declared, and adopted in the plan."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from reconciler.core.address import Address
from reconciler.core.adoption import Difference, Existing, differences, on_trust
from reconciler.core.change import Action, Change
from reconciler.core.declared import Declared
from reconciler.core.diagnostic import Diagnostic, Location, Severity
from reconciler.core.event import PAYING, Adopted, Verb
from reconciler.core.importing import Import
from reconciler.core.lower import next_number
from reconciler.core.mark import KEYED, TAG_ADDRESS, TAG_PROJECT, TAG_RUN, RunMark, address_mark, read_run_mark
from reconciler.core.operation import Operation
from reconciler.core.phase import Phase
from reconciler.core.resource import Resource, attempt_marks
from reconciler.core.state import Record, State
from reconciler.providers.existing import Importer
from reconciler.workflow.observe import check_account, placed
from reconciler.workflow.session import Session

_BADLY = frozenset({Phase.FAILED, Phase.CANCELLED})
_TAKEN_OVER = frozenset({Action.NONE, Action.UPDATE, Action.ADOPT})


@dataclass(slots=True)
class Imports:
    """What is taken over: events, and why, by address text; `refused` are addresses whose import can't be."""

    events: list[Adopted] = field(default_factory=list)
    reasons: dict[str, str] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)
    marking: dict[str, Operation] = field(default_factory=dict)  # the marks of what ended badly
    findings: list[Diagnostic] = field(default_factory=list)


def import_runs(
    session: Session,
    declared: Sequence[Declared],
    resources: Mapping[str, Resource],
    state: State,
    held: Callable[[Address], bool],
) -> Imports:
    """Read and compare every run that is named and not yet on record. Raises CloudUnavailable and WrongAccount."""
    made = Imports()
    named = [(d, d.imports) for d in declared if d.imports is not None and held(d.address)]
    asked = [(d, wish) for d, wish in named if str(d.address) in resources]
    if not asked:
        return made
    owners = {a.id: text for text, record in state.records.items() for a in record.attempts if a.exists}
    for one, wish in asked:
        text = str(one.address)
        findings = list(_Import(session, one, wish, resources[text], state, made, owners).run())
        made.findings += findings
        if any(found.severity is Severity.ERROR for found in findings):
            made.refused.add(text)
    return made


def with_imports(changes: Iterable[Change], made: Imports) -> list[Change]:
    """The changes, those of imported runs with what they are. What can't be imported is not submitted instead."""
    if not made.reasons and not made.refused:
        return list(changes)
    return [_explained(change, made) for change in changes]


def _explained(change: Change, made: Imports) -> Change:
    text = str(change.address)
    if text in made.refused:
        return Change(change.address, Action.BLOCKED, "the run that it names can't be imported as it is")
    if text not in made.reasons:
        return change
    if text in made.marking and not change.count(Verb.TAG):
        # Nothing else is done about a run that failed; without its marks a lost state would take it for never made.
        change = replace(change, operations=(*change.operations, made.marking[text]))
    if change.action in _TAKEN_OVER and not change.count(*PAYING):
        return replace(change, action=Action.ADOPT, reason=made.reasons[text])
    return replace(change, reason=f"{made.reasons[text]}; {change.reason}")


@dataclass(frozen=True, slots=True)
class _Import:
    session: Session
    one: Declared
    wish: Import
    resource: Resource
    state: State
    made: Imports
    owners: dict[str, str]

    def run(self) -> Iterator[Diagnostic]:
        """What is wrong; without an error the run is adopted."""
        text, record = str(self.one.address), self.state.records.get(str(self.one.address), Record())
        owner = self.owners.get(self.wish.id)
        if owner == text:
            return
        if owner is not None:
            yield self._wrong("import/recorded", "Run is on record already", f"{self.wish.id} is a run of {owner}.")
            return
        if any(a.doubtful for a in record.attempts):
            return  # that comes first, and the plan says so
        if any(a.exists and self.resource.wants(a) for a in record.attempts):
            detail = (
                f"{text} has a run of what is declared on record already, so the import of {self.wish.id} does nothing."
            )
            yield replace(self._wrong("import/unneeded", "Nothing to import", detail), severity=Severity.WARNING)
            return
        existing = self._existing()
        if existing is None:
            cloud = self.session.cloud(self.one.address.kind)
            detail = (
                f"{cloud.account()} has no {self.one.address.kind} {self.wish.id}, as far as these credentials see."
            )
            yield self._wrong("import/not-found", "Nothing to import there", detail)
            return
        found = list(self._compared(existing))
        yield from found
        if not found:
            self._adopt(existing, record)

    def _existing(self) -> Existing | None:
        kind = self.session.kinds[self.one.address.kind]
        cloud = self.session.clouds[kind.cloud]
        check_account(cloud, placed(kind.cloud, self.state))
        if not isinstance(cloud, Importer) or not cloud.could_be(self.wish.id):
            return None
        return cloud.existing(kind.name, self.wish.id)

    def _compared(self, existing: Existing) -> Iterator[Diagnostic]:
        if existing.refusal:
            yield self._wrong("import/refused", "Run can't be imported", f"{self.wish.id}: {existing.refusal}.")
            return
        mark = self._mark(existing)
        if isinstance(mark, Diagnostic):
            yield mark
            return
        wrong = list(differences(self.resource, existing))
        yield from map(self._differs, wrong)
        if not wrong and mark is None:
            yield from self._unverified(existing)

    def _mark(self, existing: Existing) -> RunMark | Diagnostic | None:
        """The run's own mark if it is of this very declaration; a finding if it is of another; None without any."""
        tags = existing.attempt.tags
        mark = read_run_mark(tags.get(TAG_RUN, ""))
        if mark is None or TAG_PROJECT not in tags:
            return None
        scope = self.session.scope
        tokens = {self.resource.token(scope, mark.number)}
        tokens |= {replace(self.resource, address=old).token(scope, mark.number) for old in self.one.moved}
        if mark.token in tokens:
            return mark
        if tags[TAG_PROJECT] != scope.uid:
            whose = f"the project {tags[TAG_PROJECT]}"
        elif mark.environment != scope.environment:
            whose = f"the environment {mark.environment} of this project"
        elif tags.get(TAG_ADDRESS) != address_mark(self.one.address):
            whose = f"{tags.get(TAG_ADDRESS, 'another address')} of this project"
        else:
            whose = "another run of this address: its program, device or shots were others"
        return self._wrong(
            "import/marked", "Run belongs to something else", f"{self.wish.id} carries the marks of {whose}."
        )

    def _differs(self, wrong: Difference) -> Diagnostic:
        detail = f"{wrong.name}: declared is {_shown(wrong.declared)}, and {self.wish.id} has {_shown(wrong.found)}."
        remedy = "Declare what it has, or import another run."
        return self._finding(
            "import/differs", "Run is not what is declared", detail, remedy, self.one.locate(wrong.path)
        )

    def _unverified(self, existing: Existing) -> Iterator[Diagnostic]:
        left = sorted(on_trust(self.resource, existing) - self.wish.accept)
        if left:
            words = ", ".join(left)
            detail = (
                f"The cloud never tells the {words} of {self.wish.id}, so nobody can check that it ran what is "
                "declared, and its results would pass for those of this declaration."
            )
            remedy = f"If you know that it did, accept it: accept: [{words}] beside the id, or --accept {words}."
            yield self._finding("import/unverified", "Import can't be verified", detail, remedy, self._where())

    def _adopt(self, existing: Existing, record: Record) -> None:
        resource, scope = self.resource, self.session.scope
        mark = self._mark(existing)
        told = mark if isinstance(mark, RunMark) else None
        number = told.number if told else next_number(a for a in record.attempts if resource.wants(a))
        own = resource.token(scope, number)
        origin = "" if told is None or told.token == own else self._origin(told)
        ours = (key for key in KEYED if key in existing.attempt.tags)
        attempt = replace(
            existing.attempt,
            token=told.token if told else own,
            digest=resource.digest,
            program=resource.program,
            generation=resource.rules.generation,
            number=number,
            execution=resource.execution,
            owned=tuple(sorted({*ours, *resource.tags})),
            origin=origin,
        )
        text = str(self.one.address)
        if self.session.kinds[self.one.address.kind].marks and attempt.phase in _BADLY:
            put = attempt_marks(scope, self.one.address, attempt)
            tag = Operation(Verb.TAG, self.one.address, attempt.token, id=attempt.id, put=put)
            self.made.marking[text] = tag
        self.owners[attempt.id] = text
        self.made.events.append(Adopted(self.session.now(), text, attempt))
        trusted = "" if told else ", ".join(sorted(on_trust(resource, existing)))
        self.made.reasons[text] = f"imported: {attempt.id}" + (f", its {trusted} taken on trust" if trusted else "")

    def _origin(self, mark: RunMark) -> str:
        scope = self.session.scope
        names = (
            old for old in self.one.moved if replace(self.resource, address=old).token(scope, mark.number) == mark.token
        )
        return str(next(names, ""))

    def _wrong(self, code: str, summary: str, detail: str) -> Diagnostic:
        return self._finding(code, summary, detail, _REMEDIES[code], self._where())

    def _finding(self, code: str, summary: str, detail: str, remedy: str, where: Location | None) -> Diagnostic:
        return Diagnostic(code, summary, detail, remedy, where, str(self.one.address))

    def _where(self) -> Location | None:
        return self.wish.where or self.one.locate(())


_REMEDIES = {
    "import/recorded": "Remove that declaration's run with `qctl state rm`, or rename it with metadata.moved.",
    "import/unneeded": "Remove the import.",
    "import/not-found": "Check the id, the kind and the credentials; `qctl orphans` lists what there is.",
    "import/refused": "Remove the import.",
    "import/marked": "Import another run; one that is marked is found by its own project by itself.",
}


def _shown(value: object) -> str:
    text = "nothing" if value is None else str(value)
    return text if len(text) <= 120 else f"{text[:119]}…"
