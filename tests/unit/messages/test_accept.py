from datetime import timedelta

import pytest

from postroom.errors import Invalid, Unavailable
from postroom.ids import Seed
from postroom.messages.model import Message, Reason, Status
from postroom.messages.ports import Ticket
from tests.builders import a_draft, an_account
from tests.fakes.sending import LIFETIMES, TENANT, FakeSender
from tests.fakes.time import NOON


@pytest.fixture
def sender() -> FakeSender:
    return FakeSender()


def test_the_row_is_there_before_the_queue_has_it(sender: FakeSender) -> None:
    [message] = sender.accept(a_draft())

    assert sender.message(message).status is Status.QUEUED
    assert sender.queues.take_all() == [Ticket(TENANT, message.id)]
    assert Ticket(TENANT, message.id) in sender.contents.blobs


def test_a_queue_that_is_down_loses_nothing(sender: FakeSender) -> None:
    sender.queues.down = True

    [message] = sender.accept(a_draft())

    assert sender.message(message).status is Status.QUEUED
    assert sender.messages.queued_until(message.priority, int((NOON + timedelta(hours=1)).timestamp() * 1000), 10)


def test_a_table_that_is_down_accepts_nothing(sender: FakeSender) -> None:
    sender.messages.down = True

    [result] = sender.acceptor()(TENANT, [a_draft()], Seed.fresh(NOON))

    assert isinstance(result, Unavailable)
    assert sender.queues.sent == []


def test_one_row_that_is_not_answered_leaves_the_others_of_a_batch_alone(sender: FakeSender) -> None:
    sender.messages.fail_on = {3}

    results = sender.acceptor()(TENANT, [a_draft() for _ in range(8)], Seed.fresh(NOON))

    assert sum(isinstance(result, Unavailable) for result in results) == 1
    assert len(sender.queues.sent) == 7


def test_the_same_seed_gives_the_same_messages_once(sender: FakeSender) -> None:
    accept = sender.acceptor()
    seed = Seed.fresh(NOON)

    first = accept(TENANT, [a_draft(), a_draft()], seed)
    again = accept(TENANT, [a_draft(), a_draft()], seed)

    assert first == again
    assert len(sender.messages.all_of(TENANT)) == 2


def test_what_is_to_be_sent_later_waits_in_the_due_index_alone(sender: FakeSender) -> None:
    later = NOON + timedelta(days=3)

    [message] = sender.accept(a_draft(send_at=later))

    assert message.status is Status.SCHEDULED
    assert message.reason is Reason.SCHEDULED
    assert message.next_attempt_at == later
    assert message.expires_at == later + LIFETIMES.message
    assert sender.queues.sent == []


def test_what_is_to_be_sent_soon_is_kept_by_its_queue(sender: FakeSender) -> None:
    sender.add_account(an_account())
    [message] = sender.accept(a_draft(send_at=NOON + timedelta(seconds=45)))

    [departure] = sender.queues.sent
    sender.run()
    early = sender.message(message).status
    sender.clock.advance(timedelta(seconds=45))
    sender.run([departure.ticket])

    assert departure.delay_seconds == 45
    assert (message.status, early) == (Status.SCHEDULED, Status.SCHEDULED)
    assert sender.message(message).status is Status.SENT


def test_a_time_that_is_past_means_now(sender: FakeSender) -> None:
    [message] = sender.accept(a_draft(send_at=NOON - timedelta(hours=1)))

    assert message.status is Status.QUEUED
    assert message.expires_at == NOON + LIFETIMES.message


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"account_id": "acc_none"}, "account_id"),
        ({"expires_at": NOON}, "expires_at"),
        ({"expires_at": NOON + timedelta(hours=1), "send_at": NOON + timedelta(hours=2)}, "expires_at"),
        ({"expires_at": NOON + timedelta(days=91)}, "expires_at"),
        ({"send_at": NOON + timedelta(days=90)}, "send_at"),
    ],
)
def test_what_cannot_be_is_refused_by_field_and_not_stored(
    sender: FakeSender, changes: dict[str, object], field: str
) -> None:
    [good, bad] = sender.acceptor()(TENANT, [a_draft(), a_draft(**changes)], Seed.fresh(NOON))

    assert isinstance(good, Message)
    assert isinstance(bad, Invalid)
    assert [error.field for error in bad.errors] == [field]
    assert len(sender.messages.all_of(TENANT)) == 1
    assert len(sender.contents.blobs) == 1


def test_another_tenants_account_is_as_unknown_as_none(sender: FakeSender) -> None:
    sender.accounts.add(an_account(tenant_id="ten_b", id="acc_b"))

    [bad] = sender.acceptor()(TENANT, [a_draft(account_id="acc_b")], Seed.fresh(NOON))

    assert isinstance(bad, Invalid)


def test_answers_come_in_the_order_of_the_drafts(sender: FakeSender) -> None:
    drafts = [a_draft(metadata={"n": str(n)}) for n in range(200)]

    messages = sender.accept(*drafts)

    assert [message.metadata["n"] for message in messages] == [str(n) for n in range(200)]
    assert len({message.id for message in messages}) == 200


def test_a_request_that_died_between_row_and_queue_is_finished_by_its_repetition(sender: FakeSender) -> None:
    seed = Seed.fresh(NOON)
    sender.queues.down = True
    first = sender.acceptor()(TENANT, [a_draft(), a_draft()], seed)
    sender.queues.down = False

    again = sender.acceptor()(TENANT, [a_draft(), a_draft()], seed)

    assert again == first
    assert len(sender.messages.all_of(TENANT)) == 2
    assert {ticket.message_id for ticket in sender.queues.take_all()} == {
        message.id for message in again if isinstance(message, Message)
    }


def test_a_repetition_does_not_put_what_is_sent_on_a_queue_again(sender: FakeSender) -> None:
    sender.add_account(an_account())
    seed = Seed.fresh(NOON)
    sender.acceptor()(TENANT, [a_draft()], seed)
    sender.run()

    sender.acceptor()(TENANT, [a_draft()], seed)

    assert sender.queues.sent == []
    assert len(sender.servers.accepted) == 1
