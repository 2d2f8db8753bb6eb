"""Comments as people see them: opened in a browser, in light and dark, wide and narrow."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from reconciler.core.diagnostic import Diagnostic, Location, Severity
from reconciler.core.money import Money
from reconciler.core.plan import Plan
from reconciler.core.simulation import Simulation, Verdict
from reconciler.core.spending import Room
from reconciler.render.plan_markdown import plan_markdown
from tests.browser import Chrome, chromium, look
from tests.render.markdown_page import html_of
from tests.render.samples import SV1, create, every_action, plan
from tests.render.test_plan_markdown import ATTACK, attacked

# As much of how GitHub shows a comment as matters for reading it.
_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>A comment</title>
<meta name="viewport" content="width=device-width"><style>
body{{max-width:46rem;margin:1rem auto;padding:0 1rem;font:16px/1.5 sans-serif;overflow-wrap:break-word}}
pre,code{{font:13px/1.45 monospace;background:#8882}} pre{{padding:1rem;overflow:auto}}
:root{{color-scheme:light dark}}</style><main>{}</main></html>"""


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Chrome:
    with chromium(tmp_path_factory.mktemp("browser")) as chrome:
        yield chrome


STANDING = {SV1: "SV1 is ONLINE, queues: 0 tasks, as of 2026-01-15T12:00:00Z"}


def _usual() -> Plan:
    simulated = Simulation(
        "d", "state_vector", 500, 7, counts={"000": 251, "111": 249}, verdicts=(Verdict("sim.shots > 1", True),)
    )
    ghz = create("QuantumTask/ghz", simulations=(simulated,), inputs={"theta": 0.5})
    sweep = [create(f"QuantumTask/sweep[theta={n / 10}]") for n in range(40)]
    found = Diagnostic(
        "device/offline",
        "Device is offline",
        "Garnet is offline now; while it is, Braket refuses tasks for it.",
        "Apply later, or choose another of `qctl devices`.",
        Location("qctl.yaml", 14, 10),
        "QuantumTask/ghz",
        Severity.WARNING,
    )
    room = Room(Money(Decimal(75)), Decimal("2.50"), Decimal("53.30"))
    made = plan(ghz, *sweep, *(c for c in every_action().changes if c.address.name != "new"))
    return replace(made, diagnostics=(found,), budget=(room,), notes=("Simulated: 1 run.",))


@pytest.mark.parametrize(
    ("name", "shown"), [("usual", _usual()), ("attack", attacked(ATTACK)), ("every", every_action())], ids=str
)
def test_a_comment_in_a_browser(browser: Chrome, tmp_path: Path, name: str, shown: Plan) -> None:
    page = tmp_path / f"{name}.html"
    page.write_text(_PAGE.format(html_of(plan_markdown(shown, STANDING))), "utf-8")
    seen = look(browser, page.as_uri(), tmp_path / "pictures" / f"{name}.png")
    assert seen.errors == ()
    assert seen.requests == ()
    assert seen.unnamed == ()
    assert seen.headings[1:] == ("Findings", "Changes")
    assert seen.overflow == 0
    assert browser.execute_script("return document.querySelectorAll('script, a, img').length") == 0
    opened = "document.querySelectorAll('details').forEach(d => d.open = true); return document.body.innerText"
    text = browser.execute_script(opened)
    assert "reason: " in text
    look_again = tmp_path / "pictures" / f"{name}-open.png"
    browser.save_screenshot(str(look_again))


def test_the_details_show_what_was_simulated_and_how_the_device_stands() -> None:
    text = plan_markdown(_usual(), STANDING)
    assert "      simulated on state_vector, 500 shots, seed 7; its assertion holds\n" in text
    assert "        000 ████████ 0.502  111 ███████▉ 0.498\n" in text
    assert "      device: SV1 is ONLINE, queues: 0 tasks, as of 2026-01-15T12:00:00Z\n" in text
