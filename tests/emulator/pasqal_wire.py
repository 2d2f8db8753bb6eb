from collections.abc import Callable
from typing import Any

import httpx

from reconciler.emulator.inprocess_httpx import LocalTransport
from reconciler.emulator.world import World

CORE = "https://apis.pasqal.cloud/core-fast/api"
PROJECT = "00000000-0000-4000-8000-00000000c0de"
BATCH = {
    "sequence_builder": "opaque",
    "device_type": "FRESNEL",
    "jobs": [{"runs": 10}],
    "open": True,
    "tags": ["qctl:run=1", "qctl:project=p", "rydberg"],
    "project_id": PROJECT,
}
WORKLOAD = {"workload_type": "qadence_circuit", "backend": "pyqtorch", "config": {}, "project_id": PROJECT}


class Wire:
    """Pasqal's wire on a local cloud, with one open batch in it; no job runs before twenty seconds are over."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.client = httpx.Client(transport=LocalTransport(world), headers={"authorization": "Bearer any"})
        self.batch = str(self.create().json()["data"]["id"])

    def create(self) -> httpx.Response:
        return self.client.post(f"{CORE}/v1/batches", json=BATCH)

    def add_jobs(self) -> httpx.Response:
        return self.client.post(f"{CORE}/v2/batches/{self.batch}/jobs", json=[{"runs": 1}, {"runs": 2}])

    def close(self) -> httpx.Response:
        return self.client.patch(f"{CORE}/v2/batches/{self.batch}/complete")

    def cancel(self) -> httpx.Response:
        return self.client.patch(f"{CORE}/v2/batches/{self.batch}/cancel")

    def tag(self) -> httpx.Response:
        return self.client.patch(f"{CORE}/v1/batches/{self.batch}/tags", json=["new"])

    def create_workload(self) -> httpx.Response:
        return self.client.post(f"{CORE}/v1/workloads", json=WORKLOAD)

    def get(self) -> dict[str, Any]:
        return dict(self.client.get(f"{CORE}/v2/batches/{self.batch}").json()["data"])

    def listing(self, **filters: str) -> httpx.Response:
        return self.client.get(f"{CORE}/v1/batches", params=filters)

    def ids(self, **filters: str) -> list[str]:
        return [one["id"] for one in self.listing(**filters).json()["data"]]

    def fault(self, effect: str, **rest: Any) -> None:
        self.world.add_fault({"service": "pasqal", "effect": effect} | rest)

    def seen(self, call: Callable[[], httpx.Response]) -> object:
        """The status a caller sees, or the error that httpx raises."""
        try:
            return call().status_code
        except httpx.TransportError as error:
            return type(error)
