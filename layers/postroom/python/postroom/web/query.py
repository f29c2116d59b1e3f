"""A name in the query that a route does not know is refused: a misspelt filter would otherwise list everything."""

from collections.abc import Iterable
from typing import Annotated, get_type_hints

from aws_lambda_powertools.event_handler.openapi.params import Query

from postroom.errors import FieldError, Invalid
from postroom.web.routes import Route

Force = Annotated[bool, Query(description="Also when something that is there depends on it.")]
"""For a deletion. Without it, what is in use answers 409 and says by what."""


def refuse_unknown_query(route: Route, given: Iterable[str]) -> None:
    """Raises Invalid naming each."""
    names = list(given)
    if names and (unknown := sorted(set(names) - _known(route))):
        raise Invalid(tuple(FieldError(name, "is not a known query parameter") for name in unknown))


def _known(route: Route) -> set[str]:
    hints = get_type_hints(route.handler, include_extras=True)
    return {
        extra.alias or name
        for name, hint in hints.items()
        for extra in getattr(hint, "__metadata__", ())
        if isinstance(extra, Query)
    }
