"""The agent's loop: read, reconcile, tell, sleep. Nothing is held while it sleeps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from reconciler.cli.agent.board import Board
from reconciler.cli.agent.source import Source, approvals
from reconciler.cli.agent.stopping import Stop, Stopping
from reconciler.cli.agent.webhook import Notifier, is_news
from reconciler.cli.exits import Exit
from reconciler.cli.failure import diagnostics_of
from reconciler.cli.local_jobs import allow_sources
from reconciler.cli.project import Opened
from reconciler.cli.run import lock_taken
from reconciler.core.cycle import Cycle, Verdict
from reconciler.core.pacing import pause
from reconciler.core.permission import Permission
from reconciler.core.plan import Plan
from reconciler.core.ports import Clock
from reconciler.render.progress_view import View
from reconciler.workflow.reconcile import Hands, Work, reconcile
from reconciler.workflow.session import timestamp

_CODES = {
    Verdict.WITHHELD: Exit.REFUSED,
    Verdict.REFUSED: Exit.REFUSED,
    Verdict.LOCKED: Exit.LOCKED,
    Verdict.FAILED: Exit.ERROR,
    Verdict.INCOMPLETE: Exit.ERROR,
    Verdict.INTERRUPTED: Exit.INTERRUPTED,
}


@dataclass(slots=True)
class Agent:
    """`permission` without the approvals, which are read anew each round; `chance` gives random numbers from 0 to 1."""

    source: Source
    permission: Permission
    board: Board
    view: View
    log: Callable[[Cycle], None]
    clock: Clock
    chance: Callable[[], float]
    approved_by: Path | None = None
    lock_timeout: float = 0.0
    parallelism: int = 10
    notifier: Notifier | None = None
    stopping: Stopping = field(default_factory=Stopping)
    _asked: set[str] = field(default_factory=set)

    def run(self) -> int:
        """Round after round until somebody wants an end; the exit code."""
        try:
            with self.stopping.listening():
                while True:
                    self.round()
                    self.stopping.check()
                    self._sleep()
        except Stop:
            return self.stopping.code
        finally:
            self._goodbye()

    def once(self) -> int:
        """One round; the exit code."""
        try:
            with self.stopping.listening():
                cycle = self.round()
                return Exit.UNKNOWN if cycle.unknown else self._code(cycle)
        except Stop:
            return self.stopping.code
        finally:
            self._goodbye()

    def round(self) -> Cycle:
        """One round, told to everybody. What can be expected to go wrong is its verdict; a defect of ours raises."""
        began = self.clock.monotonic()
        try:
            cycle = self._reconcile()
        except Exception as error:
            found = diagnostics_of(error)
            if not found:
                raise
            detail = f"{found[0].summary}: {found[0].detail}"
            cycle = Cycle(timestamp(self.clock.now()), Verdict.FAILED, detail, findings=tuple(found))
        cycle = replace(cycle, seconds=self.clock.monotonic() - began)
        before = self.board.status.totals
        self.board.ended(cycle)
        self.log(cycle)
        if self.notifier is not None and is_news(cycle, before):
            self.notifier.tell(cycle)
        return cycle

    def _reconcile(self) -> Cycle:
        project, commit = self.source.open()
        try:
            return self._with(project, commit)
        finally:
            project.state.local_cloud.close()

    def _with(self, project: Opened, commit: str) -> Cycle:
        permission = self.permission
        if self.approved_by is not None:
            permission = replace(permission, approved=approvals(self.approved_by, project.root))
        work = Work(
            project.session,
            project.loaded.resources,
            permission,
            project.warnings,
            commit,
            self.lock_timeout,
            self.parallelism,
            self._asked,
        )
        return reconcile(work, Hands(self.view.tell, _allowing(project), self.stopping.in_flight, lock_taken))

    def _code(self, cycle: Cycle) -> int:
        if self.stopping.wished.is_set():
            return self.stopping.code
        if cycle.verdict is Verdict.WITHHELD and self.permission.only_plans:
            return Exit.DONE  # that is what was asked for
        return _CODES.get(cycle.verdict, Exit.DONE)

    def _sleep(self) -> None:
        seconds = pause(self.board.interval, self.board.status.totals.failures, self.chance())
        self.board.sleeping(seconds)
        self.clock.sleep(seconds)

    def _goodbye(self) -> None:
        self.view.close()
        if self.notifier is not None:
            self.notifier.close()


def _allowing(project: Opened) -> Callable[[Plan], None]:
    """The sources of the jobs that the plan submits may run on the local cloud: they are the project's own."""

    def ready(plan: Plan) -> None:
        allow_sources(project, [op.resource for op in plan.operations() if op.resource is not None])

    return ready
