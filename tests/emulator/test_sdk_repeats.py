"""What Pasqal's own SDK makes of faults: the numbers in docs/emulator.md, which are why qctl sends its own requests."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from reconciler.cli.local import pasqal_client
from reconciler.emulator.world import World
from tests.emulator.serving import serving

PAGE = (Path(__file__).parents[2] / "docs" / "emulator.md").read_text("utf-8")
HEAD = "| Call | Fault | Requests | Made | The caller sees |\n| --- | --- | --- | --- | --- |"


class Caller:
    """A user of the SDK, who has an open batch and then calls once."""

    def __init__(self, world: World, client: Any) -> None:
        self.world = world
        self.client = client
        self.batch = client.create_batch("opaque", [{"runs": 5}], device_type="FRESNEL", open=True)

    def create_batch(self) -> None:
        self.client.create_batch("opaque", [{"runs": 5}], device_type="FRESNEL")

    def add_jobs(self) -> None:
        self.client.add_jobs(self.batch.id, [{"runs": 1}, {"runs": 2}])

    def rebatch(self) -> None:
        self.client.rebatch(self.batch.id)

    def create_workload(self) -> None:
        self.client.create_workload("qadence_circuit", "pyqtorch", {})

    def row(self, call: Callable[["Caller"], None], words: str, rule: dict[str, Any]) -> str:
        """One line of the table: what came of one call while the rule held."""
        kinds = ("batches", "jobs", "workloads")
        before = self.world.status()
        self.world.clear_faults()
        self.world.add_fault({"service": "pasqal"} | rule)
        seen = _seen(lambda: call(self))
        calls = self.world.status()["calls"] - before["calls"]
        # What was put off is carried out now.
        self.world.advance(10)
        after = self.world.status()
        made = {kind: after[kind] - before[kind] for kind in kinds}
        # Jobs are counted where no batch was made for them.
        kind = next((kind for kind in ("batches", "workloads", "jobs") if made[kind]), "")
        return f"| `{call.__name__}` | {words} | {calls} | {_number(made[kind], kind) if kind else 'none'} | {seen} |"


@pytest.fixture
def caller(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[Caller]:
    # It waits 31 seconds before it gives up.
    monkeypatch.setattr(time, "sleep", lambda _seconds: None)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    names: dict[str, Any] = {}
    with serving(world) as server:
        exec(pasqal_client(server.url), names)  # noqa: S102 - our own text
        yield Caller(world, names["client"])


def test_the_page_says_what_the_sdk_does(caller: Caller) -> None:
    always = {"effect": "status-after", "always": True}
    rows = [caller.row(Caller.create_batch, f"{status} after acting", always | {"status": status}) for status in (
        408, 425, 429, 500, 502, 503, 504
    )]  # fmt: skip
    rows += [
        caller.row(Caller.create_batch, "500 after acting, twice", {"effect": "error-500-after", "count": 2}),
        caller.row(Caller.create_batch, "502 with HTML, after acting", always | {"status": 502, "html": True}),
        caller.row(Caller.create_batch, "answer lost", {"effect": "lost"}),
        caller.row(Caller.create_batch, "carried out later than the answer was lost", {"effect": "late", "seconds": 9}),
        caller.row(Caller.create_batch, "504, and each carried out later", {
            "effect": "late", "seconds": 9, "status": 504, "always": True,
        }),
        caller.row(Caller.add_jobs, "504 after acting, twice", always | {"status": 504, "always": False, "count": 2}),
        caller.row(Caller.rebatch, "500 after acting, once", {"effect": "error-500-after"}),
        caller.row(Caller.create_workload, "500 after acting, three times", {"effect": "error-500-after", "count": 3}),
    ]  # fmt: skip
    table = "\n".join([HEAD, *rows])
    assert f"\n\n{table}\n\n" in PAGE, f"docs/emulator.md must hold:\n{table}"


def _seen(call: Callable[[], None]) -> str:
    try:
        call()
    except BaseException as error:  # noqa: BLE001 - the SDK's errors are no Exceptions
        return f"`{type(error).__name__}`"
    return "success"


def _number(count: int, kind: str) -> str:
    one = {"batches": "batch", "jobs": "job", "workloads": "workload"}[kind]
    return f"{count} {one if count == 1 else kind}"
