from datetime import timedelta

import pytest

from postroom.errors import Invalid, PostroomError, Unavailable
from postroom.ids import Seed, first_id
from postroom.messages.model import Message, Priority, Reason, Status
from postroom.messages.ports import Ticket
from tests.builders import a_content, a_draft, an_account
from tests.fakes.messages import Died
from tests.fakes.sending import LIFETIMES, TENANT, FakeSender
from tests.fakes.time import NOON


@pytest.fixture
def sender() -> FakeSender:
    return FakeSender()


def test_the_row_is_there_before_the_queue_has_it(sender: FakeSender) -> None:
    [message] = sender.accept(a_draft())

    assert sender.message(message).status is Status.QUEUED
    assert sender.queues.take_all() == [Ticket(TENANT, message.id)]
    assert (TENANT, message.id) in sender.contents.blobs


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


def test_one_that_cannot_be_stored_is_an_error_of_its_own_and_the_others_are_sent(
    sender: FakeSender, caplog: pytest.LogCaptureFixture
) -> None:
    sender.messages.chokes_on = {"odd"}

    results = sender.acceptor()(
        TENANT, [a_draft(content=a_content(subject="odd" if n == 30 else "fine")) for n in range(60)], Seed.fresh(NOON)
    )

    assert [index for index, result in enumerate(results) if not isinstance(result, Message)] == [30]
    assert type(results[30]) is PostroomError
    assert len(sender.queues.sent) == 59
    assert [record.fault for record in caplog.records if hasattr(record, "fault")] == [["TypeError"]]


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


def test_what_was_accepted_is_not_refused_when_the_request_is_repeated(sender: FakeSender) -> None:
    sender.add_account(an_account())
    drafts = [
        a_draft(account_id="acc_1"),
        a_draft(expires_at=NOON + timedelta(minutes=5)),
        a_draft(send_at=NOON + timedelta(minutes=5), expires_at=NOON + timedelta(minutes=9)),
        a_draft(account_id="acc_none"),
    ]
    seed = Seed.fresh(NOON)
    first = sender.acceptor()(TENANT, drafts, seed)
    sender.accounts.remove(TENANT, "acc_1")
    sender.clock.advance(timedelta(minutes=10))

    again = sender.acceptor()(TENANT, drafts, seed)

    assert again[:3] == first[:3]
    assert [type(result) for result in again] == [Message, Message, Message, Invalid]
    assert len(sender.messages.all_of(TENANT)) == 3


def test_a_message_was_made_when_its_id_says(sender: FakeSender) -> None:
    seed = Seed.fresh(NOON)
    sender.clock.advance(timedelta(seconds=3))

    [message] = sender.acceptor()(TENANT, [a_draft()], seed)

    assert isinstance(message, Message)
    assert message.created_at == NOON
    assert message.id.startswith(first_id("msg", NOON)[:14])


def test_what_comes_together_is_stored_together_by_priority(sender: FakeSender) -> None:
    high = [a_draft(priority=Priority.HIGH) for _ in range(3)]
    normal = [a_draft() for _ in range(30)]
    later = [a_draft(send_at=NOON + timedelta(days=1)) for _ in range(3)]

    messages = sender.accept(*high, *normal, *later)

    together: dict[str | None, set[tuple[Priority, Status]]] = {}
    for message in messages:
        together.setdefault(message.bundle, set()).add((message.priority, message.status))
    assert [len(kinds) for kinds in together.values()] == [1, 1, 1, 1]
    assert sorted(len(watch.message_ids) for watch in sender.messages.watches.values()) == [3, 5, 25]
    assert sender.messages.waiting_until(int((NOON + timedelta(days=2)).timestamp() * 1000), 10) != []


def test_what_comes_alone_stands_in_the_due_index_itself(sender: FakeSender) -> None:
    [message] = sender.accept(a_draft())

    assert sender.messages.watches == {}
    assert message.bundle is None


