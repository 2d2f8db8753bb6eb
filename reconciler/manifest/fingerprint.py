"""What a project's texts say, as short texts: for a cache that must know whether it is still about them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from reconciler.core.declared import Declared, SourceFile, SourceFolder
from reconciler.core.diagnostic import Diagnostic
from reconciler.core.fields import ProjectFile, ProjectFolder
from reconciler.manifest.fields import Model, attribute_of
from reconciler.manifest.files import ManifestFiles
from reconciler.manifest.folders import SourceFolders
from reconciler.manifest.reads import ProgramFiles

_ANY_SIZE = ProjectFile(max_bytes=64_000_000)  # the bounds of the fields held when the file was read first
_ANY_FOLDER = ProjectFolder(max_bytes=1_000_000_000, max_files=100_000)
_ANY_STATE = ""  # no state folder but the usual one is skipped: too many files make a cache useless, never wrong


def manifests_fingerprint(root: Path, given: Sequence[Path] | None) -> str | None:
    """The names and texts of all manifests that `load_project` would read, unparsed; None if one can't be had."""
    found: list[Diagnostic] = []
    files = ManifestFiles(root, given, found)
    whole = sha256()
    first = files.project()
    for text in (*([first] if first else []), *files.others(_ANY_STATE), *files.unnamed(_ANY_STATE)):
        for part in (text.name.encode("utf-8", "surrogateescape"), text.text.encode()):
            whole.update(b"%d " % len(part))  # or a name could go on in its text
            whole.update(part)
    return None if found else whole.hexdigest()


def manifests_now(root: Path, given: Sequence[Path] | None) -> dict[str, str]:
    """By name a digest of the text of each manifest that `load_project` would read. What can't be read is left out."""
    files = ManifestFiles(root, given, [])
    first = files.project()
    texts = (*([first] if first else []), *files.others(_ANY_STATE))
    return {text.name: sha256(text.text.encode("utf-8", "surrogateescape")).hexdigest() for text in texts}


def programs_in(resources: Iterable[Declared]) -> dict[str, str]:
    """The files and folders that manifests name, as written there, each with the fingerprint of what was read.

    The name of a folder ends in a slash; no file's does.
    """
    seen: dict[str, str] = {}
    for resource in resources:
        for path, source in resource.files.items():
            if not source.inline:
                name = _written(resource.spec, path)
                if name not in seen:
                    seen[name] = _fingerprint(source)
        for path, folder in resource.folders.items():
            name = _written(resource.spec, path).rstrip("/") + "/"
            if name not in seen:
                seen[name] = _folder_fingerprint(folder)
    return seen


def programs_now(root: Path, names: Iterable[str]) -> dict[str, str]:
    """The same for these names as the files are now. What can't be read is left out."""
    files, folders = ProgramFiles(root, []), SourceFolders(root)
    now: dict[str, str] = {}
    for name in names:
        read = folders.read(name, _ANY_FOLDER) if name.endswith("/") else files.read(name, _ANY_SIZE)
        if isinstance(read, SourceFile):
            now[name] = _fingerprint(read)
        elif isinstance(read, SourceFolder):
            now[name] = _folder_fingerprint(read)
    return now


def _fingerprint(source: SourceFile) -> str:
    """Of the text and of where it is, for a link may be turned to an equal file."""
    return sha256(f"{source.name}\0{source.text}".encode("utf-8", "surrogateescape")).hexdigest()


def _folder_fingerprint(folder: SourceFolder) -> str:
    return sha256(f"{folder.name}\0{folder.digest}".encode("utf-8", "surrogateescape")).hexdigest()


def _written(spec: object, path: str) -> str:
    """The value of the spec at a path of keys and indices."""
    value: Any = spec
    for key in path.split("."):
        if isinstance(value, Sequence):
            value = value[int(key)]
        else:
            model: Model = type(value)
            value = getattr(value, attribute_of(model, key))
    return str(value)
