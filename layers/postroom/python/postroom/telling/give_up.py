"""An event comes to no end: what was written down for its users, and is on no way yet, is told of as failed."""

from dataclasses import dataclass
from datetime import timedelta

from postroom.events.model import Event
from postroom.notices import keys
from postroom.notices.model import NoticeStatus
from postroom.notices.ports import Filter, NoticeLog
from postroom.paging import PageRequest
from postroom.telling.carry_out import CarryOut

_AT_ONCE = 100
_MOMENT = timedelta(milliseconds=1)
"""As exactly as a list knows when an event was."""


@dataclass(frozen=True, slots=True)
class GiveUp:
    """Found by the log, as nobody may be a candidate any more of those who were."""

    log: NoticeLog
    carry_out: CarryOut

    def __call__(self, event: Event, reason: str, /) -> None:
        """What waits in a digest, or can, waits on; a mail is left to go. May be repeated. Raises Unavailable."""
        of_moment = Filter(
            event_type=event.event_type,
            status=NoticeStatus.PENDING,
            since=event.created_at,
            until=event.created_at + _MOMENT,
        )
        place: str | None = keys.place(event.id, "")
        while place is not None and keys.event_in(place) == event.id:
            page = self.log.page(event.tenant_id, of_moment, PageRequest(_AT_ONCE, place))
            of_event = [notice for notice in page.items if notice.event_id == event.id]
            self.carry_out.end_unless_it_waits(of_event, NoticeStatus.FAILED, reason)
            place = page.last
