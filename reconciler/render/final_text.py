"""Final documents for people: YAML, with --explain a comment behind each value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from reconciler.core.declared import Path
from reconciler.core.diagnostic import Location
from reconciler.core.final import Final, Input, Origin, Source
from reconciler.render.measure import columns
from reconciler.render.paint import Ink, paint
from reconciler.render.visible import visible
from reconciler.render.yaml_text import yaml_lines

_FARTHEST = 60  # a comment stands at most so far to the right, unless its line is longer


def finals_text(finals: Sequence[Final], *, explain: bool, colour: bool = False) -> str:
    """The documents, each under its address."""
    return "\n---\n".join(_document(final, explain=explain, colour=colour) for final in finals)


def _document(final: Final, *, explain: bool, colour: bool) -> str:
    lines = list(yaml_lines(final.value))
    head = paint(f"# {visible(final.label)}", Ink.STRONG, colour)
    if not explain:
        return "\n".join([head, *(text for text, _ in lines)])
    widths = [columns(text) for text, path in lines if path in final.sources]
    stop = min(max(widths, default=0), _FARTHEST)
    return "\n".join([head, *(_explained(text, path, final.sources, stop, colour) for text, path in lines)])


def _explained(text: str, path: Path | None, sources: Mapping[Path, Source], stop: int, colour: bool) -> str:
    if path is None or path not in sources:
        return text
    comment = paint(f"# {visible(source_text(sources[path]))}", Ink.QUIET, colour)
    return f"{text}{' ' * max(0, stop - columns(text))}  {comment}"


def source_text(source: Source) -> str:
    """`overlays/ci.yaml:9:13 (Overlay/ci)`, in one line."""
    said = str(source.where) if source.where is not None else ""
    if source.origin is Origin.DEFAULT:
        said = "default"
    elif source.overlay:
        said += f" ({source.overlay})"
    elif source.origin is Origin.PROJECT:
        said += " (default of the project)"
    parts = [said, *(_input_text(one) for one in source.inputs)]
    if source.means:
        parts.append(f"is {source.means}{_at(source.meant)}")
    return ", ".join(parts)


def _input_text(one: Input) -> str:
    return f"{one.expression} from {one.source}{_at(one.where)}" if one.source else one.expression


def _at(where: Location | None) -> str:
    return f" at {where}" if where is not None else ""


def final_to_json(final: Final, *, explain: bool) -> dict[str, Any]:
    """For programs. The sources are by paths as they are written in messages: `spec.jobs[0].runs`."""
    data: dict[str, Any] = {"label": final.label, "document": final.value}
    if explain:
        data["sources"] = {_dotted(path): _source_to_json(source) for path, source in final.sources.items()}
    return data


def _dotted(path: Path) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).removeprefix(".")


def _source_to_json(source: Source) -> dict[str, Any]:
    data: dict[str, Any] = {"origin": source.origin, **_place(source.where)}
    if source.overlay:
        data["overlay"] = source.overlay
    if source.inputs:
        data["inputs"] = [
            {"expression": one.expression, "source": one.source, **_place(one.where)} for one in source.inputs
        ]
    if source.means:
        data["device"] = {"means": source.means, **_place(source.meant)}
    return data


def _place(where: Location | None) -> dict[str, Any]:
    return {} if where is None else {"file": where.file, "line": where.line, "column": where.column}
