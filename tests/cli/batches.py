"""A project with batches and workloads, in the folder that a person stands in."""

from __future__ import annotations

from json import dumps
from pathlib import Path
from shutil import copy

from reconciler.cli.project import Flags, open_project
from reconciler.core.attempt import Attempt
from tests.cli.place import UID, Place, Ran

SEQUENCES = Path(__file__).parent.parent / "simulate" / "sequences"
_PROJECT = f"""apiVersion: qctl/v1alpha1
kind: Project
metadata: {{name: place, uid: {UID}}}
spec:
  providers: {{pasqal: {{mode: local, window: 0}}}}
  devices: {{free: {{pasqal: EMU_FREE}}}}
"""
_BATCH = """---
apiVersion: qctl/v1alpha1
kind: Batch
metadata: {name: sweep, tags: TAGS}
spec:
  device: free
  sequence: rabi.json
  open: OPEN
  jobs:
    - runs: 20
      matrix: {omega: OMEGAS}
      variables: {omega: "${{ matrix.omega }}", t: 1000}
"""
_WORKLOAD = """---
apiVersion: qctl/v1alpha1
kind: Workload
metadata: {name: vqe}
spec: {type: qadence_circuit, backend: pyqtorch, config: {layers: 2}}
"""


def declare(
    place: Place, omegas: str = "[1.0, 2.0]", *, tags: str = "[rydberg]", open_: bool = False, workload: bool = False
) -> None:
    """`Batch/sweep` with a job for each omega, and perhaps `Workload/vqe`."""
    copy(SEQUENCES / "rabi.json", place.root)
    batch = _BATCH.replace("OMEGAS", omegas).replace("TAGS", tags).replace("OPEN", str(open_).lower())
    text = _PROJECT + batch + (_WORKLOAD if workload else "")
    (place.root / "qctl.yaml").write_text(text, "utf-8")


def remembered() -> Attempt:
    """The latest batch on record."""
    return open_project(Flags()).session.store.read().state.records["Batch/sweep"].attempts[-1]


def apply(place: Place) -> Ran:
    """Apply without asking."""
    return place.run("apply", "--auto-approve")


def fault(place: Place, operation: str, effect: str = "status", **more: object) -> None:
    """The local Pasqal does this wrong, once unless `always`."""
    rule = {"service": "pasqal", "operation": operation, "effect": effect, **more}
    place.ok("local", "fault", dumps(rule))
