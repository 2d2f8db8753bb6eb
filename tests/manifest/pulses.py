"""A kind with jobs in a list, as small as can be, and what loading its documents says."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import dedent
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from reconciler.core.address import Scalar
from reconciler.core.declared import Declared
from reconciler.core.fields import DeviceName, FieldClass, ProjectFile
from reconciler.manifest.load import KindModel, Loaded, load_project
from tests.manifest.generate import KINDS
from tests.manifest.project import Folder

Text = Annotated[str, ProjectFile(max_bytes=100)]


class _Spec(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Job(_Spec):
    """One job."""

    runs: Annotated[int, Field(ge=1, description="How often.")]
    sequence: Annotated[Text | None, Field(description="Its own sequence.")] = None
    variables: Annotated[dict[str, int | float | list[int | float]], Field(description="Values.")] = {}
    matrix: Annotated[dict[str, list[Scalar]] | None, Field(description="A sweep over jobs.")] = None


def _pairs(value: Any) -> Any:
    return [f"{key}={item}" for key, item in value.items()] if isinstance(value, dict) else value


_PAIRS = BeforeValidator(_pairs, json_schema_input_type=list[str] | dict[str, Scalar])


class PulsesSpec(_Spec):
    """A batch of jobs."""

    device: Annotated[str, DeviceName("pasqal"), FieldClass.EXECUTION]
    sequence: Annotated[Text | None, FieldClass.EXECUTION] = None
    jobs: Annotated[list[Job], FieldClass.EXECUTION, Field(min_length=1, max_length=99, description="The jobs.")]
    note: Annotated[str | None, FieldClass.DELIVERY] = None
    tags: Annotated[list[str], _PAIRS, FieldClass.MUTABLE] = []


_ATTRIBUTES: dict[str, Literal["spec", "late"]] = {"device": "spec", "note": "spec", "id": "late"}
PULSES: Mapping[str, KindModel] = {**KINDS, "Pulses": KindModel(PulsesSpec, _ATTRIBUTES)}


def pulses(jobs: str, *, more: str = "", tags: str = "[]", name: str = "p") -> str:
    """One document of the kind; `jobs` are the lines of its list, from line 6 on."""
    lines = [
        "apiVersion: qctl/v1alpha1",
        "kind: Pulses",
        f"metadata: {{name: {name}, tags: {tags}}}",
        "spec:",
        "  jobs:",
        *(f"  {line}" for line in dedent(jobs).strip().splitlines()),
        *(f"  {line}" for line in dedent(more).strip().splitlines()),
        "  device: EMU_FREE",
    ]
    return "\n".join(lines) + "\n"


def load(folder: Folder, *documents: str, variables: Mapping[str, str] | None = None) -> Loaded:
    """Load the project with these documents in `jobs.yaml`."""
    folder.write("jobs.yaml", "---\n".join(documents))
    return load_project(folder.root, kinds=PULSES, variables=variables or {})


def one(folder: Folder, *documents: str, variables: Mapping[str, str] | None = None) -> Declared:
    """The first resource of a project without problems."""
    loaded = load(folder, *documents, variables=variables)
    assert not loaded.diagnostics
    return loaded.resources[0]


def told(folder: Folder, *documents: str) -> list[str]:
    """Place, code and detail of each diagnostic."""
    found = load(folder, *documents).diagnostics
    return [f"{str(d.where).removeprefix('jobs.yaml:')} {d.code}: {d.detail}" for d in found]
