"""One paying call without a client token: how often it is sent, and what is said of it in the end."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

from reconciler.core.attempt import Outcome
from reconciler.core.event import Verb
from reconciler.core.progress import Stage
from reconciler.providers.kind import CloudUnavailable, Reply
from reconciler.workflow.once import Once, only
from tests.workflow.once_clock import HandClock

WINDOW = 300.0
MADE = Reply(Outcome.ACCEPTED, id="b1")
SEEN = Reply(Outcome.ACCEPTED, id="b1", error="seen")
REFUSED = Reply(Outcome.REFUSED, error="no such device")
BUSY = Reply(Outcome.REFUSED, error="too many requests", again=True, throttled=True, after=7.0)
LOST = Reply(Outcome.UNKNOWN, error="no answer")
TWO = Reply(Outcome.UNKNOWN, error="2 runs may be it")
DOWN = CloudUnavailable("the list is down")

Look = Reply | CloudUnavailable | None


@dataclass
class Service:
    """Answers by script; the last answer stays. `log` says what was asked when, in seconds."""

    answers: Sequence[Reply]
    looks: Sequence[Look] = (None,)
    shows_at: float | None = None  # the second from which looks see what was made
    clock: HandClock = field(default_factory=HandClock)
    log: list[tuple[str, float]] = field(default_factory=list)
    told: list[str] = field(default_factory=list)

    def _tell(self, stage: Stage, why: str) -> None:
        self.told.append(f"{stage}: {why}")

    def reply(self) -> Reply:
        once = Once(Verb.CREATE, self._send, self._look, WINDOW, self.clock, self.clock.stop, self._tell)
        return once.reply()

    def times(self, what: str) -> list[float]:
        return [round(at, 3) for name, at in self.log if name == what]

    def _send(self) -> Reply:
        done = len(self.times("send"))
        self.log.append(("send", self.clock.seconds))
        return self.answers[min(done, len(self.answers) - 1)]

    def _look(self) -> Reply | None:
        done = len(self.times("look"))
        self.log.append(("look", self.clock.seconds))
        if self.shows_at is not None and self.clock.seconds >= self.shows_at:
            return SEEN
        seen = self.looks[min(done, len(self.looks) - 1)]
        if isinstance(seen, CloudUnavailable):
            raise seen
        return seen


def test_accepted_it_is_sent_once_after_a_look() -> None:
    service = Service([MADE])
    assert service.reply() == MADE
    assert service.log == [("look", 0.0), ("send", 0.0)]


def test_what_is_there_already_is_not_sent() -> None:
    service = Service([MADE], looks=[SEEN])
    assert service.reply() == SEEN
    assert service.times("send") == []


def test_two_that_are_there_already_are_a_question_and_nothing_is_sent() -> None:
    service = Service([MADE], looks=[TWO])
    assert service.reply() == TWO
    assert service.times("send") == []


def test_without_a_look_nothing_is_sent() -> None:
    service = Service([MADE], looks=[DOWN])
    assert service.reply() == Reply(
        Outcome.REFUSED, error="not sent, for nobody could say whether it was sent before: the list is down"
    )
    assert service.times("send") == []


def test_a_refusal_is_final() -> None:
    service = Service([REFUSED, MADE])
    assert service.reply() == REFUSED
    assert len(service.times("send")) == 1


def test_turned_away_it_is_sent_again_after_a_pause_and_another_look() -> None:
    service = Service([BUSY, BUSY, MADE])
    assert service.reply() == MADE
    assert [name for name, _ in service.log] == ["look", "send"] * 3
    assert service.times("send") == [0.0, 7.0, 14.0]
    assert service.told == ["retrying: too many requests"] * 2


def test_turned_away_and_there_after_all_it_is_not_sent_again() -> None:
    service = Service([BUSY, MADE], shows_at=1.0)
    assert service.reply() == SEEN
    assert len(service.times("send")) == 1


def test_patience_with_a_busy_service_ends() -> None:
    service = Service([BUSY])
    assert service.reply() == BUSY
    assert len(service.times("send")) == 8


def test_an_interrupt_ends_the_patience() -> None:
    service = Service([BUSY])
    service.clock.stop.set()
    assert service.reply() == BUSY
    assert len(service.times("send")) == 1


def test_an_unknown_outcome_is_looked_for_and_never_sent_again() -> None:
    service = Service([LOST, MADE], shows_at=40.0)
    assert service.reply() == SEEN
    assert service.times("send") == [0.0]
    assert service.times("look")[:5] == [0.0, 0.0, 1.0, 3.0, 7.0]


def test_what_shows_in_the_last_moment_of_the_window_is_found() -> None:
    service = Service([LOST], shows_at=WINDOW)
    assert service.reply() == SEEN


def test_after_the_window_it_stays_unknown() -> None:
    service = Service([LOST], shows_at=WINDOW + 0.5)
    assert service.reply() == LOST
    assert service.times("look")[-1] == WINDOW
    assert service.told[0] == "looking: no answer; looking whether it was made after all, for 300 s more"


def test_two_that_show_up_are_a_question() -> None:
    service = Service([LOST], looks=[None, None, TWO])
    assert service.reply() == TWO
    assert len(service.times("send")) == 1


def test_looks_that_fail_end_nothing() -> None:
    service = Service([LOST], looks=[None, DOWN], shows_at=60.0)
    assert service.reply() == SEEN


def test_looks_that_fail_to_the_end_are_told() -> None:
    service = Service([LOST], looks=[None, DOWN])
    assert service.reply() == Reply(Outcome.UNKNOWN, error="no answer; then the list is down")


def test_an_interrupt_ends_the_looking_after_one_more_look() -> None:
    service = Service([LOST])
    service.clock.interrupt_at = 5.0
    assert service.reply() == LOST
    assert service.times("look")[-1] < 6.0
    assert isinstance(service.clock.stop, threading.Event)


def test_one_run_of_several_lines_is_one_run() -> None:
    assert only([]) is None
    assert only(["b1", "b1"]) == MADE
    assert only(["b2", "b1"]) == Reply(Outcome.UNKNOWN, error="2 runs may be it: b1, b2")
