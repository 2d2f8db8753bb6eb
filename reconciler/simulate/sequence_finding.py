from dataclasses import dataclass
from typing import Literal

from reconciler.core.declared import Path
from reconciler.core.sequence import SequenceJob


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
