from collections.abc import Iterable

from reconciler.emulator.effects import EFFECTS
from reconciler.emulator.switches import SWITCHES, Switch


def switch_table() -> str:
    """The switches as a Markdown table. `docs/emulator.md` holds it, and a test compares."""
    rows = ((f"`{one.name}`", _takes(one), f"`{one.default}`" if one.default else "", one.meaning) for one in _sorted())
    return _table(("Switch", "Takes", "Default", "Meaning"), rows)


def effect_table() -> str:
    """The effects of faults as a Markdown table."""
    rows = ((f"`{name}`", f"{meaning[0].upper()}{meaning[1:]}.") for name, meaning in EFFECTS.items())
    return _table(("Effect", "What happens"), rows)


def _sorted() -> list[Switch]:
    return sorted(SWITCHES.values(), key=lambda switch: switch.name)


def _takes(switch: Switch) -> str:
    if switch.choices:
        return ", ".join(f"`{choice}`" for choice in switch.choices)
    if switch.counted:
        return "a whole number from 1 up"
    return "a number from 0 up" if switch.numeric else "text"


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
