import gzip
import io
import tarfile
from pathlib import Path

import pytest

from reconciler.emulator import jobs_archive
from reconciler.emulator.jobs_archive import ArchiveError, pack, unpack
from tests.emulator.jobs import archive


def packed(name: str, kind: bytes = tarfile.REGTYPE, link: str = "") -> bytes:
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w") as tar:
        entry = tarfile.TarInfo(name)
        entry.type, entry.linkname = kind, link
        tar.addfile(entry)
    return gzip.compress(raw.getvalue(), mtime=0)


def test_a_folder_goes_in_and_out(tmp_path: Path) -> None:
    source, results = tmp_path / "source", tmp_path / "results"
    unpack(archive({"work/main.py": "x = 1", "work/deep/é.txt": ""}), source)
    unpack(pack(source), results)
    found = {path.relative_to(results).as_posix() for path in results.rglob("*")}
    assert found == {"work", "work/main.py", "work/deep", "work/deep/é.txt"}
    assert (results / "work/main.py").read_text() == "x = 1"
    assert pack(source) == pack(results)


def test_links_are_left_out_of_results(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("kept")
    (tmp_path / "link").symlink_to("/etc/passwd")
    with tarfile.open(fileobj=io.BytesIO(pack(tmp_path)), mode="r:gz") as tar:
        assert tar.getnames() == ["file"]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (packed("../out"), "The source archive can't be unpacked: '../out' is no path below a folder."),
        (packed("a/../../out"), "The source archive can't be unpacked: 'a/../../out' is no path below a folder."),
        (packed("/tmp/out"), "The source archive can't be unpacked: '/tmp/out' is no path below a folder."),  # noqa: S108
        (packed("a\\..\\out"), r"The source archive can't be unpacked: 'a\\..\\out' is no path below a folder."),
        (packed("a", tarfile.SYMTYPE, "/etc"), "The source archive has 'a', which is neither a file nor a folder."),
        (packed("a", tarfile.LNKTYPE, "/etc"), "The source archive has 'a', which is neither a file nor a folder."),
        (packed("a", tarfile.FIFOTYPE), "The source archive has 'a', which is neither a file nor a folder."),
        (packed("a")[:-20], "The source archive can't be unpacked: Compressed file ended before the end-of-stream "),
        (gzip.compress(b"no tar" * 200, mtime=0), "The source archive can't be unpacked: invalid header"),
        (b"", "The source archive can't be unpacked: empty file"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_nothing_leaves_the_folder(tmp_path: Path, body: bytes, reason: str) -> None:
    inside = tmp_path / "some" / "code"
    inside.mkdir(parents=True)
    with pytest.raises(ArchiveError) as caught:
        unpack(body, inside)
    assert str(caught.value).startswith(reason)
    assert [path for path in tmp_path.rglob("*") if path.is_file() or path.is_symlink()] == []


def test_an_archive_has_its_limits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs_archive, "MOST_BYTES", 100_000)
    with pytest.raises(ArchiveError, match="holds more than 100000 bytes"):
        unpack(archive({"big": "0" * 200_000}), tmp_path / "code")
    monkeypatch.setattr(jobs_archive, "MOST_FILES", 1)
    with pytest.raises(ArchiveError, match="has more than 1 files"):
        unpack(archive({"a": "", "b": ""}), tmp_path / "code")
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / "big").write_bytes(b"0" * 200_000)
    with pytest.raises(ArchiveError, match="results hold more than 100000 bytes"):
        pack(tmp_path / "results")
