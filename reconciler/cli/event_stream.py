"""What apply, destroy and wait say while they work: for a person, as JSON lines, into a file, or both at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from reconciler.cli.terminal import output, view
from reconciler.cli.writing import write
from reconciler.core.progress import Heartbeat, Progress, heartbeat_to_json, progress_to_json
from reconciler.render.json_form import dumps
from reconciler.render.progress_view import Closing, View


class EventStream:
    """One object a line on standard output, if that is wanted; kept for the file, if there is one."""

    def __init__(self, *, as_json: bool, into: Path | None = None) -> None:
        self.as_json = as_json
        self._into = into
        self._lines: list[str] = []

    def emit(self, event: str, data: Mapping[str, Any]) -> None:
        """One event. Every line carries its version, so that each can be read by itself."""
        if not self.as_json and self._into is None:
            return
        line = dumps({"event": event, "format_version": 1, **data}, indent=None)
        if self.as_json:
            output().line(line)
        if self._into is not None:
            self._lines.append(line)

    def save(self) -> None:
        """Write the file, whole or not at all."""
        if self._into is not None:
            write(self._into, "".join(f"{line}\n" for line in self._lines).encode())

    def view(self) -> View:
        """How progress is shown."""
        return _Lines(self) if self.as_json else _Both(self, view())


@contextmanager
def event_stream(*, as_json: bool, into: Path | None = None) -> Iterator[EventStream]:
    """A stream whose file is written however the command ends: what was done is on record in it."""
    stream = EventStream(as_json=as_json, into=into)
    try:
        yield stream
    finally:
        stream.save()


class _Lines(Closing):
    """Events only."""

    def __init__(self, stream: EventStream) -> None:
        self._stream = stream

    def tell(self, progress: Progress) -> None:
        """One object."""
        self._stream.emit("progress", progress_to_json(progress))

    def beat(self, heartbeat: Heartbeat) -> None:
        """One object."""
        self._stream.emit("heartbeat", heartbeat_to_json(heartbeat))


class _Both(_Lines):
    """Events for the file, and what a person looks at."""

    def __init__(self, stream: EventStream, shown: View) -> None:
        super().__init__(stream)
        self._shown = shown

    def tell(self, progress: Progress) -> None:
        """Both."""
        super().tell(progress)
        self._shown.tell(progress)

    def beat(self, heartbeat: Heartbeat) -> None:
        """Both."""
        super().beat(heartbeat)
        self._shown.beat(heartbeat)

    def close(self) -> None:
        """Leave the terminal as it was."""
        self._shown.close()
