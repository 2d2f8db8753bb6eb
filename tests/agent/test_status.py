"""What an agent tells of itself: answers, metrics, and the page as a browser shows it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from reconciler.cli.agent.answers import from_here, is_loopback
from reconciler.cli.agent.loop import Agent
from reconciler.cli.agent.server import serving
from reconciler.cli.exits import Exit
from tests.agent.days import ATOMS, HOUR, agent_of, days_of, declare
from tests.browser import chromium, look
from tests.cli.place import Place

_HOSTILE = "<script>alert(1)</script><img src=https://example.org/x>&\u202e"


@pytest.fixture
def agent(place: Place) -> Agent:
    """Three tasks run; then one is edited, one removed and one added, of which only the last is done."""
    declare(place.root, "20.00 USD", ATOMS, a=1000, b=1000)
    edited = (HOUR, lambda: declare(place.root, "20.00 USD", ATOMS, a=2000, c=500))
    days = days_of(place.cloud, 3 * HOUR, edited)
    days.world.set_switch("latency.qpu.queue", "1000000")
    made, _ = agent_of(days)
    made.run()
    return made


@contextmanager
def _served(agent: Agent) -> Iterator[str]:
    with serving(agent.board, "127.0.0.1", 0) as url:
        yield url


def test_answers(agent: Agent) -> None:
    with _served(agent) as url:
        page = httpx.get(url)
        assert page.status_code == 200
        for expected in (
            "Differs, and waits for a person",
            "it would replace a run that is not finished (--allow-replace allows it)",
            "differs (-/+)",
            "QuantumTask/atoms",
            "20.00 USD",
            "in sync",
        ):
            assert expected in page.text, expected
        assert "default-src 'none'" in page.headers["content-security-policy"]
        assert "<script" not in page.text
        health = httpx.get(f"{url}/healthz")
        assert (health.status_code, health.json()["ok"], health.json()["last_verdict"]) == (200, True, "withheld")
        assert httpx.get(f"{url}/livez").status_code == 200
        assert 'qctl_plan_changes{action="replace"} 1.0' in httpx.get(f"{url}/metrics").text
        assert httpx.get(f"{url}/other").status_code == 404
        assert httpx.head(url).content == b""
        for method in ("POST", "PUT", "DELETE", "PATCH"):
            assert httpx.request(method, url).status_code == 405
        assert httpx.get(url, headers={"Host": "evil.example"}).status_code == 403
        agent.clock.world.advance(24 * HOUR)  # type: ignore[attr-defined]
        assert httpx.get(f"{url}/healthz").status_code == 503


def test_before_the_first_round(place: Place) -> None:
    fresh, _ = agent_of(days_of(place.cloud, 0))
    with _served(fresh) as url:
        assert "The first round is not over yet." in httpx.get(url).text
        assert httpx.get(f"{url}/healthz").status_code == 200
        assert "qctl_last_success_timestamp_seconds 0.0" in httpx.get(f"{url}/metrics").text


def test_texts_of_others_are_harmless(agent: Agent) -> None:
    totals = agent.board.status.totals
    assert totals.last is not None
    last = replace(totals.last, detail=_HOSTILE, left=dict.fromkeys(totals.last.left, _HOSTILE), commit=_HOSTILE)
    agent.board.ended(last)
    agent.board.status = replace(agent.board.status, source=_HOSTILE)
    with _served(agent) as url:
        text = httpx.get(url).text
        figures = httpx.get(f"{url}/metrics").text
    assert "<script" not in text
    assert "<img" not in text
    assert "\u202e" not in text
    assert all(re.match(r"#|qctl_", line) for line in figures.splitlines())


@pytest.mark.parametrize(("width", "dark"), [(1100, False), (1100, True), (390, False)])
def test_the_page_in_a_browser(agent: Agent, tmp_path: Path, width: int, dark: bool) -> None:
    with _served(agent) as url, chromium(tmp_path, width, dark=dark) as chrome:
        seen = look(chrome, f"{url}/", tmp_path / "pictures" / f"status-{width}-{dark}.png")
    assert seen.title == "qctl agent: place, environment default"
    assert seen.errors == ()
    assert seen.requests == ()
    assert seen.unnamed == ()
    assert seen.overflow <= 0
    assert {"Resources", "Last plan", "Spend", "Rounds"} <= set(seen.headings)


@pytest.mark.parametrize(
    ("host", "here"),
    [
        ("127.0.0.1:8643", True),
        ("localhost", True),
        ("[::1]:80", True),
        ("evil.example", False),
        ("10.0.0.1", False),
        (None, False),
        ("[::1", False),
    ],
)
def test_names_of_this_machine(host: str | None, here: bool) -> None:
    assert from_here(host) is here


def test_addresses_beyond_this_machine() -> None:
    assert not is_loopback("0.0.0.0")  # noqa: S104 - it is only asked about
    assert not is_loopback("example.org")


@pytest.mark.parametrize("listen", ["8643", "localhost", "127.0.0.1:99999", "127.0.0.1:x"])
def test_addresses_that_are_none(place: Place, listen: str) -> None:
    ran = place.run("reconcile", "--listen", listen)
    assert ran.code == Exit.ERROR
    assert "[agent/listen]" in ran.err


def test_an_address_that_is_taken(place: Place, agent: Agent) -> None:
    with _served(agent) as url:
        ran = place.run("reconcile", "--listen", url.removeprefix("http://"))
    assert ran.code == Exit.ERROR
    assert "[agent/listen]" in ran.err
