"""Where the project's state rests: a folder, or a bucket on S3, on another service, or in the local cloud."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from reconciler.cli.clouds import LocalCloud, Problem
from reconciler.core.diagnostic import Diagnostic, Severity
from reconciler.core.ports import Clock
from reconciler.core.state import State as StateOfRuns
from reconciler.manifest.project_state import State
from reconciler.store.copies import StateMoved
from reconciler.store.errors import StateOfAnother, StoreError
from reconciler.store.local import LocalStore, random_id
from reconciler.store.port import Archive
from reconciler.store.rescue import SUFFIX, RescuingStore, decode_rescue
from reconciler.store.sealed import KeyMissing, Seal, Sealed, Unsealed, keys_of
from reconciler.store.successor import Names

if TYPE_CHECKING:
    from reconciler.store.s3.client import S3Objects
    from reconciler.store.s3.probe import Probe

KEY_VARIABLE = "QCTL_STATE_KEY"
_LOCAL_REGION = "us-east-1"
_USUAL = "state"  # the folder where a state rests as long as no manifest says otherwise
_OF_S3 = ("region", "profile", "endpointUrl", "pathStyle", "encryption")


@dataclass(frozen=True, slots=True)
class StateSetup:
    """How a project reaches its state. `in_local_cloud`: all clouds are local; so is a bucket without address."""

    root: Path
    settings: State
    names: Names
    clock: Clock
    local_cloud: LocalCloud
    in_local_cloud: bool

    def store(self) -> Archive:
        """The store, which leaves a rescue file on this machine when it fails. Connects to nothing."""
        return RescuingStore(self._inner(), self.names, self.seal(), self._rescue_folders)

    @property
    def _rescue_folders(self) -> tuple[Path, ...]:
        return self.root / ".qctl" / "rescue", self.root

    def rescues(self) -> Iterator[tuple[str, StateOfRuns | None]]:
        """The rescue files of this environment, each with the state in it; None: it can't be read."""
        head = f"{self.names.project}.{self.names.environment}."
        for folder in self._rescue_folders:
            for path in sorted(folder.glob(f"{head}*{SUFFIX}")):
                if not path.is_file():
                    continue
                try:
                    data = self.seal().open(path.read_bytes(), "rescue", path.name)
                    yield str(path), decode_rescue(data, self.names, path.name).state
                except StateOfAnother:
                    continue
                except (StoreError, OSError):
                    yield str(path), None

    def _inner(self) -> Archive:
        if self.settings.backend == "local":
            return LocalStore(self.root / self.settings.path, self.names, clock=self.clock, seal=self.seal())
        from reconciler.store.s3.store import S3Store  # botocore: only where the state rests in a bucket

        objects = self.objects()
        return S3Store(
            objects, self.settings.key, self.names, clock=self.clock, seal=self.seal(), guard=self.probe(objects)
        )

    def at(self, place: str) -> StateSetup:
        """The same state in another place: `local:FOLDER` or `s3://BUCKET/KEY`. Raises Problem."""
        return StateSetup(
            self.root, _settings_at(place, self.settings), self.names, self.clock, self.local_cloud, self.in_local_cloud
        )

    def left_behind(self) -> list[Diagnostic]:
        """A state of this project in the usual folder, which the manifest no longer names and nobody moved away."""
        if self.settings.backend == "local" and self.settings.path.strip("/") == _USUAL:
            return []
        base = self.root / _USUAL / f"{self.names.project}.{self.names.environment}"
        if not Path(f"{base}.json").exists() or Path(f"{base}.moved").exists():
            return []
        detail = (
            f"{_USUAL}/{base.name}.json is a state of this project as well, and is not used: the manifest says "
            f"{self.settings.place}. What only it remembers is not known here."
        )
        remedy = (
            f"`qctl state migrate --from local:{_USUAL}` moves it there. If another one was saved there since, pull it "
            "with the old manifest, `qctl state push --force` the file with this one, and move the old one away."
        )
        return [Diagnostic("state/left-behind", "Another state", detail, remedy, severity=Severity.WARNING)]

    def beside(self) -> Mapping[str, int | None]:
        """The other environments in this place, with how many resources they have. A bucket is listed, and not read."""
        found: dict[str, int | None] = {}
        with suppress(StoreError):  # whoever may not list loses a hint
            for name in self.store().environments():
                if name != self.names.environment:
                    found[name] = self._resources_of(name)
        return {name: count for name, count in found.items() if count != 0}

    def _resources_of(self, environment: str) -> int | None:
        """None: nobody knows without asking more. A state of another project, or one that moved, is none."""
        if self.settings.backend != "local":
            return None
        try:
            state = replace(self, names=replace(self.names, environment=environment)).store().read().state
        except (StateOfAnother, StateMoved):
            return 0
        except StoreError:
            return None
        return sum(r.managed and any(a.exists for a in r.attempts) for r in state.records.values())

    def seal(self) -> Seal:
        """What encrypts on this machine, if anything is to. Raises KeyMissing and InvalidKey."""
        chosen = self.settings.encryption
        if not chosen.client_side:
            # Only where a person wrote `clientSide: false`: a line that got lost must not open what was sealed.
            given = os.environ.get(KEY_VARIABLE) if "client_side" in chosen.model_fields_set else None
            return Unsealed(keys_of(given, KEY_VARIABLE) if given else ())
        if given := os.environ.get(KEY_VARIABLE):
            return Sealed(keys_of(given, KEY_VARIABLE))
        if chosen.key_file is None:
            raise KeyMissing("The state", f"is to be encrypted on this machine, but {KEY_VARIABLE} holds no key")
        path = Path(chosen.key_file).expanduser()
        if path.resolve().is_relative_to(self.root.resolve()):
            detail = f"{path} lies inside the project: whoever gets the project gets the key."
            raise Problem(Diagnostic("state/key-inside", "Encryption key in the project", detail, "Move it out."))
        try:
            text = path.read_text("utf-8")
        except (OSError, ValueError) as error:
            raise KeyMissing("The state", f"is encrypted with the key in {path}, which can't be read") from error
        return Sealed(keys_of(text, str(path)))

    def objects(self) -> S3Objects:
        """The bucket. Raises Problem if this is no bucket."""
        from reconciler.store.s3.client import Access, S3Objects  # botocore, as above

        settings = self.settings
        if settings.bucket is None:
            detail = "The state of this project rests in a folder."
            raise Problem(Diagnostic("state/no-bucket-set", "State is not in a bucket", detail, "Set spec.state."))
        if self.in_local_cloud and settings.endpoint_url is None:
            from reconciler.emulator.inprocess import hook

            return S3Objects(Access(settings.bucket, _LOCAL_REGION, hook=hook(self.local_cloud.world())), self.clock)
        access = Access(
            settings.bucket,
            settings.region or os.environ.get("AWS_REGION") or None,
            settings.profile,
            settings.endpoint_url,
            settings.path_style,
            settings.encryption.kms_key_id,
            encrypt=settings.endpoint_url is None,  # others need not know the header
        )
        return S3Objects(access, self.clock)

    def probe(self, objects: S3Objects) -> Probe:
        """What asks the bucket whether it keeps conditions."""
        from reconciler.store.s3.probe import Probe

        local = self.in_local_cloud and self.settings.endpoint_url is None
        # The local cloud can be emptied and switched: what this machine once knew of it proves nothing.
        memory = None if local else _cache_folder()
        return Probe(
            objects,
            lambda: objects.endpoint,
            str(self.settings.bucket),
            self.settings.key,
            self.clock,
            random_id,
            memory,
        )


