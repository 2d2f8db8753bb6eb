"""`--env`: what a mistyped one comes to, and that one project can be several without them touching each other."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.place import PROJECT, UID, Place

HOUSE = Path(__file__).parents[2]

ENVIRONMENTS = PROJECT + "  environments: [ci, prod]\n"
OVERLAY = """apiVersion: qctl/v1alpha1
kind: Overlay
metadata: {name: ENV}
spec:
  patches:
    - target: QuantumTask
      merge: {spec: {shots: SHOTS}}
"""


def _overlay(place: Place, env: str, shots: str) -> None:
    (place.root / f"{env}.yaml").write_text(OVERLAY.replace("ENV", env).replace("SHOTS", shots), "utf-8")


def test_each_environment_has_its_own_runs(place: Place) -> None:
    place.declare("bell", project=ENVIRONMENTS)
    _overlay(place, "ci", "10")
    for env, shots in (("ci", 10), ("prod", 100)):
        assert f"shots         = {shots}" in place.ok("plan", "--env", env).out
        place.ok("apply", "--env", env, "--auto-approve")
        assert "No changes." in place.ok("plan", "--env", env).out
    assert place.tasks() == 2
    assert "Destroy complete!" in place.ok("destroy", "--env", "ci", "--auto-approve").out
    assert "No changes." in place.ok("plan", "--env", "prod").out, "the other one stays as it is"


def test_a_changed_overlay_is_not_hidden_by_the_cache(place: Place) -> None:
    place.declare("bell")
    _overlay(place, "prod", "10")
    place.ok("apply", "--env", "prod", "--auto-approve")
    for _ in range(2):
        assert "No changes." in place.ok("plan", "--env", "prod").out
    _overlay(place, "prod", "11")
    assert "1 to add" in place.ok("plan", "--env", "prod").out


def test_a_mistyped_environment_reaches_no_state(place: Place) -> None:
    place.declare("bell", project=ENVIRONMENTS)
    for args in (("plan",), ("apply", "--auto-approve"), ("destroy", "--auto-approve"), ("state", "list"), ("graph",)):
        ran = place.run(*args, "--env", "prodd")
        assert ran.code == 1
        assert 'Did you mean "prod"?' in ran.err
        assert "Say which with --env NAME." in place.run(*args).err
    assert not (place.root / "state").exists()


def test_validate_checks_every_environment(place: Place) -> None:
    place.declare("bell", project=ENVIRONMENTS)
    assert place.ok("validate").out.splitlines() == [
        "The configuration is valid in 2 environments:",
        "  ci    valid: 1 resource",
        "  prod  valid: 1 resource",
    ]
    _overlay(place, "prod", "many")
    ran = place.run("validate")
    assert ran.code == 1
    assert "--> prod.yaml:7:29 (QuantumTask/bell)" in ran.err
    assert ran.out.splitlines()[1:] == ["  ci    valid: 1 resource", "  prod  invalid"]
    assert place.ok("validate", "--env", "ci").out == "The configuration is valid: 1 resource.\n"
    data = place.run("validate", "--json").json
    assert data["environments"] == {
        "ci": {"valid": True, "resources": 1},
        "prod": {"valid": False, "resources": 0},
    }


SHARING = PROJECT + "  reuse: project\n"


def test_a_result_that_another_environment_paid(place: Place) -> None:
    place.declare("bell", project=SHARING)
    place.world.set_switch("latency.factor", "100")  # or a slow machine would find it finished
    place.ok("apply", "--env", "staging", "--auto-approve")
    assert "[reuse/in-flight]" in place.ok("plan", "--env", "prod").err
    place.ok("local", "advance", "1h")
    plan = place.ok("plan", "--env", "prod").out
    assert "already paid in environment staging on " in plan
    assert "Plan: 0 to add, 0 to change, 0 to destroy, 1 to reuse." in plan
    place.ok("apply", "--env", "prod", "--auto-approve")
    assert "No changes." in place.ok("plan", "--env", "prod").out
    there, here = (place.ok("results", "--env", env, "--json").json["results"] for env in ("staging", "prod"))
    assert there == here
    assert place.tasks() == 1
    assert "paid in" in place.ok("show", "--env", "prod", "QuantumTask/bell").out
    assert place.ok("drift", "--env", "prod").code == 0
    assert "Destroy complete!" in place.ok("destroy", "--env", "prod", "--auto-approve").out
    assert "No changes." in place.ok("plan", "--env", "staging").out
    assert "1 to reuse" in place.ok("plan", "--env", "prod").out


def test_a_state_that_an_overlay_put_elsewhere_is_asked_too(place: Place) -> None:
    place.declare("bell", project=SHARING)
    elsewhere = OVERLAY.replace("ENV", "staging").replace("QuantumTask", "Project")
    (place.root / "o.yaml").write_text(elsewhere.replace("{shots: SHOTS}", "{state: {path: states/staging}}"), "utf-8")
    place.ok("apply", "--env", "staging", "--auto-approve")
    assert (place.root / "states" / "staging" / "place.staging.json").exists()
    place.ok("local", "advance", "10m")
    assert "1 to reuse" in place.ok("plan").out


def test_environments_that_share_a_bucket(place: Place) -> None:
    place.declare("bell", project=SHARING + "  state: {backend: s3, bucket: states-of-a-team}\n")
    place.ok("state", "probe", "--create", "--env", "staging")
    place.ok("apply", "--env", "staging", "--auto-approve")
    place.ok("local", "advance", "10m")
    assert "already paid in environment staging on " in place.ok("plan", "--env", "prod").out
    place.ok("apply", "--env", "prod", "--auto-approve")
    assert place.tasks() == 1


def test_a_batch_that_another_environment_paid_in_part(place: Place) -> None:
    batch = """---
