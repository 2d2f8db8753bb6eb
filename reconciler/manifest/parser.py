"""libyaml's parser, composing nodes with marks and resolving nothing: the meaning of scalars is ours (`build`)."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import yaml
from yaml.composer import Composer
from yaml.parser import Parser
from yaml.reader import Reader
from yaml.scanner import Scanner

MAX_DEPTH = 64


class TooDeepError(Exception):
    """Nesting beyond MAX_DEPTH; `mark` is where the first too deep collection starts."""

    def __init__(self, mark: Any) -> None:
        super().__init__("nested too deep")
        self.mark = mark


class _Resolving:
    """What a composer asks of its resolver. No tags: None means that the text alone decides."""

    _depth = 0

    def resolve(self, _kind: object, _value: object, _implicit: object) -> None:
        return None

    def descend_resolver(self, parent: Any, _index: object) -> None:
        # libyaml's composer recurses on the C stack without a bound: a million "[" would end the process.
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise TooDeepError(parent.start_mark)

    def ascend_resolver(self) -> None:
        self._depth -= 1


class _PureParser(_Resolving, Reader, Scanner, Parser, Composer):
    """PyYAML's own parser, ten times slower, for installations without libyaml."""

    def __init__(self, stream: str) -> None:
        Reader.__init__(self, stream)
        Scanner.__init__(self)
        Parser.__init__(self)
        Composer.__init__(self)


if TYPE_CHECKING or yaml.__with_libyaml__:
    from yaml._yaml import CParser

    class NodeParser(_Resolving, CParser):
        """`check_node` and `get_node`, one document after the other."""

else:
    NodeParser = _PureParser


# One document with a large matrix may be asked for the places of thousands of its points.
@lru_cache(maxsize=2)
def compose_one(text: str) -> yaml.Node | None:
    """The root node of one document that was read before without an error."""
    parser = NodeParser(text)
    try:
        return parser.get_node() if parser.check_node() else None
    finally:
        parser.dispose()
