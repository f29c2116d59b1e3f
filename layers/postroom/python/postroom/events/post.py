"""Takes events in: all that come together, or none of them.

What knows a dedupe key is written first, then the event, then its ticket goes on its queue. Whoever comes with the same
key later finishes what was left undone in between, and the due index finds what no ticket was put for.
"""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta

from postroom.errors import FieldError, Invalid
from postroom.event_types.manage import FindEventTypes
from postroom.event_types.model import EventType
from postroom.events.model import PREFIX, Event, EventStatus, NewEvent, Posting
from postroom.events.ports import EventStore
from postroom.ids import Seed, moment_of
from postroom.leases.model import Ticket
from postroom.leases.ports import ManyTickets
from postroom.priorities import Priority

_PARALLEL = 32


@dataclass(frozen=True, slots=True)
class Posted:
    """``deduplicated``: there was one with this dedupe key before, in another request or earlier in this one."""

    event: Event
    deduplicated: bool


class PostEvents:
    """``kept``: how long an event can be read, and a second one like it is known by its dedupe key."""

    def __init__(self, events: EventStore, event_types: FindEventTypes, tickets: ManyTickets, kept: timedelta) -> None:
        self._events = events
        self._event_types = event_types
        self._tickets = tickets
        self._kept = kept

    def __call__(self, tenant_id: str, posting: Posting, seed: Seed, highest: Priority) -> list[Posted]:
        """In the order in which they came. ``highest`` is what their key may send. Raises Invalid."""
        types = self._event_types.all_of(tenant_id)
        faults = (*posting.faults, *_unknown(posting.types, types))
        if faults:
            raise Invalid(faults)
        wanted = [
            self._event(tenant_id, new, types[new.event_type], seed.id(PREFIX, number), highest)
            for number, new in enumerate(posting.events)
        ]
        return self._stored(tenant_id, wanted)

    def _event(self, tenant_id: str, new: NewEvent, event_type: EventType, event_id: str, highest: Priority) -> Event:
        created_at = moment_of(event_id)
        return Event(
            tenant_id=tenant_id,
            id=event_id,
            event_type=new.event_type,
            status=EventStatus.WAITING,
            priority=event_type.priority if highest.allows(event_type.priority) else highest,
            created_at=created_at,
            occurred_at=new.occurred_at or created_at,
            kept_until=(created_at + self._kept).replace(microsecond=0),
            critical=new.critical,
            dedupe_key=new.dedupe_key,
            job=new.job,
            compliance_result=new.compliance_result,
            data=new.data,
        )

    def _stored(self, tenant_id: str, wanted: Sequence[Event]) -> list[Posted]:
        named = self._under_their_names(tenant_id, wanted)
        others = [event.id for event, own in zip(named, wanted, strict=True) if event.id != own.id]
        before = self._events.get_many(tenant_id, others) if others else {}
        missing = {event.id: event for event in reversed(named) if event.id not in before}
        with ThreadPoolExecutor(_PARALLEL) as threads:
            added = {event.id: event for event in threads.map(self._events.add, reversed(missing.values()))}
        waiting = [Ticket(tenant_id, event.id) for event in added.values() if event.status is EventStatus.WAITING]
        self._tickets.put_all(waiting)
        there = before | added
        return [Posted(there[event.id], event.id != own.id) for event, own in zip(named, wanted, strict=True)]

    def _under_their_names(self, tenant_id: str, wanted: Sequence[Event]) -> list[Event]:
        """Each with the id of the event that has its dedupe key, as one that was posted when that was."""
        firsts = {event.dedupe_key: event for event in reversed(wanted) if event.dedupe_key is not None}
        owners = self._events.known(tenant_id, firsts) if firsts else {}
        ids = [owners[event.dedupe_key] if event.dedupe_key is not None else event.id for event in wanted]
        return [
            event if event.id == event_id else replace(event, id=event_id, created_at=moment_of(event_id))
            for event, event_id in zip(wanted, ids, strict=True)
        ]


def _unknown(named: Mapping[str, str], types: Mapping[str, EventType]) -> Iterator[FieldError]:
    for field, name in named.items():
        if name not in types:
            yield FieldError(field, "There is no such event type")
