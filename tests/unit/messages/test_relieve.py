from datetime import timedelta

import pytest

from postroom.messages import life
from postroom.messages.life import HEAL_AFTER
from postroom.messages.model import Message, OnUncertain, Priority, Reason, Status
from postroom.messages.ports import Watch
from postroom.messages.relieve import Relieve
from postroom.progress import Progress
from tests.builders import a_draft, an_account
from tests.fakes.messages import Died, MemoryMessages
from tests.fakes.sending import LEASE, TENANT, FakeSender

MINUTES = timedelta(minutes=1)


@pytest.fixture
def sender() -> FakeSender:
    return with_account(FakeSender())


def with_account(sender: FakeSender) -> FakeSender:
    sender.add_account(an_account(min_wait_time=0, daily_limit=1000))
    return sender


def accepted(sender: FakeSender, count: int, **changes: object) -> list[Message]:
    return sender.accept(*[a_draft(recipients=(f"r{n}@example.com",), **changes) for n in range(count)])


def lost(sender: FakeSender, count: int, **changes: object) -> list[Message]:
    """Stored, and never on a queue."""
    sender.queues.down = True
    messages = accepted(sender, count, **changes)
    sender.queues.down = False
    return messages


def claim(sender: FakeSender, message: Message) -> None:
    lease_until = sender.clock() + LEASE
    sender.messages.change(TENANT, message.id, life.claim(message, "dead", "acc_1", "m@example.com", lease_until, None))


def test_what_no_queue_ever_got_goes_there_once_it_has_drained(sender: FakeSender) -> None:
    messages = lost(sender, 60)

    early = sender.due()
    sender.clock.advance(HEAL_AFTER)
    moved = sender.due()
    sender.run()

    assert (early, moved) == (0, 60)
    assert {sender.message(message).status for message in messages} == {Status.SENT}
    assert sender.messages.watches == {}


def test_a_watch_over_what_is_finished_ends_without_a_word(sender: FakeSender) -> None:
    accepted(sender, 30)
    sender.run()
    sender.clock.advance(HEAL_AFTER)

    assert sender.due() == 0
    assert sender.messages.watches == {}
    assert sender.queues.sent == []


def test_while_its_queue_is_deep_one_watch_is_read_at_a_time_and_only_when_it_is_long_overdue() -> None:
    found: list[int] = []

    class Counted(MemoryMessages):
        def watches_until(self, priority: Priority, until_ms: int, limit: int) -> list[Watch]:
            watches = super().watches_until(priority, until_ms, limit)
            found.append(len(watches))
            return watches

    sender = with_account(FakeSender(messages=Counted()))
    accepted(sender, 100)
    sender.queues.deep = True

    for _ in range(60):
        sender.clock.advance(MINUTES)
        assert sender.due() == 0
    early, found[:] = max(found), []
    sender.clock.advance(3 * MINUTES)
    sender.due()

    assert (early, sum(found)) == (0, 1)


@pytest.mark.parametrize(("wish", "ends_as"), [("resend", Status.SENT), ("hold", Status.UNCERTAIN)])
@pytest.mark.parametrize("looked_to", [timedelta(0), 10 * MINUTES])
def test_what_a_dead_sender_held_is_recovered_whether_its_lease_is_over_when_it_is_looked_to_or_not(
    sender: FakeSender, wish: str, ends_as: Status, looked_to: timedelta
) -> None:
    held, *_others = accepted(sender, 5, on_uncertain=OnUncertain(wish))
    sender.clock.advance(HEAL_AFTER)
    claim(sender, held)
    sender.run(sender.queues.take_all()[1:])
    sender.clock.advance(looked_to)

    for _ in range(8):
        sender.due()
        sender.run()
        sender.clock.advance(MINUTES)

    assert sender.message(held).attempts[0].outcome == Status.UNCERTAIN
    assert sender.message(held).status is ends_as
    assert len(sender.servers.accepted) == (5 if wish == "resend" else 4)
    assert sender.messages.watches == {}


def test_what_is_being_sent_is_left_alone(sender: FakeSender) -> None:
    held, *_others = accepted(sender, 2)
    sender.clock.advance(HEAL_AFTER)
    claim(sender, held)

    sender.due()

    assert sender.message(held).status is Status.SENDING
    assert held.id not in {departure.ticket.message_id for departure in sender.queues.sent[2:]}


