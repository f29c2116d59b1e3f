"""A tenant with users, its events and whoever works on them, in memory, all of which fail when a test wants it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from postroom.audit.model import Entries
from postroom.change import Change
from postroom.conditional import Applied, Refused
from postroom.event_types.manage import FindEventTypes
from postroom.event_types.model import EventType
from postroom.events.find import FindEvents
from postroom.events.life import looked_for
from postroom.events.model import WORKED_ON, Event, NewEvent, Posting
from postroom.events.post import Posted, PostEvents
from postroom.events.run import RunEvent
from postroom.ids import Seed
from postroom.leases.model import LEASE, Ticket
from postroom.leases.overdue import EnqueueOverdue
from postroom.preferences.candidates import FindCandidates
from postroom.priorities import Priority
from postroom.users.manage import FindUsers
from postroom.users.model import UserRole
from tests.builders import a_preference, a_user
from tests.fakes.events import MemoryEvents
from tests.fakes.fate import Fate
from tests.fakes.leases import MemoryTickets
from tests.fakes.preferences import MemoryEventTypes, MemoryPreferences, MemoryTenantSettings
from tests.fakes.time import NOON, FakeClock
from tests.fakes.users import MemoryUsers

PORTION = 4
KEPT = timedelta(days=90)
TENANT = "ten_a"
FOREVER = NOON + timedelta(days=9)
FAILED = NewEvent("job_failed")


class Events(MemoryEvents):
    def __init__(self, fate: Fate) -> None:
        super().__init__()
        self._fate = fate

    def known(self, tenant_id: str, wanted: Mapping[str, Event]) -> dict[str, str]:
        return {key: self._known(tenant_id, key, event) for key, event in wanted.items()}

    def _known(self, tenant_id: str, key: str, event: Event) -> str:
        found: dict[str, str] = {}
        self._fate.around(lambda: found.update(super(Events, self).known(tenant_id, {key: event})))
        return found[key]

    def add(self, wanted: Event, entries: Entries = ()) -> Event:
        result: list[Event] = []
        self._fate.around(lambda: result.append(super(Events, self).add(wanted, entries)))
        return result[0]

    def change(
        self, tenant_id: str, each_id: str, change: Change, entries: Entries = ()
    ) -> Applied[Event] | Refused[Event]:
        result: list[Applied[Event] | Refused[Event]] = []
        self._fate.around(lambda: result.append(super(Events, self).change(tenant_id, each_id, change, entries)))
        return result[0]


class Tickets(MemoryTickets):
    def __init__(self, fate: Fate) -> None:
        super().__init__()
        self._fate = fate

    def put(self, ticket: Ticket, delay_seconds: int = 0) -> None:
        self._fate.around(lambda: super(Tickets, self).put(ticket, delay_seconds))


@dataclass
class Teller:
    """Keeps to what it is asked for: each user is decided about once, by a write of its own.

    ``mails``: who was told of which event, as often as they were.
    """

    fate: Fate
    notices: dict[tuple[str, str], str] = field(default_factory=dict)
    mails: list[tuple[str, str]] = field(default_factory=list)
    asked: list[Sequence[str]] = field(default_factory=list)

    def __call__(self, event: Event, event_type: EventType, users: Sequence[str], /) -> Mapping[str, int]:
        self.asked.append(users)
        for user_id in users:
            if (event.id, user_id) not in self.notices:
                self.fate.around(lambda user_id=user_id: self._tell(event.id, user_id))  # type: ignore[misc]
        return Counter(self.notices[event.id, user_id] for user_id in users)

    def _tell(self, event_id: str, user_id: str) -> None:
        self.notices[event_id, user_id] = "digest" if user_id.endswith("7") else "immediate"
        self.mails.append((event_id, user_id))


@dataclass
class EventOffice:
    fate: Fate = field(default_factory=Fate)
    users: MemoryUsers = field(default_factory=MemoryUsers)
    preferences: MemoryPreferences = field(default_factory=MemoryPreferences)
    types: MemoryEventTypes = field(default_factory=MemoryEventTypes)
    clock: FakeClock = field(default_factory=lambda: FakeClock(NOON))

    given_up: list[tuple[str, str | None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.events, self.tickets, self.tell = Events(self.fate), Tickets(self.fate), Teller(self.fate)
        self.find = FindEvents(self.events)
        self.post = PostEvents(self.events, FindEventTypes(self.types), self.tickets, KEPT)
        self.put_back = EnqueueOverdue(self.events, self.events.due, looked_for, self.tickets, self.clock)
        self.run = self.another_worker()

    def another_worker(self) -> RunEvent:
        candidates = FindCandidates(self.preferences, FindUsers(self.users), MemoryTenantSettings())
        return RunEvent(
            self.events,
            FindEventTypes(self.types),
            candidates,
            self.tell,
            self.give_up,
            self.tickets,
            self.clock,
            portion=PORTION,
        )

    def give_up(self, event: Event, reason: str | None, /) -> None:
        """Of what is over already nobody can."""
        assert self.shown(event.id).status in WORKED_ON
        self.fate.around(lambda: self.given_up.append((event.id, reason)))

    def add(self, *numbers: int, role: UserRole = UserRole.ADMIN) -> None:
        for number in numbers:
            self.users.put(a_user(id=f"u{number:03}", email=f"u{number:03}@example.com", role=role), None)

    def subscribe(self, *numbers: int, **changes: Any) -> None:  # noqa: ANN401 - any field of a preference
        for number in numbers:
            self.preferences.put(a_preference(user_id=f"u{number:03}", **changes), None)

    def posted(self, *events: NewEvent, seed: Seed | None = None) -> list[Posted]:
        wanted = events or (FAILED,)
        posting = Posting(wanted, {f"events.{n}": event.event_type for n, event in enumerate(wanted)})
        return self.post(TENANT, posting, seed or Seed.fresh(self.clock()), Priority.HIGH)

    def work_on(self, stop_at: datetime = FOREVER) -> None:
        """What lies in the queue, and what is put there meanwhile; time passes as it is asked for."""
        while self.tickets.waiting:
            ticket, delay = first = min(self.tickets.waiting, key=lambda waiting: waiting[1])
            self.tickets.waiting.remove(first)
            found = self.events.get(ticket.tenant_id, ticket.id)
            if found and found.status in WORKED_ON:
                self.clock.advance(timedelta(seconds=delay))
            self.run(ticket, stop_at)

    def brought_again(self, event_id: str) -> None:
        """As a queue does when whoever had it is gone."""
        self.tickets.waiting.append((Ticket(TENANT, event_id), 0))
        self.clock.advance(LEASE)

    def shown(self, event_id: str) -> Event:
        return self.find.one(TENANT, event_id)

    def told(self, event_id: str) -> list[str]:
        """As often as they were."""
        return sorted(user_id for about, user_id in self.tell.mails if about == event_id)
