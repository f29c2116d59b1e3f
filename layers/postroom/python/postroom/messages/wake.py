"""Wakes what waits for an account once one can send again."""

import logging

from postroom.clock import Clock
from postroom.errors import Unavailable
from postroom.messages.model import Reason, Status
from postroom.messages.ports import Filter, MessageStore
from postroom.messages.release import Release
from postroom.paging import PageRequest

log = logging.getLogger(__name__)

_WAITING_FOR_AN_ACCOUNT = frozenset({Reason.QUOTA, Reason.ACCOUNT, Reason.NO_ACCOUNT})
_PAGE = 100
_AT_MOST = 1000
"""So many at a time, the oldest first; what is left over goes at its own time."""


class WakeWaiting:
    def __init__(self, store: MessageStore, release: Release, clock: Clock) -> None:
        self._store = store
        self._release = release
        self._clock = clock

    def __call__(self, tenant_id: str, *, paced: bool = False) -> None:
        """``paced``: also what has an appointment, since the account it is with goes at another pace now."""
        reasons = _WAITING_FOR_AN_ACCOUNT | ({Reason.PACE, Reason.TURN} if paced else frozenset())
        try:
            self._wake(tenant_id, reasons)
        except Unavailable:
            # What made the capacity come back is done; what waits goes at its own time.
            log.warning("What waits for an account was not woken", extra={"tenant_id": tenant_id})

    def _wake(self, tenant_id: str, reasons: frozenset[Reason]) -> None:
        now = self._clock()
        after: str | None = None
        for _ in range(_AT_MOST // _PAGE):
            page = self._store.page(
                tenant_id, Filter(status=Status.DEFERRED), PageRequest(_PAGE, after, newest_first=False)
            )
            self._release([(message, now) for message in page.items if message.reason in reasons])
            after = page.last
            if after is None:
                return
