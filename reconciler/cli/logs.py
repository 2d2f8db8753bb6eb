"""`qctl show --logs` and `--metrics`: what hybrid jobs said."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from reconciler.cli.clouds import Problem
from reconciler.cli.project import Opened
from reconciler.cli.terminal import output
from reconciler.core.address import Address
from reconciler.core.attempt import Attempt
from reconciler.core.diagnostic import Diagnostic
from reconciler.core.state import State
from reconciler.render.json_form import dumps
from reconciler.render.log_text import log_text, metrics_of, metrics_text
from reconciler.workflow.selection import Selection

if TYPE_CHECKING:
    from reconciler.providers.braket.job_logs import JobLog

_KIND = "HybridJob"
_MOST = 10_000  # lines of one job


def show_logs(project: Opened, selection: Selection, state: State, *, metrics: bool, as_json: bool) -> int:
    """The logs of the latest run of each chosen job. Raises Problem where none is a job, and CloudUnavailable."""
    chosen = [d.address for d in project.loaded.resources if selection.holds(d.address) and d.address.kind == _KIND]
    if not chosen:
        detail = "None of the chosen runs is a hybrid job, and no others have logs."
        raise Problem(Diagnostic("cli/no-logs", "No logs", detail, "Name a HybridJob."))
    found = list(_read(project, chosen, state))
    out = output()
    if as_json:
        logs = {str(address): _json(attempt, log) for address, attempt, log in found}
        out.line(dumps({"format_version": 1, "logs": logs}))
        return 0
    for address, attempt, log in found:
        title = f"{address}  ({attempt.status or 'submitted'})" if attempt else f"{address}  (not submitted)"
        if metrics:
            rows = list(metrics_of(line.text for line in log.lines)) if log else []
            out.line(metrics_text(title, rows, width=out.width, colour=out.colour))
        else:
            lines = [(line.at, line.stream, line.text) for line in log.lines] if log else []
            out.line(log_text(title, log.events if log else (), lines, cut=log is not None and log.cut))
    return 0


def _read(
    project: Opened, addresses: list[Address], state: State
) -> Iterator[tuple[Address, Attempt | None, JobLog | None]]:
    from reconciler.providers.braket.job_logs import read_log  # botocore: only when a cloud is needed

    for address in addresses:
        record = state.records.get(str(address))
        latest = next((a for a in reversed(record.attempts) if a.exists), None) if record else None
        yield address, latest, read_log(project.braket.client(), latest, _MOST) if latest else None


def _json(attempt: Attempt | None, log: JobLog | None) -> dict[str, Any]:
    events, lines = (log.events, log.lines) if log else ((), ())
    return {
        "id": attempt.id if attempt else None,
        "status": attempt.status if attempt else None,
        "events": [{"at": at, "type": kind, "message": message} for at, kind, message in events],
        "lines": [{"at": line.at, "stream": line.stream, "text": line.text} for line in lines],
        "cut": log is not None and log.cut,
        "metrics": list(metrics_of(line.text for line in lines)),
    }
