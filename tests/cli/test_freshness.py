"""Freshness as people write it, with and without the cache of manifests."""

from __future__ import annotations

import pytest

from tests.cli.place import PROJECT, TASK, Place


def declare(place: Place, freshness: str) -> None:
    text = PROJECT + TASK.replace("NAME", "bell").replace("  shots:", f"  freshness: {freshness}\n  shots:")
    (place.root / "qctl.yaml").write_text(text, "utf-8")


def test_a_cached_plan_grows_old_too(place: Place) -> None:
    declare(place, "{maxAge: 30d}")
    place.finish()
    for _ in range(2):  # the second one is from the cache
        assert place.ok("plan").err == ""
    place.ok("local", "advance", "31d")
    for _ in range(2):
        ran = place.ok("plan")
        assert ran.out.endswith("No changes. Your infrastructure matches the configuration.\n")
        assert "warning: Result is stale [freshness/stale]" in ran.err
        assert "--> qctl.yaml:" in ran.err


def test_a_rerun_is_shown_with_its_reason(place: Place) -> None:
    declare(place, "{maxAge: 30d, onStale: rerun}")
    place.finish()
    place.ok("plan")
    place.ok("local", "advance", "31d")
    out = place.ok("plan").out
    assert "reason: stale: it ended on" in out
    assert "Plan: 1 to add, 0 to change, 0 to destroy." in out
    place.finish()
    assert place.tasks() == 2


@pytest.mark.parametrize(
    ("freshness", "said"),
    [
        ("{onStale: rerun}", "it needs maxAge or onCalibrationChange: true"),
        ("{maxAge: soon}", '"soon" is no duration: write 12h or 30d'),
        ("{maxAge: 0d}", '"0d" is no duration'),
        ("{maxAge: 1d, maxNewRuns: 0}", "expected a whole number between 1 and 1,000"),
        ("{maxAge: 1d, onStale: pay}", "expected report or rerun"),
    ],
)
def test_mistakes_have_words(place: Place, freshness: str, said: str) -> None:
    declare(place, freshness)
    ran = place.run("validate")
    assert ran.code == 1
    assert said in ran.err
