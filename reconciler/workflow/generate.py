"""What manifests would say of existing runs: which of them, under which names, and with which files."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from reconciler.core.address import Address
from reconciler.core.adoption import Existing
from reconciler.core.declared import Path
from reconciler.core.device_name import PASQAL
from reconciler.core.mark import KEYED
from reconciler.core.reference import is_late
from reconciler.core.state import State
from reconciler.providers.existing import Importer
from reconciler.workflow.session import Session

FOLDER = "imported"
_WORDS = {
    "QuantumTask": "task",
    "HybridJob": "job",
    "SpendingLimit": "limit",
    "Bucket": "bucket",
    "Batch": "batch",
    "Workload": "workload",
}
_SUFFIXES = {"openqasm": "qasm"}
_PLACEHOLDERS = {
    "qasm": "OPENQASM 3.0;\n// Braket never returns a program. Put the one that was submitted here.\nqubit[1] q;\n",
    "py": "# Amazon Braket does not say what a job's source was. Put the folder that was submitted here.\n",
}
_LEFT_OUT = ("aws:", "qctl:")
_RESERVED_TAG = "belongs to somebody who does not let others write it, or would be read as an expression"


@dataclass(frozen=True, slots=True)
class Written:
    """One document to be: its name, what it says, and the texts of its files by their names in the project.

    `trusted`: what has to be accepted before it can be imported. `remarks` are sentences for the reader.
    """

    kind: str
    name: str
    id: str
    spec: Mapping[str, Any]
    tags: Mapping[str, str] | Sequence[str]
    files: Mapping[str, str]
    trusted: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


@dataclass(slots=True)
class Generated:
    """The documents in the order asked for, and why others can't be written, by id."""

    documents: list[Written] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)


def generate(session: Session, ids: Iterable[str], state: State, taken: Iterable[Address]) -> Generated:
    """Describe these runs. `taken`: addresses in use. Raises CloudUnavailable."""
    owners = {a.id: text for text, record in state.records.items() for a in record.attempts if a.exists}
    names = {str(address.base) for address in taken} | {text.partition("[")[0] for text in state.records}
    result = Generated()
    for run_id in dict.fromkeys(ids):
        if run_id in owners:
            result.refused[run_id] = f"it is on record as a run of {owners[run_id]}"
            continue
        existing = _existing(session, run_id)
        if existing is None:
            result.refused[run_id] = "no cloud of this project has such a run, as far as these credentials see"
        elif problem := existing.refusal or _problem(existing):
            result.refused[run_id] = problem
        else:
            document = _document(session, existing, names)
            names.add(f"{document.kind}/{document.name}")
            result.documents.append(document)
    return result


def _existing(session: Session, run_id: str) -> Existing | None:
    for name in sorted(session.clouds):
        cloud = session.clouds[name]
        if isinstance(cloud, Importer) and cloud.could_be(run_id):
            return cloud.existing("", run_id, whole=True)
    return None


def _problem(existing: Existing) -> str:
    if any(is_late(text) for text in _texts(existing.spec)):
        return "it holds a text with ${{, which would be read as an expression"
    if any(not text and path[-1] == "sequence" for path, text in existing.files.items()):
        return "the cloud does not tell all of its sequences"
    return ""


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from (str(key), *_texts(item))
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _texts(item)


def _document(session: Session, existing: Existing, taken: set[str]) -> Written:
    name = _name(existing, taken)
    spec = _copied(existing.spec)
    aliases = {device: alias for alias, device in session.context.devices.items()}
    if device := spec.get("device"):
        spec["device"] = aliases.get(device) or aliases.get(f"{PASQAL}{device}") or device
    files: dict[str, str] = {}
    for path, text in existing.files.items():
        shown, made = _files(name, path, text, spec)
        _put(spec, path, shown)
        files |= made
    tags, left = _tags(existing)
    trusted = tuple(sorted({existing.hidden[p] for p in ("program", "source") if p in existing.hidden and p in spec}))
    remarks = tuple(f"Its tag {key} {_RESERVED_TAG}." for key in left)
    return Written(existing.kind, name, existing.attempt.id, spec, tags, files, trusted, remarks)


def _name(existing: Existing, taken: set[str]) -> str:
    """Of the id's last part: valid, and not in use."""
    last = re.sub(r"[^a-z0-9]", "", existing.attempt.id.rpartition("/")[2].lower())[:8] or "x"
    base = f"{_WORDS[existing.kind]}-{last}"
    name, number = base, 2
    while f"{existing.kind}/{name}" in taken:
        name, number = f"{base}-{number}", number + 1
    return name


def _files(name: str, path: Path, text: str, spec: Mapping[str, Any]) -> tuple[str, dict[str, str]]:
    """What stands at the path, and the files that it means."""
    last = str(path[-1])
    if last == "folder":
        return _source(name, str(spec["source"]["entryPoint"]))
    suffix = _SUFFIXES.get(last, "json")
    parts = [str(part) for part in path if part not in ("program", "openqasm", "ahs", "ir", "sequence")]
    file = f"{FOLDER}/{'-'.join([name, *parts])}.{suffix}"
    return file, {file: text or _PLACEHOLDERS.get(suffix, "{}\n")}


def _source(name: str, entry: str) -> tuple[str, dict[str, str]]:
    """A folder of the name that the entry point begins with, and in it the module that it names."""
    base, *rest = re.sub(r"[^A-Za-z0-9_.]", "", entry.partition(":")[0]).split(".")
    folder = f"{FOLDER}/{name}/{base or 'source'}"
    module = "/".join(part for part in rest if part) or "__init__"
    return folder, {f"{folder}/{module}.py": _PLACEHOLDERS["py"]}


def _tags(existing: Existing) -> tuple[Mapping[str, str] | Sequence[str], list[str]]:
    if existing.kind == "Batch":
        kept = [text for text in existing.tags if _may_stand(text) and text == text.strip() and len(text) <= 256]
        return kept, [text for text in existing.tags if text not in kept]
    tags = {key: value for key, value in existing.attempt.tags.items() if key not in KEYED}
    kept_tags = {key: value for key, value in sorted(tags.items()) if _may_stand(key) and not is_late(value)}
    return kept_tags, sorted(tags.keys() - kept_tags.keys())


def _may_stand(text: str) -> bool:
    return bool(text) and text.isprintable() and not text.lower().startswith(_LEFT_OUT) and not is_late(text)


def _copied(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _copied(item) for key, item in value.items()}
    return [_copied(item) for item in value] if isinstance(value, list | tuple) else value


def _put(spec: Any, path: Path, value: str) -> None:
    for part in path[:-1]:
        spec = spec[part]
    spec[path[-1]] = value
