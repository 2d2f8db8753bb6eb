"""Every machine form by its name, with the commands that print it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from reconciler.render.forms.clouds import DevicesForm, DriftForm, LocalStatusForm, OrphansForm
from reconciler.render.forms.events import Event
from reconciler.render.forms.findings import IamPolicy, Policies, PolicyTests, Validated
from reconciler.render.forms.form import schema_of
from reconciler.render.forms.history import LinkedForm, LogForm, ProvenanceForm
from reconciler.render.forms.plan import PlanForm, SavedPlanForm
from reconciler.render.forms.project import CostForm, DocumentsForm, GraphForm, PricesForm, VersionForm
from reconciler.render.forms.results import ComparisonForm, LogsForm, ResultsForm
from reconciler.render.forms.state import CopiesForm, RecordForm, RunsForm, StateForm

VERSION = 1


@dataclass(frozen=True, slots=True)
class Published:
    """One form. `commands` are the words after `qctl`."""

    model: type[BaseModel]
    commands: tuple[str, ...]


FORMS: Mapping[str, Published] = {
    "plan": Published(PlanForm, ("plan",)),
    "saved-plan": Published(SavedPlanForm, ("show",)),
    "event": Published(Event, ("apply", "destroy", "wait", "reconcile")),
    "validate": Published(Validated, ("validate",)),
    "runs": Published(RunsForm, ("show",)),
    "logs": Published(LogsForm, ("show",)),
    "results": Published(ResultsForm, ("results",)),
    "provenance": Published(ProvenanceForm, ("results",)),
    "provenance-jsonld": Published(LinkedForm, ("results",)),
    "comparison": Published(ComparisonForm, ("results",)),
    "state": Published(StateForm, ("state list",)),
    "record": Published(RecordForm, ("state show",)),
    "copies": Published(CopiesForm, ("state history",)),
    "log": Published(LogForm, ("log",)),
    "cost": Published(CostForm, ("cost",)),
    "prices": Published(PricesForm, ("cost prices",)),
    "devices": Published(DevicesForm, ("devices",)),
    "orphans": Published(OrphansForm, ("orphans",)),
    "drift": Published(DriftForm, ("drift",)),
    "documents": Published(DocumentsForm, ("render",)),
    "graph": Published(GraphForm, ("graph",)),
    "policies": Published(Policies, ("policy list",)),
    "policy-tests": Published(PolicyTests, ("policy test",)),
    "iam-policy": Published(IamPolicy, ("iam policy",)),
    "local-status": Published(LocalStatusForm, ("local status",)),
    "version": Published(VersionForm, ("version",)),
}


def file_name(name: str) -> str:
    """The file of a form in `schemas/`."""
    return f"{name}.v{VERSION}.json"


def form_schema(name: str) -> dict[str, Any]:
    """The schema of a form."""
    found = FORMS[name]
    commands = ", ".join(f"qctl {command}" for command in found.commands)
    return schema_of(found.model, f"qctl {name}, version {VERSION}: {commands}")
