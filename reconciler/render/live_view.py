"""Progress on a terminal: events scroll by, a bar stays below them."""

from __future__ import annotations

from collections import deque

from rich.console import Console, Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from reconciler.core.progress import Heartbeat, Progress, Stage
from reconciler.render.console import Output
from reconciler.render.progress_text import PROBLEMS, progress_text
from reconciler.render.progress_view import Closing

_FEW = 20  # so many ends stay on the screen; of more, only problems do
_LAST = 4
_STYLES = {Stage.DONE: "green", Stage.REFUSED: "red", Stage.UNKNOWN: "magenta", Stage.SKIPPED: "yellow"}


class _Console(Console):
    """A second Ctrl-C ends the process at once, and nobody would show the cursor again: so it is never hidden."""

    def show_cursor(self, show: bool = True) -> bool:
        return False


class LiveView(Closing):
    """The last events and a bar with counts; refusals, unknown outcomes and skips stay."""

    def __init__(self, output: Output, *, beside: bool = False) -> None:
        """`beside`: on standard error, while standard output waits for what was asked for."""
        file, colour = (output.err, output.error_colour) if beside else (output.out, output.colour)
        self._console = _Console(file=file, no_color=not colour, highlight=False, emoji=False)
        self._last: deque[Text] = deque(maxlen=_LAST)
        self._done = self._total = self._problems = self._stayed = 0
        self._now = ""
        self._live = Live(console=self._console, get_renderable=self._picture, transient=True, refresh_per_second=8)

    def tell(self, progress: Progress) -> None:
        """Show one moment."""
        self._live.start()
        self._done, self._total = max(self._done, progress.done), max(self._total, progress.total)
        text = Text(progress_text(progress), style=_STYLES.get(progress.stage, ""), overflow="ellipsis", no_wrap=True)
        self._problems += progress.stage in PROBLEMS
        if progress.stage in (Stage.STARTED, Stage.RETRYING, Stage.LOOKING):
            self._now = text.plain
        elif self._stays(progress):
            # The terminal itself wraps it: an id that we broke could not be copied in one piece.
            self._console.print(Text(text.plain, style=text.style), soft_wrap=True)
        else:
            self._last.append(text)

    def beat(self, heartbeat: Heartbeat) -> None:
        """Nothing: a terminal shows that it is alive."""

    def _stays(self, progress: Progress) -> bool:
        """Problems do, a failed run that was waited for among them, and everything where there is little."""
        if progress.stage in PROBLEMS or (progress.stage is Stage.STATUS and progress.detail):
            return True
        self._stayed += 1
        return max(self._stayed, self._total) <= _FEW

    def close(self) -> None:
        """Take the bar away; what scrolled by stays."""
        self._live.stop()

    def _picture(self) -> Group:
        if not self._total:
            return Group(*self._last)
        row = Table.grid(padding=(0, 1))
        problems = Text(f"{self._problems} not done", style="red") if self._problems else Text("")
        now = Text(self._now if self._done < self._total else "", style="dim", overflow="ellipsis", no_wrap=True)
        bar = ProgressBar(self._total, self._done, 24, style="dim", complete_style="cyan", finished_style="green")
        row.add_row(bar, f"{self._done} of {self._total}", problems, now)
        return Group(*self._last, row)
