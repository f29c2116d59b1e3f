"""What every store of messages must do, the one in memory and the one in DynamoDB."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from postroom.clock import to_milliseconds
from postroom.conditional import Applied, Refused
from postroom.delivery.model import Phase, ReplyClass
from postroom.ids import new_id
from postroom.messages import life
from postroom.messages.life import HEAL_AFTER, Progress, Wait
from postroom.messages.model import Attempt, Message, Priority, Reason, RecipientStatus, Status
from postroom.messages.ports import Filter, MessageStore, Ticket
from postroom.messages.store import ROWS, DynamoMessages
from postroom.paging import PageRequest
from tests.builders import a_message
from tests.fakes.messages import MemoryMessages
from tests.fakes.tables import name_table, tables
from tests.fakes.time import NOON

LATER = NOON + timedelta(hours=1)


@pytest.fixture(params=["memory", "dynamodb"])
def store(request: pytest.FixtureRequest) -> Iterator[MessageStore]:
    if request.param == "memory":
        yield MemoryMessages()
        return
    with tables("messages"):
        name_table(ROWS, "messages")
        yield DynamoMessages(timedelta(days=90))


def changed(outcome: Applied[Message] | Refused[Message]) -> Message:
    assert isinstance(outcome, Applied), outcome
    return outcome.row


def claimed(store: MessageStore, message: Message) -> Message:
    claim = life.claim(message, "claim-1", "acc_1", f"{message.id}@example.com", NOON + timedelta(seconds=90))
    return changed(store.change("ten_a", message.id, claim))


def test_a_message_is_found_again_as_it_was(store: MessageStore) -> None:
    bare = a_message()
    full = a_message(
        status=Status.DEFERRED,
        recipients={"a@example.com": RecipientStatus.SENT, "b.c+d@example.com": RecipientStatus.PENDING},
        account_id="acc_1",
        send_at=NOON,
        reason=Reason.RETRY,
        detail="451 later",
        next_attempt_at=LATER,
        used_account_id="acc_1",
        message_id="m@example.com",
        retries=2,
        attempts=(Attempt(NOON, "acc_1", "busy", "rcpt", "451 4.7.1 later"),),
        metadata={"order": "17", "a.b": "c"},
    )

    store.add(bare)
    store.add(full)

    assert store.get("ten_a", bare.id) == bare
    assert store.get("ten_a", full.id) == full
    assert store.get_many([Ticket("ten_a", bare.id), Ticket("ten_a", full.id), Ticket("ten_a", "msg_no")]) == {
        Ticket("ten_a", bare.id): bare,
        Ticket("ten_a", full.id): full,
    }


def test_a_message_is_not_found_under_another_tenant(store: MessageStore) -> None:
    message = store.add(a_message())

    assert store.get("ten_b", message.id) is None
    assert store.get_many([Ticket("ten_b", message.id)]) == {}
    assert store.change("ten_b", message.id, life.cancelled(message)) == Refused(None)
    for wanted in (Filter(), Filter(status=Status.QUEUED), Filter(recipient="ann@example.com")):
        assert store.page("ten_b", wanted, PageRequest()).items == ()
    assert store.get("ten_a", message.id) == message


def test_adding_the_same_id_again_gives_the_first_message(store: MessageStore) -> None:
    first = store.add(a_message(subject="first"))

    assert store.add(a_message(id=first.id, subject="second")) == first


def test_only_one_of_two_claims_wins(store: MessageStore) -> None:
    message = store.add(a_message())
    first = life.claim(message, "one", "acc_1", "m@example.com", LATER)
    second = life.claim(message, "two", "acc_2", "m@example.com", LATER)

    won = store.change("ten_a", message.id, first)
    lost = store.change("ten_a", message.id, second)

    assert changed(won).claim == "one"
    assert isinstance(lost, Refused)
    assert lost.row is not None
    assert lost.row.claim == "one"


def test_a_message_keeps_the_message_id_of_its_first_claim(store: MessageStore) -> None:
    message = claimed(store, store.add(a_message()))
    wait = Wait(Reason.RETRY, "451", LATER, LATER)
    progress = Progress(message.recipients, Attempt(NOON, "acc_1", "busy", "rcpt", "451"))
    deferred = changed(
        store.change(
            "ten_a", message.id, life.deferred_after_try(message, "claim-1", progress, wait, counts_as_retry=True)
        )
    )

    again = changed(store.change("ten_a", message.id, life.claim(deferred, "two", "acc_2", "other@example.org", LATER)))

    assert again.message_id == f"{message.id}@example.com"
    assert again.retries == 1
    assert again.used_account_id == "acc_2"


def test_an_outcome_is_written_only_by_who_holds_the_claim(store: MessageStore) -> None:
    message = claimed(store, store.add(a_message()))
    attempt = Attempt(NOON, "acc_1", ReplyClass.ACCEPTED, Phase.FINAL_DOT, "250")
    sent = Progress({"ann@example.com": RecipientStatus.SENT}, attempt)

    stranger = store.change("ten_a", message.id, life.sent(message, "claim-9", sent))
    owner = store.change("ten_a", message.id, life.sent(message, "claim-1", sent))
    twice = store.change("ten_a", message.id, life.sent(message, "claim-1", sent))

    assert isinstance(stranger, Refused)
    assert changed(owner).status is Status.SENT
    assert changed(owner).attempts == (sent.attempt,)
    assert changed(owner).sent_at == NOON
    assert isinstance(twice, Refused)


def test_of_very_many_attempts_the_first_and_the_latest_are_kept(store: MessageStore) -> None:
    message = store.add(a_message())

    for number in range(50):
        said = ("C: MAIL FROM:<a@example.com>", f"S: 421 {number}")
        attempt = Attempt(NOON, "acc_1", ReplyClass.INFRASTRUCTURE, Phase.MAIL, f"421 {number}", said)
        message = changed(store.change("ten_a", message.id, life.noted(message, attempt)))

    assert [attempt.reply for attempt in message.attempts] == ["421 0", *(f"421 {n}" for n in range(31, 50))]
    assert message.attempts[-1].transcript[1] == "S: 421 49"


def test_the_due_index_holds_what_is_not_finished_and_nothing_else(store: MessageStore) -> None:
    queued = store.add(a_message(priority=Priority.HIGH))
    scheduled = store.add(a_message(status=Status.SCHEDULED, send_at=LATER))
    deferred = store.add(a_message())
    store.change("ten_a", deferred.id, life.deferred(deferred, Wait(Reason.QUOTA, "", LATER, LATER)))
    cancelled = store.add(a_message())
    store.change("ten_a", cancelled.id, life.cancelled(cancelled))

    long_after = to_milliseconds(NOON + timedelta(days=1))

    assert {due.ticket.message_id for due in store.waiting_until(long_after, 10)} == {scheduled.id, deferred.id}
    assert store.waiting_until(to_milliseconds(LATER) - 1, 10) == []
    [healing] = store.queued_until(Priority.HIGH, long_after, 10)
    assert healing.ticket.message_id == queued.id
    assert healing.due_at_ms == to_milliseconds(NOON + HEAL_AFTER)
    assert store.queued_until(Priority.NORMAL, long_after, 10) == []


def test_a_released_message_moves_from_the_waiting_to_the_queued(store: MessageStore) -> None:
    scheduled = store.add(a_message(status=Status.SCHEDULED, send_at=LATER))

    released = changed(store.change("ten_a", scheduled.id, life.released(scheduled, LATER)))
    again = store.change("ten_a", scheduled.id, life.released(scheduled, LATER))

    after = to_milliseconds(LATER + HEAL_AFTER)
    assert released.status is Status.QUEUED
    assert isinstance(again, Refused)
    assert store.waiting_until(after, 10) == []
    assert [due.ticket.message_id for due in store.queued_until(Priority.NORMAL, after, 10)] == [scheduled.id]


def test_messages_are_listed_by_each_filter_and_by_all_together(store: MessageStore) -> None:
    ann = store.add(a_message(created_at=NOON))
    bob = store.add(a_message(created_at=LATER, recipients={"Bob@example.com": RecipientStatus.PENDING}))
    sent = claimed(store, store.add(a_message(created_at=LATER + timedelta(minutes=1))))

    def found(**wanted: object) -> list[str]:
        page = store.page("ten_a", Filter(**wanted), PageRequest(newest_first=False))  # type: ignore[arg-type]
        return [message.id for message in page.items]

    assert found() == [ann.id, bob.id, sent.id]
    assert found(status=Status.QUEUED) == [ann.id, bob.id]
    assert found(status=Status.SENDING) == [sent.id]
    assert found(recipient="bob@EXAMPLE.com") == [bob.id]
    assert found(account_id="acc_1") == [sent.id]
    assert found(since=LATER) == [bob.id, sent.id]
    assert found(until=LATER) == [ann.id]
    soon_after = LATER + timedelta(seconds=1)
    assert found(since=LATER, until=soon_after, status=Status.QUEUED, recipient="bob@example.com") == [bob.id]
    assert found(recipient="ann@example.com", account_id="acc_1", status=Status.QUEUED) == []


@pytest.mark.parametrize("newest_first", [True, False])
@pytest.mark.parametrize("limit", [1, 2, 3, 7])
def test_pages_hold_every_message_once_also_when_a_filter_drops_most(
    store: MessageStore, limit: int, *, newest_first: bool
) -> None:
    made = [store.add(a_message(created_at=NOON + timedelta(seconds=n), subject=str(n))) for n in range(7)]
    for message in made[1:6]:
        store.change("ten_a", message.id, life.cancelled(message))
    wanted = Filter(status=Status.QUEUED, recipient="ann@example.com")

    found: list[str] = []
    after = None
    for _ in range(20):
        page = store.page("ten_a", wanted, PageRequest(limit, after, newest_first=newest_first))
        found += [message.id for message in page.items]
        after = page.last
        if after is None:
            break

    expected = [made[0].id, made[6].id]
    assert found == (expected[::-1] if newest_first else expected)


def test_what_has_many_recipients_is_found_by_each(store: MessageStore) -> None:
    message = store.add(a_message(recipients={f"r{n}@example.com": RecipientStatus.PENDING for n in range(50)}))

    for address in ("r0@example.com", "r49@example.com"):
        assert [m.id for m in store.page("ten_a", Filter(recipient=address), PageRequest()).items] == [message.id]


def test_an_expired_row_can_only_be_ended_after_its_time(store: MessageStore) -> None:
    message = store.add(a_message(id=new_id("msg", NOON), expires_at=LATER))

    early = store.change("ten_a", message.id, life.expired(message, LATER - timedelta(seconds=1)))
    late = store.change("ten_a", message.id, life.expired(message, LATER))

    assert isinstance(early, Refused)
    assert changed(late).status is Status.FAILED
    assert changed(late).reason is Reason.EXPIRED
