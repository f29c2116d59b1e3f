"""What the use cases of notices need from the outside."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from postroom.messages.model import Message
from postroom.notices.facets import Facet, Values, known, values_of
from postroom.notices.model import Notice, NoticeStatus
from postroom.paging import Page, PageRequest

Place = tuple[str, str]
"""Of a notice: its user's id and its event's."""


class NoticeStore(Protocol):
    """Everything is read as it is now. Every write may be repeated by a client that lost the answer to it."""

    def add(self, notices: Sequence[Notice]) -> list[Notice]:
        """Stores each, or gives back the one that is there already: what was said first counts. In the same order."""

    def get_many(self, tenant_id: str, places: Iterable[Place]) -> dict[Place, Notice]:
        """Those that are there."""

    def replace(self, seen: Notice, notice: Notice) -> bool:
        """Puts it, with ``seen.revision`` + 1, in the place of what was seen. False when that has changed since.

        True as well for what stands there already, by a write whose answer was lost.
        """


@dataclass(frozen=True, slots=True)
class Filter:
    """Which notices to list. ``since`` and ``until`` are bounds of the time they are ordered by, the first included.

    ``created_since``: those alone whose event is no older, whatever they are ordered by.
    ``by_sending``: in the order in which they were sent, those alone that were; else in that of their events.
    """

    event_type: str | None = None
    status: NoticeStatus | None = None
    user_id: str | None = None
    job_id: str | None = None
    result_id: str | None = None
    recipient: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    created_since: datetime | None = None
    by_sending: bool = False

    @property
    def values(self) -> Values:
        return known(
            {
                Facet.TYPE: self.event_type,
                Facet.STATUS: self.status,
                Facet.USER: self.user_id,
                Facet.JOB: self.job_id,
                Facet.RESULT: self.result_id,
                Facet.RECIPIENT: self.recipient,
            }
        )

    def matches(self, notice: Notice) -> bool:
        """All but the order and the bounds of time."""
        begins = self.created_since is None or notice.created_at >= self.created_since
        return begins and self.values.items() <= values_of(notice).items()


class NoticeLog(Protocol):
    def page(self, tenant_id: str, wanted: Filter, request: PageRequest) -> Page[Notice]:
        """May be short, and even empty, with a place to go on."""


Carried = Callable[[str, str, str], Sequence[str]]
"""By tenant, digest and mail of the digest: the ids of the events that this mail tells of."""

Reconsider = Callable[[Message], None]
"""Has it decided anew about the notices that a mail was to tell of, and was ended, since it was not wanted so any more.
May be repeated. Raises Unavailable.
"""
