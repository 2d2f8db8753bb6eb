"""libyaml's parser, composing nodes with marks and resolving nothing: the meaning of scalars is ours (`build`)."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import yaml
from yaml.composer import Composer
from yaml.parser import Parser
from yaml.reader import Reader
from yaml.scanner import Scanner

MAX_DEPTH = 64
_DEEP_BLOCK = re.compile(rf"^[ \t?:-]{{{MAX_DEPTH // 2}}}", re.MULTILINE)


class TooDeepError(Exception):
    """Nesting beyond MAX_DEPTH; `mark` is where the first too deep collection starts."""

    def __init__(self, mark: Any) -> None:
        super().__init__("nested too deep")
        self.mark = mark


class _Resolving:
    """What a composer asks of its resolver. No tags: None means that the text alone decides."""

    def resolve(self, _kind: object, _value: object, _implicit: object) -> None:
        return None

    def descend_resolver(self, _parent: Any, _index: object) -> None:
        return None

    def ascend_resolver(self) -> None:
        return None


class _Guarding(_Resolving):
    """The same with a bound: composers recurse, libyaml's on the C stack, so a million "[" would end the process."""

    _depth = 0

    def descend_resolver(self, parent: Any, _index: object) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise TooDeepError(parent.start_mark)

    def ascend_resolver(self) -> None:
        self._depth -= 1


class _PureParser(Reader, Scanner, Parser, Composer):
    """PyYAML's own parser, ten times slower, for installations without libyaml."""

    def __init__(self, stream: str) -> None:
        Reader.__init__(self, stream)
        Scanner.__init__(self)
        Parser.__init__(self)
        Composer.__init__(self)


if TYPE_CHECKING or yaml.__with_libyaml__:
    from yaml._yaml import CParser
else:
    CParser = _PureParser


class _PlainNodes(_Resolving, CParser):
    pass


class _GuardedNodes(_Guarding, CParser):
    pass


def node_parser(text: str) -> CParser:
    """A parser with `check_node` and `get_node`, one document after the other. Raises TooDeepError, YAMLError.

    Counting the depth costs a third of the parsing, so it is left out where the text cannot be deep: each flow level
    needs a bracket, and each pair of block levels a column of indentation or indicators.
    """
    deep = _DEEP_BLOCK.search(text) or any(
        part.count("[") + part.count("{") > MAX_DEPTH for part in text.split("\n---")
    )
    return _GuardedNodes(text) if deep else _PlainNodes(text)


# One document with a large matrix, and its overlays with it, may be asked for the places of thousands of its points.
@lru_cache(maxsize=8)
def compose_one(text: str) -> yaml.Node | None:
    """The root node of one document that was read before without an error."""
    parser = node_parser(text)
    try:
        return parser.get_node() if parser.check_node() else None
    finally:
        parser.dispose()
