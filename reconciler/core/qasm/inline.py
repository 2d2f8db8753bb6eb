"""Gate calls in Braket's gates. Gates that a program defines are written out: a definition of one's own breaks
Braket's simulator from 11 qubits on (numba refuses the reshaped state), and QPUs take none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

from reconciler.core.qasm.expression import is_zero, modern, put_in, whole
from reconciler.core.qasm.names import BRAKET, CONTROLLED, EXACT, HALF_TURN, LIBRARY, RENAMED, SAME_AS
from reconciler.core.qasm.parse import parse
from reconciler.core.qasm.problem import Untranslatable
from reconciler.core.qasm.syntax import Barrier, GateCall, GateDefinition, Span

MAX_CALLS = 200_000  # the local cloud simulates no more either
_DEEPEST = 60  # gates in gates
_CONTROLS = frozenset({"ctrl", "negctrl"})
_MOST_CONTROLS = 100
_LONGEST = 5_000  # characters of an angle
_TURNS = frozenset({"rx", "ry", "rz", "phaseshift"})
_NOTHING: Mapping[str, GateDefinition] = {}


class Inliner:
    """Writes calls out. `defined` are the program's own gates, which go before those of the included files."""

    def __init__(self, defined: Mapping[str, GateDefinition], opaque: frozenset[str], old: bool) -> None:
        self._defined = defined
        self._opaque = opaque
        self._old = old
        self._left = MAX_CALLS

    def call(self, call: GateCall, operands: Sequence[str]) -> list[str]:
        """The statements of one call, with the texts of its qubits. Raises Untranslatable."""
        out: list[str] = []
        parameters = [modern(text) if self._old else text for text in call.parameters]
        self._call(
            call.name, _single(call.modifiers, call.span), parameters, operands, call.span, self._defined, out, 0
        )
        return out

    def _call(  # noqa: PLR0913, PLR0917 - one recursion that carries all that a call is
        self,
        name: str,
        modifiers: tuple[str, ...],
        parameters: Sequence[str],
        operands: Sequence[str],
        span: Span,
        scope: Mapping[str, GateDefinition],
        out: list[str],
        depth: int,
    ) -> None:
        definition = scope.get(name)
        if definition is None:
            if name in self._opaque:
                reason = f"`{name}` is opaque: the program does not say what it does."
                raise Untranslatable(reason, "Define it as a gate of gates.", span)
            name, parameters, modifiers = _renamed(name, parameters, modifiers)
            if name == "gphase":
                self._phase(modifiers, parameters, operands, out, span)
                return
            if name in BRAKET:
                self._known(name, modifiers, parameters, operands, span, out)
                return
            definition = _library().get(name)
            scope = _library()
        if definition is None:
            reason = f"Neither the included file nor the program defines a gate `{name}`, and Braket has none."
            raise Untranslatable(reason, "Use another gate, or define it in the program.", span)
        if depth >= _DEEPEST:
            raise Untranslatable(f"`{name}` stands for gates in gates deeper than {_DEEPEST}.", "", span)
        self._body(definition, modifiers, parameters, operands, span, scope, out, depth)

    def _body(  # noqa: PLR0913, PLR0917 - as above
        self,
        definition: GateDefinition,
        modifiers: tuple[str, ...],
        parameters: Sequence[str],
        operands: Sequence[str],
        span: Span,
        scope: Mapping[str, GateDefinition],
        out: list[str],
        depth: int,
    ) -> None:
        controls = _controls(modifiers)
        _check_count(
            definition.name, (len(definition.parameters), len(definition.qubits) + controls), parameters, operands, span
        )
        values = dict(zip(definition.parameters, parameters, strict=True))
        own = list(operands[:controls])
        qubits = dict(zip(definition.qubits, operands[controls:], strict=True))
        kept, times, turned = _repeated(modifiers, definition.name, span)
        body = definition.body[::-1] if turned else definition.body
        for _ in range(times):
            for part in body:
                if isinstance(part, Barrier):
                    continue  # it holds gates apart that are one gate here
                if not isinstance(part, GateCall):
                    reason = f"The gate `{definition.name}` holds another statement than gates."
                    raise Untranslatable(reason, "Write its gates out in the program.", span)
                inner = [put_in(modern(text) if self._is_old(scope) else text, values) for text in part.parameters]
                if any(len(text) > _LONGEST for text in inner):
                    reason = f"Written out, an angle of `{part.name}` has more than {_LONGEST:,} characters."
                    raise Untranslatable(reason, "Make it simpler.", span)
                self._call(
                    part.name,
                    (*kept, *_single(part.modifiers, span)),
                    inner,
                    [*own, *(qubits.get(operand.name, operand.name) for operand in part.operands)],
                    span,
                    scope,
                    out,
                    depth + 1,
                )

    def _is_old(self, scope: Mapping[str, GateDefinition]) -> bool:
        return self._old and scope is self._defined

    def _known(
        self,
        name: str,
        modifiers: tuple[str, ...],
        parameters: Sequence[str],
        operands: Sequence[str],
        span: Span,
        out: list[str],
    ) -> None:
        """One gate of Braket's."""
        while modifiers and modifiers[-1] == "ctrl" and name in CONTROLLED:
            name, modifiers = CONTROLLED[name], modifiers[:-1]
        count, qubits = BRAKET[name]
        _check_count(name, (count, qubits + _controls(modifiers)), parameters, operands, span)
        if name in _TURNS and not modifiers and is_zero(parameters[0]) and out:
            return
        self._left -= 1
        if self._left < 0:
            reason = f"Written out, the program has more than {MAX_CALLS:,} gates."
            raise Untranslatable(reason, "Make it smaller.", span)
        values = f"({', '.join(parameters)})" if parameters else ""
        out.append(f"{''.join(f'{word} @ ' for word in modifiers)}{name}{values} {', '.join(operands)};")

    def _phase(
        self, modifiers: tuple[str, ...], parameters: Sequence[str], operands: Sequence[str], out: list[str], span: Span
    ) -> None:
        """A phase of the whole state changes nothing that can be measured; below a control it turns the control."""
        controls = [word for word in modifiers if word in _CONTROLS]
        _check_count("gphase", (1, len(controls)), parameters, operands, span)
        if not controls:
            return
        last = len(modifiers) - 1 - next(at for at, word in enumerate(modifiers[::-1]) if word in _CONTROLS)
        around = [f"x {operands[-1]};"] if controls[-1] == "negctrl" else []
        out.extend(around)
        self._known("phaseshift", modifiers[:last] + modifiers[last + 1 :], parameters, operands, span, out)
        out.extend(around)


