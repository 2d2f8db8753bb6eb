"""A headless Chromium that opens one page of ours, and tells what a person would notice: errors, requests, names."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import pytest

Chrome: TypeAlias = Any  # selenium's own types stop half way
REQUIRED = "QCTL_REQUIRE_BROWSER"
_IS_REQUIRED = bool(os.environ.get(REQUIRED))  # now, for tests run without what their surroundings say of qctl
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_QUIET = (
    "--headless=new",
    "--no-sandbox",  # tests may run as root, in a container that has no user namespaces
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
)
_OURS = ("data:", "chrome:")  # what is in the page itself, and what the browser asks itself for
# What must have a name for somebody who does not see it.
_NAMED = frozenset({"link", "button", "image", "img", "heading", "region", "table", "article", "navigation"})


@dataclass(frozen=True)
class Seen:
    """What came of opening a page. `unnamed` are the roles of parts without an accessible name."""

    title: str
    errors: tuple[str, ...]
    requests: tuple[str, ...]
    unnamed: tuple[str, ...]
    headings: tuple[str, ...]
    overflow: int  # pixels that the page is wider than its window


@contextmanager
def chromium(folder: Path, width: int = 1100, height: int = 900, *, dark: bool = False) -> Iterator[Chrome]:
    """A browser with a fresh profile; the test is skipped where there is none, unless it is required."""
    binary = next(filter(None, map(shutil.which, _NAMES)), None)
    driver = shutil.which("chromedriver")
    if binary is None or driver is None:
        if _IS_REQUIRED:
            pytest.fail(f"{REQUIRED} is set, and there is no Chromium with chromedriver")
        pytest.skip("no Chromium with chromedriver on this machine; pages are not looked at")
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = binary
    for argument in (*_QUIET, f"--window-size={width},{height}", f"--user-data-dir={folder / 'profile'}"):
        options.add_argument(argument)
    if dark:
        options.add_argument("--force-dark-mode")
        options.add_argument("--blink-settings=preferredColorScheme=0")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    chrome = webdriver.Chrome(options=options, service=Service(driver))
    try:
        yield chrome
    finally:
        chrome.quit()


def look(chrome: Chrome, url: str, picture: Path | None = None) -> Seen:
    """Open it, and see. A picture of the whole page is left at `picture`."""
    chrome.get_log("browser")
    chrome.get_log("performance")
    chrome.get(url)
    tree = chrome.execute_cdp_cmd("Accessibility.getFullAXTree", {})["nodes"]
    wide = "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
    if picture is not None:
        _draw(chrome, picture)
    return Seen(
        title=chrome.title,
        errors=tuple(entry["message"] for entry in chrome.get_log("browser") if entry["level"] != "DEBUG"),
        requests=tuple(asked for asked in _requests(chrome) if asked != url and not asked.startswith(_OURS)),
        unnamed=tuple(sorted(_unnamed(tree))),
        headings=tuple(_name(node) for node in tree if _role(node) == "heading"),
        overflow=int(chrome.execute_script(wide)),
    )


def _requests(chrome: Chrome) -> Iterator[str]:
    for entry in chrome.get_log("performance"):
        message = json.loads(entry["message"])["message"]
        if message["method"] == "Network.requestWillBeSent":
            yield message["params"]["request"]["url"]


def _draw(chrome: Chrome, picture: Path) -> None:
    height = chrome.execute_script("return document.documentElement.scrollHeight")
    size = chrome.get_window_size()
    chrome.set_window_size(size["width"], min(int(height) + 200, 8_000))
    picture.parent.mkdir(parents=True, exist_ok=True)
    chrome.save_screenshot(str(picture))
    chrome.set_window_size(size["width"], size["height"])


def _unnamed(tree: list[dict[str, Any]]) -> Iterator[str]:
    for node in tree:
        if not node.get("ignored") and _role(node) in _NAMED and not _name(node).strip():
            yield _role(node)


def _role(node: dict[str, Any]) -> str:
    return str(node.get("role", {}).get("value", ""))


def _name(node: dict[str, Any]) -> str:
    return str(node.get("name", {}).get("value", ""))
