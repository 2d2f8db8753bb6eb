"""The same faults met by Pasqal's own SDK, unmodified, and by qctl: the table in docs/protocol.md, measured."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from reconciler.cli.local import pasqal_client
from tests.emulator.serving import serving
from tests.paid_once.pasqal_bench import WINDOW, Laboratory, Wish

_PAGE = (Path(__file__).parents[2] / "docs" / "protocol.md").read_text("utf-8")
_HEAD = (
    "| what becomes of every request | SDK: `create_batch` | SDK: `add_jobs`, 2 jobs | SDK: `create_workload` "
    "| qctl, the same three |\n|---|---|---|---|---|\n"
)
_ALWAYS: Mapping[str, Any] = {"always": True}
ROWS: Mapping[str, Mapping[str, Any]] = {
    **{f"{s} after acting": {"effect": "status-after", "status": s, **_ALWAYS} for s in (408, 425, 429, 500)},
    "502 as HTML after acting": {"effect": "status-after", "status": 502, "html": True, **_ALWAYS},
    **{f"{s} after acting": {"effect": "status-after", "status": s, **_ALWAYS} for s in (503, 504)},
    "504, and it acts 240 s later": {"effect": "late", "seconds": 240, "status": 504, **_ALWAYS},
    "500 after acting, twice only": {"effect": "status-after", "status": 500, "count": 2},
    "answer lost": {"effect": "lost", **_ALWAYS},
    "read timeout": {"effect": "timeout", **_ALWAYS},
    "200 with a web page, after acting": {"effect": "garbage-after", **_ALWAYS},
    "acts 20 s later, no answer": {"effect": "late", "seconds": 20, **_ALWAYS},
}
_ONES = {"batches": "batch", "jobs": "job", "workloads": "workload"}
# What one call is to make, and what qctl's manifests say for it.
_CALLS = {
    "CreateBatch": ("batches", 1, Wish((10,), open=True)),
    "AddJobs": ("jobs", 2, Wish((10, 20, 30), open=True)),
    "CreateWorkload": ("workloads", 1, Wish((10, 20, 30), open=True, workload=2)),
}


@pytest.fixture
def sdk(lab: Laboratory, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A client of the unmodified SDK at the local cloud, by HTTP. Its own pauses are skipped."""
    monkeypatch.setattr(time, "sleep", lambda _seconds: None)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    names: dict[str, Any] = {}
    with serving(lab.world) as server:
        exec(pasqal_client(server.url), names)  # noqa: S102 - our own text
        yield names["client"]


def _made(lab: Laboratory, kind: str, act: Callable[[], object]) -> int:
    before = int(lab.world.status()[kind])
    act()
    lab.world.advance(2 * WINDOW)  # what was put off is carried out
    return int(lab.world.status()[kind]) - before


def _with_sdk(lab: Laboratory, client: Any, operation: str, rule: Mapping[str, Any]) -> str:
    """What came of one call, and whether the caller was told that it failed."""
    batch = client.create_batch("opaque", [{"runs": 5}], device_type="FRESNEL", open=True)
    calls: Mapping[str, Callable[[], object]] = {
        "CreateBatch": lambda: client.create_batch("opaque", [{"runs": 5}], device_type="FRESNEL"),
        "AddJobs": lambda: client.add_jobs(batch.id, [{"runs": 6}, {"runs": 7}]),
        "CreateWorkload": lambda: client.create_workload("qadence_circuit", "pyqtorch", {}),
    }
    told = ""

    def call() -> None:
        nonlocal told
        try:
            calls[operation]()
        except BaseException:  # noqa: BLE001 - the SDK's errors are no Exceptions
            told = ", error"

    kind = _CALLS[operation][0]
    lab.world.add_fault({"service": "pasqal", "operation": operation, **rule})
    count = _made(lab, kind, call)
    lab.world.clear_faults()
    return f"{count} {_ONES[kind] if count == 1 else kind}{told}"


def _with_qctl(lab: Laboratory, operation: str, rule: Mapping[str, Any]) -> int:
    """What two applies made of one wish, the second one undisturbed."""
    kind, _, wish = _CALLS[operation]
    lab.want(wish)
    lab.world.add_fault({"service": "pasqal", "operation": operation, **rule})
    count = _made(lab, kind, lab.apply)
    lab.world.clear_faults()
    count += _made(lab, kind, lab.apply)
    assert lab.plan().plan.empty
    return count


@pytest.mark.parametrize("fault", ROWS)
def test_the_page_says_what_was_measured(lab: Laboratory, sdk: Any, fault: str) -> None:
    ours = [_with_qctl(lab, operation, ROWS[fault]) for operation in _CALLS]
    theirs = [_with_sdk(lab, sdk, operation, ROWS[fault]) for operation in _CALLS]
    assert ours == [wanted for _, wanted, _ in _CALLS.values()], "paid once"
    row = f"| {fault} | {' | '.join(theirs)} | 1 batch, 2 jobs, 1 workload |"
    assert f"\n{row}\n" in _PAGE, f"docs/protocol.md must hold:\n{row}"


def test_the_page_has_these_rows_and_no_others() -> None:
    rows = _PAGE.partition(_HEAD)[2].partition("\n\n")[0].splitlines()
    assert [row.split(" | ")[0].removeprefix("| ") for row in rows] == list(ROWS)
