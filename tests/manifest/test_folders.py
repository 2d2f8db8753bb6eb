"""Folders that a manifest names: what is taken of them, what another digest is, and what is refused."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from reconciler.core.declared import FolderChanged, SourceFolder
from reconciler.core.fields import ProjectFolder
from reconciler.manifest.fingerprint import programs_in, programs_now
from reconciler.manifest.folders import SourceFolders
from tests.manifest.project import Folder, only, said

JOB = """apiVersion: qctl/v1alpha1
kind: HybridJob
metadata: {name: descent}
spec:
  device: sim
  source: {folder: FOLDER, entryPoint: "algo.main:run"}
  role: arn:aws:iam::123456789012:role/service-role/AmazonBraketJobsExecutionRole
  stoppingCondition: {maxRuntime: 10m}
"""


def read(folder: Folder, name: str = "algo", limits: ProjectFolder | None = None) -> SourceFolder:
    """The folder, which must be fine."""
    found = SourceFolders(folder.root).read(name, limits or ProjectFolder())
    assert isinstance(found, SourceFolder), found
    return found


@pytest.fixture
def source(folder: Folder) -> Folder:
    folder.write("algo/main.py", "def run(): ...\n")
    folder.write("algo/lib/ansatz.py", "LAYERS = 2\n")
    return folder


def test_what_is_taken_and_what_is_left_out(source: Folder) -> None:
    for name in (".git/HEAD", ".env", "__pycache__/main.pyc", "lib/__pycache__/x.pyc", "lib/old.pyc"):
        source.write(f"algo/{name}", "x")
    source.write("algo/data.bin", bytes(range(256)))
    found = read(source)
    assert [file.path for file in found.files] == ["data.bin", "lib/ansatz.py", "main.py"]
    assert [found.read(file)[:8] for file in found.files] == [bytes(range(8)), b"LAYERS =", b"def run("]
    assert (found.name, found.base) == ("algo", "algo")


def test_neither_times_nor_ways_of_writing_its_name_are_content(source: Folder) -> None:
    before = read(source).digest
    os.utime(source.root / "algo" / "main.py", (1, 1))
    (source.root / "algo" / "empty").mkdir()
    assert {read(source, name).digest for name in ("algo", "algo/", "./algo", "circuits/../algo")} == {before}


def test_what_makes_another_digest(source: Folder) -> None:
    digests = [read(source).digest]
    source.write("algo/main.py", "def run(): ...\n# a comment\n")
    digests.append(read(source).digest)
    (source.root / "algo" / "main.py").chmod(0o755)
    digests.append(read(source).digest)
    (source.root / "algo" / "main.py").rename(source.root / "algo" / "start.py")
    digests.append(read(source).digest)
    (source.root / "algo").rename(source.root / "other")  # packages are imported by its name
    digests.append(read(source, "other").digest)
    assert len(set(digests)) == 5


def test_a_file_that_changes_after_it_was_read_is_not_sent(source: Folder) -> None:
    found = read(source)
    source.write("algo/main.py", "something else\n")
    with pytest.raises(FolderChanged, match=r"main\.py was changed"):
        found.read(found.files[1])
    (source.root / "algo" / "main.py").unlink()
    with pytest.raises(FolderChanged, match=r"main\.py can't be read any more"):
        found.read(found.files[1])


def _outside(source: Folder) -> None:
    (source.root.parent / "secret").write_text("x", "utf-8")
    (source.root / "algo" / "link").symlink_to(source.root.parent / "secret")


def _linked_folder(source: Folder) -> None:
    (source.root / "algo" / "again").symlink_to(source.root / "algo")


def _pipe(source: Folder) -> None:
    os.mkfifo(source.root / "algo" / "pipe")


def _nothing(source: Folder) -> None:
    pass


@pytest.mark.parametrize(
    ("name", "prepare", "code"),
    [
        ("alga", _nothing, "file/not-found"),
        ("algo/main.py", _nothing, "file/not-found"),
        (".", _nothing, "file/outside"),
        ("..", _nothing, "file/outside"),
        ("/etc", _nothing, "file/outside"),
        ("C:/algo", _nothing, "file/outside"),
        ("algo", _outside, "file/outside"),
        ("algo", _linked_folder, "file/outside"),
        ("algo", _pipe, "file/unreadable"),
    ],
)
def test_what_is_refused_is_said_at_its_line(source: Folder, name: str, prepare: object, code: str) -> None:
    assert callable(prepare)
    prepare(source)
    assert said(source.load(JOB.replace("FOLDER", name))) == [(code, "tasks.yaml:6:20")]


def test_a_link_to_a_file_of_the_project_is_that_file(source: Folder) -> None:
    (source.root / "algo" / "circuit").symlink_to(source.root / "c.qasm")
    plain = read(source)
    assert plain.read(plain.files[0]) == (source.root / "c.qasm").read_bytes()


@pytest.mark.parametrize("limits", [ProjectFolder(max_bytes=20), ProjectFolder(max_files=1)])
def test_bounds(source: Folder, limits: ProjectFolder) -> None:
    assert isinstance(SourceFolders(source.root).read("algo", replace(limits)), tuple)
    room = ProjectFolder(max_bytes=limits.max_bytes + 10, max_files=limits.max_files + 1)
    assert read(source, limits=room).files


def test_the_cache_of_plans_notices_what_the_digest_notices(source: Folder) -> None:
    declared = only(source.load(JOB.replace("FOLDER", "algo")))
    then = programs_in([declared])
    assert list(then) == ["algo/"]
    os.utime(source.root / "algo" / "main.py", (1, 1))
    assert programs_now(source.root, then) == then
    source.write("algo/new.py", "")
    assert programs_now(source.root, then) != then
    for path in (source.root / "algo").rglob("*.py"):
        path.unlink()
    assert programs_now(Path(source.root), then) != then
