"""Counts events that are taken in, and users who are told of them, off the writes that were applied."""

from collections import Counter
from collections.abc import Mapping, Sequence

from postroom.change import Change
from postroom.conditional import Applied, Refused
from postroom.events.model import Event
from postroom.events.ports import EventStore
from postroom.metrics.model import EVENTS, TOLD
from postroom.metrics.ports import Meter
from postroom.notices.model import Way
from postroom.paging import Page, PageRequest

_MOST_REMEMBERED = 100


class ObservedEvents:
    """An ``EventStore``. Who tells users of an event has claimed it before, by which is known what was told by then."""

    def __init__(self, store: EventStore, meter: Meter) -> None:
        self._store = store
        self._meter = meter
        self._told: dict[tuple[str, str], Counter[str]] = {}

    def add(self, wanted: Event) -> Event:
        stored = self._store.add(wanted)
        if stored is wanted:
            self._meter.concerns(wanted.tenant_id)
            self._meter.count(EVENTS)
        return stored

    def change(self, tenant_id: str, event_id: str, change: Change) -> Applied[Event] | Refused[Event]:
        outcome = self._store.change(tenant_id, event_id, change)
        if isinstance(outcome, Applied):
            self._count(outcome.row)
        return outcome

    def _count(self, event: Event) -> None:
        key, told = (event.tenant_id, event.id), Counter(event.told)
        before = self._told.pop(key, told)
        for way in Way:
            if more := told[way] - before[way]:
                self._meter.count(TOLD, of=way, times=more)
        self._told[key] = told
        while len(self._told) > _MOST_REMEMBERED:
            del self._told[next(iter(self._told))]

    # What tells of nothing.

    def known(self, tenant_id: str, wanted: Mapping[str, Event]) -> dict[str, str]:
        return self._store.known(tenant_id, wanted)

    def get(self, tenant_id: str, event_id: str) -> Event | None:
        return self._store.get(tenant_id, event_id)

    def get_many(self, tenant_id: str, event_ids: Sequence[str]) -> dict[str, Event]:
        return self._store.get_many(tenant_id, event_ids)

    def page(self, tenant_id: str, request: PageRequest) -> Page[Event]:
        return self._store.page(tenant_id, request)

    def due(self, until_ms: int, limit: int) -> list[tuple[str, str]]:
        return self._store.due(until_ms, limit)
