"""What the use cases of events need from the outside."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from postroom.change import Change
from postroom.conditional import Applied, Refused
from postroom.event_types.model import EventType
from postroom.events.model import Event
from postroom.paging import Page, PageRequest


class EventStore(Protocol):
    """Everything is read as it is now. A change can be repeated when its answer was lost."""

    def known(self, tenant_id: str, wanted: Mapping[str, Event]) -> dict[str, str]:
        """By dedupe key, the id of the event that has it: that of the one that was wanted, or of one before."""

    def add(self, wanted: Event) -> Event:
        """Stores it, with its entry in the due index, or gives back the one that already has this id."""

    def get(self, tenant_id: str, event_id: str) -> Event | None: ...

    def get_many(self, tenant_id: str, event_ids: Sequence[str]) -> dict[str, Event]:
        """Those that are there."""

    def page(self, tenant_id: str, request: PageRequest) -> Page[Event]:
        """In the order of ids, which is that of their posting."""

    def change(self, tenant_id: str, event_id: str, change: Change) -> Applied[Event] | Refused[Event]: ...

    def due(self, until_ms: int, limit: int) -> list[tuple[str, str]]:
        """Tenant and id of those whose entry in the due index is no later, so many of each shard at most."""


class GiveUp(Protocol):
    """Nobody goes on with an event."""

    def __call__(self, event: Event, reason: str | None, /) -> None:
        """What was said to users of it, and is not on its way, has failed for this reason; or is not wanted, for none.

        May be called again. Raises Unavailable.
        """


class TellUsers(Protocol):
    """Users are told of an event, each the way they want, or not at all."""

    def __call__(self, event: Event, event_type: EventType, users: Sequence[str], /) -> Mapping[str, int]:
        """How many, by what was done about them.

        Called again it decides nothing anew, tells nobody twice and counts the same. Raises Unavailable.
        """
