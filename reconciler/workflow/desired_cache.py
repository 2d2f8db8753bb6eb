"""What manifests came to when they were last read, kept beside the project (docs/performance.md).

It serves plans that find nothing to do. Whatever is shown as a change, and all that is applied, is read from the
manifests: a wrong cache can hide a change from one plan, and can't submit anything.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import astuple, dataclass, replace
from pathlib import Path
from typing import Any, Final

from reconciler import __version__
from reconciler.core.address import Address
from reconciler.core.declared import Declared
from reconciler.core.digest import FORM, canonical, sha256
from reconciler.core.environment import ENVIRONMENT
from reconciler.core.freshness import Freshness
from reconciler.core.job import Job, Opening
from reconciler.core.phase import Phase
from reconciler.core.resource import Removal, Resource, RunRules
from reconciler.manifest.fingerprint import manifests_fingerprint, programs_in, programs_now
from reconciler.manifest.project import Project
from reconciler.manifest.variables import ENVIRONMENT_PREFIX
from reconciler.workflow.machine_key import is_sealed, machine_key, seal

FORMAT: Final = 4
_SEAL_LENGTH: Final = 64


@dataclass(frozen=True, slots=True)
class Desired:
    """The project and its resources by address text, with what decides whether they stand: neither payload, program
    nor execution.
    """

    project: Project
    resources: dict[str, Resource]

    @property
    def edges(self) -> dict[Address, frozenset[Address]]:
        """Which address waits for which."""
        return {r.address: r.depends for r in self.resources.values()}


class DesiredCache:
    """One environment's file. It is about the texts as they were when this was made."""

    def __init__(
        self,
        root: Path,
        environment: str,
        files: Sequence[Path],
        variables: Mapping[str, str],
        surroundings: Mapping[str, str],
    ) -> None:
        """`surroundings`: where QCTL_VAR_* and the user's cache folder are looked up."""
        self._root, self._files = root, files
        self._file = root / ".qctl" / "cache" / f"desired.{environment}.json"
        self._outside = [
            __version__,
            FORM,
            environment,
            [str(path.resolve()) for path in files],
            sorted(variables.items()),
            sorted(item for item in surroundings.items() if item[0].startswith(ENVIRONMENT_PREFIX)),
        ]
        # Ours alone: an entry that came with the project, in a pull request say, may be there to hide a change.
        self._secret = machine_key(surroundings)
        # What can't be called a file of its own is refused by the store, later and in words.
        self._key = self._made_key() if self._secret and ENVIRONMENT.fullmatch(environment) else None

    def read(self) -> Desired | None:
        """What the manifests come to, if they are the same and it is known. Never raises."""
        if self._key is None or self._secret is None:
            return None
        try:
            data = self._file.read_text("utf-8")
            if not is_sealed(data[_SEAL_LENGTH:], data[:_SEAL_LENGTH], self._secret):
                return None
            entry: dict[str, Any] = json.loads(data[_SEAL_LENGTH:])
            if entry["format"] != FORMAT or entry["key"] != self._key:
                return None
            if programs_now(self._root, entry["programs"]) != entry["programs"]:
                return None
            return Desired(Project.model_validate(entry["project"]), _resources(entry))
        except (OSError, ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError):
            return None  # not there, or not ours: it will be written anew

    def write(self, project: Project, resources: Iterable[Resource], declared: Iterable[Declared]) -> None:
        """Keep what was read from texts without any problem; not if they changed meanwhile. Never raises."""
        if self._key is None or self._secret is None or self._made_key() != self._key:
            return
        entry = {"format": FORMAT, "key": self._key, "programs": programs_in(declared)}
        entry["project"] = project.model_dump(mode="json", by_alias=True)
        text = json.dumps(entry | _columns(resources), ensure_ascii=False, separators=(",", ":"))
        temp = self._file.with_name(f"{self._file.name}.{secrets.token_hex(8)}.tmp")
        # A folder that can't be written only makes the next plan read the manifests again. No sync: a power cut leaves
        # a text that its checksum doesn't fit.
        with suppress(OSError, UnicodeEncodeError):
            self._file.parent.mkdir(parents=True, exist_ok=True)
            try:
                temp.write_text(seal(text, self._secret) + text, "utf-8")
                temp.replace(self._file)  # two plans at once: each leaves a whole file
            finally:
                temp.unlink(missing_ok=True)

    def _made_key(self) -> str | None:
        texts = manifests_fingerprint(self._root, self._files or None)
        return None if texts is None else sha256(canonical([FORMAT, *self._outside, texts]))


def cache_for(root: Path, environment: str, files: Sequence[Path], variables: Mapping[str, str]) -> DesiredCache:
    """The cache of a command in this process."""
    return DesiredCache(root, environment, files, variables, os.environ)


def _columns(resources: Iterable[Resource]) -> dict[str, Any]:
    """A column per field; what thousands have in common stands once."""
    kinds: dict[tuple[Any, ...], int] = {}
    rows = []
    for r in resources:
        common = (r.address.kind, tuple(r.tags.items()), tuple(r.delivery.items()), r.rules, r.depends)
        rows.append((r.address.name, r.address.key, r.digests, kinds.setdefault(common, len(kinds)), *_more(r)))
    return {"common": [_common_to_json(*common) for common in kinds], "rows": rows}


def _more(resource: Resource) -> Iterator[dict[str, Any]]:
    """What only batches and lasting objects have."""
    if resource.jobs is not None:
        opening = resource.opening
        jobs = [[job.digest, dict(job.shown), job.label] for job in resource.jobs]
        yield {"jobs": jobs, "opening": [opening.open, opening.jobs, opening.seconds]}
    if resource.settings is not None:
        yield {"settings": dict(resource.settings), "watched": resource.watched}


def _common_to_json(kind: str, tags: Any, delivery: Any, rules: RunRules, depends: frozenset[Address]) -> list[Any]:
    fresh = None if rules.freshness is None else list(astuple(rules.freshness))
    plain = [rules.generation, rules.max_attempts, sorted(rules.retry_on), rules.on_remove, fresh]
    return [kind, dict(tags), dict(delivery), plain, [[a.kind, a.name, a.key] for a in sorted(depends)]]


def _resources(entry: Mapping[str, Any]) -> dict[str, Resource]:
    common = [_common_from_json(*values) for values in entry["common"]]
    made: dict[str, Resource] = {}
    for name, key, digests, at, *more in entry["rows"]:
        kind, *rest = common[at]
        address = Address(kind, name, _key(key))
        resource = Resource(address, tuple(digests), "", {}, *rest)
        made[str(address)] = _with(resource, **more[0]) if more else resource
    return made


def _with(
    resource: Resource, jobs: Any = None, opening: Any = (), settings: Any = None, watched: bool = False
) -> Resource:
    if jobs is None:
        return replace(resource, settings=settings, watched=watched)
    wanted = tuple(Job(digest, shown, label) for digest, shown, label in jobs)
    return replace(resource, jobs=wanted, opening=Opening(*opening))


def _common_from_json(kind: str, tags: Any, delivery: Any, rules: Any, depends: Any) -> tuple[Any, ...]:
    generation, most, retry_on, removal, fresh = rules
    freshness = None if fresh is None else Freshness(*fresh)
    made = RunRules(generation, most, frozenset(Phase(phase) for phase in retry_on), Removal(removal), freshness)
    return kind, tags, delivery, made, frozenset(Address(a[0], a[1], _key(a[2])) for a in depends)


def _key(pairs: Sequence[Sequence[str]]) -> tuple[tuple[str, str], ...]:
    return tuple((name, value) for name, value in pairs)
