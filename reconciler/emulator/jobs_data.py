"""What a hybrid job takes from the local S3 before it runs, and puts there afterwards."""

import json
import sqlite3
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from reconciler.emulator import object_store as store
from reconciler.emulator.braket.job import Job
from reconciler.emulator.clock import moment
from reconciler.emulator.jobs_archive import MOST_BYTES, pack, unpack
from reconciler.emulator.jobs_folders import Folders
from reconciler.emulator.jobs_place import Place, inside
from reconciler.emulator.world import Session, World


class DataError(ValueError):
    """Something the job needs is not in the local S3, or something it leaves can't be there."""


def fetch(world: World, job: Job, folders: Folders) -> None:
    """Fill the folders of a job: source, hyperparameters, input channels, and checkpoints of an earlier job.

    Raises DataError, PlaceError and ArchiveError, whose texts tell the job's owner what is wrong.
    """
    folders.make()
    asked = job.asked
    Place.parse(asked["outputDataConfig"]["s3Path"])
    folders.hyperparameters.write_text(json.dumps(asked.get("hyperParameters", {})), "utf-8")
    _fetch_source(world, asked["algorithmSpecification"]["scriptModeConfig"], folders.code)
    for channel in asked.get("inputDataConfig", ()):
        name = channel["channelName"]
        place = Place.parse(channel["dataSource"]["s3DataSource"]["s3Uri"])
        if not _fetch_all(world, place, folders.input / inside(name)):
            raise DataError(f"No data found for channel '{name}'")
    if "checkpointConfig" in asked:
        _fetch_all(world, Place.parse(asked["checkpointConfig"]["s3Uri"]), folders.checkpoints)


def collect(job: Job, folders: Folders, completed: bool) -> dict[Place, bytes]:
    """What a job leaves, and where: its checkpoints, and its results if it `completed`, where the SDK looks for them.

    Raises ArchiveError and DataError for more than the local S3 takes, and OSError for what can't be read.
    """
    asked, found = job.asked, {}
    if "checkpointConfig" in asked:
        place = Place.parse(asked["checkpointConfig"]["s3Uri"])
        for path in sorted(folders.checkpoints.rglob("*")):
            if path.is_file() and not path.is_symlink():
                if path.stat().st_size > MOST_BYTES:
                    raise DataError(f"The checkpoint {path.name} has more than {MOST_BYTES} bytes.")
                found[place / path.relative_to(folders.checkpoints).as_posix()] = path.read_bytes()
    if completed:
        found[Place.parse(asked["outputDataConfig"]["s3Path"]) / "output/model.tar.gz"] = pack(folders.results)
    return found


def keep(session: Session, left: Mapping[Place, bytes]) -> None:
    """Put what a job left into the local S3."""
    now = moment(session.now)
    for place, body in left.items():
        store.ensure_bucket(session.connection, place.bucket, now)
        store.put_object(session.connection, place.bucket, place.key, body, store.DEFAULT_CONTENT_TYPE, now)


def _fetch_source(world: World, script: dict[str, Any], code: Path) -> None:
    place = Place.parse(script["s3Uri"])
    with world.transaction() as session:
        stored = store.get_object(session.connection, place.bucket, place.key)
    if stored is None:
        raise DataError(f"Unable to download code: there is no {place}.")
    if script.get("compressionType") == "GZIP":
        unpack(stored.body, code)
    else:
        (code / PurePosixPath(place.key).name).write_bytes(stored.body)


def _fetch_all(world: World, place: Place, folder: Path) -> int:
    """Write the objects whose keys begin with the place's; returns how many.

    A folder's contents come without its name, anything else with the last part of its key, as in the SDK's local mode.
    """
    with world.transaction() as session:
        keys = [key for key in _keys(session.connection, place) if not key.endswith("/")]
    whole = all(key.startswith(f"{place.key}/") for key in keys) or not place.key
    top = f"{place.key}/" if whole and place.key else place.key[: place.key.rfind("/") + 1]
    folder.mkdir(parents=True, exist_ok=True)
    for key in keys:
        target = folder / inside(key.removeprefix(top))
        target.parent.mkdir(parents=True, exist_ok=True)
        with world.transaction() as session:
            stored = store.get_object(session.connection, place.bucket, key)
        target.write_bytes(stored.body if stored is not None else b"")
    return len(keys)


def _keys(connection: sqlite3.Connection, place: Place) -> Iterator[str]:
    after = ""
    while (found := store.next_listed(connection, place.bucket, place.key, after, skip=None)) is not None:
        yield found.key
        after = found.key
