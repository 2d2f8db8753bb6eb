"""States as files, as copies, and in other places: `qctl state pull | push | mv | migrate | history | restore`."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from tests.cli.place import Place

_S3 = "spec:\n  state: {backend: s3, bucket: team-state, key: studies}\n"


def _in_bucket(place: Place, more: str = "") -> None:
    path = place.root / "qctl.yaml"
    text = path.read_text("utf-8").replace("spec:\n", _S3.replace("}", f"{more}}}"), 1)
    path.write_text(text, "utf-8")


def _in_folder(place: Place) -> None:
    path = place.root / "qctl.yaml"
    path.write_text(path.read_text("utf-8").replace(_S3, "spec:\n", 1), "utf-8")


def _ids(place: Place) -> set[str]:
    records = place.ok("state", "list", "--all", "--json").json["resources"]
    return {attempt["id"] for record in records.values() for attempt in record["attempts"]}


def test_to_a_bucket_and_back_and_nothing_is_paid_again(place: Place) -> None:
    place.ok("apply", "--auto-approve")
    before = place.ok("state", "list", "--json").json
    _in_bucket(place)
    assert "[state/no-bucket]" in place.run("plan").err
    place.ok("state", "probe", "--create")
    said = place.ok("state", "migrate", "--from", "local:state").out
    assert "The state is at s3://team-state/studies now" in said
    assert place.ok("state", "migrate", "--from", "local:state").code == 0, "it can be repeated"
    assert "No changes." in place.ok("plan").out
    after = place.ok("state", "list", "--json").json
    assert (after["lineage"], after["resources"]) == (before["lineage"], before["resources"])
    assert after["serial"] > before["serial"]

    _in_folder(place)
    refused = place.run("plan")
    assert (refused.code, "[state/moved]" in refused.err) == (1, True)
    assert "s3://team-state/studies" in refused.err
    place.ok("state", "migrate", "--from", "s3://team-state/studies")
    assert "No changes." in place.ok("plan").out
    assert place.tasks() == 1


def test_a_state_is_never_moved_over_another_one(place: Place) -> None:
    place.ok("apply", "--auto-approve")
    _in_bucket(place)
    place.ok("state", "probe", "--create")
    place.ok("apply", "--auto-approve")  # adopts the run: a state of its own now stands in the bucket
    refused = place.run("state", "migrate", "--from", "local:state")
    assert "[state/move-refused]" in refused.err
    assert place.tasks() == 1


@pytest.mark.parametrize("origin", ["nowhere", "s3://", "local:../up", "s3://UPPER/x", "local:other"])
def test_places_that_are_none(place: Place, origin: str) -> None:
    _in_bucket(place)
    place.ok("state", "probe", "--create")
    ran = place.run("state", "migrate", "--from", origin)
    assert ran.code == 1
    assert "[state/no-place]" in ran.err or "[state/move-refused]" in ran.err


def test_pull_and_push(place: Place, tmp_path: Path) -> None:
    place.ok("apply", "--auto-approve")
    file = tmp_path / "pulled.json"
    place.ok("state", "pull", "--out", str(file))
    assert place.ok("state", "pull").out.encode() == file.read_bytes()
    assert "Saved as serial 2." in place.ok("state", "push", str(file)).out
    assert "[state/push-refused]" in place.run("state", "push", str(file)).err, "it is older by now"
    assert "Saved as serial 3." in place.ok("state", "push", str(file), "--force").out
    file.write_bytes(file.read_bytes().replace(b"lab-3", b"lab-4"))
    assert "[state/unreadable]" in place.run("state", "push", str(file), "--force").err
    file.write_bytes(file.read_bytes()[:200])
    assert "[state/unreadable]" in place.run("state", "push", str(file), "--force").err
    assert "No changes." in place.ok("plan").out


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b" \n", "is empty"),
        (b"\xff\x00 no state", "holds no JSON, and a state is JSON"),
        (b"apiVersion: qctl/v1alpha1\nkind: Project\n", "holds no JSON"),
        (b"[" * 100_000, "holds no JSON"),
        (b"[1, 2]", "is JSON, but not of qctl"),
        (b'{"header": 1, "records": {}}', "is JSON, but not a state of qctl"),
        (b'{"format_version": 1, "resources": {}}', "is JSON, but not a state of qctl"),
        (b'{"version": 4, "terraform_version": "1.9.0", "serial": 3}', "is a state of Terraform or OpenTofu"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_state_is_told_what_it_is(place: Place, tmp_path: Path, content: bytes, said: str) -> None:
    place.ok("apply", "--auto-approve")
    file = tmp_path / "other.json"
    file.write_bytes(content)
    for force in ((), ("--force",)):
        ran = place.run("state", "push", str(file), *force)
        assert ran.code == 1
        assert "[state/not-a-state]" in ran.err
        assert f"other.json {said}" in ran.err
        assert "Nothing was changed." in ran.err
        assert "`qctl state pull --out FILE`" in ran.err
    assert "No changes." in place.ok("plan").out


def test_a_plan_is_no_state(place: Place) -> None:
    place.ok("plan", "--out", "reviewed.plan")
    said = place.run("state", "push", "reviewed.plan").err
    assert "reviewed.plan is a saved plan" in said
    assert "`qctl apply reviewed.plan`" in said


@pytest.mark.parametrize(
    ("path", "said"), [("/dev/null", "is a device"), ("/dev/zero", "is a device"), (".", "is a folder")]
)
def test_what_is_no_file_is_no_state(place: Place, path: str, said: str) -> None:
    """One of them would never end."""
    ran = place.run("state", "push", path)
    assert (ran.code, f"{path} {said}" in ran.err, "[state/not-a-state]" in ran.err) == (1, True, True)


def test_a_pulled_state_can_come_through_a_pipe(place: Place, tmp_path: Path) -> None:
    """As a shell's `<(...)` gives it."""
    place.ok("apply", "--auto-approve")
    pulled, pipe = place.ok("state", "pull").out.encode(), tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(pulled,))
    writer.start()
    assert "Saved as serial 2." in place.ok("state", "push", str(pipe)).out
    writer.join()


