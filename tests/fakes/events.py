"""Events in memory."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from threading import Lock

from postroom.clock import to_milliseconds
from postroom.events.model import Event, EventStatus
from postroom.leases.life import LOOKED_FOR_AFTER
from postroom.paging import Page, PageRequest, page_of
from tests.fakes.leases import MemoryLeased, Row, leased


class MemoryEvents(MemoryLeased[Event]):
    def __init__(self) -> None:
        super().__init__(_record, _event)
        self._once: dict[tuple[str, str], Event] = {}
        self._lock = Lock()

    def known(self, tenant_id: str, wanted: Mapping[str, Event]) -> dict[str, str]:
        with self._lock:
            for dedupe_key, event in wanted.items():
                there = self._once.get((tenant_id, dedupe_key))
                if there is None or there.kept_until < event.created_at:
                    self._once[tenant_id, dedupe_key] = event
            return {dedupe_key: self._once[tenant_id, dedupe_key].id for dedupe_key in wanted}

    def get_many(self, tenant_id: str, event_ids: Sequence[str]) -> dict[str, Event]:
        found = (self.get(tenant_id, event_id) for event_id in event_ids)
        return {event.id: event for event in found if event}

    def page(self, tenant_id: str, request: PageRequest) -> Page[Event]:
        found = sorted(self.all_of(tenant_id), key=lambda event: event.id, reverse=request.newest_first)
        if request.after is not None:
            after = request.after
            found = [event for event in found if (event.id < after if request.newest_first else event.id > after)]
        return page_of(found, request.limit, lambda event: event.id)

    def due(self, until_ms: int, limit: int) -> list[tuple[str, str]]:
        found = sorted((row["due_at"], *key) for key, row in self.rows.all().items() if "due_at" in row)
        return [(tenant_id, event_id) for due_at, tenant_id, event_id in found if due_at <= until_ms][:limit]


def _event(made: Event, row: Row) -> Event:
    return replace(
        made, status=EventStatus(row["status"]), place=row.get("goes_on"), told=dict(row["told"]), **leased(row)
    )


def _record(wanted: Event) -> Row:
    return {
        "status": wanted.status,
        "goes_on": wanted.place,
        "told": dict(wanted.told),
        "due_at": to_milliseconds(wanted.created_at + LOOKED_FOR_AFTER),
        "claims": wanted.claims,
        "faults": wanted.faults,
    }
