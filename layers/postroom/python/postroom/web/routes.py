"""The registry of routes: each states who may use it, and what is right for a POST that creates something.

    def tag_routes(routes: Routes, create_tag: CreateTag, find_tag: FindTag) -> None:
        @routes.post("/v1/tags", role=Role.OPERATOR, status=201, idempotent=True)
        def create(body: TagBody, caller: CurrentCaller, seed: CurrentSeed) -> TagAnswer:
            \"\"\"Make a tag.\"\"\"
            return TagAnswer.of(create_tag(caller.tenant_id, body.to_tag(), seed))

        @routes.get("/v1/tags/{tag_id}", role=Role.VIEWER)
        def get(tag_id: str, caller: CurrentCaller) -> TagAnswer:
            \"\"\"Show a tag.\"\"\"
            return TagAnswer.of(find_tag(caller.tenant_id, tag_id))

What tenants and the platform may both use says so: ``role=(Role.VIEWER, Role.PLATFORM)``. A key that is
bound to a user uses the routes with ``bound=True`` and no others: their handlers keep it to that user.

``TagBody`` is a ``web.body.RequestBody``. Parameters named in the path are text from it, ``Annotated[…, Query()]`` ones
come from the query, and an unknown name in the query is refused. The docstring is the summary in the API document.

``routes.public`` is for what tells everybody the same and nothing of a tenant. There is no caller then.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Annotated, TypeVar

from aws_lambda_powertools.event_handler import Request
from aws_lambda_powertools.event_handler.depends import Depends

from postroom.ids import Seed
from postroom.tenancy.model import Caller, Role
from postroom.tenancy.rates.model import Standing

Handler = TypeVar("Handler", bound=Callable[..., object])

JSON = "application/json"

CALLER = "caller"
SEED = "seed"
STANDING = "standing"

OpenTo = Role | tuple[Role, ...]
"""A role that suffices, or several of which each does: a platform key counts as no role of a tenant's."""


def _current_caller(request: Request) -> Caller:
    caller: Caller = request.context[CALLER]
    return caller


def _current_seed(request: Request) -> Seed:
    seed: Seed = request.context[SEED]
    return seed


def _current_standing(request: Request) -> Standing | None:
    standing: Standing | None = request.context[STANDING]
    return standing


CurrentCaller = Annotated[Caller, Depends(_current_caller)]
"""Who asks. The route's role has been checked before the handler is called."""

CurrentSeed = Annotated[Seed, Depends(_current_seed)]
"""Where a creating handler takes its ids from: the same again when an idempotent request is run again."""

CurrentStanding = Annotated[Standing | None, Depends(_current_standing)]
"""How the caller stands with its limits after this request; None when it could not be counted."""


@dataclass(frozen=True, slots=True)
class Route:
    """Each of ``roles`` suffices, with no role anybody may read it. ``bound``: so may a key that is bound to a user.

    ``shown_once`` are the dotted paths of secrets in the answer that must not be stored for a replay. ``also`` are
    further statuses of success. ``media_type`` is that of its answer, and None keeps it out of the API document.
    """

    method: str
    path: str
    roles: tuple[Role, ...]
    status: int
    handler: Callable[..., object] = field(repr=False)
    idempotent: bool = False
    shown_once: tuple[str, ...] = ()
    also: tuple[int, ...] = ()
    media_type: str | None = JSON
    bound: bool = False

    @property
    def is_public(self) -> bool:
        return not self.roles

    def is_open_to(self, caller: Caller) -> bool:
        if caller.user_id is not None:
            return self.bound and caller.may_act_as(Role.VIEWER)
        return any(map(caller.may_act_as, self.roles))

    @property
    def pattern(self) -> re.Pattern[str]:
        return re.compile(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(self.path)))

    @property
    def summary(self) -> str:
        return (self.handler.__doc__ or "").strip().partition("\n")[0]

    @property
    def name(self) -> str:
        """By which clients that are made from the API document call it."""
        return self.handler.__name__


class Routes:
    def __init__(self) -> None:
        self._routes: list[Route] = []

    def __iter__(self) -> Iterator[Route]:
        return iter(self._routes)

    def public(self, path: str, *, media_type: str | None = JSON) -> Callable[[Handler], Handler]:
        """Reads only, and needs no key."""
        return self._add("GET", path, (), 200, media_type=media_type)

    def get(self, path: str, *, role: OpenTo, bound: bool = False) -> Callable[[Handler], Handler]:
        return self._add("GET", path, role, 200, bound=bound)

    def post(  # noqa: PLR0913 - one argument for each thing a route states
        self,
        path: str,
        *,
        role: OpenTo,
        status: int = 200,
        idempotent: bool = False,
        shown_once: tuple[str, ...] = (),
        bound: bool = False,
    ) -> Callable[[Handler], Handler]:
        return self._add("POST", path, role, status, idempotent=idempotent, shown_once=shown_once, bound=bound)

    def put(
        self, path: str, *, role: OpenTo, status: int = 200, also: tuple[int, ...] = (), bound: bool = False
    ) -> Callable[[Handler], Handler]:
        return self._add("PUT", path, role, status, also=also, bound=bound)

    def delete(
        self, path: str, *, role: OpenTo, status: int = 204, bound: bool = False
    ) -> Callable[[Handler], Handler]:
        return self._add("DELETE", path, role, status, bound=bound)

    def _add(  # noqa: PLR0913 - one argument for each thing a route states
        self,
        method: str,
        path: str,
        role: OpenTo,
        status: int,
        *,
        idempotent: bool = False,
        shown_once: tuple[str, ...] = (),
        also: tuple[int, ...] = (),
        media_type: str | None = JSON,
        bound: bool = False,
    ) -> Callable[[Handler], Handler]:
        def register(handler: Handler) -> Handler:
            roles = role if isinstance(role, tuple) else (role,)
            self._routes.append(
                Route(method, path, roles, status, handler, idempotent, shown_once, also, media_type, bound)
            )
            return handler

        return register
