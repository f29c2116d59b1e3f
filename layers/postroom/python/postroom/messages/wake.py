"""Wakes what waits for an account once accounts are others than before."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from postroom.clock import Clock
from postroom.errors import Unavailable
from postroom.messages.model import Message, Reason, Status
from postroom.messages.ports import Filter, MessageStore
from postroom.messages.release import Release
from postroom.paging import PageRequest

log = logging.getLogger(__name__)

_WAITING_FOR_AN_ACCOUNT = frozenset({Reason.QUOTA, Reason.ACCOUNT, Reason.NO_ACCOUNT})
_WITH_AN_APPOINTMENT = frozenset({Reason.PACE, Reason.TURN})
_SOON = timedelta(minutes=1)
"""What has an appointment within this time comes by itself."""

_PAGE = 100
_LOOKED_AT = 5000
_AT_MOST = 1000
"""So many at a time, the oldest first; what is left over goes at its own time."""

VoidBookings = Callable[[str, str], None]
"""By tenant and account: its appointments are made anew, by who still comes."""


class WakeWaiting:
    def __init__(self, store: MessageStore, release: Release, void_bookings: VoidBookings, clock: Clock) -> None:
        self._store = store
        self._release = release
        self._void_bookings = void_bookings
        self._clock = clock

    def __call__(self, tenant_id: str, account_id: str | None = None, *, paced: bool = True) -> None:
        """``account_id``: the one that changed, if it is one; what names another is left alone.

        ``paced``: also what has an appointment. Another account may be sooner, and this one may be gone.
        """
        try:
            self._wake(tenant_id, lambda message, now: _concerns(message, account_id, now, paced=paced))
        except Unavailable:
            # What made the capacity come back is done; what waits goes at its own time.
            log.warning("What waits for an account was not woken", extra={"tenant_id": tenant_id})

    def _wake(self, tenant_id: str, concerns: Callable[[Message, datetime], bool]) -> None:
        now = self._clock()
        after: str | None = None
        left, voided = _AT_MOST, set[str]()
        for _ in range(_LOOKED_AT // _PAGE):
            page = self._store.page(
                tenant_id, Filter(status=Status.DEFERRED), PageRequest(_PAGE, after, newest_first=False)
            )
            woken = [message for message in page.items if concerns(message, now)][:left]
            # Before they come: they book anew.
            for account_id in {message.appointed_account_id for message in woken} - voided - {None}:
                self._void_bookings(tenant_id, str(account_id))
                voided.add(str(account_id))
            self._release([(message, now) for message in woken])
            left, after = left - len(woken), page.last
            if after is None or not left:
                return


def _concerns(message: Message, account_id: str | None, now: datetime, *, paced: bool) -> bool:
    if account_id is not None and message.account_id not in {None, account_id}:
        return False
    if message.reason in _WITH_AN_APPOINTMENT:
        comes_soon = message.next_attempt_at is not None and message.next_attempt_at <= now + _SOON
        return paced and not comes_soon
    return message.reason in _WAITING_FOR_AN_ACCOUNT
