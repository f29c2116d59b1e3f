"""A batch whose stores do not answer, or that meets what another sender left behind."""

import threading
from collections.abc import Iterator

import pytest

from postroom.accounts.model import Account
from postroom.audit.model import Entries
from postroom.change import Add, Change, Set
from postroom.conditional import Applied, Refused
from postroom.delivery.deadline import Deadline
from postroom.delivery.model import Phase, ReplyClass, Verdict
from postroom.errors import Unavailable
from postroom.ids import Seed
from postroom.messages import life
from postroom.messages.model import Message, Status
from postroom.messages.ports import Ticket
from tests.builders import a_draft, an_account
from tests.fakes.accounts import MemoryAccounts
from tests.fakes.batch import drafts, verdict, with_account
from tests.fakes.messages import MemoryMessages
from tests.fakes.sending import LEASE, OK, TENANT, FakeSender


def test_a_copy_of_what_was_put_off_changes_nothing(sender: FakeSender) -> None:
    with_account(sender)
    sender.servers.answer = lambda *_: verdict(ReplyClass.BUSY, "451")
    [message] = sender.accept(a_draft())
    sender.run()
    before = sender.message(message)

    sender.run([Ticket(TENANT, message.id)])

    assert sender.message(message) == before


def test_a_claim_that_ran_out_is_uncertain_and_is_not_sent_by_a_second_delivery(sender: FakeSender) -> None:
    with_account(sender)
    [message] = sender.accept(a_draft())
    lease_until = sender.clock() + LEASE
    sender.messages.change(TENANT, message.id, life.claim(message, "dead", "acc_1", "m@example.com", lease_until, None))

    sender.run([Ticket(TENANT, message.id)])
    assert sender.message(message).status is Status.SENDING
    sender.clock.advance(LEASE)
    sender.run([Ticket(TENANT, message.id)])

    assert sender.message(message).status is Status.UNCERTAIN
    assert sender.servers.accepted == []


def test_one_poisonous_message_leaves_its_neighbours_alone(sender: FakeSender) -> None:
    with_account(sender)
    messages = sender.accept(*drafts(10))
    poisonous = Ticket(TENANT, messages[4].id)
    sender.contents.spoilt[poisonous] = b"not what was stored"

    given_back = sender.run()

    assert given_back == {poisonous}
    assert len(sender.servers.accepted) == 9
    assert sender.message(messages[4]).status is Status.QUEUED
    assert sender.account().counter.day_used == 9


def test_what_may_be_poisonous_is_counted_by_its_queue_also_when_time_is_short(sender: FakeSender) -> None:
    with_account(sender)
    poisonous, healthy = sender.accept(*drafts(2))
    sender.contents.spoilt[Ticket(TENANT, poisonous.id)] = b"not what was stored"
    sender.run()
    sender.seconds = 2.0
    tickets = [Ticket(TENANT, poisonous.id), Ticket(TENANT, sender.accept(a_draft())[0].id)]
    sender.queues.take_all()

    assert sender.run(tickets) == {Ticket(TENANT, poisonous.id)}
    assert sender.queues.take_all() == tickets[1:]
    assert sender.message(healthy).status is Status.SENT


def test_what_cannot_be_put_on_its_queue_again_is_left_to_it(sender: FakeSender) -> None:
    with_account(sender)
    sender.seconds = 2.0
    messages = sender.accept(*drafts(3))
    tickets = sender.queues.take_all()
    sender.queues.down = True

    assert sender.run(tickets) == {Ticket(TENANT, message.id) for message in messages}


def test_the_rows_being_unreadable_gives_the_whole_batch_back(sender: FakeSender) -> None:
    with_account(sender)
    sender.accept(*drafts(2))
    tickets = sender.queues.take_all()
    sender.messages.down = True

    with pytest.raises(Exception, match="did not answer"):
        sender.run(tickets)

    assert sender.servers.accepted == []


def test_an_outcome_that_cannot_be_stored_at_first_is_stored_before_the_deadline(sender: FakeSender) -> None:
    with_account(sender)
    [message] = sender.accept(a_draft())

    def answer_and_break(*_: object) -> Verdict:
        sender.messages.down = True
        threading.Timer(0.3, lambda: setattr(sender.messages, "down", False)).start()
        return OK

    sender.servers.answer = answer_and_break

    given_back = sender.run()

    assert given_back == set()
    assert sender.message(message).status is Status.SENT
    assert len(sender.servers.accepted) == 1


def test_a_reservation_that_is_not_answered_leaves_no_other_open(sender: FakeSender) -> None:
    with_account(sender, id="acc_1", email="one@example.com")
    with_account(sender, id="acc_2", email="two@example.com")
    sender.accept(*drafts(20))
    work = sender.accounts.change

    def broken(
        tenant_id: str, account_id: str, change: Change, entries: Entries = ()
    ) -> Applied[Account] | Refused[Account]:
        if account_id == "acc_2":
            raise Unavailable
        return work(tenant_id, account_id, change, entries)

    sender.accounts.change = broken  # type: ignore[method-assign]
    sender.run()

    assert {from_ for from_, _, _ in sender.servers.accepted} == {"one@example.com"}
    assert sender.account("acc_1").counter.reservations == {}
    assert sender.account("acc_1").counter.day_used == len(sender.servers.accepted)


