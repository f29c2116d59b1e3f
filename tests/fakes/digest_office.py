"""A tenant with a user, and whoever makes their digests, on stores in memory that fail when a test wants it."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from postroom.change import Change
from postroom.conditional import Applied, Refused
from postroom.digests import life
from postroom.digests.choose import FindRecipient
from postroom.digests.collect import Collect
from postroom.digests.contents import Contents
from postroom.digests.mail import WriteMail
from postroom.digests.make import MakeDigest
from postroom.digests.model import Digest, Plan, digest_id
from postroom.digests.observed import ObservedDigests
from postroom.event_types.manage import FindEventTypes
from postroom.events.model import Event
from postroom.leases.model import LEASE, Ticket
from postroom.leases.overdue import EnqueueOverdue
from postroom.messages.find import FindMessages
from postroom.messages.model import Message
from postroom.notices.model import Notice, NoticeStatus, Way
from postroom.pages.model import Links
from postroom.preferences.look_up import ReadWishes
from postroom.preferences.model import Choice, UserSettings, Window
from postroom.templates.model import Source
from postroom.users.manage import FindUsers
from postroom.users.model import UserRole
from tests.builders import a_preference, a_user
from tests.fakes.digests import MemoryDigests
from tests.fakes.fate import Dead, Fate
from tests.fakes.job_office import Messages
from tests.fakes.leases import MemoryTickets
from tests.fakes.notices import MemoryNotices
from tests.fakes.preferences import MemoryEventTypes, MemoryPreferences, MemoryTenantSettings, MemoryUserSettings
from tests.fakes.sending import FakeSender
from tests.fakes.time import NOON
from tests.fakes.users import MemoryUsers

TENANT = "ten_a"
HOUR = timedelta(hours=1)
TURN = timedelta(minutes=1)
KEPT = timedelta(days=90)


class Digests(MemoryDigests):
    """``plans``: all that were stored, with when they were."""

    def __init__(self, fate: Fate) -> None:
        super().__init__()
        self._fate = fate

    def change(self, tenant_id: str, digest_id: str, change: Change) -> Applied[Digest] | Refused[Digest]:
        result: list[Applied[Digest] | Refused[Digest]] = []
        self._fate.around(lambda: result.append(super(Digests, self).change(tenant_id, digest_id, change)))
        return result[0]

    def add(self, wanted: Digest, event_id: str) -> bool:
        result: list[bool] = []
        self._fate.around(lambda: result.append(super(Digests, self).add(wanted, event_id)))
        return result[0]

    def plan(self, digest: Digest, plan: Plan) -> Plan:
        result: list[Plan] = []
        self._fate.around(lambda: result.append(super(Digests, self).plan(digest, plan)))
        return result[0]


class Notices(MemoryNotices):
    def __init__(self, fate: Fate) -> None:
        super().__init__()
        self._fate = fate

    def replace(self, seen: Notice, notice: Notice) -> bool:
        result: list[bool] = []
        self._fate.around(lambda: result.append(super(Notices, self).replace(seen, notice)))
        return result[0]


class Office:
    """``events``: for what notices do not say. With ``is_deadly``, whoever writes a mail dies of it."""

    def __init__(self) -> None:
        self.fate = Fate()
        self.digests, self.notices, self.messages = Digests(self.fate), Notices(self.fate), Messages(self.fate)
        self.users, self.tickets, self.types = MemoryUsers(), MemoryTickets(), MemoryEventTypes()
        self.preferences, self.settings, self.tenant = (
            MemoryPreferences(),
            MemoryUserSettings(),
            MemoryTenantSettings(),
        )
        self.events: dict[str, Event] = {}
        self.is_deadly = False
        self.worker: Callable[[], Callable[[Ticket, datetime], None]] = self.another_worker
        self.sender = FakeSender(messages=self.messages)
        self.sender.templates.sources["digest"] = Source("{total} events", None, "{groups}")
        self.clock = self.sender.clock
        self.find_recipient = FindRecipient(
            FindUsers(self.users),
            FindEventTypes(self.types),
            ReadWishes(self.preferences, self.settings, self.tenant),
        )
        self.collect = Collect(self.digests, KEPT)
        self.user = a_user(id="ann", email="ann@example.com", role=UserRole.OPERATOR, timezone="Europe/Berlin")
        self.users.put(self.user, None)

    def take(self, digests: Digests) -> None:
        """Other ones than before, while there are none yet."""
        self.digests = digests
        self.collect = Collect(digests, KEPT)

    def another_worker(self, ahead: timedelta = timedelta(0)) -> MakeDigest:
        """``ahead``: by how much its clock is."""

        def clock() -> datetime:
            return self.clock() + ahead

        return MakeDigest(
            ObservedDigests(self.digests, self.sender.meter),
            Contents(self.notices, self.collect),
            self.find_recipient,
            WriteMail(self.found_events, lambda *_: Links("https://example.com/preferences")),
            self.sender.acceptor(),
            FindMessages(self.messages),
            self.tickets,
            clock,
        )

    def found_events(self, _: str, event_ids: Sequence[str]) -> Mapping[str, Event]:
        if self.is_deadly:
            raise Dead
        return {event_id: self.events[event_id] for event_id in event_ids if event_id in self.events}

    def wants(self, event_type: str = "job_failed", address: str | None = None, **words: Any) -> None:  # noqa: ANN401 - of a choice
        """What the user says of an event type from now on."""
        seen = self.preferences.of_user(TENANT, "ann").get(event_type)
        said = a_preference(
            user_id="ann",
            event_type=event_type,
            choice=Choice(**{"enabled": True} | words),
            email_address=address,
            email_confirmed=address is not None,
            revision=seen.revision + 1 if seen else 1,
        )
        self.preferences.put(said, seen)

    def is_quiet(self, *windows: Window) -> None:
        seen = self.settings.get(TENANT, "ann")
        self.settings.replace(TENANT, "ann", seen, UserSettings(windows, revision=seen.revision + 1))

    def add(self, event_id: str, due_at: datetime, **changes: Any) -> bool:  # noqa: ANN401 - any field of a notice
        """A notice of an event that waits in a digest, as whoever tells users leaves it."""
        notice = a_waiting_notice(event_id, due_at, **{"created_at": self.clock()} | changes)
        [there] = self.notices.add([notice])
        if there.due_at != due_at and there.message_id is None:
            moved = replace(there, digest_id=notice.digest_id, due_at=due_at)
            assert self.notices.replace(there, moved)
        return self.collect(notice, due_at)

    def schedule(self, runs: int = 1) -> None:
        for _ in range(runs):
            with suppress(Dead):
                EnqueueOverdue(self.digests, self.digests.due, life.looked_for, self.tickets, self.clock)(self.clock())

    def work_on(self) -> None:
        """What lies in the queue now, and what is put there meanwhile for the next moment."""
        while ready := [waiting for waiting in self.tickets.waiting if waiting[1] == 0]:
            ticket, _ = ready[0]
            self.tickets.waiting.remove(ready[0])
            self.work_off(ticket)

    def work_off(self, ticket: Ticket) -> None:
        """A queue brings again what its worker died over."""
        try:
            self.worker()(ticket, self.clock() + TURN)
        except Dead:
            self.tickets.put(ticket, round(LEASE.total_seconds()))

    def passes(self, time: timedelta) -> None:
        """What was put off comes when its time has come."""
        self.clock.advance(time)
        seconds = round(time.total_seconds())
        self.tickets.waiting = [(ticket, max(0, delay - seconds)) for ticket, delay in self.tickets.waiting]

    def minutes(self, number: int) -> None:
        for _ in range(number):
            self.schedule()
            self.work_on()
            self.passes(timedelta(minutes=1))

    def notice(self, event_id: str) -> Notice:
        return self.notices.get_many(TENANT, [("ann", event_id)])["ann", event_id]

    def mails(self) -> list[Message]:
        return self.messages.all_of(TENANT)

    def told(self) -> dict[str, list[str]]:
        """By recipient and place, which events a mail tells of, by their subjects."""
        return {
            message.id: sorted(line["text"] for group in self.data_of(message)["groups"] for line in group["lines"])
            for message in self.mails()
        }

    def data_of(self, message: Message) -> Mapping[str, Any]:
        [stored] = self.sender.contents.get_many([message]).values()
        content = stored.open()
        assert content.filling is not None
        return content.filling.data


def a_waiting_notice(event_id: str, due_at: datetime, **changes: Any) -> Notice:  # noqa: ANN401 - any field of it
    plain = Notice(
        tenant_id=TENANT,
        user_id="ann",
        event_id=event_id,
        event_type="job_failed",
        recipient="ann@example.com",
        subject=event_id,
        status=NoticeStatus.PENDING,
        way=Way.DIGEST,
        created_at=NOON,
        kept_until=NOON + KEPT,
        digest_id=digest_id(TENANT, "ann", due_at),
        due_at=due_at,
    )
    return replace(plain, **changes)
