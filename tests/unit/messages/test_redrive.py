from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from postroom.messages.due import EnqueueDue
from postroom.messages.ports import DeadLetter, Ticket
from postroom.messages.redrive import Redrive
from postroom.messages.release import Release
from postroom.messages.relieve import Relieve
from tests.builders import a_draft, an_account
from tests.fakes.sending import TENANT, FakeSender


@dataclass
class MemoryDeadLetters:
    """What is received is hidden, what is removed is gone."""

    letters: list[DeadLetter]
    removed: list[str] = field(default_factory=list)

    def receive(self) -> list[DeadLetter]:
        batch, self.letters = self.letters[:10], self.letters[10:]
        return batch

    def remove(self, letters: Sequence[DeadLetter]) -> None:
        self.removed += [letter.handle for letter in letters]


def dead(tickets: Sequence[Ticket | None]) -> MemoryDeadLetters:
    return MemoryDeadLetters([DeadLetter(ticket, f"handle-{n}") for n, ticket in enumerate(tickets)])


def a_sender() -> FakeSender:
    sender = FakeSender()
    sender.add_account(an_account(min_wait_time=0, daily_limit=10_000))
    return sender


def test_of_five_hundred_of_which_half_are_sent_the_other_half_is_sent() -> None:
    sender = a_sender()
    sender.accept(*[a_draft(recipients=(f"r{n}@example.com",)) for n in range(500)])
    tickets = sender.queues.take_all()
    for start in range(0, 250, 50):
        sender.run(tickets[start : start + 50])
    letters = dead(tickets)

    done = Redrive(letters, sender.messages, sender.queues, sender.messages.log.write, sender.clock)(
        limit=1000, per_second=10
    )
    sender.run()

    assert (done.put_back, done.already_done, done.unreadable) == (250, 250, 0)
    assert len(letters.removed) == 500
    assert len(sender.servers.accepted) == 500
    assert max(Counter(sender.servers.recipients).values()) == 1


def test_what_is_put_back_arrives_at_the_rate_that_was_asked_for() -> None:
    sender = a_sender()
    sender.accept(*[a_draft() for _ in range(60)])
    letters = dead(sender.queues.take_all())

    Redrive(letters, sender.messages, sender.queues, sender.messages.log.write, sender.clock)(limit=60, per_second=7)

    per_second = Counter(departure.delay_seconds for departure in sender.queues.sent)
    assert max(per_second.values()) <= 7
    assert max(per_second) == 8


def test_no_more_than_about_the_limit_is_taken() -> None:
    sender = a_sender()
    sender.accept(*[a_draft() for _ in range(60)])

    done = Redrive(
        dead(sender.queues.take_all()), sender.messages, sender.queues, sender.messages.log.write, sender.clock
    )(20, 10)

    assert done.put_back == 20


def test_what_a_queue_does_not_take_stays() -> None:
    sender = a_sender()
    sender.accept(*[a_draft() for _ in range(5)])
    letters = dead(sender.queues.take_all())
    sender.queues.down = True

    done = Redrive(letters, sender.messages, sender.queues, sender.messages.log.write, sender.clock)(100, 10)

    assert done.put_back == 0
    assert letters.removed == []


def test_what_is_not_ours_stays_and_what_is_unknown_goes() -> None:
    sender = a_sender()
    letters = dead([None, Ticket(TENANT, "msg_gone")])

    done = Redrive(letters, sender.messages, sender.queues, sender.messages.log.write, sender.clock)(100, 10)

    assert (done.unreadable, done.already_done) == (1, 1)
    assert letters.removed == ["handle-1"]


def test_the_rate_holds_though_due_runs_meanwhile() -> None:
    sender = a_sender()
    sender.accept(*[a_draft() for _ in range(300)])
    letters = dead(sender.queues.take_all())
    sender.clock.advance(timedelta(minutes=30))
    Redrive(letters, sender.messages, sender.queues, sender.messages.log.write, sender.clock)(limit=300, per_second=1)
    put_back = len(sender.queues.sent)
    release = Release(sender.messages, sender.queues, sender.clock)
    relieve = Relieve(sender.messages, sender.queues, 3, sender.clock)
    due = EnqueueDue(sender.messages, sender.queues, release, relieve, 3, sender.clock)

    sender.clock.advance(timedelta(seconds=30))
    due(stop_at=sender.clock() + timedelta(seconds=40))

    assert put_back == 300
    assert len(sender.queues.sent) == 300
