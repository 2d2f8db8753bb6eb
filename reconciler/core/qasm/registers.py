"""Where each qubit and bit of a program is, after several registers became one: QPUs take one of each kind."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from reconciler.core.qasm.expression import names_in, whole
from reconciler.core.qasm.problem import Untranslatable
from reconciler.core.qasm.syntax import Box, Input, Operand, Other, Register, Statement

_LARGEST = 100_000  # elements of a register that is written out


@dataclass(frozen=True, slots=True)
class Home:
    """Where a register went: into `name`, from `offset` on. `size` is None if the program computes it."""

    kind: str
    name: str
    offset: int
    size: int | None
    single: bool  # written without a size: it is named without an index

    def element(self, number: int) -> str:
        """The text of one element."""
        return self.name if self.single else f"{self.name}[{self.offset + number}]"


@dataclass(frozen=True, slots=True)
class Registers:
    """All registers by name, and the declarations that the flattened ones became, by the place of the first."""

    homes: dict[str, Home]
    merged: dict[str, tuple[str, int]]  # kind to the new register's name and size

    def elements(self, operand: Operand) -> tuple[list[str], bool]:
        """The texts of the elements, and whether it is a list. Raises Untranslatable."""
        home = self.homes.get(operand.name)
        if home is None or (home.size is None and home.kind not in self.merged):
            return [_as_written(operand)], False
        size = home.size or 0
        if not operand.index:
            return [home.element(number) for number in range(size)], not home.single and home.size is not None
        number = whole(operand.index)
        if number is not None:
            return [home.element(_within(number, size, operand))], False
        listed = _listed(operand.index, size)
        if listed is not None:
            return [home.element(_within(number, size, operand)) for number in listed], True
        if home.kind not in self.merged:
            return [_as_written(operand)], False
        if any(sign in operand.index for sign in ":{,]["):
            reason = f"`{operand.name}[{operand.index}]` stands for several elements that are known only when it runs."
            raise Untranslatable(reason, "Name the elements by number.", operand.span)
        shift = f"{home.offset} + " if home.offset else ""
        return [f"{home.name}[{shift}{operand.index}]"], False


def _as_written(operand: Operand) -> str:
    return f"{operand.name}[{operand.index}]" if operand.index else operand.name


def _within(number: int, size: int, operand: Operand) -> int:
    if not -size <= number < size:
        reason = f"`{operand.name}` has {size} elements, so there is no `{operand.name}[{number}]`."
        raise Untranslatable(reason, "Elements are counted from 0.", operand.span)
    return number % size


def _listed(index: str, size: int) -> list[int] | None:
    """The numbers of `0:2` or `{0, 2}`, where all of them are digits."""
    if index.startswith("{") and index.endswith("}"):
        numbers = [whole(part) for part in index[1:-1].split(",") if part.strip()]
        return (
            None if any(number is None for number in numbers) else [number for number in numbers if number is not None]
        )
    parts = [whole(part) if part.strip() else -1 for part in index.split(":")]
    if not 2 <= len(parts) <= 3 or any(part is None for part in parts):
        return None
    first = (parts[0] or 0) if index.split(":", maxsplit=1)[0].strip() else 0
    last = parts[-1] if parts[-1] is not None else -1
    step = (parts[1] or 1) if len(parts) == 3 else 1
    first, last = (number + size if number < 0 else number for number in (first, last))
    return list(range(first, last + (1 if step > 0 else -1), step))[:_LARGEST]


def registers_of(statements: Iterable[Statement], words: Iterable[str]) -> Registers:
    """The registers of a program. Several of a kind become one, unless other statements name them."""
    statements = list(statements)
    declared = [part for part in statements if isinstance(part, Register)]
    homes: dict[str, Home] = {}
    merged: dict[str, tuple[str, int]] = {}
    mentioned = _mentioned(statements)
    for kind, preferred in (("qubit", "q"), ("bit", "c")):
        own = [part for part in declared if part.kind == kind]
        sizes = [1 if not part.size else whole(part.size) for part in own]
        known = [size for size in sizes if size is not None]
        fits = len(known) == len(own) and all(0 < size <= _LARGEST for size in known)
        if len(own) < 2 or not fits or any(part.name in mentioned for part in own):
            for part, size in zip(own, sizes, strict=True):
                homes[part.name] = Home(kind, part.name, 0, size if size and size <= _LARGEST else None, not part.size)
            continue
        name = _free(preferred, {part.name for part in own}, {*words, *(new for new, _ in merged.values())})
        offset = 0
        for part, size in zip(own, known, strict=True):
            homes[part.name] = Home(kind, name, offset, size, False)
            offset += size
        merged[kind] = (name, offset)
    return Registers(homes, merged)


def _free(name: str, own: set[str], words: set[str]) -> str:
    """A name that nothing else of the program has."""
    while name in words and name not in own:
        name += "_"
    return name


def _mentioned(statements: Iterable[Statement]) -> set[str]:
    """Names in statements that are copied as they are."""
    found: set[str] = set()
    for part in _all(statements):
        if isinstance(part, Input):
            found.add(part.name)
        elif isinstance(part, Other) and part.word not in ("if", "while"):
            found |= names_in(part.text)
    return found


def _all(statements: Iterable[Statement]) -> Iterator[Statement]:
    for part in statements:
        yield part
        if isinstance(part, Box | Other):
            yield from _all(part.body)
