"""What stands in a pull request: the plan with its hidden lines, and what came of applying it. All of it is bounded."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.render.markdown import code, pre

PLAN_BYTES = 56_000
"""For the plan; the rest of a comment's 65,536 is for what failed and what came of it."""
_SAID_BYTES = 3_000
_OUTCOME = "<!-- qctl:outcome -->"
_TOO_LONG = "The rest of the plan is too long for a comment: see the summary of the job."
_ENDS = {
    0: "Applied",
    3: "Apply failed by a defect of qctl",
    4: "Not applied: another command holds the state",
    5: "Refused: this is no longer the plan that was reviewed. Nothing was done",
    6: "Refused by a policy, a ceiling or a limit",
    7: "Applied; runs are still unfinished",
    8: "The outcome of a submission is unknown",
    130: "Apply was interrupted",
}


def comment_text(hidden: tuple[str, str], plan: str, failed: str, about: str) -> str:
    """The whole comment. `hidden` are its marker and its record; `failed` says why no plan can be applied."""
    parts = [_within(plan.strip().removeprefix(hidden[0]).strip())] if plan.strip() else []
    if failed:
        parts += ["#### This plan can't be applied" if parts else "### qctl plan failed", _said(failed)]
    return "\n\n".join(["\n".join(hidden), *filter(None, [*parts, about])]) + "\n"


def reviewed_text(commit: str, fingerprint: str) -> str:
    """What a reviewer approves."""
    of = f"Planned for commit {code(commit[:12])}. " if commit else ""
    return (
        f"{of}Merging approves exactly this plan, fingerprint {code(fingerprint)}: if it is no longer what would be "
        "done then, nothing is done."
    )


def with_outcome(comment: str, exit_code: int, said: str, commit: str) -> str:
    """The comment, with what came of applying its plan; what came of an earlier try is replaced."""
    plan = comment.replace("\r\n", "\n").partition(_OUTCOME)[0].rstrip()
    title = _ENDS.get(exit_code, "Apply failed")
    at = f" at commit {code(commit[:12])}" if commit else ""
    return (
        f"{plan}\n\n{_OUTCOME}\n#### {title}\n\n`qctl apply` ended with {exit_code}{at}.\n\n{_said(said)}".rstrip()
        + "\n"
    )


def _said(text: str) -> str:
    """The end of what was said, as it stands: that is where commands say why."""
    lines: list[str] = []
    room = _SAID_BYTES
    end = text.strip("\n")[-_SAID_BYTES - 1 :]  # made harmless it is no shorter, so no more can have room
    for line in reversed(pre(end).split("\n")):
        room -= len(line.encode("utf-8", "backslashreplace")) + 1
        if room < 0:
            lines.append("…")
            break
        lines.append(line or " ")  # an empty line would end the HTML block
    return "<pre>\n" + "\n".join(reversed(lines)) + "\n</pre>" if text.strip() else ""


def _within(plan: str) -> str:
    """The plan, if there is room; else its beginning, up to the first block that would be left open."""
    if _size(plan) <= PLAN_BYTES:
        return plan
    return "\n\n".join([*_beginning(plan), _TOO_LONG])


def _beginning(plan: str) -> Iterator[str]:
    room = PLAN_BYTES - _size(_TOO_LONG)
    for block in plan.split("\n\n"):
        room -= _size(block) + 2
        if room < 0 or block.lstrip().startswith(("<", "|", "```")):
            return
        yield block


def _size(text: str) -> int:
    return len(text.encode("utf-8", "backslashreplace"))