def test_an_old_state_pushed_by_force_forgets_no_run(place: Place, tmp_path: Path) -> None:
    file = tmp_path / "old.json"
    place.ok("apply", "--auto-approve")
    place.ok("state", "pull", "--out", str(file))
    place.ok("apply", "--auto-approve", "--replace", "QuantumTask/bell")
    known = _ids(place)
    assert len(known) == 2
    assert "would go back" in " ".join(place.run("state", "push", str(file)).err.split())
    place.ok("state", "push", str(file), "--force")
    assert _ids(place) == known
    assert "No changes." in place.ok("plan").out
    assert place.tasks() == 2


def test_history_and_restore(place: Place) -> None:
    assert "No copies are kept yet" in place.ok("state", "history").out
    place.ok("apply", "--auto-approve")
    place.ok("apply", "--auto-approve", "--replace", "QuantumTask/bell")
    known = _ids(place)
    place.ok("state", "rm", "QuantumTask/bell")
    serials = [copy["serial"] for copy in place.ok("state", "history", "--json").json["copies"]]
    assert serials == [3, 2, 1]
    said = place.ok("state", "restore", "1").out
    assert said == "Restored serial 1 as serial 4. Runs that came later stay on record.\n"
    assert _ids(place) == known
    assert place.ok("state", "list", "--json").json["resources"]["QuantumTask/bell"]["managed"] is True
    assert "[state/no-such-copy]" in place.run("state", "restore", "99").err
    assert "No changes." in place.ok("plan").out
    assert place.tasks() == 2


def test_mv(place: Place) -> None:
    place.ok("apply", "--auto-approve")
    assert place.ok("state", "mv", "QuantumTask/bell", "QuantumTask/new").out == (
        "QuantumTask/bell is QuantumTask/new now.\n"
    )
    for source, target in (("bell", "other"), ("new", "new")):
        assert "[state/move-refused]" in place.run("state", "mv", f"QuantumTask/{source}", f"QuantumTask/{target}").err
    assert "[state/move-refused]" in place.run("state", "mv", "QuantumTask/new", "HybridJob/new").err
    path = place.root / "qctl.yaml"
    for manifest in [path, *place.root.glob("*.yaml")]:
        manifest.write_text(manifest.read_text("utf-8").replace("name: bell", "name: new"), "utf-8")
    assert " 0 to add" in place.ok("plan").out or "No changes." in place.ok("plan").out
    place.ok("apply", "--auto-approve")
    assert place.tasks() == 1, "a renamed run is the same run"