@lru_cache(maxsize=1)
def _library() -> Mapping[str, GateDefinition]:
    return {part.name: part for part in parse(LIBRARY).statements if isinstance(part, GateDefinition)}


def _renamed(
    name: str, parameters: Sequence[str], modifiers: tuple[str, ...]
) -> tuple[str, Sequence[str], tuple[str, ...]]:
    """The gate by Braket's name."""
    if name in RENAMED:
        return RENAMED[name], parameters, modifiers
    if modifiers and name in EXACT:
        return EXACT[name], parameters, modifiers
    if modifiers and name in HALF_TURN:
        return "U", (*HALF_TURN[name], *parameters), modifiers
    if name == "U" and not modifiers:
        return "u", parameters, modifiers
    return SAME_AS.get(name, name), parameters, modifiers


def _single(modifiers: Sequence[str], span: Span) -> tuple[str, ...]:
    """Each control by itself: `ctrl(2)` as `ctrl` and `ctrl`."""
    found: list[str] = []
    for modifier in modifiers:
        word, bracket, count = modifier.partition("(")
        number = whole(count.rstrip(") ")) if bracket else 1
        if word.strip() not in _CONTROLS:
            found.append(modifier)
        elif number is None or not 0 < number <= _MOST_CONTROLS:
            raise Untranslatable(f"How many controls `{modifier}` means is no number in digits.", "Write it.", span)
        else:
            found.extend([word.strip()] * number)
    return tuple(found)


def _controls(modifiers: Sequence[str]) -> int:
    """How many qubits the modifiers put before those of the gate."""
    return sum(word in _CONTROLS for word in modifiers)


def _repeated(modifiers: tuple[str, ...], name: str, span: Span) -> tuple[tuple[str, ...], int, bool]:
    """The modifiers that each gate of the body gets, how often the body comes, and whether backwards."""
    kept = []
    times, turned = 1, False
    for word in modifiers:
        if word == "inv":
            turned = not turned
        if not word.startswith("pow"):
            kept.append(word)
            continue
        number = whole(word.partition("(")[2].rstrip(") "))
        if number is None or not 0 <= number <= MAX_CALLS:
            reason = f"`{word} @ {name}` is a power of several gates that is no whole number."
            raise Untranslatable(reason, "Write its gates out in the program.", span)
        times *= number
    return tuple(kept), min(times, MAX_CALLS + 1), turned


def _check_count(
    name: str, expected: tuple[int, int], parameters: Sequence[str], operands: Sequence[str], span: Span
) -> None:
    if len(parameters) != expected[0]:
        reason = f"`{name}` has {expected[0]} parameters; here are {len(parameters)}."
        raise Untranslatable(reason, "Give one value for each.", span)
    if len(operands) != expected[1]:
        reason = f"`{name}` is a gate of {expected[1]} qubits; here are {len(operands)}."
        raise Untranslatable(reason, "Name one qubit for each.", span)