def test_each_of_a_batch_gets_its_own_content(sender: FakeSender) -> None:
    sender.add_account(an_account(min_wait_time=0, daily_limit=100))
    sender.accept(
        *[a_draft(recipients=(f"r{n}@example.com",), content=a_content(text=f"Hello, {n}.")) for n in range(60)]
    )

    sender.run()

    mails = {recipient: mail for _, recipient, mail in sender.servers.accepted}
    assert len(mails) == 60
    assert all(f"Hello, {n}.".encode() in mails[f"r{n}@example.com"] for n in range(60))


def test_contents_that_cannot_be_stored_are_not_promised(sender: FakeSender) -> None:
    sender.contents.down = True

    results = sender.acceptor()(TENANT, [a_draft(), a_draft()], Seed.fresh(NOON))

    assert [type(result) for result in results] == [Unavailable, Unavailable]
    assert sender.messages.all_of(TENANT) == []


CALLS = 2 + 4
"""Pointers, a watch and four rows: before each of them, and before the queue has them, the process may end."""


@pytest.mark.parametrize("calls", range(CALLS))
@pytest.mark.parametrize("repeated", [False, True])
def test_a_batch_that_died_anywhere_loses_and_doubles_nothing(
    sender: FakeSender, calls: int, *, repeated: bool
) -> None:
    sender.add_account(an_account(min_wait_time=0, daily_limit=100))
    drafts = [a_draft(recipients=(f"r{n}@example.com",)) for n in range(4)]
    seed = Seed.fresh(NOON)
    sender.messages.dies_before = calls
    with pytest.raises(Died):
        sender.acceptor()(TENANT, drafts, seed)
    sender.messages.dies_before = None
    rows = len(sender.messages.all_of(TENANT))

    if repeated:
        assert all(isinstance(result, Message) for result in sender.acceptor()(TENANT, drafts, seed))
    for _ in range(3):
        sender.clock.advance(timedelta(minutes=3))
        sender.due()
        sender.run()

    assert len(sender.servers.accepted) == (4 if repeated else rows)
    assert {message.status for message in sender.messages.all_of(TENANT)} <= {Status.SENT}
    assert rows == max(0, calls - 2)


def test_a_repetition_resets_nothing_that_is_further_on(sender: FakeSender) -> None:
    sender.add_account(an_account(min_wait_time=0, daily_limit=100))
    drafts = [a_draft(recipients=(f"r{n}@example.com",)) for n in range(6)]
    seed = Seed.fresh(NOON)
    sender.acceptor()(TENANT, drafts, seed)
    sender.run(sender.queues.take_all()[:3])

    again = sender.acceptor()(TENANT, drafts, seed)
    for _ in range(3):
        sender.run()
        sender.clock.advance(timedelta(minutes=3))
        sender.due()

    assert [message.status for message in again if isinstance(message, Message)].count(Status.SENT) == 3
    assert len(sender.servers.accepted) == 6
    assert sender.messages.watches == {}


def test_a_repetition_in_other_company_takes_no_content_and_no_watch_from_anybody(sender: FakeSender) -> None:
    # An account that is missing the first time and there the second: the messages are parted in another way.
    drafts = [a_draft(recipients=(f"r{n}@example.com",)) for n in range(30)]
    drafts[3] = a_draft(recipients=("r3@example.com",), account_id="acc_1")
    seed = Seed.fresh(NOON)
    sender.queues.down = True
    sender.acceptor()(TENANT, drafts, seed)
    sender.add_account(an_account(min_wait_time=0, daily_limit=100))
    sender.messages.dies_before = 2
    with pytest.raises(Died):
        sender.acceptor()(TENANT, drafts, seed)
    sender.messages.dies_before = None
    sender.queues.down = False

    for _ in range(3):
        sender.clock.advance(timedelta(minutes=3))
        sender.due()
        sender.run()

    assert len(sender.servers.accepted) == 29


def test_a_message_that_was_given_an_id_is_found_by_it_from_whatever_request(sender: FakeSender) -> None:
    accept = sender.acceptor()
    wanted = Seed(NOON, "of a job").id("msg")

    [first] = accept(TENANT, [a_draft(id=wanted)], Seed.fresh(NOON))
    [again] = accept(TENANT, [a_draft(id=wanted)], Seed.fresh(NOON))

    assert isinstance(first, Message)
    assert first.id == wanted
    assert again == first
    assert len(sender.messages.all_of(TENANT)) == 1
