"""Rescue files as a person meets them: named by the error, told by each plan, and brought home."""

from __future__ import annotations

from tests.cli.place import Place

_S3 = "spec:\n  state: {backend: s3, bucket: team-state, key: studies}\n"


def _in_bucket(place: Place, more: str = "") -> None:
    path = place.root / "qctl.yaml"
    text = path.read_text("utf-8").replace("spec:\n", _S3.replace("}", f"{more}}}"), 1)
    path.write_text(text, "utf-8")


def test_a_rescue_file_tells_something_new_once(place: Place) -> None:
    _in_bucket(place)
    place.ok("state", "probe", "--create")
    place.ok(
        "local",
        "fault",
        '{"service": "s3", "operation": "PUT", "path": "journal/", "effect": "status", '
        '"status": 403, "skip": 2, "count": 0}',
    )
    ran = place.run("apply", "--auto-approve")
    assert (ran.code, place.tasks()) == (1, 1)
    place.ok("local", "fault", "--clear")
    (file,) = (place.root / ".qctl" / "rescue").iterdir()
    with place.world.transaction() as session:
        (arn,) = [row[0] for row in session.connection.execute("SELECT arn FROM task")]
    assert f"It has the ids of what was accepted: {arn}." in " ".join(ran.err.split())
    warned = place.ok("plan").err
    assert "[state/rescue]" in warned
    assert f"It knows what was accepted and is not on record: {arn}." in " ".join(warned.split())
    assert f"`qctl state push .qctl/rescue/{file.name}`" in " ".join(warned.split())
    whole = file.read_bytes()
    file.write_bytes(whole[:-9])
    assert "It can't be read here" in place.ok("plan").err
    file.write_bytes(whole)
    assert "[state/rescue]" not in place.ok("plan", "--env", "other").err, "each environment has its own"
    lock = place.run("apply", "--auto-approve")
    assert lock.code == 0, "the lock was given back"
    assert "[state/rescue]" not in place.ok("plan").err
    first = place.ok("state", "push", str(file)).out
    assert "events that were" not in first, "the apply found it by its token meanwhile"
    assert place.ok("log", "--json").json["entries"][-1]["counts"] == {"added": 1}
