"""Which route a request means, and whether the caller may use it."""

from collections.abc import Iterable

from postroom.errors import Forbidden, MethodNotAllowed, NotFound
from postroom.tenancy.model import Caller
from postroom.web.routes import Route

NOTHING_HERE = "There is nothing at this path."
_LONGEST_PATH = 300
"""Longer than any path with ids of ours; DynamoDB takes keys of up to a kilobyte."""


def find(routes: Iterable[Route], method: str, path: str) -> Route:
    """Raises NotFound and MethodNotAllowed."""
    here = [route for route in routes if route.pattern.fullmatch(path)]
    if not here or len(path) > _LONGEST_PATH:
        raise NotFound(NOTHING_HERE)
    for route in here:
        if route.method == method.upper():
            return route
    raise MethodNotAllowed(tuple(sorted({route.method for route in here})))


def authorise(route: Route, caller: Caller | None) -> None:
    """Raises Forbidden. ``caller``: None where nobody has to say who asks."""
    if route.is_public:
        return
    if caller is not None and caller.user_id is not None and not route.bound:
        raise Forbidden("A key that is bound to a user may use what is about that user alone.")
    if caller is None or not route.is_open_to(caller):
        raise Forbidden(f"This needs a key with the role {' or '.join(route.roles)}.")
