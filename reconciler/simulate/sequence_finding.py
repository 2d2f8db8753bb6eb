from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from reconciler.core.declared import Path
from reconciler.core.sequence import SequenceJob

SUMMARIES: Mapping[str, str] = {
    "sequence/not-json": "The sequence is not JSON",
    "sequence/duplicate-key": "A key stands twice in the sequence",
    "sequence/too-large": "The sequence is too large to be read",
    "sequence/too-deep": "The sequence is nested too deep to be read",
    "sequence/not-pulser": "The file is not a Pulser sequence",
    "sequence/version": "The sequence is of an unknown version",
    "sequence/schema": "The sequence does not follow Pulser's schema",
    "sequence/undeclared-variable": "The sequence uses a variable that it does not declare",
    "sequence/missing-variable": "A variable of the sequence has no value",
    "sequence/unknown-variable": "The sequence has no such variable",
    "sequence/variable-size": "The variable has another number of values",
    "sequence/variable-type": "The value is not of the variable's type",
    "sequence/not-parametrized": "The sequence takes no variables",
    "sequence/missing-qubits": "The atoms of the sequence have no places",
    "sequence/qubits": "The atoms cannot be placed like this",
    "sequence/not-checked": "The sequence was not checked",
    "sequence/refused": "Pulser refuses the sequence",
    "sequence/job-refused": "Pulser refuses the values of the job",
    "sequence/clock-rounding": "A duration is rounded to the device's clock",
    "sequence/remark": "Pulser has a remark on the sequence",
    "sequence/empty": "The sequence does nothing",
    "sequence/unmeasured": "The sequence is not measured",
    "sequence/layout": "The device does not take the layout of the atoms",
    "sequence/device-mismatch": "The sequence is not for this device",
    "sequence/too-many-atoms": "The sequence has too many atoms for the device",
    "sequence/too-many-runs": "The job has too many runs for the device",
}
"""What each code says in a few words, always the same."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong, or not as it may seem, with a sequence or with a job that runs it.

    `job` is None for what concerns the sequence itself; `path` is the place below the job, such as
    ("variables", "omega"). `line` and `column` count from 1 in the sequence's own text, and are 0 where not known.
    """

    code: str
    severity: Literal["error", "warning"]
    detail: str
    remedy: str
    job: SequenceJob | None = None
    path: Path = ()
    line: int = 0
    column: int = 0
