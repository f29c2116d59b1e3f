"""A batch that has to wait: for the pace, for another day, for its turn; or that has no time left."""

import threading
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from postroom.accounts.model import Account, LastError
from postroom.change import Change, Set
from postroom.delivery.deadline import Deadline
from postroom.delivery.lot_model import SECONDS_FOR_ONE
from postroom.delivery.model import Phase, ReplyClass, Server, Verdict
from postroom.errors import Conflict
from postroom.ids import Seed
from postroom.messages.cancel import CancelMessage
from postroom.messages.model import Priority, Reason, RecipientStatus, Status
from postroom.messages.ports import Departure, Ticket
from postroom.messages.release import Release
from tests.builders import a_draft, an_account
from tests.fakes.accounts import MemoryAccounts
from tests.fakes.batch import drafts, verdict, with_account
from tests.fakes.sending import OK, TENANT, FakeSender


def test_what_expired_is_not_sent(sender: FakeSender) -> None:
    with_account(sender)
    [message] = sender.accept(a_draft(expires_at=sender.clock() + timedelta(minutes=1)))
    sender.clock.advance(timedelta(minutes=1))

    sender.run()

    assert sender.message(message).status is Status.FAILED
    assert sender.message(message).reason is Reason.EXPIRED
    assert sender.servers.accepted == []


def test_who_finds_no_connection_free_does_not_blame_the_pace(sender: FakeSender) -> None:
    with_account(sender, max_connections=1, min_wait_time=1.0)
    sender.accept(a_draft())
    sender.run()
    another = sender.another_process()
    sender.clock.advance(timedelta(minutes=1))
    [message] = sender.accept(a_draft())

    for _ in range(3):
        another(sender.queues.take_all(), Deadline.after(55))
        sender.clock.advance(timedelta(seconds=1))

    assert sender.message(message).reason is Reason.TURN


def test_mails_wait_for_an_account_as_long_as_it_rests_however_many_faults_it_had(sender: FakeSender) -> None:
    with_account(sender, faults=3, last_error=LastError(sender.clock(), ReplyClass.RATE, "421 4.7.28 slow down"))
    sender.servers.answer = lambda *_: verdict(ReplyClass.RATE, "421 4.7.28 slow down", Phase.MAIL)
    [message] = sender.accept(a_draft())

    sender.run()

    assert sender.account().rest_until == sender.clock() + timedelta(minutes=4)
    assert sender.message(message).next_attempt_at == sender.account().rest_until


def test_the_pace_is_waited_for_only_briefly_and_the_rest_comes_back_in_turn(sender: FakeSender) -> None:
    with_account(sender, min_wait_time=1.0)
    messages = sender.accept(*drafts(6))

    sender.run()

    states = [sender.message(message) for message in messages]
    waiting = [state for state in states if state.status is Status.DEFERRED]
    assert len(sender.servers.accepted) == 2
    assert sum(sender.slept) <= 1.0
    assert {state.reason for state in waiting} == {Reason.PACE}
    times = sorted(state.next_attempt_at for state in waiting if state.next_attempt_at)
    assert [later - earlier for earlier, later in pairwise(times)] == [timedelta(seconds=1)] * 3
    assert sorted(departure.delay_seconds for departure in sender.queues.sent) == [1, 2, 3, 4]


def test_everything_paced_is_sent_in_the_end_and_never_faster_than_the_pace(sender: FakeSender) -> None:
    with_account(sender, min_wait_time=1.0, daily_limit=1000)
    sender.accept(*drafts(50))
    sent_at: list[datetime] = []

    def answer(*_: object) -> Verdict:
        sent_at.append(sender.clock())
        return OK

    sender.servers.answer = answer

    waiting = [(sender.clock(), departure.ticket) for departure in sender.queues.sent]
    sender.queues.sent = []
    for _ in range(1000):
        if not waiting:
            break
        waiting.sort(key=lambda entry: entry[0])
        moment, ticket = waiting.pop(0)
        sender.clock.now = max(sender.clock.now, moment)
        sender.run([ticket])
        back = [(sender.clock() + timedelta(seconds=d.delay_seconds), d.ticket) for d in sender.queues.sent]
        sender.queues.sent = []
        waiting += back

    assert len(sender.servers.accepted) == 50
    assert all(b - a >= timedelta(seconds=1) for a, b in pairwise(sent_at))


def test_with_no_time_left_nothing_is_begun(sender: FakeSender) -> None:
    with_account(sender)
    sender.seconds = 2.0
    messages = sender.accept(*drafts(3))

    given_back = sender.run()

    assert given_back == set()
    assert set(sender.queues.take_all()) == {Ticket(TENANT, message.id) for message in messages}
    assert sender.servers.opened == []
    assert {sender.message(message).status for message in messages} == {Status.QUEUED}


def test_what_a_slow_server_leaves_no_time_for_comes_again_as_if_for_the_first_time(sender: FakeSender) -> None:
    # A queue hands out five times what is reported back to it, and then gives it to the dead letters.
    with_account(sender, daily_limit=1000)
    sender.accept(a_draft())
    sender.run()
    sender.seconds = SECONDS_FOR_ONE + 0.01

    def slow(*_: object) -> Verdict:
        time.sleep(0.01)
        return OK

    sender.servers.answer = slow
    sender.accept(*drafts(80))
    runs = 0
    while sender.queues.sent:
        waiting = sender.queues.take_all()
        batch, rest = waiting[:50], waiting[50:]
        sender.queues.send([Departure(ticket, Priority.NORMAL) for ticket in rest])
        assert sender.run(batch) == set()
        runs += 1

    assert runs > 2
    assert sorted(Counter(sender.servers.recipients).values()) == [1] * 81


