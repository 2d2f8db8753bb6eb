"""`qctl init --bootstrap`: manifests, a plan, a question, and the second time nothing."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.cli.place import PROJECT, TASK, Place

_ASKED = ("--bucket-prefix", "lab-3", "--region", "us-west-2", "--limit", "garnet=50.00", "--tag", "owner=lab-3")
_YES = "--auto-approve"


def buckets(place: Place) -> list[tuple[str, str]]:
    with place.world.transaction() as session:
        return list(session.connection.execute("SELECT name, region FROM s3_bucket ORDER BY name"))


def limits(place: Place) -> list[tuple[str, str]]:
    with place.world.transaction() as session:
        return list(session.connection.execute("SELECT device, amount FROM spending_limit"))


def test_a_new_team_has_all_it_needs_after_one_command(place: Place) -> None:
    (place.root / "qctl.yaml").unlink(missing_ok=True)
    told = place.ok("init", "--bootstrap", "--name", "lab", *_ASKED, _YES).out
    assert "Plan: 3 to add, 0 to change, 0 to destroy." in told
    assert "qctl state migrate --from local:state" in told
    names = [("amazon-braket-lab-3-results", "us-west-2"), ("amazon-braket-lab-3-state", "us-west-2")]
    assert buckets(place) == names
    assert limits(place) == [("arn:aws:braket:eu-north-1::device/qpu/iqm/Garnet", "50")]
    assert 'tags: {"owner": "lab-3"}\n    output: {bucket: amazon-braket-lab-3-results}' in text(place, "qctl.yaml")
    for again in (_ASKED, ()):  # the same command, and the shorter one
        assert "No changes." in place.ok("init", "--bootstrap", *again).out
    assert "No changes." in place.ok("plan").out
    assert buckets(place) == names
    assert "region" not in text(place, "bootstrap.yaml")  # the project says it


def test_tags_are_required_from_then_on(place: Place) -> None:
    (place.root / "qctl.yaml").unlink(missing_ok=True)
    place.ok("init", "--bootstrap", "--name", "lab", "--tag", "cost:center=7", _YES)
    manifest = text(place, "qctl.yaml")
    (place.root / "qctl.yaml").write_text(
        manifest + TASK.replace("NAME", "bell").replace('"${{ var.shots }}"', "9"), "utf-8"
    )
    assert "Plan: 1 to add" in place.ok("plan").out
    untagged = (place.root / "qctl.yaml").read_text("utf-8").replace('    tags: {"cost:center": "7"}\n', "")
    (place.root / "qctl.yaml").write_text(untagged, "utf-8")
    ran = place.run("plan")
    assert "QuantumTask/bell has no tag cost:center" in ran.err


def text(place: Place, name: str) -> str:
    return (place.root / name).read_text("utf-8")


def test_a_lost_state_makes_nothing_twice(place: Place) -> None:
    place.ok("init", "--bootstrap", "--limit", "garnet=5", _YES)
    before = buckets(place), limits(place)
    shutil.rmtree(place.root / "state")
    assert "Plan: 3 to import, 0 to add" in place.ok("init", "--bootstrap", _YES).out
    assert (buckets(place), limits(place)) == before


def test_a_project_that_is_there_keeps_its_manifest_and_its_runs_wait(place: Place) -> None:
    """Only what the bootstrap wrote is applied: nothing is submitted on the way."""
    place.declare("bell")
    before = text(place, "qctl.yaml")
    place.ok("init", "--bootstrap", _YES)
    assert text(place, "qctl.yaml") == before
    assert (place.tasks(), len(buckets(place))) == (0, 2)
    assert "Plan: 1 to add" in place.run("plan").out


def test_another_name_than_the_projects_is_refused_and_not_ignored(place: Place) -> None:
    ran = place.run("init", "--bootstrap", "--name", "other", _YES)
    assert (ran.code, "[init/exists]" in ran.err) == (1, True)
    assert "names its project place, not other" in ran.err
    assert buckets(place) == []
    assert place.ok("init", "--bootstrap", "--name", "place", _YES).code == 0


def test_without_a_yes_nothing_is_made(place: Place) -> None:
    ran = place.run("init", "--bootstrap", "--bucket-prefix", "lab-3")
    assert (ran.code, "Nobody can be asked here" in ran.err) == (1, True)
    assert buckets(place) == []


def test_a_name_that_is_taken_stops_it_in_the_plan(place: Place) -> None:
    place.ok("local", "switch", "s3.others", "amazon-braket-lab-3-state")
    ran = place.run("init", "--bootstrap", "--bucket-prefix", "lab-3", _YES)
    assert (ran.code, "[bucket/taken]" in ran.err) == (1, True)
    assert buckets(place) == []


def test_a_refused_bootstrap_says_which_rights_it_needs(place: Place) -> None:
    assert "iam policy" not in place.run("init", "--bootstrap").err, "nobody was there to say yes: no right is missing"
    place.ok("local", "fault", '{"service": "s3", "operation": "PUT", "effect": "status", "status": 403}')
    ran = place.run("init", "--bootstrap", _YES)
    assert (ran.code, "was refused" in ran.err) == (1, True), ran
    assert "`qctl iam policy --for bootstrap` prints all that this needs." in ran.err
    place.ok("iam", "policy", "--for", "bootstrap")


def test_a_bootstrap_file_is_the_users_own(place: Place) -> None:
    place.ok("init", "--bootstrap", _YES)
    edited = text(place, "bootstrap.yaml").replace("abortMultipart: 7}  #", "abortMultipart: 9}  #")
    (place.root / "bootstrap.yaml").write_text(edited, "utf-8")
    assert "Plan: 0 to add, 1 to change" in place.ok("init", "--bootstrap", _YES).out
    ran = place.run("init", "--bootstrap", "--bucket-prefix", "other", _YES)
    assert (ran.code, "[init/differs]" in ran.err) == (1, True)
    assert text(place, "bootstrap.yaml") == edited


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--limit", "garnet"), "[init/option]"),
        (("--limit", "=5"), "[init/option]"),
        (("--limit", "garnet=1.234"), "an amount has at most two decimals"),
        (("--limit", "nix=5"), "[init/device]"),
        (("--region", "Paris"), "a region is named like"),
        (("--bucket-prefix", "Lab"), "a bucket's name has"),
        (("--tag", "aws:x=1"), "[init/option]"),
        (("--tag", "cost=7"), "[init/tags]"),
    ],
)
def test_what_can_not_be_meant_writes_nothing(place: Place, options: tuple[str, ...], said: str) -> None:
    ran = place.run("init", "--bootstrap", *options, _YES)
    assert (ran.code, said in ran.err) == (1, True), ran.err
    assert not (place.root / "bootstrap.yaml").exists()


@pytest.mark.parametrize("options", [("--limit", "garnet=5"), ("--auto-approve",), ("--tag", "a=b")], ids=" ".join)
def test_its_options_mean_nothing_without_it(place: Place, options: tuple[str, ...], tmp_path: Path) -> None:
    ran = place.run("init", str(tmp_path / "new"), *options)
    assert (ran.code, "needs --bootstrap" in ran.err) == (1, True)
    assert not (tmp_path / "new").exists()


def test_an_environment_has_buckets_of_its_own_name(place: Place) -> None:
    (place.root / "qctl.yaml").write_text(PROJECT, "utf-8")
    place.ok("init", "--bootstrap", "--env", "staging", _YES)
    first = text(place, "bootstrap.yaml")
    (place.root / "bootstrap.yaml").unlink()
    place.ok("init", "--bootstrap", _YES)
    assert text(place, "bootstrap.yaml") != first
    assert len(buckets(place)) == 4