def test_a_sealed_state_needs_its_key(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    _in_bucket(place, ", encryption: {clientSide: true}")
    assert "[state/key-missing]" in place.run("plan").err
    key, other = (place.ok("state", "key").out.strip() for _ in range(2))
    monkeypatch.setenv("QCTL_STATE_KEY", key)
    place.ok("state", "probe", "--create")
    place.ok("apply", "--auto-approve")
    monkeypatch.setenv("QCTL_STATE_KEY", other)
    ran = place.run("plan")
    assert "[state/key-missing]" in ran.err
    assert other not in ran.err
    monkeypatch.setenv("QCTL_STATE_KEY", f"{other},{key}")
    assert "No changes." in place.ok("plan").out
    place.ok("state", "pull", "--out", str(place.root / "pulled.json"))
    place.ok("state", "push", str(place.root / "pulled.json"))
    monkeypatch.setenv("QCTL_STATE_KEY", other)
    assert "No changes." in place.ok("plan").out, "a save seals anew"
    monkeypatch.setenv("QCTL_STATE_KEY", "short")
    assert "[state/invalid-key]" in place.run("plan").err
    assert place.tasks() == 1


def test_a_key_file_lies_outside(place: Place, tmp_path: Path) -> None:
    file = tmp_path / "key"
    _in_bucket(place, f", encryption: {{clientSide: true, keyFile: {file}}}")
    assert "[state/key-missing]" in place.run("plan").err
    file.write_text(place.ok("state", "key").out, "utf-8")
    place.ok("state", "probe", "--create")
    place.ok("apply", "--auto-approve")
    path = place.root / "qctl.yaml"
    inside = place.root / "key"
    inside.write_bytes(file.read_bytes())
    path.write_text(path.read_text("utf-8").replace(str(file), str(inside)), "utf-8")
    assert "[state/key-inside]" in place.run("plan").err


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ("{backend: s3}", "backend s3 needs a bucket"),
        ("{bucket: team-state}", "bucket belong to backend s3"),
        ("{backend: s3, bucket: team-state, path: here}", "path belongs to backend local"),
        ("{backend: s3, bucket: Team}", "bucket"),
        ("{encryption: {kmsKeyId: k}}", "encryption.kmsKeyId belong to backend s3"),
        ("{encryption: {keyFile: /k}}", "keyFile is the key of clientSide"),
        ("{encryption: {clientSide: true, keyFile: k}}", "a key file lies outside the project"),
        ("{backend: s3, bucket: team-state, endpointUrl: nowhere}", "an endpoint is written like"),
    ],
)
def test_settings_that_contradict(place: Place, settings: str, said: str) -> None:
    path = place.root / "qctl.yaml"
    path.write_text(path.read_text("utf-8").replace("spec:\n", f"spec:\n  state: {settings}\n", 1), "utf-8")
    ran = place.run("validate")
    assert ran.code == 1
    assert said in " ".join(ran.err.split())


def test_a_probe_of_a_folder(place: Place) -> None:
    assert "[state/no-bucket-set]" in place.run("state", "probe").err


def test_a_bucket_that_ignores_conditions_is_refused_before_anything_is_paid(place: Place) -> None:
    _in_bucket(place)
    place.ok("state", "probe", "--create")
    place.ok("local", "switch", "s3.conditions", "ignore")
    path = place.root / "qctl.yaml"
    path.write_text(path.read_text("utf-8").replace("key: studies", "key: elsewhere"), "utf-8")
    ran = place.run("apply", "--auto-approve")
    assert (ran.code, "[state/dishonest-bucket]" in ran.err) == (1, True)
    assert place.tasks() == 0


@pytest.mark.parametrize("command", [("show",), ("rm",), ("mv", "QuantumTask/new")])
def test_a_mistyped_address_is_answered_with_the_right_one(place: Place, command: tuple[str, ...]) -> None:
    place.ok("apply", "--auto-approve")
    ran = place.run("state", command[0], "QuantumTask/bel", *command[1:])
    assert 'Did you mean "QuantumTask/bell"?' in ran.err


def _delete_state(place: Place, *, bucket: bool) -> None:
    if not bucket:
        (place.root / "state" / "place.default.json").unlink()
        return
    with place.world.transaction() as session:
        session.connection.execute("DELETE FROM s3_object WHERE key = 'studies/place.default.json'")


