"""Where a hybrid job begins: whether the source has what its entry point names, without running any of it."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from reconciler.core.declared import FolderChanged, SourceFolder


def entry_problem(source: SourceFolder, entry: str) -> str:
    """What is missing, as a sentence without its period; empty if all is there, or nobody can tell before it runs."""
    module, _, name = entry.partition(":")
    first, *rest = module.split(".")
    if first != source.base:
        return f"the folder is imported as {source.base}, and the entry point begins with {first}"
    below = "/".join(rest)
    places = [f"{below}.py", f"{below}/__init__.py"] if below else ["__init__.py"]
    found = next((file for file in source.files if file.path in places), None)
    if found is None:
        # A folder without __init__.py is a package as well; it only holds nothing that could be called.
        return f"the source has no {' and no '.join(f'{source.base}/{place}' for place in places)}"
    try:
        tree = ast.parse(source.read(found))
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = f", line {error.lineno}" if isinstance(error, SyntaxError) and error.lineno else ""
        return f"{source.base}/{found.path}{line} is no Python: {getattr(error, 'msg', None) or 'it cannot be read'}"
    except FolderChanged as error:
        return str(error)
    if not name or name in (names := set(_names(tree.body))) or "*" in names or "__getattr__" in names:
        return ""
    return f"{source.base}/{found.path} defines no {name}"


def _names(body: Sequence[ast.stmt]) -> Iterator[str]:
    """What a module has at its top, also within `if` and `try`; "*" for what an import brings unnamed."""
    for statement in body:
        match statement:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                yield statement.name
            case ast.Import() | ast.ImportFrom():
                yield from (alias.asname or alias.name.partition(".")[0] for alias in statement.names)
            case _:
                yield from _bound(statement)


def _bound(statement: ast.stmt) -> Iterator[str]:
    for node in ast.walk(statement):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.alias):
            yield node.asname or node.name.partition(".")[0]
