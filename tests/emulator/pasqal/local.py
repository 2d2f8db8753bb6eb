"""Requests to the local Pasqal, as they stand on the wire, with short ways to say the usual things."""

import json
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode, urlsplit

from reconciler.emulator.app import handle
from reconciler.emulator.message import Request, Response
from reconciler.emulator.world import World

PROJECT = "00000000-0000-4000-8000-00000000c0de"
CORE = "/core-fast/api"
SEQUENCES = Path(__file__).parents[2] / "simulate" / "sequences"
# Three atoms, and variables omega and t whose defaults excite all of them.
RABI = (SEQUENCES / "rabi.json").read_text("utf-8")
# No variables.
BLOCKADE = (SEQUENCES / "blockade.json").read_text("utf-8")


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    document: Any

    @property
    def data(self) -> Any:
        assert self.status == 200, self
        return self.document["data"]

    @property
    def refusal(self) -> tuple[int, Any]:
        """Status and description of an error in its envelope."""
        assert self.document["code"] == str(self.status)
        assert self.document["status"] == "fail"
        return self.status, self.document["data"]["description"]


class Pasqal:
    def __init__(self, world: World) -> None:
        self.world = world

    def send(self, method: str, path: str, body: Any = None, **query: Any) -> Answer:
        packed = b"" if body is None else json.dumps(body).encode()
        answer = self.raw(method, CORE + path, packed, urlencode(query, doseq=True))
        return Answer(answer.status, answer.headers, json.loads(answer.body))

    def raw(self, method: str, path: str, body: bytes = b"", query: str = "", **headers: str) -> Response:
        known = {"authorization": "Bearer any", "host": "127.0.0.1:8642"} | headers
        return handle(self.world, Request(method, path, query, known, body, "127.0.0.1"))

    def create(self, number: int = 1, **changes: Any) -> Any:
        """A batch of so many jobs of 10, 11, 12... runs."""
        asked = {
            "sequence_builder": "opaque",
            "jobs": [{"runs": 10 + place} for place in range(number)],
            "device_type": "EMU_FREE",
            "project_id": PROJECT,
        }
        return self.send("POST", "/v1/batches", asked | changes).data

    def batch(self, batch: Any) -> Any:
        return self.send("GET", f"/v2/batches/{batch['id']}").data

    def jobs(self, batch: Any) -> Any:
        """The jobs of a batch in the order of submission."""
        order = {"order_by": "creation_order", "order_by_direction": "ASC"}
        return self.send("GET", "/v2/jobs", batch_id=batch["id"], **order).data

    def statuses(self, batch: Any) -> list[str]:
        """Of the batch, and of its jobs."""
        return [self.batch(batch)["status"], *(job["status"] for job in self.jobs(batch))]

    def download(self, link: str) -> Response:
        """What a link leads to, without a token."""
        place = urlsplit(link)
        return handle(self.world, Request("GET", place.path, place.query, {}, b"", place.hostname or ""))
