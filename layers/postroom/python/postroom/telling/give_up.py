"""An event comes to no end: what was written down for its users, and is on no way yet, is told of as failed."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta

from postroom.events.model import Event
from postroom.notices import keys
from postroom.notices.model import Notice, NoticeStatus
from postroom.notices.ports import Filter, NoticeLog
from postroom.paging import PageRequest
from postroom.telling.carry_out import CarryOut

_AT_ONCE = 100
_PARALLEL = 16
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
            self._end([notice for notice in page.items if notice.event_id == event.id], reason)
            place = page.last

    def _end(self, notices: Sequence[Notice], reason: str) -> None:
        with ThreadPoolExecutor(_PARALLEL) as pool:
            waits = pool.map(self._is_in_its_digest, notices)
            left = [notice for notice, is_in in zip(notices, waits, strict=True) if not is_in]
        self.carry_out.end(left, NoticeStatus.FAILED, reason)

    def _is_in_its_digest(self, notice: Notice) -> bool:
        return notice.due_at is not None and not notice.message_id and self.carry_out.collect(notice, notice.due_at)