def test_what_waits_or_was_cancelled_is_left_alone(sender: FakeSender) -> None:
    cancelled, waiting = accepted(sender, 2)
    sender.queues.take_all()
    sender.messages.change(TENANT, cancelled.id, life.cancelled(cancelled))
    later = sender.clock() + timedelta(hours=1)
    wait = life.Wait(Reason.RETRY, "451", later, later)
    sender.messages.change(TENANT, waiting.id, life.deferred(waiting, wait))
    sender.clock.advance(HEAL_AFTER)

    assert sender.due() == 0
    assert sender.message(waiting).next_attempt_at == later


@pytest.mark.parametrize("calls", range(3 + 4 + 4 + 1))
def test_a_run_that_dies_anywhere_loses_and_doubles_nothing(sender: FakeSender, calls: int) -> None:
    messages = lost(sender, 4)
    sender.clock.advance(HEAL_AFTER)
    sender.messages.dies_before = calls
    with pytest.raises(Died):
        sender.due()
    sender.messages.dies_before = None

    for _ in range(4):
        sender.run()
        sender.clock.advance(3 * MINUTES)
        sender.due()

    assert {sender.message(message).status for message in messages} == {Status.SENT}
    assert len(sender.servers.accepted) == 4
    assert sender.messages.watches == {}


def test_a_write_that_is_not_answered_keeps_the_watch(sender: FakeSender) -> None:
    messages = lost(sender, 4)
    [watch] = sender.messages.watches.values()
    sender.messages.fail_on = {sender.messages.calls + 6}  # The second of its writes, behind four reads.

    moved = relieve(sender)(watch)

    assert moved == Progress(1, refused=1)
    assert list(sender.messages.watches.values()) == [watch]
    assert relieve(sender)(watch) == Progress(3)
    assert {departure.ticket.message_id for departure in sender.queues.sent} == {message.id for message in messages}
    assert sender.messages.watches == {}


def test_a_watch_stays_while_a_row_under_it_cannot_be_read(sender: FakeSender) -> None:
    unreadable, *others = lost(sender, 4)
    [watch] = sender.messages.watches.values()
    row = sender.messages.rows.get((TENANT, unreadable.id)) or {}
    sender.messages.rows.put((TENANT, unreadable.id), row | {"status": "unheard-of"})

    moved = relieve(sender)(watch)

    assert moved == Progress(len(others))
    assert list(sender.messages.watches.values()) == [watch]

    sender.messages.rows.put((TENANT, unreadable.id), row)
    assert relieve(sender)(watch) == Progress(1)
    assert {departure.ticket.message_id for departure in sender.queues.sent} >= {unreadable.id}
    assert sender.messages.watches == {}


def test_two_runs_at_once_put_nothing_on_its_queue_twice(sender: FakeSender) -> None:
    lost(sender, 10)
    [watch] = sender.messages.watches.values()

    assert [relieve(sender)(watch), relieve(sender)(watch)] == [Progress(10), Progress()]
    assert len(sender.queues.sent) == 10


class Overtaken(MemoryMessages):
    """Between the look at a message and the write, somebody else takes it."""

    lease = timedelta(0)

    def get_many(self, tickets):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201 - as the one it stands for
        found = super().get_many(tickets)
        for message in found.values():
            until = message.created_at + HEAL_AFTER + self.lease
            self.change(TENANT, message.id, life.claim(message, "other", "acc_1", "m@example.com", until, None))
        return found


@pytest.mark.parametrize(("lease", "ends_as"), [(LEASE, Status.SENDING), (timedelta(0), Status.UNCERTAIN)])
def test_what_is_claimed_under_our_hands_is_not_lost_when_its_sender_dies(lease: timedelta, ends_as: Status) -> None:
    overtaken = Overtaken()
    overtaken.lease = lease
    sender = with_account(FakeSender(messages=overtaken))
    [message, _] = lost(sender, 2)
    sender.clock.advance(HEAL_AFTER)
    [watch] = sender.messages.watches.values()

    assert relieve(sender)(watch) == Progress()

    after = int((sender.clock() + LEASE).timestamp() * 1000)
    entries = sender.messages.queued_until(message.priority, after, 10) + sender.messages.waiting_until(after, 10)
    assert sender.message(message).status is ends_as
    assert message.id in {entry.ticket.message_id for entry in entries}
    assert sender.messages.watches == {}


def test_thousands_of_watches_stop_when_the_time_is_over(sender: FakeSender) -> None:
    accepted(sender, 1_500)
    sender.run()
    sender.clock.advance(HEAL_AFTER)

    # Half of the time that is left is over at once.
    sender.due(seconds=0)

    assert len(sender.messages.watches) == 20


def relieve(sender: FakeSender) -> Relieve:
    return Relieve(sender.messages, sender.queues, 3, sender.clock)
