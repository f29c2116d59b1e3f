"""Counts a request against the limits of its key and of its tenant, with far fewer writes than requests.

When requests come close together, a process counts several at once and has the next ones for nothing. What it remembers
of the row can only have become more, so that it also knows without asking that there is no room.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

from postroom.clock import Clock
from postroom.conditional import Applied
from postroom.errors import Unavailable
from postroom.tenancy.model import Caller
from postroom.tenancy.rates.advance import Advance
from postroom.tenancy.rates.model import TENANT, RequestCounts, Standing, UsualLimits
from postroom.tenancy.rates.ports import RequestCountsStore
from postroom.tenancy.rates.window import (
    SLOT_SECONDS,
    Limits,
    allowance,
    moved,
    new_counts,
    plan_taking,
    room,
    seconds_until_room,
    slot_at,
)

log = logging.getLogger(__name__)

_TRIES = 12
"""A refused write has seen what was written before it. Only opening a slot can be refused by a race, and that once."""

_REMEMBERED = 2000
_PAUSE = timedelta(seconds=5)
"""For so long nothing is asked of a table that did not answer: every request would wait for it once more."""


@dataclass(frozen=True, slots=True)
class _Seen:
    counted: RequestCounts
    slot: int
    """When it was seen, by our clock."""

    crowded: bool = False
    """Whether others count in it, as far as is known. To read it first is then cheaper than a refused write."""


class AdmitRequest:
    def __init__(self, counts: RequestCountsStore, usual: UsualLimits, clock: Clock) -> None:
        self._counts = counts
        self._usual = usual
        self._clock = clock
        self._seen: dict[str, _Seen] = {}
        self._advances: dict[tuple[str, str], Advance] = {}
        self._unanswered_until: datetime | None = None
        self._lock = Lock()

    def __call__(self, caller: Caller) -> Standing | None:
        """None when nothing could be counted: the request goes through.

        A limit protects what all share from one; to refuse all when it cannot be counted would do what it guards from.
        """
        now = self._clock()
        if self._unanswered_until and now < self._unanswered_until:
            return None
        try:
            with self._lock:
                return self._admit(caller, now)
        except Unavailable as error:
            self._unanswered_until = now + _PAUSE
            log.warning("Requests are not counted", extra={"fault": type(error.__cause__).__name__})
            return None

    def _admit(self, caller: Caller, now: datetime) -> Standing:
        slot, place = slot_at(now), (caller.tenant_id, caller.key_id)
        per_minute = caller.requests_per_minute or self._usual.key
        advance = self._advances.get(place) or Advance(slot, per_minute)
        if not advance.holds(slot, per_minute):
            advance = advance.in_slot(slot, per_minute)
            advance.left = self._take(caller, advance, now)
            self._remember_advance(place, advance)
        counted = moved(self._seen[caller.tenant_id].counted, slot)
        limits = self._limits(counted, caller)
        if not advance.left:
            return self._standing(counted, limits, caller, 0, now, seconds_until_room(counted, limits, now))
        advance.left -= 1
        advance.used += 1
        return self._standing(counted, limits, caller, advance.left, now)

    def _take(self, caller: Caller, advance: Advance, now: datetime) -> int:
        """How many may come; 0 when there is no room."""
        tenant_id, seconds = caller.tenant_id, (advance.slot + 1) * SLOT_SECONDS - now.timestamp()
        known = self._seen.get(tenant_id)
        stale = known is None or (known.crowded and known.slot < advance.slot)
        seen = self._read(tenant_id, advance.slot) if known is None or stale else known
        for _ in range(_TRIES):
            limits = self._limits(seen.counted, caller)
            wanted = advance.wanted(seconds, room(moved(seen.counted, advance.slot), limits))
            taking = plan_taking(seen.counted, limits, advance.slot, wanted)
            if taking is None and seen.slot == advance.slot:
                return 0
            if taking is None:
                # It may have been given a higher limit since.
                seen = self._read(tenant_id, advance.slot)
                continue
            outcome = self._counts.apply(tenant_id, taking.change)
            if outcome.row is None:
                seen = self._read(tenant_id, advance.slot)
                continue
            crowded = seen.crowded or not isinstance(outcome, Applied)
            seen = self._remember(tenant_id, outcome.row, advance.slot, crowded=crowded)
            if isinstance(outcome, Applied):
                return taking.count
        raise Unavailable

    def _limits(self, counted: RequestCounts, caller: Caller) -> Limits:
        return {
            TENANT: self._usual.tenant if counted.per_minute is None else counted.per_minute,
            caller.key_id: caller.requests_per_minute or self._usual.key,
        }

    def _read(self, tenant_id: str, slot: int) -> _Seen:
        counted = self._counts.get(tenant_id)
        if counted is None:
            counted = new_counts(slot)
            if not self._counts.add(tenant_id, counted):
                counted = self._counts.get(tenant_id) or counted
        known = self._seen.get(tenant_id)
        return self._remember(tenant_id, counted, slot, crowded=known is None or known.counted != counted)

    def _remember(self, tenant_id: str, counted: RequestCounts, slot: int, *, crowded: bool) -> _Seen:
        if len(self._seen) >= _REMEMBERED:
            self._seen.clear()
            self._advances.clear()  # Of a tenant that has one, the row is known.
        self._seen[tenant_id] = seen = _Seen(counted, slot, crowded)
        return seen

    def _remember_advance(self, place: tuple[str, str], advance: Advance) -> None:
        if len(self._advances) >= _REMEMBERED:
            self._advances.clear()
        self._advances[place] = advance

    @staticmethod
    def _standing(  # noqa: PLR0913, PLR0917 - all that it is made of
        counted: RequestCounts,
        limits: Limits,
        caller: Caller,
        unspent: int,
        now: datetime,
        retry_after_seconds: int = 0,
    ) -> Standing:
        return Standing(
            key=allowance(counted, caller.key_id, limits[caller.key_id], unspent, now),
            tenant=allowance(counted, TENANT, limits[TENANT], unspent, now),
            retry_after_seconds=retry_after_seconds,
        )
