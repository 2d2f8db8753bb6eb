"""Pages that stand alone: no script, no request, every text from outside escaped. Jinja is loaded only for them."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from reconciler.render.visible import visible

if TYPE_CHECKING:
    from jinja2 import Environment

MISSING = "Pages need Jinja: pip install 'qctl[report]'"


class NoPages(Exception):  # noqa: N818 - named after the situation
    """Jinja is not installed."""

    def __init__(self) -> None:
        super().__init__(MISSING)


def page(template: str, **values: Any) -> str:
    """A whole page. A template that names what is not there is our own mistake. Raises NoPages."""
    return _environment().get_template(template).render(**values)


def picture(svg: str) -> Any:
    """A drawing of ours, which has escaped what it shows, to stand in a page as it is."""
    from markupsafe import Markup  # comes with Jinja

    return Markup(svg)  # noqa: S704 - only drawings of this room get here


@cache
def _environment() -> Environment:
    try:
        from jinja2 import Environment, PackageLoader, StrictUndefined
    except ImportError as error:
        raise NoPages from error
    loader = PackageLoader("reconciler.render", "templates")
    return Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, finalize=_shown, trim_blocks=True, lstrip_blocks=True
    )


def _shown(value: Any) -> Any:
    """Control characters and turned text are made visible in whatever is no drawing of ours."""
    return visible(value) if type(value) is str else value
