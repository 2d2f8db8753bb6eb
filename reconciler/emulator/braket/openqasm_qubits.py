import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from reconciler.emulator.braket.openqasm_text import Statement, call_of, measured

_INDEXED = re.compile(r"(\w+)\[(\d+)\]")
_DECLARED = re.compile(r"(?:qubit(?:\[(\d+)\])?(\w+)|qreg(\w+)(?:\[(\d+)\])?)")


class Qubits(NamedTuple):
    """The qubits of a program. `used` and `measured` are lines and operands as written, in their order.

    `registers` are the sizes of what is declared: None for a single qubit, 0 where the size is no number.
    """

    registers: Mapping[str, int | None]
    used: Sequence[tuple[int, str]]
    measured: Sequence[tuple[int, str]]

    def named(self, operand: str) -> frozenset[str] | None:
        """The single qubits that an operand names, such as `q[0]` and `$3`; None where a light reading can't tell."""
        if operand.startswith("$"):
            return frozenset({operand})
        if operand in self.registers:
            size = self.registers[operand]
            return frozenset({operand}) if size is None else frozenset(f"{operand}[{n}]" for n in range(size))
        found = _INDEXED.fullmatch(operand)
        return frozenset({operand}) if found and found[1] in self.registers else None

    def all_of(self, operands: Sequence[tuple[int, str]]) -> frozenset[str] | None:
        """Those of all of them; None if any can't be told."""
        sets = [self.named(operand) for _, operand in operands]
        return None if None in sets else frozenset().union(*(found for found in sets if found))

    def too_many(self, capabilities: Mapping[str, Any]) -> Iterator[str]:
        most = capabilities.get("paradigm", {}).get("qubitCount")
        declared = sum(1 if size is None else size for size in self.registers.values())
        count = declared or len({name for _, name in self.used if name.startswith("$")})
        if most is not None and count > most:
            yield f"The program uses {count} qubits, which is more than the {most} qubits of the device"

    def gaps(self, offer: Mapping[str, Any]) -> Iterator[str]:
        """In the words of the developer guide. Physical qubits are chosen, and may have gaps."""
        used = self.all_of(self.used)
        if not offer.get("requiresContiguousQubitIndices") or used is None:
            return
        for name, size in self.registers.items():
            unused = [f"{name}[{n}]" for n in range(size or 0) if f"{name}[{n}]" not in used]
            if unused:
                yield f"Device requires contiguous qubits. Qubit register {name} has unused qubits {', '.join(unused)}."

    def unmeasured(self, offer: Mapping[str, Any]) -> Iterator[str]:
        used, seen = self.all_of(self.used), self.all_of(self.measured)
        if not offer.get("requiresAllQubitsMeasurement") or used is None or not seen:
            return
        if used - seen:
            yield (
                "Device requires all qubits in the program to be measured. "
                "This may be caused by declaring non-contiguous qubits or measuring partial qubits"
            )


def read_qubits(read: Sequence[Statement]) -> Qubits:
    registers: dict[str, int | None] = {}
    used: list[tuple[int, str]] = []
    seen: list[tuple[int, str]] = []
    for statement in read:
        declared = _DECLARED.fullmatch("".join(statement.tokens)) if statement.word in ("qubit", "qreg") else None
        if declared:
            size = declared[1] or declared[4]
            registers[declared[2] or declared[3]] = None if size is None else int(size[:9])
        call, measurement = call_of(statement), measured(statement)
        used += [(statement.line, operand) for operand in (*(call.operands if call else ()), *(measurement or ()))]
        seen += [(statement.line, operand) for operand in measurement or ()]
    return Qubits(registers, used, seen)