def test_what_is_left_at_midnight_is_counted_to_the_new_day(sender: FakeSender) -> None:
    with_account(sender, daily_limit=10)
    sender.clock.now = datetime(2030, 1, 31, 23, 59, 58, tzinfo=UTC)

    def slow(*_: object) -> Verdict:
        sender.clock.advance(timedelta(seconds=1))
        return OK

    sender.servers.answer = slow
    sender.accept(*drafts(10))
    sender.run()

    counter = sender.account().counter
    assert counter.finished == {"2030-01-31": 2}
    assert counter.day_used == 8


def test_what_would_wait_beyond_its_expiry_ends_at_its_expiry(sender: FakeSender) -> None:
    with_account(sender, daily_limit=0)
    [message] = sender.accept(a_draft(expires_at=sender.clock() + timedelta(minutes=5)))

    sender.run()

    waiting = sender.message(message)
    [due] = sender.messages.waiting_until(int((sender.clock() + timedelta(minutes=5)).timestamp() * 1000), 10)
    assert (waiting.status, waiting.reason, waiting.next_attempt_at) == (Status.DEFERRED, Reason.QUOTA, None)
    assert "expires" in waiting.detail
    assert due.ticket.message_id == message.id
    sender.clock.advance(timedelta(minutes=5))
    sender.run([due.ticket])
    assert sender.message(message).reason is Reason.EXPIRED


class RaisedWhileRead(MemoryAccounts):
    """An owner raises the limit in the moment in which a sender has read the account and not yet acted on it."""

    def __init__(self) -> None:
        super().__init__()
        self.reads = 0
        self.sender: FakeSender | None = None

    def all_of(self, tenant_id: str) -> tuple[Account, ...]:
        seen = super().all_of(tenant_id)
        self.reads += 1
        if self.reads == 1 and self.sender is not None:
            sender = self.sender
            self.change(tenant_id, "acc_1", Change((Set(("daily_limit",), 100),)))
            sender.wake(tenant_id)
        return seen


def test_what_is_put_off_while_capacity_comes_back_does_not_wait_for_the_end_of_the_day() -> None:
    accounts = RaisedWhileRead()
    sender = FakeSender(accounts=accounts)
    accounts.sender = sender
    sender.add_account(an_account(min_wait_time=0, daily_limit=0))
    [message] = sender.accept(a_draft())

    sender.run()
    sender.clock.advance(timedelta(minutes=5))
    found = sender.message(message)

    soon = sender.clock() + timedelta(minutes=5)
    assert found.status is Status.QUEUED or (found.next_attempt_at is not None and found.next_attempt_at <= soon)


def test_what_reached_somebody_was_sent_also_when_it_expires_before_the_others_have_it(sender: FakeSender) -> None:
    with_account(sender)
    sender.servers.answer = lambda _s, recipient, _m: (
        OK if recipient.startswith("a") else verdict(ReplyClass.BUSY, "451 later")
    )
    [message] = sender.accept(a_draft(recipients=("a@example.com", "b@example.com")))
    sender.run()
    with pytest.raises(Conflict):
        CancelMessage(sender.messages, lambda *_: None)(TENANT, message.id)

    sender.clock.advance(timedelta(days=4))
    sender.run([Ticket(TENANT, message.id)])

    state = sender.message(message)
    assert state.status is Status.SENT
    assert state.recipients == {"a@example.com": RecipientStatus.SENT, "b@example.com": RecipientStatus.FAILED}


def test_what_may_have_been_sent_is_not_called_failed_when_it_expires(sender: FakeSender) -> None:
    with_account(sender)
    sender.servers.answer = lambda *_: verdict(ReplyClass.UNCERTAIN, "Connection lost", Phase.FINAL_DOT)
    [message] = sender.accept(a_draft(expires_at=sender.clock() + timedelta(seconds=30)))
    sender.run()
    release = Release(sender.messages, sender.queues, sender.clock)
    release([(sender.message(message), sender.clock())])
    sender.clock.advance(timedelta(minutes=1))

    sender.run()

    assert (sender.message(message).status, sender.message(message).reason) == (Status.UNCERTAIN, Reason.HELD)
    assert len(sender.servers.accepted) == 1


def test_mails_of_a_new_account_that_wait_for_its_pace_say_so(sender: FakeSender) -> None:
    with_account(sender, min_wait_time=3600, proven=0)
    messages = sender.accept(*drafts(5))

    sender.run()

    waiting = [state for message in messages if (state := sender.message(message)).status is Status.DEFERRED]
    assert {state.reason for state in waiting} == {Reason.PACE}


def test_mails_that_wait_for_their_turn_go_back_to_their_queue_together(sender: FakeSender) -> None:
    with_account(sender, min_wait_time=1.0)
    sender.accept(*drafts(30))
    before = sender.queues.calls

    sender.run()

    assert len(sender.queues.sent) > 20
    assert sender.queues.calls == before + 1


def test_a_tenants_server_that_hangs_is_waited_for_by_that_tenant_alone(sender: FakeSender) -> None:
    with_account(sender)
    sender.add_account(an_account(tenant_id="ten_0", id="acc_0", min_wait_time=0))
    sender.accept(*drafts(3))
    sender.acceptor()("ten_0", [a_draft(), a_draft()], Seed.fresh(sender.clock()))
    others_are_through = threading.Event()

    def answer(server: Server, recipient: str, mail: bytes) -> Verdict:
        if len(sender.servers.accepted) == 2:
            others_are_through.set()
        if recipient == "ann@example.com":
            assert others_are_through.wait(5)
        return OK

    sender.servers.answer = answer
    sender.run()

    assert len(sender.servers.accepted) == 5
