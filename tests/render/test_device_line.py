"""How a device stands, in one line."""

from __future__ import annotations

from reconciler.render.device_line import device_line


def test_what_matters_with_its_time() -> None:
    told = {"name": "Garnet", "status": "ONLINE", "now": "open now", "queues": "3 tasks", "qubits": "20", "as of": "T"}
    assert device_line(told, lambda: "now") == "Garnet is ONLINE, open now, queues: 3 tasks, as of T"


def test_what_nobody_says_is_left_out_or_unknown() -> None:
    assert device_line({"name": "F\x1b", "now": "-"}, lambda: "T") == "F\\x1b is of unknown status, as of T"