@pytest.mark.parametrize("bucket", [False, True])
def test_a_deleted_state_of_which_earlier_saves_are_kept_is_told_and_comes_back(place: Place, *, bucket: bool) -> None:
    """A run whose tags somebody removed was planned as new, without a word, though the copies knew it."""
    if bucket:
        _in_bucket(place)
        place.ok("state", "probe", "--create")
    place.ok("apply", "--auto-approve")
    place.ok("apply", "--auto-approve", "--replace", "QuantumTask/bell")
    before = place.ok("state", "list", "--json").json
    _delete_state(place, bucket=bucket)
    if bucket:  # its journal went on after it: that can't be read without the state
        refused = place.run("plan")
        assert "[state/unreadable]" in refused.err
        assert (
            "all of studies/place.default.journal/ in the bucket, but keep studies/place.default.history/"
            in refused.err
        )
        with place.world.transaction() as session:
            session.connection.execute("DELETE FROM s3_object WHERE key LIKE 'studies/place.default.journal/%'")
    warned = place.ok("plan")
    assert "[state/gone]" in warned.err
    assert "`qctl state restore 2` brings it back" in warned.err
    place.ok("state", "restore", "2")
    after = place.ok("state", "list", "--json").json
    assert (after["lineage"], after["serial"]) == (before["lineage"], 3), "the same state goes on"
    assert after["resources"] == before["resources"]
    assert "[state/gone]" not in place.ok("plan").err


def test_a_state_begun_after_a_deleted_one_has_the_newest_copies(place: Place) -> None:
    """With serials from 1 on, they would be the first of the fifty to be forgotten."""
    place.ok("apply", "--auto-approve")
    place.ok("apply", "--auto-approve", "--replace", "QuantumTask/bell")
    _delete_state(place, bucket=False)
    place.ok("apply", "--auto-approve")  # adopts
    assert [copy["serial"] for copy in place.ok("state", "history", "--json").json["copies"]] == [3, 2, 1]
    assert place.tasks() == 2


def test_encryption_is_turned_off_by_a_word_and_never_by_a_line_that_got_lost(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, path = place.ok("state", "key").out.strip(), place.root / "qctl.yaml"
    plain = path.read_text("utf-8")

    def settings(encryption: str) -> None:
        path.write_text(plain.replace("spec:\n", f"spec:\n  state: {{backend: local{encryption}}}\n", 1), "utf-8")

    monkeypatch.setenv("QCTL_STATE_KEY", key)
    settings(", encryption: {clientSide: true}")
    place.ok("apply", "--auto-approve")
    settings("")
    lost = place.run("plan")
    assert (lost.code, "[state/key-missing]" in lost.err) == (1, True)
    assert "write clientSide: false there" in lost.err
    settings(", encryption: {clientSide: false}")
    place.ok("state", "pull", "--out", "s.json")
    place.ok("state", "push", "s.json")
    monkeypatch.delenv("QCTL_STATE_KEY")
    assert "No changes." in place.ok("plan").out
    assert place.tasks() == 1


def test_a_bucket_that_refuses_is_named_with_what_to_do(place: Place) -> None:
    _in_bucket(place)
    place.ok("state", "probe", "--create")
    place.ok("local", "switch", "s3.others", "team-state")
    ran = place.run("plan")
    assert (ran.code, "[state/store-failed]" in ran.err) == (1, True)
    assert "Listing team-state/studies/place.default.journal/: AccessDenied (403): Access Denied. Nothing" in ran.err
    assert "its name belongs to another account: name another one in spec.state" in ran.err
    assert "Make room" not in ran.err


def test_a_file_that_was_changed_is_no_reason_to_move_the_state_aside(place: Place) -> None:
    place.ok("apply", "--auto-approve")
    place.ok("state", "pull", "--out", "s.json")
    (place.root / "s.json").write_text((place.root / "s.json").read_text("utf-8").replace("bell", "bull"), "utf-8")
    ran = place.run("state", "push", "s.json")
    assert (ran.code, "[state/unreadable]" in ran.err) == (1, True)
    assert "help: Give it a file that `qctl state pull --out` wrote" in ran.err
    assert "move the file aside" not in ran.err


def test_what_was_saved_and_what_was_waited_for_is_said(place: Place) -> None:
    assert place.ok("wait").out == "Nothing is unfinished.\n"
    place.ok("apply", "--auto-approve", "--wait")
    assert place.ok("wait", "--json").out.count("\n") == 1
    assert "Saved 1 result, each with where it is from, in results.\n" in place.ok("results", "--out", "results").out


def test_a_state_that_was_left_behind_is_told_until_it_is_moved(place: Place) -> None:
    """Who changes the manifest and forgets to migrate began with an empty state, without a word."""
    place.ok("apply", "--auto-approve")
    assert "[state/left-behind]" not in place.ok("plan").err
    _in_bucket(place)
    place.ok("state", "probe", "--create")
    warned = place.ok("plan").err
    assert "[state/left-behind]" in warned
    assert "state/place.default.json is a state of this project as well" in warned
    place.ok("state", "migrate", "--from", "local:state")
    assert "[state/left-behind]" not in place.ok("plan").err
