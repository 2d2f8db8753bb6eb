"""Take over one run at once, under the lock: shown and asked like any plan."""

from __future__ import annotations

import threading
from dataclasses import replace

from reconciler.cli.exits import Exit
from reconciler.cli.plan_forms import show_plan
from reconciler.cli.project import Opened
from reconciler.cli.run import approved
from reconciler.cli.terminal import output, view
from reconciler.core.address import Address
from reconciler.core.change import Action
from reconciler.core.declared import Declared
from reconciler.core.event import Adopted, Verb
from reconciler.store.port import locked
from reconciler.workflow.apply import apply
from reconciler.workflow.observe import Refresh
from reconciler.workflow.plan import Planned, make_plan
from reconciler.workflow.selection import Selection


def take_over(project: Opened, one: Declared, *, auto_approve: bool) -> int:
    """The exit code. The declaration's own wishes are left to the next plan; only its run and its tags are done now."""
    session = project.session
    declared = [one if d.address == one.address else replace(d, imports=None) for d in project.loaded.resources]
    alone: dict[Address, frozenset[Address]] = {d.address: frozenset() for d in declared}
    with locked(session.store, session.lock_info("import")):
        selection = Selection(frozenset({one.address}))
        made = make_plan(session, declared, alone, Refresh.OPEN, selection, project.warnings)
        planned = _only_taken(made, one)
        show_plan(planned.plan)
        if not planned.plan.applicable:
            return Exit.ERROR
        if planned.plan.count(Action.ADOPT) == 0:
            output().line("Nothing was imported.")
            return Exit.DONE
        if not approved("import", auto_approve=auto_approve):
            return Exit.ERROR
        with view() as progress:
            applied = apply(session, planned, progress.tell, threading.Event(), operation="import")
    for address, why in (*applied.refused.items(), *applied.unknown.items(), *applied.skipped.items()):
        output().error(f"note: {address} is imported; its tags are not put yet: {why}")
    output().line(f"\nImported {one.imports.id if one.imports else ''} as {one.address}.")
    return Exit.DONE


def _only_taken(planned: Planned, one: Declared) -> Planned:
    """Without anything that the same declaration may want beside: a retry of what failed, say."""
    taken = any(isinstance(event, Adopted) and event.address == str(one.address) for event in planned.observed)
    changes = []
    for change in planned.plan.changes:
        if change.address == one.address and taken:
            tags = tuple(op for op in change.operations if op.verb is Verb.TAG)
            changes.append(replace(change, action=Action.ADOPT, operations=tags, warning=""))
        elif change.moved:
            changes.append(replace(change, operations=()))
    return replace(planned, plan=replace(planned.plan, changes=tuple(changes)))
