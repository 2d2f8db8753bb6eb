"""A file's text to its documents. Every problem is a diagnostic, and one bad document does not hide the others."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from reconciler.core.diagnostic import Diagnostic
from reconciler.core.suggest import short
from reconciler.manifest.build import UNREADABLE, Builder
from reconciler.manifest.parser import MAX_DEPTH, TooDeepError, node_parser
from reconciler.manifest.place import ManifestText, Place, report

_NEXT_DOCUMENT = re.compile(r"^---(?=\s|\Z)", re.MULTILINE)
# What YAML 1.2 calls printable (section 5.1), turned round.
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_TOO_DEEP = "exceeded maximum nesting depth"  # libyaml's own bound since 0.2.6; it reads ahead, so it may come first
_MAX_ERRORS = 50  # of one file; each makes the parser start again
_PLAIN_WORDS = {
    "found character that cannot start any token": "This character cannot start a value.",
    "mapping values are not allowed in this context": "A key is not allowed here: the indentation does not fit, "
    'or a text that holds ": " needs quotes.',
    "did not find expected key": "A key was expected here: the indentation does not fit.",
    "found undefined alias": "This alias names an anchor that is not in the document.",
    "found unexpected end of stream": "The file ends inside a quoted text: the closing quote is missing.",
    "found unknown escape character": "A double-quoted text does not know this escape.",
    "did not find expected node content": "A value was expected here.",
    "did not find expected ',' or '}'": "A comma or a closing } was expected here.",
    "did not find expected ',' or ']'": "A comma or a closing ] was expected here.",
    "did not find expected '-' indicator": 'A list item starting with "-" was expected here.',
    "could not find expected ':'": 'A ":" was expected after the key.',
}


@dataclass(frozen=True, slots=True, eq=False)
class Document:
    """One document: its value, and the place that finds any position in it again."""

    place: Place
    value: Any


def read_documents(file: ManifestText, found: list[Diagnostic]) -> Iterator[Document]:
    """Every readable document in order, one at a time; empty ones are skipped. Problems are added to `found`."""
    bad = _UNPRINTABLE.search(file.text)
    if bad:
        detail = f"The character U+{ord(bad.group()):04X} is not allowed in YAML."
        found.append(report("yaml/character", detail, "Remove it.", file.spot_at(bad.start())))
        return
    offset: int | None = 0
    errors = 0
    while offset is not None and errors < _MAX_ERRORS:
        offset = yield from _read_from(file, offset, found)
        errors += 1


def _read_from(file: ManifestText, offset: int, found: list[Diagnostic]) -> Generator[Document, None, int | None]:
    """Read on until the end or the first broken document; returns where to start again, or None."""
    line = file.text.count("\n", 0, offset)
    builder = Builder(file, found, offset, line)
    parser = node_parser(file.text[offset:] if offset else file.text)
    try:
        while parser.check_node():
            document = _document(file, builder, parser.get_node(), offset, line)
            if document is not None:
                yield document
    except TooDeepError as error:
        found.append(_too_deep(builder, error.mark))
        return _next_start(file, offset, offset + error.mark.index)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark or yaml.Mark("", 0, 0, 0, None, 0)
        if _TOO_DEEP in (error.problem or ""):
            found.append(_too_deep(builder, mark))
        else:
            found.append(report("yaml/syntax", *_explain(file, error, offset + mark.index), builder.spot(mark)))
        return _next_start(file, offset, offset + mark.index)
    except yaml.YAMLError as error:  # the reader's own error, which has no mark
        found.append(report("yaml/syntax", short(str(error)), "", file.spot(offset, line, 0)))
        return None
    finally:
        parser.dispose()
    return None


def _too_deep(builder: Builder, mark: yaml.Mark) -> Diagnostic:
    detail = f"Collections are nested deeper than {MAX_DEPTH} levels."
    return report("yaml/too-deep", detail, "No manifest needs this depth.", builder.spot(mark))


def _document(file: ManifestText, builder: Builder, node: Any, offset: int, line: int) -> Document | None:
    start = file.text.rfind("\n", 0, offset + node.start_mark.index) + 1
    end = offset + node.end_mark.index
    # Without an alias the nodes are as many as the text bounds them to be; counting costs only where there is one.
    if "*" in file.text[start:end] and builder.too_large(node):
        return None
    value = builder.build(node)
    if value is None or value is UNREADABLE:
        return None
    return Document(Place(file, line + node.start_mark.line, start, end), value)


def _next_start(file: ManifestText, offset: int, broken: int) -> int | None:
    """The next line that starts a document: such a line cannot stand inside one (YAML 1.2.2, c-forbidden)."""
    line_start = file.text.rfind("\n", 0, broken) + 1
    following = _NEXT_DOCUMENT.search(file.text, max(line_start, offset + 1))
    return following.start() if following else None


def _explain(file: ManifestText, error: yaml.MarkedYAMLError, index: int) -> tuple[str, str]:
    """Detail and remedy in plain words; libyaml's own where we have none."""
    problem = error.problem or "the parser gave no reason"
    if file.text[index : index + 1] == "\t":
        return "A tab stands where YAML wants spaces for indentation.", "Use spaces."
    if problem == "second occurrence":
        first = error.context_mark.line if error.context_mark else 0
        return "This anchor was defined before in the document.", f"Rename one of them (the first: line {first + 1})."
    if problem in _PLAIN_WORDS:
        return _PLAIN_WORDS[problem], ""
    context = f" {error.context}" if error.context else ""
    return f"YAML: {problem}{context}.", ""
