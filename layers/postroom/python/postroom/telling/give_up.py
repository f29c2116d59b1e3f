"""An event ends: what was written down for its users, and is on no way yet, comes to an end with it."""

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

    def __call__(self, event: Event, reason: str | None, /) -> None:
        """What waits in a digest, or can, waits on; a mail is left to go. May be repeated. Raises Unavailable.

        What was decided anew is left to whoever did.
        """
        status = NoticeStatus.FAILED if reason else NoticeStatus.UNWANTED
        of_moment = Filter(
            event_type=event.event_type,
            status=NoticeStatus.PENDING,
            since=event.created_at,
            until=event.created_at + _MOMENT,
        )
        place: str | None = keys.place(event.id, "")
        while place is not None and keys.event_in(place) == event.id:
            page = self.log.page(event.tenant_id, of_moment, PageRequest(_AT_ONCE, place))
            left = [notice for notice in page.items if notice.event_id == event.id and notice.tries <= 1]
            self.carry_out.end_unless_it_waits(left, status, reason)
            place = page.last