apiVersion: qctl/v1alpha1
kind: Batch
metadata: {name: rabi}
spec:
  device: EMU_FREE
  sequence: SEQUENCE
  jobs: [{runs: 10, variables: {omega: 3.14159, t: 500}}, {runs: 20, variables: {omega: 3.14159, t: 500}}MORE]
"""
    sequence = (HOUSE / "examples" / "two-clouds" / "sequences" / "rabi.json").read_text("utf-8")
    (place.root / "s.json").write_text(sequence, "utf-8")
    manifest = SHARING + batch.replace("SEQUENCE", "s.json")
    (place.root / "qctl.yaml").write_text(manifest.replace("MORE", ""), "utf-8")
    place.ok("apply", "--env", "staging", "--auto-approve")
    place.ok("local", "advance", "10m")
    place.ok("wait", "--env", "staging")
    assert "1 to reuse" in place.ok("plan", "--env", "prod").out
    (place.root / "qctl.yaml").write_text(
        manifest.replace("MORE", ", {runs: 30, variables: {omega: 3.14159, t: 500}}"), "utf-8"
    )
    plan = place.ok("plan", "--env", "prod").out
    assert "a new batch for 1 job" in plan
    assert "2 jobs of it are paid already and not sent again" in plan
    place.ok("apply", "--env", "prod", "--auto-approve")
    assert place.world.status()["jobs"] == 3
    place.ok("local", "advance", "10m")
    place.ok("wait", "--env", "prod")
    assert len(place.ok("results", "--env", "prod", "--json").json["results"]["Batch/rabi"]["jobs"]) == 3


def _in_bucket(place: Place) -> None:
    path = place.root / "qctl.yaml"
    bucket = "spec:\n  state: {backend: s3, bucket: team-state, key: studies}\n"
    path.write_text(path.read_text("utf-8").replace("spec:\n", bucket, 1), "utf-8")
    place.ok("state", "probe", "--create")


@pytest.mark.parametrize("bucket", [False, True])
def test_the_first_use_of_an_environment_that_nobody_declared_is_told(place: Place, *, bucket: bool) -> None:
    """A mistyped one planned everything anew, and would have paid for all of it, without a word."""
    place.declare("bell", "ghz")
    if bucket:
        _in_bucket(place)
    assert "[environment/first-use]" not in place.ok("plan", "--env", "prod").err, (
        "the very first one has none beside it"
    )
    place.ok("apply", "--env", "prod", "--auto-approve")
    has = "prod has a state" if bucket else "prod has 2 resources"
    for command in (("plan",), ("destroy", "--auto-approve")):
        told = place.ok(*command, "--env", "prdo").err
        assert "[environment/first-use]" in told
        assert f"Nothing is on record for the environment prdo; {has}." in " ".join(told.split())
        assert 'Did you mean "prod"?' in told
    round_ = place.ok("reconcile", "--once", "--apply", "never", "--json", "--env", "prdo").json
    assert [found["code"] for found in round_["findings"]] == ["environment/first-use"]
    assert "[environment/first-use]" in place.ok("plan").err, "no --env at all is the same mistake"
    place.ok("apply", "--env", "prdo", "--auto-approve")
    assert "[environment/first-use]" not in place.ok("plan", "--env", "prdo").err
    assert "[environment/first-use]" not in place.ok("plan", "--env", "prod").err


def test_a_declared_environment_is_no_surprise(place: Place) -> None:
    place.declare("bell", project=ENVIRONMENTS)
    place.ok("apply", "--env", "ci", "--auto-approve")
    assert "[environment/first-use]" not in place.ok("plan", "--env", "prod").err
    place.declare("bell")
    _overlay(place, "prod", "10")
    assert "[environment/first-use]" not in place.ok("plan", "--env", "prod").err


def test_what_is_destroyed_or_of_another_project_is_no_other_environment(place: Place) -> None:
    place.declare("bell")
    place.ok("apply", "--env", "prod", "--auto-approve")
    place.declare("bell", project=PROJECT.replace(UID, UID.replace("bff", "caf")))
    assert "[environment/first-use]" not in place.ok("plan", "--env", "prdo").err
    place.declare("bell")
    place.ok("destroy", "--env", "prod", "--auto-approve")
    assert "[environment/first-use]" not in place.ok("plan", "--env", "prdo").err


def test_of_many_environments_a_few_are_named(place: Place) -> None:
    place.declare("bell")
    for number in range(7):
        place.ok("apply", "--env", f"e{number}", "--auto-approve")
    told = " ".join(place.ok("plan", "--env", "e9").err.split())
    assert "e3 has 1 resource, e4 has 1 resource and 2 more have a state." in told