def test_the_outcome_is_stored_even_if_the_accounts_health_cannot_be(sender: FakeSender) -> None:
    with_account(sender, proven=0)
    [message] = sender.accept(a_draft())

    def broken(account: Account) -> None:
        raise RuntimeError

    sender.health.success = broken  # type: ignore[method-assign]
    sender.run()

    assert sender.message(message).status is Status.SENT
    assert sender.account().counter.day_used == 1


def test_what_may_have_left_is_not_given_back(sender: FakeSender) -> None:
    with_account(sender)
    [message] = sender.accept(a_draft())

    def break_in_the_middle(*_: object) -> Verdict:
        raise RuntimeError

    sender.servers.answer = break_in_the_middle
    given_back = sender.run()

    assert given_back == {Ticket(TENANT, message.id)}
    assert sender.message(message).status is Status.SENDING
    assert sender.account().counter.day_used == 1


def test_a_row_that_is_not_there_goes_back_until_somebody_looks_at_it(sender: FakeSender) -> None:
    unknown = Ticket(TENANT, "msg_unknown")

    assert sender.run([unknown]) == {unknown}


class BusyOnce(MemoryAccounts):
    """Does not answer the first time that a reservation is to be closed with something given back."""

    def __init__(self) -> None:
        super().__init__()
        self.refused = 0

    def change(
        self, tenant_id: str, account_id: str, change: Change, entries: Entries = ()
    ) -> Applied[Account] | Refused[Account]:
        gives_back = any(isinstance(step, Add) and step.amount < 0 for step in change.steps)
        if gives_back and not self.refused:
            self.refused += 1
            raise Unavailable
        return super().change(tenant_id, account_id, change, entries)


def test_a_settlement_that_is_not_answered_at_first_is_made_before_the_deadline() -> None:
    accounts = BusyOnce()
    sender = FakeSender(accounts=accounts)
    sender.add_account(an_account(min_wait_time=0))
    sender.accept(a_draft(recipients=("a@example.com",)), a_draft(recipients=("b@example.com",)))
    sender.contents.blobs.clear()

    sender.run()

    account = accounts.get(TENANT, "acc_1")
    assert account is not None
    assert accounts.refused == 1
    assert account.counter.reservations == {}


class DeafToOne(MemoryMessages):
    """Does not answer when one message is given an appointment."""

    def __init__(self) -> None:
        super().__init__()
        self.message_id: str | None = None

    def change(
        self, tenant_id: str, message_id: str, change: Change, entries: Entries = ()
    ) -> Applied[Message] | Refused[Message]:
        appoints = any(isinstance(step, Set) and step.path == ("appointed_account_id",) for step in change.steps)
        if message_id == self.message_id and appoints:
            raise Unavailable
        return super().change(tenant_id, message_id, change, entries)


def test_one_appointment_that_is_not_written_keeps_no_other_off_its_queue() -> None:
    messages = DeafToOne()
    sender = with_account(FakeSender(messages=messages), min_wait_time=1.0)
    accepted = sender.accept(*drafts(10))
    messages.message_id = max(message.id for message in accepted)

    given_back = sender.run()

    waiting = {message.id for message in accepted if sender.message(message).status is Status.DEFERRED}
    assert Ticket(TENANT, messages.message_id) in given_back
    assert len(waiting) > 5
    assert {departure.ticket.message_id for departure in sender.queues.sent} == waiting


def test_an_unanswered_read_for_one_tenant_keeps_no_other_from_its_mail(sender: FakeSender) -> None:
    with_account(sender)
    sender.accept(*drafts(2))
    accounts_of = sender.accounts.all_of
    other = sender.acceptor()("ten_0", [a_draft()], Seed.fresh(sender.clock()))

    def deaf_to_one(tenant_id: str) -> tuple[Account, ...]:
        if tenant_id == "ten_0":
            raise Unavailable
        return accounts_of(tenant_id)

    sender.accounts.all_of = deaf_to_one  # type: ignore[method-assign]
    sender.send_batch = sender.another_process()
    given_back = sender.run()

    assert len(sender.servers.accepted) == 2
    assert given_back == {Ticket("ten_0", message.id) for message in other if isinstance(message, Message)}


def test_a_mail_that_is_accepted_late_leaves_a_rest_that_another_sender_was_asked_for(sender: FakeSender) -> None:
    with_account(sender, daily_limit=1000, faults=1)
    other = sender.another_process()
    sender.accept(*drafts(1))
    of_the_other = sender.queues.take_all()
    sender.accept(*drafts(2))
    answers: Iterator[Verdict] = iter([verdict(ReplyClass.QUOTA, "550 5.4.5 Daily limit exceeded", Phase.MAIL)])

    def while_one_sends(*_: object) -> Verdict:
        if of_the_other:
            other([of_the_other.pop()], Deadline.after(55))
        return next(answers, OK)

    sender.servers.answer = while_one_sends
    sender.run()

    assert len(sender.servers.accepted) == 2
    assert not sender.account().can_send(sender.clock())
