"""`--env`: what a mistyped one comes to, and that one project can be several without them touching each other."""

from __future__ import annotations

from tests.cli.place import PROJECT, Place

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
