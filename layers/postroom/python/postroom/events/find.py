from postroom.errors import NotFound
from postroom.events.model import Event
from postroom.events.ports import EventStore
from postroom.paging import Page, PageRequest


class FindEvents:
    def __init__(self, events: EventStore) -> None:
        self._events = events

    def one(self, tenant_id: str, event_id: str) -> Event:
        """Raises NotFound."""
        found = self._events.get(tenant_id, event_id)
        if found is None:
            raise NotFound
        return found

    def page(self, tenant_id: str, request: PageRequest) -> Page[Event]:
        return self._events.page(tenant_id, request)
