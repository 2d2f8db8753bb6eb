"""What a command must load to know the kinds: nothing that calls, and nothing that simulates."""

from __future__ import annotations

import subprocess
import sys

import pytest

_HEAVY = ("httpx", "pulser", "pasqal_cloud", "requests", "numpy", "jsonschema")


@pytest.mark.parametrize("module", ["reconciler.providers", "reconciler.providers.pasqal.regions"])
def test_kinds_are_light(module: str) -> None:
    code = f"import {module}, sys; print([m for m in {_HEAVY} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_cloud_needs_only_the_http_client() -> None:
    code = f"import reconciler.providers.pasqal.cloud, sys; print([m for m in {_HEAVY} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['httpx']"