def _settings_at(place: str, like: State) -> State:
    """Settings for another place; what they don't say is as it is for the present one."""
    kind, _, rest = place.partition(":")
    data = like.model_dump(exclude_unset=True, by_alias=True)
    encryption = {k: v for k, v in data.get("encryption", {}).items() if k != "kmsKeyId"}
    try:
        if kind == "local":
            return State.model_validate({"backend": "local", "path": rest, "encryption": encryption})
        parts = urlsplit(place)
        if kind == "s3" and parts.netloc:
            kept = {name: data[name] for name in _OF_S3 if name in data}
            key = parts.path.strip("/") or "qctl"
            return State.model_validate({**kept, "backend": "s3", "bucket": parts.netloc, "key": key})
    except ValueError as error:
        raise Problem(_no_place(place, str(error).splitlines()[-2].strip())) from error
    raise Problem(_no_place(place, "it begins with neither local: nor s3://"))


def _no_place(place: str, why: str) -> Diagnostic:
    detail = f"{place!r} is no place of a state: {why}."
    return Diagnostic("state/no-place", "Not a place of a state", detail, "Write local:FOLDER or s3://BUCKET/KEY.")


def _cache_folder() -> Path | None:
    home = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")  # noqa: PTH111 - Path raises with no home
    folder = Path(home)
    return folder / "qctl" / "buckets" if folder.is_absolute() else None
