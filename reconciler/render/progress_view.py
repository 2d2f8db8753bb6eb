"""Progress while it happens: live on a terminal, a line for each event in a pipe."""

from __future__ import annotations

from types import TracebackType
from typing import Protocol, Self

from reconciler.core.progress import Heartbeat, Progress
from reconciler.render.console import Output
from reconciler.render.progress_text import heartbeat_text, progress_text


class View(Protocol):
    """Shows progress. `tell` may be called from any thread, one at a time; it never raises for a reader that left."""

    def tell(self, progress: Progress) -> None:
        """Show one moment."""

    def beat(self, heartbeat: Heartbeat) -> None:
        """Show that there is no news."""

    def close(self) -> None:
        """Leave the terminal as it was. May be called twice."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class Closing:
    """A view that closes itself at the end of a `with`."""

    def close(self) -> None:
        """Nothing to put back."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class LineView(Closing):
    """One plain line for each event."""

    def __init__(self, output: Output) -> None:
        self._output = output

    def tell(self, progress: Progress) -> None:
        """One line."""
        self._output.line(progress_text(progress))

    def beat(self, heartbeat: Heartbeat) -> None:
        """One line."""
        self._output.line(heartbeat_text(heartbeat))


def make_view(output: Output) -> View:
    """The view that suits this output."""
    if not output.live:
        return LineView(output)
    from reconciler.render.live_view import LiveView  # rich takes longer to import than most commands run

    return LiveView(output)
