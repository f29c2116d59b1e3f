"""Looking a template over before it is used: what does not parse, and how it would look."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from jinja2 import Environment, Undefined, nodes

from postroom.templates.filling.render import Render, Unfillable, compiled
from postroom.templates.model import Branding, Rendered, Source
from postroom.templates.sandbox.faults import fault_at
from postroom.templates.sandbox.missing import recording
from postroom.templates.workshop import Fault, Part

EnvironmentOf = Callable[[type[Undefined]], Environment]
"""Makes one that treats missing variables so."""


def check_syntax(environment: Environment, source: Source) -> tuple[Fault, ...]:
    """The first fault of each part."""
    faults: list[Fault] = []
    for part, text in _parts(source):
        try:
            compiled(environment, part, text)
            faults.extend(_unheard_of(environment, part, text))
        except Unfillable as unfillable:
            faults.append(unfillable.fault)
    return tuple(faults)


def _unheard_of(environment: Environment, part: Part, text: str) -> Iterator[Fault]:
    """Under a condition, Jinja lets filters and tests be that it does not know."""
    for node in environment.parse(text).find_all((nodes.Filter, nodes.Test)):
        kind, known = ("filter", environment.filters) if isinstance(node, nodes.Filter) else ("test", environment.tests)
        if node.name not in known:
            yield fault_at(part, text, node.lineno, f"No {kind} named {node.name!r}.")
            return


def preview(
    environment_of: EnvironmentOf, source: Source, data: Mapping[str, Any], branding: Branding
) -> tuple[Rendered, tuple[str, ...]]:
    """And the names that were missing. Raises Unfillable."""
    names: list[str] = []
    rendered = Render(environment_of(recording(names))).fill_in(source, data, branding)
    return rendered, tuple(names)


def _parts(source: Source) -> Iterator[tuple[Part, str]]:
    yield "subject", source.subject
    if source.html is not None:
        yield "html", source.html
    if source.text is not None:
        yield "text", source.text
