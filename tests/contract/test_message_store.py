"""What every store of messages must do, the one in memory and the one in DynamoDB."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import boto3
import pytest

from postroom.change import Change, Set
from postroom.clock import to_milliseconds
from postroom.conditional import Applied, Refused
from postroom.delivery.model import Phase, ReplyClass
from postroom.ids import new_id
from postroom.messages import keys, life, listing
from postroom.messages import store as store_module
from postroom.messages.life import HEAL_AFTER, Progress, Wait
from postroom.messages.model import Attempt, Message, Priority, Reason, RecipientStatus, Status
from postroom.messages.observed import ObservedMessages
from postroom.messages.ports import Filter, MessageStore, Ticket, Watch, Watched
from postroom.messages.rows import ROWS
from postroom.messages.store import DynamoMessages
from postroom.metrics.tally import Tally
from postroom.paging import PageRequest
from postroom.pools.model import Strategy
from postroom.templates.model import Reference
from tests.builders import a_message
from tests.fakes.messages import MemoryMessages
from tests.fakes.tables import name_table, tables
from tests.fakes.time import NOON, FakeClock

LATER = NOON + timedelta(hours=1)


@pytest.fixture(params=["memory", "memory, observed", "dynamodb"])
def store(request: pytest.FixtureRequest) -> Iterator[MessageStore]:
    if request.param == "memory":
        yield MemoryMessages()
        return
    if request.param == "memory, observed":
        yield ObservedMessages(MemoryMessages(), Tally(), FakeClock())
        return
    with tables("messages"):
        name_table(ROWS, "messages")
        yield DynamoMessages(timedelta(days=90))


def changed(outcome: Applied[Message] | Refused[Message]) -> Message:
    assert isinstance(outcome, Applied), outcome
    return outcome.row


def added(store: MessageStore, message: Message) -> Message:
    """As it is accepted: it can be found by whom it goes to."""
    store.point_to([message])
    return store.add(message)


def walked(store: MessageStore, wanted: Filter, request: PageRequest) -> list[str]:
    """The ids of all pages, one after the other."""
    found: list[str] = []
    for _ in range(200):
        page = store.page("ten_a", wanted, request)
        assert len(page.items) <= request.limit
        found += [message.id for message in page.items]
        if page.last is None:
            return found
        request = replace(request, after=page.last)
    raise AssertionError("there is no end")


def test_statuses_are_told_of_those_that_are_there_and_of_this_tenants_alone(store: MessageStore) -> None:
    queued, scheduled = a_message(), a_message(status=Status.SCHEDULED, send_at=LATER)
    for message in (queued, scheduled):
        store.add(message)

    assert store.statuses("ten_a", [queued.id, scheduled.id, "msg_no"]) == {
        queued.id: Status.QUEUED,
        scheduled.id: Status.SCHEDULED,
    }
    assert store.statuses("ten_b", [queued.id]) == {}
    assert store.statuses("ten_a", []) == {}


def claimed(store: MessageStore, message: Message) -> Message:
    claim = life.claim(message, "claim-1", "acc_1", f"{message.id}@example.com", NOON + timedelta(seconds=90), None)
    return changed(store.change("ten_a", message.id, claim))


def test_messages_of_a_pool_are_listed_alone(store: MessageStore) -> None:
    pooled = [
        added(
            store,
            a_message(status=status, pool_id="pool_1", strategy=Strategy.STICKY),
        )
        for status in (Status.DEFERRED, Status.QUEUED)
    ]
    added(store, a_message(status=Status.DEFERRED, pool_id="pool_2"))
    added(store, a_message())

    assert set(walked(store, Filter(pool_id="pool_1"), PageRequest())) == {message.id for message in pooled}
    assert walked(store, Filter(status=Status.DEFERRED, pool_id="pool_1"), PageRequest()) == [pooled[0].id]
    assert store.get("ten_a", pooled[1].id) == pooled[1]


@pytest.mark.parametrize("template", [Reference("welcome"), Reference("order-shipped", "tpl_1", 12)])
def test_a_message_keeps_its_template_and_gets_its_subject_when_it_is_claimed(
    store: MessageStore, template: Reference
) -> None:
    message = added(store, a_message(template=template, subject="Welcome, {{ name }}"))

    claim = life.claim(message, "claim-1", "acc_1", "m@example.com", LATER, "Welcome, Ann")
    found = changed(store.change("ten_a", message.id, claim))

    assert (found.template, found.subject) == (template, "Welcome, Ann")


def spoil(store: MessageStore, message: Message) -> None:
    """As a newer version may leave it."""
    with pytest.raises(ValueError, match="unheard-of"):
        store.change(message.tenant_id, message.id, Change((Set(("status",), "unheard-of"),)))


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


def test_metadata_may_have_any_name(store: MessageStore) -> None:
    # Names that mean something to the library that writes the rows.
    odd = ("self", "_user_instantiated", "null", "attr_name", "default", "attribute_values", "hash_key", "M", "é #:")
    message = a_message(metadata={name: f"of {name}" for name in odd} | {"empty": ""})

    store.add(message)

    assert store.get("ten_a", message.id) == message
    assert store.get_many([Ticket("ten_a", message.id)]) == {Ticket("ten_a", message.id): message}
    assert store.page("ten_a", Filter(), PageRequest()).items == (message,)
    assert changed(store.change("ten_a", message.id, life.cancelled(message))).metadata == message.metadata


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
    first = life.claim(message, "one", "acc_1", "m@example.com", LATER, None)
    second = life.claim(message, "two", "acc_2", "m@example.com", LATER, None)

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

    again = changed(
        store.change("ten_a", message.id, life.claim(deferred, "two", "acc_2", "other@example.org", LATER, None))
    )

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


def test_what_ended_by_wishes_is_in_the_due_index_apart_from_what_waits(store: MessageStore) -> None:
    messages = [store.add(a_message()) for _ in range(3)]
    for message in messages:
        store.change("ten_a", message.id, life.unwished(message, "It is not wanted any more", NOON))

    due_at = to_milliseconds(NOON + timedelta(hours=1))

    found = store.unwished_until(due_at, 10)
    assert {(due.ticket.message_id, due.due_at_ms) for due in found} == {(message.id, due_at) for message in messages}
    assert store.unwished_until(due_at - 1, 10) == []
    assert store.waiting_until(due_at, 10) == []
    assert store.queued_until(Priority.NORMAL, due_at, 10) == []


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
    ann = added(store, a_message(created_at=NOON))
    bob = added(store, a_message(created_at=LATER, recipients={"Bob@example.com": RecipientStatus.PENDING}))
    sent = claimed(store, added(store, a_message(created_at=LATER + timedelta(minutes=1))))

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
@pytest.mark.parametrize("limit", [1, 5, 60])
@pytest.mark.parametrize("wanted", [Filter(), Filter(status=Status.SENDING), Filter(account_id="acc_1")])
def test_a_list_of_all_that_goes_its_usual_way_is_complete_and_in_order(
    store: MessageStore, wanted: Filter, limit: int, *, newest_first: bool
) -> None:
    made = [store.add(a_message(created_at=NOON + timedelta(seconds=n))) for n in range(24)]
    busy = [claimed(store, message).id for message in made[::3]]
    everything = wanted == Filter()

    found = walked(store, wanted, PageRequest(limit, newest_first=newest_first))

    expected = [message.id for message in made] if everything else busy
    assert found == (expected[::-1] if newest_first else expected)


@pytest.mark.parametrize("newest_first", [True, False])
def test_a_rare_thing_among_very_many_is_found_by_going_on(
    store: MessageStore, monkeypatch: pytest.MonkeyPatch, *, newest_first: bool
) -> None:
    monkeypatch.setattr(listing, "_ROWS_PER_FILTERED_READ", 2)
    monkeypatch.setattr(listing, "_READS_PER_MERGED_PAGE", 3)
    made = [store.add(a_message(created_at=NOON + timedelta(seconds=n))) for n in range(60)]
    rare = [claimed(store, made[number]).id for number in (3, 30, 59)]
    wanted = Filter(account_id="acc_1")

    first = store.page("ten_a", wanted, PageRequest(10, newest_first=newest_first))

    assert not isinstance(store, DynamoMessages) or len(first.items) < 3
    found = walked(store, wanted, PageRequest(10, newest_first=newest_first))
    assert found == (rare[::-1] if newest_first else rare)


def test_what_left_the_usual_way_is_listed_by_its_status_until_it_is_back(store: MessageStore) -> None:
    message = store.add(a_message())
    waiting = changed(store.change("ten_a", message.id, life.deferred(message, Wait(Reason.QUOTA, "", LATER, LATER))))
    before = walked(store, Filter(status=Status.DEFERRED), PageRequest())

    claimed(store, waiting)

    assert before == [message.id]
    assert walked(store, Filter(status=Status.DEFERRED), PageRequest()) == []
    assert walked(store, Filter(status=Status.SENDING), PageRequest()) == [message.id]


@pytest.mark.parametrize("newest_first", [True, False])
@pytest.mark.parametrize("limit", [1, 2, 3, 7])
def test_pages_hold_every_message_once_also_when_a_filter_drops_most(
    store: MessageStore, limit: int, *, newest_first: bool
) -> None:
    made = [added(store, a_message(created_at=NOON + timedelta(seconds=n), subject=str(n))) for n in range(7)]
    for message in made[1:6]:
        store.change("ten_a", message.id, life.cancelled(message))
    wanted = Filter(status=Status.QUEUED, recipient="ann@example.com")

    found = walked(store, wanted, PageRequest(limit, newest_first=newest_first))

    expected = [made[0].id, made[6].id]
    assert found == (expected[::-1] if newest_first else expected)


def test_what_has_many_recipients_is_found_by_each(store: MessageStore) -> None:
    message = added(store, a_message(recipients={f"r{n}@example.com": RecipientStatus.PENDING for n in range(50)}))

    for address in ("r0@example.com", "r49@example.com"):
        assert [m.id for m in store.page("ten_a", Filter(recipient=address), PageRequest()).items] == [message.id]


def test_an_expired_row_can_only_be_ended_after_its_time(store: MessageStore) -> None:
    message = added(store, a_message(id=new_id("msg", NOON), expires_at=LATER))

    early = store.change("ten_a", message.id, life.expired(message, LATER - timedelta(seconds=1)))
    late = store.change("ten_a", message.id, life.expired(message, LATER))

    assert isinstance(early, Refused)
    assert changed(late).status is Status.FAILED
    assert changed(late).reason is Reason.EXPIRED


WATCH = Watch("ten_a", Priority.NORMAL, ("msg_1", "msg_2"), to_milliseconds(LATER))


def test_what_a_watch_stands_for_is_not_in_the_due_index_itself(store: MessageStore) -> None:
    store.watch(WATCH)
    message = store.add(a_message(), watched=True)

    after = to_milliseconds(LATER)
    assert store.queued_until(Priority.NORMAL, after, 10) == []
    assert store.waiting_until(after, 10) == []
    assert store.watches_until(Priority.NORMAL, after, 10) == [WATCH]
    assert store.watches_until(Priority.NORMAL, after - 1, 10) == []
    assert store.watches_until(Priority.HIGH, after, 10) == []
    assert store.get("ten_a", message.id) == message
    assert walked(store, Filter(), PageRequest()) == [message.id]


def test_a_watch_that_is_stored_again_is_one_and_not_ended_by_who_saw_it_before(store: MessageStore) -> None:
    later = replace(WATCH, due_at_ms=WATCH.due_at_ms + 1)
    store.watch(WATCH)
    store.watch(later)

    store.end_watch(WATCH)
    still_there = store.watches_until(Priority.NORMAL, later.due_at_ms, 10)
    store.end_watch(later)
    store.end_watch(later)

    assert still_there == [later]
    assert store.watches_until(Priority.NORMAL, later.due_at_ms, 10) == []


def test_a_watch_is_not_looked_to_early_because_the_index_lags_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    with tables("messages"):
        name_table(ROWS, "messages")
        store = DynamoMessages(timedelta(days=90))
        store.watch(WATCH)
        lagging = store_module._entries(keys.watch_shards(Priority.NORMAL), WATCH.due_at_ms, 10)
        monkeypatch.setattr(store_module, "_entries", lambda *_: lagging)
        store.watch(replace(WATCH, due_at_ms=WATCH.due_at_ms + 1))

        assert len(lagging) == 1
        assert store.watches_until(Priority.NORMAL, WATCH.due_at_ms, 10) == []


def test_a_watch_tells_what_is_gone_from_what_cannot_be_read(store: MessageStore) -> None:
    readable, unreadable = added(store, a_message()), added(store, a_message(id="msg_2"))
    over_what_is_gone = Watch("ten_a", Priority.NORMAL, (readable.id, "msg_gone"), to_milliseconds(NOON))
    over_both = Watch("ten_a", Priority.NORMAL, (readable.id, unreadable.id), to_milliseconds(NOON))
    spoil(store, unreadable)

    assert store.watched(over_what_is_gone) == Watched((readable,), complete=True)
    assert store.watched(over_both) == Watched((readable,), complete=False)
    assert store.get_many(over_both.tickets) == {Ticket("ten_a", readable.id): readable}


def test_watches_over_other_messages_are_others(store: MessageStore) -> None:
    watches = [WATCH, replace(WATCH, message_ids=("msg_1",)), replace(WATCH, tenant_id="ten_b")]
    for watch in watches:
        store.watch(watch)

    found = store.watches_until(Priority.NORMAL, WATCH.due_at_ms, 10)

    assert sorted(found, key=repr) == sorted(watches, key=repr)


def test_what_is_missed_gets_an_entry_of_its_own_once(store: MessageStore) -> None:
    message = store.add(a_message(), watched=True)

    first = changed(store.change("ten_a", message.id, life.missed(message, NOON)))
    again = store.change("ten_a", message.id, life.missed(message, NOON))

    [due] = store.queued_until(Priority.NORMAL, to_milliseconds(NOON + HEAL_AFTER), 10)
    assert due.ticket.message_id == message.id
    assert first.heals == 1
    assert isinstance(again, Refused)


def test_what_is_being_sent_gets_an_entry_at_the_end_of_its_lease(store: MessageStore) -> None:
    message = claimed(store, store.add(a_message(), watched=True))
    lease = NOON + timedelta(seconds=90)

    changed(store.change("ten_a", message.id, life.lease_noted(message, lease)))

    [due] = store.queued_until(Priority.NORMAL, to_milliseconds(lease), 10)
    assert (due.ticket.message_id, due.due_at_ms) == (message.id, to_milliseconds(lease))


def test_a_redriven_message_is_not_missed_before_it_arrives(store: MessageStore) -> None:
    message = store.add(a_message(), watched=True)

    changed(store.change("ten_a", message.id, life.expected(message, LATER)))

    assert store.queued_until(Priority.NORMAL, to_milliseconds(LATER), 10) == []
    [due] = store.queued_until(Priority.NORMAL, to_milliseconds(LATER + HEAL_AFTER), 10)
    assert due.ticket.message_id == message.id
    assert isinstance(store.change("ten_a", message.id, life.missed(message, NOON)), Refused)


@pytest.mark.parametrize("foreign", [{"S": "x"}, {"M": {}}, {"M": {"at_ms": {"S": "soon"}}}, {"NULL": True}])
def test_a_row_that_cannot_be_read_hides_none_of_its_neighbours(foreign: dict[str, Any]) -> None:
    with tables("messages"):
        name_table(ROWS, "messages")
        store = DynamoMessages(timedelta(days=90))
        spoilt, good = added(store, a_message()), added(store, a_message())
        pk, sk = keys.message_key("ten_a", spoilt.id)
        boto3.client("dynamodb").update_item(
            TableName="messages",
            Key={"pk": {"S": pk}, "sk": {"S": sk}},
            UpdateExpression="SET attempts = :attempts",
            ExpressionAttributeValues={":attempts": {"L": [foreign]}},
        )

        assert store.get_many([Ticket("ten_a", spoilt.id), Ticket("ten_a", good.id)]) == {
            Ticket("ten_a", good.id): good
        }
        assert store.page("ten_a", Filter(), PageRequest()).items == (good,)
