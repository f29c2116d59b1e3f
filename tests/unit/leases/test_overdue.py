"""Work whose time has come, and work whose ticket was lost."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from postroom.digests import life
from postroom.digests.model import Digest, DigestStatus, digest_id
from postroom.errors import Unavailable
from postroom.leases.model import LEASE, Ticket
from postroom.leases.overdue import EnqueueOverdue
from postroom.progress import Progress
from tests.fakes.digests import MemoryDigests
from tests.fakes.leases import MemoryTickets
from tests.fakes.time import NOON, FakeClock

FOREVER = NOON + timedelta(days=365)
MINUTE = timedelta(minutes=1)


class FullQueue(MemoryTickets):
    def put(self, ticket: Ticket, delay_seconds: int = 0) -> None:
        raise Unavailable


@dataclass
class Office:
    clock: FakeClock = field(default_factory=FakeClock)
    digests: MemoryDigests = field(default_factory=MemoryDigests)
    tickets: MemoryTickets = field(default_factory=MemoryTickets)

    def add(self, user_id: str, due_at: datetime = NOON) -> str:
        digest = Digest("ten_a", digest_id("ten_a", user_id, due_at), user_id, DigestStatus.OPEN, due_at, FOREVER)
        self.digests.add(digest, "evt_1")
        return digest.id

    def run(self, stop_at: datetime = FOREVER, tickets: MemoryTickets | None = None) -> Progress:
        queue = tickets or self.tickets
        return EnqueueOverdue(self.digests, self.digests.due, life.looked_for, queue, self.clock)(stop_at)

    def put(self) -> list[str]:
        put = sorted(ticket.id for ticket, _ in self.tickets.waiting)
        self.tickets.waiting.clear()
        return put


@pytest.fixture
def office() -> Office:
    return Office()


def test_what_is_due_gets_a_ticket_and_what_is_not_gets_none(office: Office) -> None:
    due = sorted(office.add(f"u{number}") for number in range(300))
    later = office.add("ann", NOON + timedelta(seconds=1))

    assert office.run() == Progress(done=300)
    assert office.put() == due

    office.clock.advance(timedelta(seconds=1))
    office.run()
    assert office.put() == [later]


def test_runs_at_once_put_one_ticket(office: Office) -> None:
    due = office.add("ann")
    found = office.digests.due(10**15, 10)

    for _ in range(3):
        run = EnqueueOverdue(office.digests, lambda *_: found, life.looked_for, office.tickets, office.clock)
        run(stop_at=office.clock())

    assert office.put() == [due]


def test_a_ticket_that_was_lost_is_put_again_ever_more_rarely(office: Office) -> None:
    office.add("ann")
    put_after: list[int] = []

    for minute in range(200):
        if office.run().done:
            put_after.append(minute)
        office.clock.advance(MINUTE)

    assert put_after == [0, 2, 4, 8, 16, 32, 64, 124, 184]


def test_a_queue_that_takes_nothing_is_tried_again(office: Office) -> None:
    due = office.add("ann")

    assert office.run(tickets=FullQueue()) == Progress(refused=1)

    office.clock.advance(timedelta(minutes=2))
    assert office.run() == Progress(done=1)
    assert office.put() == [due]


def test_what_has_come_to_its_end_is_not_looked_to(office: Office) -> None:
    due = office.add("ann")
    seen = office.digests.get("ten_a", due)
    assert seen is not None
    held = office.digests.change("ten_a", due, life.claim(seen, "holder", 0, NOON)).row
    assert held is not None
    office.digests.change("ten_a", due, life.close(held, NOON))
    office.digests.change("ten_a", due, life.finish(held, DigestStatus.DONE, None))

    office.clock.advance(LEASE)

    assert office.run() == Progress()
    assert office.put() == []


def test_a_run_ends_when_its_time_is_over(office: Office) -> None:
    office.add("ann")

    assert office.run(stop_at=NOON) == Progress(done=1)
    assert office.run(stop_at=NOON) == Progress()
