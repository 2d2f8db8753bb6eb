from datetime import UTC, datetime
from random import Random
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape

# What breaks paths and queries when it is not encoded, or is decoded twice; and an id that is also a verb.
NASTY = ("/", " ", "é", "%2F", "+", "?", "#", "&", "=", ";", ":", "%", '"', "\\", "\n", "☃", "arn:aws:braket", "a", "7")


def arbitrary(shape: Shape, dice: Random) -> Any:
    """A random value of the shape, with any text: limits and patterns are not kept."""
    match shape:
        case StructureShape():
            return _structure(shape, dice)
        case ListShape():
            # Query lists are never empty: an empty one is not on the wire, so it can't come back.
            least = 1 if shape.serialization.get("location") == "querystring" else 0
            return [arbitrary(shape.member, dice) for _ in range(dice.randint(least, 2))]
        case MapShape():
            return {text(dice): arbitrary(shape.value, dice) for _ in range(dice.randint(0, 2))}
    match shape.type_name:
        case "integer" | "long":
            return dice.randint(0, 2**40)
        case "timestamp":
            return _time(shape, dice)
    assert shape.type_name == "string", shape
    # A label can't be empty: botocore refuses to send it.
    return text(dice, least=1 if shape.serialization.get("location") == "uri" else 0)


def text(dice: Random, least: int = 0) -> str:
    if dice.random() < 0.05:
        return "cancel"
    return "".join(dice.choice(NASTY) for _ in range(dice.randint(least, 6)))


def _structure(shape: StructureShape, dice: Random) -> dict[str, Any]:
    names = list(shape.members)
    if shape.is_tagged_union:
        names = [dice.choice(names)]
    return {
        name: arbitrary(shape.members[name], dice)
        for name in names
        if name in shape.required_members or shape.is_tagged_union or dice.random() < 0.5
    }


def _time(shape: Shape, dice: Random) -> datetime:
    time = datetime.fromtimestamp(dice.randint(0, 4_000_000_000), UTC)
    # Milliseconds travel only where the format has a place for them.
    if shape.serialization.get("timestampFormat") == "iso8601":
        return time.replace(microsecond=dice.randint(0, 999) * 1000)
    return time
