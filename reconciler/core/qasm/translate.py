"""Programs that people have, in Braket's words: OpenQASM 2, and what Qiskit writes.

Names become Braket's, gates that Braket lacks are written out, several registers become one. Each statement stays on
its line, so a finding in line 7 of the translation stands in line 7 of the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from reconciler.core.qasm.names import BRAKET
from reconciler.core.qasm.parse import parse
from reconciler.core.qasm.problem import Problem
from reconciler.core.qasm.rewrite import Rewriter
from reconciler.core.qasm.syntax import Box, GateCall, GateDefinition, Include, Other, Program, Statement, Version

KNOWN_FILES = frozenset({"stdgates.inc", "qelib1.inc"})
# Begins with a plain word, which a search finds at once: most projects have nothing to translate.
_OLD = re.compile(r"OPENQASM(?:\s+2|\s*/)")


@dataclass(frozen=True, slots=True)
class Translation:
    """The text that Braket gets; with problems it is the one that was given."""

    text: str
    problems: tuple[Problem, ...] = ()


def translate(text: str, *, barriers: bool = True) -> Translation:
    """The program in Braket's words; one that needs no translation is given back as it is. Never raises.

    Without `barriers` they are left out, for devices that know none: they change no distribution.
    """
    if not _may_need(text):
        return Translation(text)
    return _translated(text, barriers)


def _may_need(text: str) -> bool:
    """One look: whatever needs a translation has one of these words somewhere, if only in a comment."""
    return "include" in text or _OLD.search(text) is not None


@lru_cache(maxsize=256)
def _translated(text: str, barriers: bool) -> Translation:
    program = parse(text)
    if not _needs(program):
        return Translation(text)
    if program.broken is not None:
        remedy = "Correct the program; qctl reads OpenQASM 2 and 3."
        return Translation(text, (Problem(program.broken.reason, remedy, program.broken.span),))
    rewriter = Rewriter(program, barriers=barriers)
    written = rewriter.run()
    if rewriter.problems:
        return Translation(text, tuple(rewriter.problems))
    return Translation(written)


def _needs(program: Program) -> bool:
    """A file that is included, or words of OpenQASM 2 that Braket does not know: some programs of its have none."""
    if _includes(program.statements):
        return True
    if not any(isinstance(part, Version) and part.number.startswith("2") for part in program.statements):
        return False
    defined = {part.name for part in program.statements if isinstance(part, GateDefinition)}
    return any(_is_old(part, defined) for part in program.statements)


def _includes(statements: Iterable[Statement]) -> bool:
    return any(
        part.name in KNOWN_FILES
        if isinstance(part, Include)
        else isinstance(part, GateDefinition | Box | Other) and _includes(part.body)
        for part in statements
    )


def _is_old(part: Statement, defined: set[str]) -> bool:
    if isinstance(part, GateCall):
        return part.name not in BRAKET and part.name not in defined
    if isinstance(part, GateDefinition | Box):
        return any(_is_old(inner, defined) for inner in part.body)
    return isinstance(part, Other) and part.word == "if"
