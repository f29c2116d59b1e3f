"""Lists over HTTP: ``?limit=&cursor=&order=`` and ``{"items": […], "next_cursor": …}``.

A route that lists things::

    @routes.get("/v1/tags", role=Role.VIEWER)
    def list_tags(caller: CurrentCaller, limit: Limit = 50, cursor: CursorText = None) -> Listed[TagAnswer]:
        listing = Listing("tags")
        page = find_tags(caller.tenant_id, listing.request(limit, cursor))
        return Listed(items=[TagAnswer.of(tag) for tag in page.items], next_cursor=listing.cursor(page))
"""

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Generic, Literal, TypeVar

from aws_lambda_powertools.event_handler.openapi.params import Query

from postroom.errors import FieldError, Invalid, TooLarge
from postroom.paging import Page, PageRequest
from postroom.web.body import ResponseBody

T = TypeVar("T")
B = TypeVar("B", bound=ResponseBody)

_LARGEST = 5_000_000
"""Bytes of an answer's items as they leave: JSON within Lambda's JSON, of which 6 MB may be."""

Limit = Annotated[int, Query(ge=1, le=100, description="How many items at most.")]
CursorText = Annotated[str | None, Query(max_length=1000, description="next_cursor of the page before.")]
Order = Annotated[Literal["created_at", "-created_at"], Query(description="With a minus, the newest comes first.")]


class Listed(ResponseBody, Generic[T]):
    items: list[T]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class Listing:
    """A list in an order. A cursor belongs to both, and is refused elsewhere."""

    name: str
    order: str = "created_at"

    def request(self, limit: int, cursor: str | None) -> PageRequest:
        """Raises Invalid when the cursor was not made by this listing."""
        after = None if cursor is None else self._read(cursor)
        return PageRequest(limit, after, newest_first=self.order.startswith("-"))

    def cursor(self, page: Page[Any]) -> str | None:
        if page.last is None:
            return None
        text = json.dumps([self.name, self.order, page.last], separators=(",", ":"))
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    def _read(self, cursor: str) -> str:
        match _decode(cursor):
            case [self.name, self.order, str(last)] if last.isascii() and last.isprintable():
                return last
            case _:
                raise bad_cursor()


def that_fits(page: Page[B], position: Callable[[B], str]) -> Page[B]:
    """As much of a page as an answer can hold, at least one item; the next page begins behind it."""
    size = 0
    for index, item in enumerate(page.items):
        size += _size(item)
        if size > _LARGEST and index:
            return Page(page.items[:index], position(page.items[index - 1]))
    return page


def whole(answer: B) -> B:
    """The answer. Raises TooLarge when it cannot leave."""
    if _size(answer) > _LARGEST:
        raise TooLarge("What was asked for is too large for an answer.")
    return answer


def bad_cursor() -> Invalid:
    return Invalid((FieldError("cursor", "is not a next_cursor of this list in this order"),))


def _size(answer: ResponseBody) -> int:
    return len(json.dumps(json.dumps(answer.model_dump(mode="json"))))


def _decode(cursor: str) -> object:
    try:
        return json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
    except (ValueError, RecursionError) as error:
        raise bad_cursor() from error
