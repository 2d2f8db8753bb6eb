"""Where each part of a circuit is drawn: qubits are rows, what happens at the same time shares a column."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from reconciler.core.qasm.syntax import (
    Barrier,
    Box,
    GateCall,
    Measure,
    Operand,
    Other,
    Program,
    Register,
    Reset,
    Statement,
)

MOST_ROWS = 48
MOST_COLUMNS = 60
_LONGEST_REGISTER = 10_000
# How many of its qubits only control, and what happens on the others: nothing but a point, a plus, crosses or a box.
_CONTROLLED = {
    "cnot": (1, "plus"),
    "cx": (1, "plus"),
    "ccnot": (2, "plus"),
    "ccx": (2, "plus"),
    "cz": (2, ""),
    "cy": (1, "Y"),
    "cv": (1, "V"),
    "cswap": (1, "cross"),
    "swap": (0, "cross"),
    "cphaseshift": (1, "P"),
    "cp": (1, "P"),
    "phaseshift": (0, "P"),
    "si": (0, "S†"),
    "sdg": (0, "S†"),
    "ti": (0, "T†"),
    "tdg": (0, "T†"),
    "vi": (0, "V†"),
}


@dataclass(frozen=True, slots=True)
class Item:
    """One thing in one column. `look` is gate, measure, reset or barrier.

    `controls` are the rows of points, `open` those that must be 0, `rows` the rest. `mark` is a name, plus or cross.
    """

    look: str
    column: int
    rows: tuple[int, ...]
    text: str  # the statement as it is written
    mark: str = ""
    values: str = ""
    controls: tuple[int, ...] = ()
    open: tuple[int, ...] = ()

    @property
    def span(self) -> tuple[int, int]:
        """The first and the last row that it touches."""
        touched = (*self.rows, *self.controls, *self.open)
        return min(touched), max(touched)


@dataclass(frozen=True, slots=True)
class Frame:
    """A block of statements: verbatim, or of control flow."""

    label: str
    first: int  # columns
    last: int
    top: int  # rows
    bottom: int
    depth: int


@dataclass(slots=True)
class Layout:
    """A drawing in rows and columns. `more` counts statements that are not drawn, `hidden` qubits that are not."""

    wires: list[str] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)
    frames: list[Frame] = field(default_factory=list)
    columns: int = 0
    more: int = 0
    hidden: int = 0


def layout_of(program: Program) -> Layout:
    """The drawing of a program, folded after so many columns and rows."""
    return _Placing(program).run()


class _Placing:
    def __init__(self, program: Program) -> None:
        self._text = program.text
        self._statements = program.statements
        self._drawn = Layout()
        self._rows: dict[str, int] = {}
        self._registers: dict[str, list[str]] = {}
        self._front: list[int] = []  # of each row, the first free column

    def run(self) -> Layout:
        for part in self._statements:
            if isinstance(part, Register) and part.kind == "qubit":
                self._declare(part)
        self._place(self._statements, 0)
        self._drawn.columns = min(MOST_COLUMNS, max(self._front, default=0))
        return self._drawn

    def _declare(self, part: Register) -> None:
        if not part.size:
            names = [part.name]
        elif part.size.strip().isdecimal() and len(part.size) < 9:
            count = min(int(part.size), _LONGEST_REGISTER)
            names = [f"{part.name}[{number}]" for number in range(count)]
            self._drawn.hidden += int(part.size) - count
        else:
            names = []
        self._registers[part.name] = names
        for name in names:
            self._row(name)

    def _row(self, name: str) -> int | None:
        """The row of a qubit; None if there is no room for more."""
        if name not in self._rows:
            if len(self._rows) >= MOST_ROWS:
                self._drawn.hidden += 1
                return None
            self._rows[name] = len(self._rows)
            self._drawn.wires.append(name)
            self._front.append(0)
        return self._rows[name]

    def _rows_of(self, operand: Operand) -> list[int]:
        """The rows that an operand stands for; of a computed element all of its register."""
        names = self._registers.get(operand.name)
        if names is None:
            row = self._row(operand.name)
            return [] if row is None else [row]
        index = operand.index.strip()
        if index.isdecimal():
            names = [name for name in names if name == f"{operand.name}[{index}]"]
        return [self._rows[name] for name in names if name in self._rows]

    def _all(self, operands: Sequence[Operand]) -> tuple[int, ...]:
        rows = [row for operand in operands for row in self._rows_of(operand)]
        return tuple(dict.fromkeys(rows))

    def _place(self, statements: Sequence[Statement], depth: int) -> None:
        for part in statements:
            if isinstance(part, Box | Other) and part.body and _is_drawn(part):
                self._block(part, depth)
            else:
                self._single(part)

    def _single(self, part: Statement) -> None:
        match part:
            case GateCall():
                for item in self._gates(part):
                    self._put(item)
            case Measure():
                rows = self._all(part.operands)
                for number, row in enumerate(rows):
                    into = _bit(part.target, number, len(rows))
                    self._put(Item("measure", 0, (row,), self._written(part), values=into))
            case Reset():
                for row in self._all(part.operands):
                    self._put(Item("reset", 0, (row,), self._written(part)))
            case Barrier():
                rows = self._all(part.operands) if part.operands else tuple(range(len(self._front)))
                self._put(Item("barrier", 0, rows, self._written(part)))
            case _:
                pass  # declarations and pragmas have no place on the wires

    def _gates(self, call: GateCall) -> Iterator[Item]:
        """One item, or one for each element where whole registers are named."""
        columns = [self._rows_of(operand) for operand in call.operands]
        if not columns or not all(columns):
            self._drawn.more += 1
            return
        longest = max(map(len, columns))
        for number in range(longest):
            rows = [rows[number] if number < len(rows) else rows[-1] for rows in columns]
            yield self._gate(call, tuple(dict.fromkeys(rows)))

    def _gate(self, call: GateCall, rows: tuple[int, ...]) -> Item:
        controls: list[int] = []
        opened: list[int] = []
        left = list(rows)
        others: list[str] = []
        for word in call.modifiers:
            if not word.startswith(("ctrl", "negctrl")):
                others.append(word)
                continue
            count = word.partition("(")[2].rstrip(") ")
            for _ in range(int(count) if count.isdecimal() and len(count) < 3 else 1):
                if len(left) > 1 or (left and call.name == "gphase"):
                    (opened if word.startswith("neg") else controls).append(left.pop(0))
        own, mark = _CONTROLLED.get(call.name, (0, call.name.upper() if len(call.name) <= 2 else call.name))
        while own and len(left) > (1 if mark else 0):
            controls.append(left.pop(0))
            own -= 1
        if others and mark:
            named = call.name if mark in ("plus", "cross") else mark
            mark = " ".join([*others, named])
        values = ", ".join(call.parameters)
        return Item("gate", 0, tuple(left), self._written(call), mark, values, tuple(controls), tuple(opened))

    def _put(self, item: Item) -> None:
        """Into the first column where all rows between are free."""
        if not item.rows and not item.controls and not item.open:
            return
        top, bottom = item.span
        column = max(self._front[top : bottom + 1])
        if column >= MOST_COLUMNS:
            # What follows on these rows is not drawn either, or it would seem to come instead of this.
            self._front[top : bottom + 1] = [MOST_COLUMNS] * (bottom + 1 - top)
            self._drawn.more += 1
            return
        self._front[top : bottom + 1] = [column + 1] * (bottom + 1 - top)
        self._drawn.items.append(replace(item, column=column))

    def _block(self, part: Box | Other, depth: int) -> None:
        """A frame around its statements, with a column of its own for its words."""
        rows = sorted(self._touched(part.body)) or list(range(len(self._front)))
        if not rows:
            return
        top, bottom = rows[0], rows[-1]
        first = max(self._front[top : bottom + 1])
        if first >= MOST_COLUMNS:
            self._front[top : bottom + 1] = [MOST_COLUMNS] * (bottom + 1 - top)
            self._drawn.more += 1
            return
        self._front[top : bottom + 1] = [first + 1] * (bottom + 1 - top)
        begun = 0
        if isinstance(part, Other) and len(part.heads) > 1:
            for head in part.heads:
                self._framed(head.text, part.body[begun : head.end], (top, bottom), first, depth)
                begun = head.end
                first = max(self._front[top : bottom + 1])
                if head is not part.heads[-1]:
                    self._front[top : bottom + 1] = [first + 1] * (bottom + 1 - top)
            return
        label = part.text if isinstance(part, Other) else "verbatim" if part.verbatim else "box"
        self._framed(label, part.body, (top, bottom), first, depth)

    def _framed(self, label: str, body: Sequence[Statement], rows: tuple[int, int], first: int, depth: int) -> None:
        top, bottom = rows
        self._place(body, depth + 1)
        last = max(self._front[top : bottom + 1])
        self._front[top : bottom + 1] = [last] * (bottom + 1 - top)
        if first < MOST_COLUMNS:
            self._drawn.frames.append(Frame(label, first, min(last, MOST_COLUMNS) - 1, top, bottom, depth))

    def _touched(self, statements: Sequence[Statement]) -> set[int]:
        found: set[int] = set()
        for part in statements:
            if isinstance(part, GateCall | Measure | Reset | Barrier):
                found.update(self._all(part.operands))
            elif isinstance(part, Box | Other):
                found |= self._touched(part.body)
        return found

    def _written(self, part: Statement) -> str:
        return self._text[part.span.start : part.span.end]


def _bit(target: Operand | None, number: int, count: int) -> str:
    """The bit that one of several measured qubits goes to."""
    if target is None:
        return ""
    if target.index:
        return f"{target.name}[{target.index}]"
    return f"{target.name}[{number}]" if count > 1 else target.name


def _is_drawn(part: Box | Other) -> bool:
    return isinstance(part, Box) or part.word != "def"
