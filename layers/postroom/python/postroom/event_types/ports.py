"""What the use cases of event types need from the outside."""

from typing import Protocol

from postroom.audit.model import Entries
from postroom.event_types.model import EventType


class EventTypeStore(Protocol):
    """What a tenant has said: types of its own, and what it changed of the built-in ones. A bounded number.

    ``entries`` are written with a change or not at all.
    """

    def get(self, tenant_id: str, name: str) -> EventType | None: ...

    def all_of(self, tenant_id: str) -> dict[str, EventType]:
        """By name."""

    def put(self, tenant_id: str, wanted: EventType, seen: EventType | None, entries: Entries = ()) -> bool:
        """False when what stands there is not as it was seen any more, None for nothing."""

    def delete(self, tenant_id: str, seen: EventType, entries: Entries = ()) -> bool:
        """Whether it is gone. False when it is not as it was seen any more."""
