"""The folders of a running job."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Folders:
    """Where a job finds and leaves its things, below the one folder it runs in."""

    spool: Path

    @property
    def code(self) -> Path:
        return self.spool / "code"

    @property
    def input(self) -> Path:
        return self.spool / "input"

    @property
    def results(self) -> Path:
        return self.spool / "model"

    @property
    def checkpoints(self) -> Path:
        return self.spool / "checkpoints"

    @property
    def hyperparameters(self) -> Path:
        return self.spool / "hyperparameters.json"

    def make(self) -> None:
        for folder in (self.code, self.input, self.results, self.checkpoints):
            folder.mkdir(parents=True, exist_ok=True)
