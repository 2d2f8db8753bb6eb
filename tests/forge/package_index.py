"""A package index on this machine. It has what is installed here, by its true name, version and requirements.

A package on it holds nothing but a line that leads to what is installed here, so that hundreds of megabytes need not be
packed; only what builds packages is whole. pip sees no difference: it resolves, downloads and installs.
"""

from __future__ import annotations

import io
import re
import sysconfig
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from importlib import metadata
from pathlib import Path
from typing import Any

from tests.forge.answering import answering

_WHOLE = {"setuptools"}  # what builds qctl, in a room of its own
_WHEEL = "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


@dataclass
class Index:
    """What it also has, and what was taken from it."""

    newer: Mapping[str, str] = field(default_factory=dict)
    """Releases that are not installed here, by name: what somebody gets who pins nothing."""
    taken: list[str] = field(default_factory=list)
    url: str = ""

    def page(self, name: str) -> bytes | None:
        """Links to the releases of a package; None: there is no such package."""
        try:
            version = metadata.version(name)
        except metadata.PackageNotFoundError:
            return None
        names = [_file_of(name, v) for v in (version, *([self.newer[name]] if name in self.newer else ()))]
        return "".join(f'<a href="/files/{n}">{n}</a><br>' for n in names).encode()

    def wheel(self, file: str) -> bytes:
        """One release."""
        self.taken.append(file)
        name, version, *_ = file.split("-")
        dist = metadata.distribution(name.replace("_", "-"))
        return _packed(_files(dist) if name in _WHOLE else _led_here(dist, name, version))


@contextmanager
def served(index: Index) -> Iterator[None]:
    """On a free port of this machine."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            kind, _, name = self.path.strip("/").partition("/")
            body = index.wheel(name) if kind == "files" else index.page(name)
            self.send_response(404 if body is None else 200)
            self.send_header("content-type", "application/octet-stream" if kind == "files" else "text/html")
            self.send_header("content-length", str(len(body or b"")))
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its name there
            """Tests print nothing."""

    with answering(Handler) as url:
        index.url = f"{url}/simple"
        yield


def _file_of(name: str, version: str) -> str:
    return f"{re.sub(r'[-_.]+', '_', name)}-{version}-py3-none-any.whl"


def _led_here(dist: metadata.Distribution, name: str, version: str) -> dict[str, bytes]:
    lines = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}"]
    lines += [f"Provides-Extra: {extra}" for extra in dist.metadata.get_all("Provides-Extra") or ()]
    lines += [f"Requires-Dist: {required}" for required in dist.requires or ()]
    here = "\n".join(sorted({sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}))
    info = f"{name}-{version}.dist-info"
    texts = {f"led_here_{name}.pth": f"{here}\n", f"{info}/METADATA": "\n".join(lines) + "\n", f"{info}/WHEEL": _WHEEL}
    return {path: text.encode() for path, text in texts.items()} | {f"{info}/RECORD": b""}


def _files(dist: metadata.Distribution) -> dict[str, bytes]:
    """As it was installed, without scripts and what was compiled."""
    listed = [path for path in dist.files or () if not str(path).startswith("..") and path.suffix != ".pyc"]
    return {str(path): Path(str(dist.locate_file(path))).read_bytes() for path in listed}


def _packed(files: Mapping[str, bytes]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for path, content in files.items():
            archive.writestr(path, content)
    return data.getvalue()
