"""Pages for people: where they are written, and what is drawn on that of a plan."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from reconciler import __version__
from reconciler.cli.clouds import Problem
from reconciler.cli.project import Opened
from reconciler.cli.terminal import output
from reconciler.cli.writing import write
from reconciler.core.address import Address
from reconciler.core.change import Change
from reconciler.core.diagnostic import Diagnostic
from reconciler.core.event import PAYING
from reconciler.core.qasm.parse import parse
from reconciler.core.simulation import Trial
from reconciler.providers.kind import Trying
from reconciler.render.html import NoPages
from reconciler.workflow.plan import Planned
from reconciler.workflow.session import Session

_MOST_CIRCUITS = 100  # drawn on one page


def write_page(target: Path, make: Callable[[], str]) -> None:
    """Write a page to a file. Raises Problem where the library for pages is missing."""
    try:
        text = make()
    except NoPages as error:
        raise Problem(Diagnostic("report/no-library", "Pages can't be written", f"{error}.")) from error
    write(target, text.encode("utf-8", "backslashreplace"))
    output().error(f"Wrote {target}.")


def report_plan(project: Opened, planned: Planned, target: Path) -> None:
    """Write the page of a plan."""
    from reconciler.render.plan_page import Pictured, plan_page  # only for a page

    session, plan = project.session, planned.plan
    devices = {name: standing.told for name, standing in planned.devices.items()}
    pictured = Pictured(dict(_circuits(session, plan.changes)), devices)
    write_page(target, lambda: plan_page(plan, pictured, version=__version__, made=session.now()))


def _circuits(session: Session, changes: Sequence[Change]) -> Iterator[tuple[Address, str]]:
    """Pictures of what would be submitted, which is what is simulated; programs alike but for their values once."""
    from reconciler.render.circuit_svg import circuit_svg  # only for a page

    drawn: set[str] = set()
    for change in changes:
        for trial in _trials(session, change):
            if trial.language == "openqasm" and trial.text not in drawn and len(drawn) < _MOST_CIRCUITS:
                drawn.add(trial.text)
                yield change.address, circuit_svg(parse(trial.text), title=f"Circuit of {change.address}")


def _trials(session: Session, change: Change) -> Sequence[Trial]:
    kind = session.kinds[change.address.kind]
    made = [op.resource for op in change.operations if op.resource is not None and op.verb in PAYING]
    return [trial for resource in made for trial in kind.trials(resource)] if isinstance(kind, Trying) else []
