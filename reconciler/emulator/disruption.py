from collections.abc import Callable, Iterable
from dataclasses import dataclass

from reconciler.emulator import late
from reconciler.emulator.fault_answer import render
from reconciler.emulator.faults import Rule
from reconciler.emulator.message import ConnectionLost, Request, Response
from reconciler.emulator.tamper import ALTERING, TOUCHING, alter, touch
from reconciler.emulator.world import Session

# Rules that stand in for the operation; any other rule lets it happen.
_INSTEAD = frozenset({"throttle", "error-500", "error-503", "status", "unreachable", "reset", "garbage", "late"})


@dataclass(frozen=True, slots=True)
class Outcome:
    """What comes of one request: an answer or a lost connection, after a delay in seconds."""

    answer: Response | ConnectionLost
    delay: float = 0.0


def disrupt(
    rules: Iterable[Rule], service: str, request: Request, session: Session, act: Callable[[], Response]
) -> Outcome:
    """Act as the rules say: the first that stands in for acting does; else act, and change the answer."""
    rules = tuple(rules)
    instead = next((rule for rule in rules if rule.effect in _INSTEAD), None)
    if instead is not None:
        if instead.effect == "late":
            late.put_off(session.connection, service, request, session.now + round(instead.seconds * 1000))
        return Outcome(render(instead, service))
    answer = act()
    for rule in rules:
        if rule.effect in TOUCHING:
            touch(rule, service, session, request, answer)
    for rule in rules:
        if rule.effect in ALTERING:
            answer = alter(rule, answer)
    kept = TOUCHING | ALTERING | {"slow"}
    visible = next((render(rule, service) for rule in rules if rule.effect not in kept), answer)
    return Outcome(visible, sum(rule.seconds for rule in rules if rule.effect == "slow"))
