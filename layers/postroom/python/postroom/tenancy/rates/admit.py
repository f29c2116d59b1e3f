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
from postroom.tenancy.rates.lease import Lease
from postroom.tenancy.rates.model import TENANT, Standing, Tally, UsualLimits
from postroom.tenancy.rates.ports import Tallies
from postroom.tenancy.rates.window import (
    SLOT_SECONDS,
    Limits,
    allowance,
    moved,
    new_tally,
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
    tally: Tally
    slot: int
    """When it was seen, by our clock."""

    crowded: bool = False
    """Whether others count in it, as far as is known. To read it first is then cheaper than a refused write."""


class AdmitRequest:
    def __init__(self, tallies: Tallies, usual: UsualLimits, clock: Clock) -> None:
        self._tallies = tallies
        self._usual = usual
        self._clock = clock
        self._seen: dict[str, _Seen] = {}
        self._leases: dict[tuple[str, str], Lease] = {}
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
        lease = self._leases.get(place) or Lease(slot, per_minute)
        if not lease.holds(slot, per_minute):
            lease = lease.in_slot(slot, per_minute)
            lease.left = self._take(caller, lease, now)
            self._remember_lease(place, lease)
        tally = moved(self._seen[caller.tenant_id].tally, slot)
        limits = self._limits(tally, caller)
        if not lease.left:
            return self._standing(tally, limits, caller, 0, now, seconds_until_room(tally, limits, now))
        lease.left -= 1
        lease.used += 1
        return self._standing(tally, limits, caller, lease.left, now)

    def _take(self, caller: Caller, lease: Lease, now: datetime) -> int:
        """How many may come; 0 when there is no room."""
        tenant_id, seconds = caller.tenant_id, (lease.slot + 1) * SLOT_SECONDS - now.timestamp()
        known = self._seen.get(tenant_id)
        stale = known is None or (known.crowded and known.slot < lease.slot)
        seen = self._read(tenant_id, lease.slot) if known is None or stale else known
        for _ in range(_TRIES):
            limits = self._limits(seen.tally, caller)
            wanted = lease.wanted(seconds, room(moved(seen.tally, lease.slot), limits))
            taking = plan_taking(seen.tally, limits, lease.slot, wanted)
            if taking is None and seen.slot == lease.slot:
                return 0
            if taking is None:
                # It may have been given a higher limit since.
                seen = self._read(tenant_id, lease.slot)
                continue
            outcome = self._tallies.apply(tenant_id, taking.change)
            if outcome.row is None:
                seen = self._read(tenant_id, lease.slot)
                continue
            crowded = seen.crowded or not isinstance(outcome, Applied)
            seen = self._remember(tenant_id, outcome.row, lease.slot, crowded=crowded)
            if isinstance(outcome, Applied):
                return taking.count
        raise Unavailable

    def _limits(self, tally: Tally, caller: Caller) -> Limits:
        return {
            TENANT: self._usual.tenant if tally.per_minute is None else tally.per_minute,
            caller.key_id: caller.requests_per_minute or self._usual.key,
        }

    def _read(self, tenant_id: str, slot: int) -> _Seen:
        tally = self._tallies.get(tenant_id)
        if tally is None:
            tally = new_tally(slot)
            if not self._tallies.add(tenant_id, tally):
                tally = self._tallies.get(tenant_id) or tally
        known = self._seen.get(tenant_id)
        return self._remember(tenant_id, tally, slot, crowded=known is None or known.tally != tally)

    def _remember(self, tenant_id: str, tally: Tally, slot: int, *, crowded: bool) -> _Seen:
        if len(self._seen) >= _REMEMBERED:
            self._seen.clear()
            self._leases.clear()  # Of a tenant that has one, the row is known.
        self._seen[tenant_id] = seen = _Seen(tally, slot, crowded)
        return seen

    def _remember_lease(self, place: tuple[str, str], lease: Lease) -> None:
        if len(self._leases) >= _REMEMBERED:
            self._leases.clear()
        self._leases[place] = lease

    @staticmethod
    def _standing(  # noqa: PLR0913, PLR0917 - all that it is made of
        tally: Tally, limits: Limits, caller: Caller, unspent: int, now: datetime, retry_after_seconds: int = 0
    ) -> Standing:
        return Standing(
            key=allowance(tally, caller.key_id, limits[caller.key_id], unspent, now),
            tenant=allowance(tally, TENANT, limits[TENANT], unspent, now),
            retry_after_seconds=retry_after_seconds,
        )
