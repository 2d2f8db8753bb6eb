"""XML documents of the shapes in a service model: what a REST-XML service reads and writes."""

from collections.abc import Iterator, Mapping
from typing import Any
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from botocore.model import ListShape, Shape, StructureShape


class MalformedError(Exception):
    """The text is no document of the shape."""


def read_document(shape: Shape, body: bytes) -> Any:
    """The values of a document. Raises MalformedError. Members that the shape does not have are refused."""
    # A document type could define entities that grow without end; no client of the service sends one.
    if b"<!" in body:
        raise MalformedError
    try:
        root = ElementTree.fromstring(body)  # noqa: S314 - nothing is expanded: see above
    except ElementTree.ParseError as error:
        raise MalformedError from error
    return _read(shape, root)


def write_members(shape: StructureShape, values: Mapping[str, Any]) -> str:
    """The members of a structure, without an element around them."""
    return "".join(_write_member(name, shape.members[name], value) for name, value in values.items())


def _read(shape: Shape, node: ElementTree.Element) -> Any:
    if isinstance(shape, StructureShape):
        return _read_structure(shape, node)
    text = (node.text or "").strip() if shape.type_name != "string" else node.text or ""
    if len(node):
        raise MalformedError
    if shape.type_name == "boolean":
        if text.lower() not in ("true", "false"):
            raise MalformedError
        return text.lower() == "true"
    if shape.type_name in ("integer", "long"):
        try:
            return int(text)
        except ValueError as error:
            raise MalformedError from error
    known = shape.metadata.get("enum")
    if known and text not in known:
        raise MalformedError
    return text


def _read_structure(shape: StructureShape, node: ElementTree.Element) -> dict[str, Any]:
    named = {_wire_name(name, member): (name, member) for name, member in shape.members.items()}
    values: dict[str, Any] = {}
    for child in node:
        found = named.get(child.tag.rpartition("}")[2])
        if found is None:
            raise MalformedError
        name, member = found
        if isinstance(member, ListShape) and member.serialization.get("flattened"):
            values.setdefault(name, []).append(_read(member.member, child))
        elif isinstance(member, ListShape):
            values[name] = [_read(member.member, item) for item in child]
        elif name in values:
            raise MalformedError
        else:
            values[name] = _read(member, child)
    if any(name not in values for name in shape.required_members):
        raise MalformedError
    return values


def _wire_name(name: str, member: Shape) -> str:
    if isinstance(member, ListShape) and member.serialization.get("flattened"):
        return str(member.serialization.get("name") or member.member.serialization.get("name") or name)
    return str(member.serialization.get("name") or name)


def _write_member(name: str, shape: Shape, value: Any) -> str:
    wire = _wire_name(name, shape)
    if isinstance(shape, ListShape):
        flat = shape.serialization.get("flattened")
        inner = wire if flat else str(shape.member.serialization.get("name") or "member")
        items = "".join(_element(inner, shape.member, item) for item in value)
        return items if flat else f"<{wire}>{items}</{wire}>"
    return _element(wire, shape, value)


def _element(wire: str, shape: Shape, value: Any) -> str:
    return f"<{wire}>{''.join(_content(shape, value))}</{wire}>"


def _content(shape: Shape, value: Any) -> Iterator[str]:
    if isinstance(shape, StructureShape):
        yield write_members(shape, value)
    elif isinstance(value, bool):
        yield "true" if value else "false"
    else:
        yield escape(str(value))
