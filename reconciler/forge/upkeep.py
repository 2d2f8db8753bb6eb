"""One comment for each project and environment, one issue for its drift: found again, and kept as they should be."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from reconciler.forge.kind import Comment, Forge, Issue, OutcomeUnknown

Belongs = Callable[[str], bool]


def own_comment(forge: Forge, number: int, belongs: Belongs) -> Comment | None:
    """Ours, if there is one; the oldest, if two jobs raced. What others wrote is never ours, whatever it says."""
    me = forge.me()
    return next((c for c in forge.comments(number) if c.author == me and belongs(c.body)), None)


def put_comment(forge: Forge, number: int, belongs: Belongs, body: str) -> str:
    """Say it in the comment that is there, or in a new one; says what was done."""
    there = own_comment(forge, number, belongs)
    if there is None:
        try:
            forge.add_comment(number, body)
        except OutcomeUnknown:
            there = own_comment(forge, number, belongs)
            if there is None:
                raise
        else:
            return "made"
    if there.body.replace("\r\n", "\n").strip() == body.strip():
        return "kept"
    forge.edit_comment(number, there.id, body)
    return "updated"


def put_labels(forge: Forge, number: int, wanted: Iterable[str], ours: Sequence[str]) -> None:
    """Of the labels that are ours exactly the wanted ones; others' are left alone."""
    there, wished = set(forge.labels(number)), set(wanted)
    for label in ours:
        if label in there and label not in wished:
            forge.remove_label(number, label)
    if missing := sorted(wished - there):
        forge.add_labels(number, missing)


def own_issue(forge: Forge, label: str, belongs: Belongs) -> Issue | None:
    """Ours, if one is open."""
    me = forge.me()
    return next((i for i in forge.open_issues(label) if i.author == me and belongs(i.body)), None)


def put_issue(forge: Forge, label: str, belongs: Belongs, title: str, body: str) -> str:
    """One open issue that says this; says what was done."""
    there = own_issue(forge, label, belongs)
    if there is None:
        try:
            return f"opened {forge.open_issue(title, body, label)}"
        except OutcomeUnknown:
            there = own_issue(forge, label, belongs)
            if there is None:
                raise
    forge.edit_issue(there.number, title, body)
    return f"updated {there.number}"


def close_issue(forge: Forge, label: str, belongs: Belongs, title: str, body: str) -> str:
    """No open issue; says what was done."""
    there = own_issue(forge, label, belongs)
    if there is None:
        return "none open"
    forge.edit_issue(there.number, title, body, close=True)
    return f"closed {there.number}"
