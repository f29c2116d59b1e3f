"""The whole way of a batch, on stores in memory and servers that say what a test wants."""

import threading
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from postroom.accounts.logins import LogIns
from postroom.accounts.model import Account, AccountStatus
from postroom.accounts.quota import usage_at
from postroom.change import Add, Change, Set
from postroom.conditional import Applied, Refused
from postroom.delivery.deadline import Deadline
from postroom.delivery.lot_flow import SECONDS_FOR_ONE
from postroom.delivery.model import Phase, ReplyClass, Server, Verdict
from postroom.errors import Conflict, Unavailable
from postroom.ids import Seed
from postroom.messages import life
from postroom.messages.accept import Draft
from postroom.messages.cancel import CancelMessage
from postroom.messages.model import Content, Message, OnUncertain, Priority, Reason, RecipientStatus, Status
from postroom.messages.ports import Departure, Ticket
from postroom.messages.release import Release
from postroom.messages.wake import WakeWaiting
from tests.builders import a_content, a_draft, an_account
from tests.fakes.accounts import MemoryAccounts
from tests.fakes.messages import MemoryMessages
from tests.fakes.sending import LEASE, OK, TENANT, FakeSender, FakeSession


def verdict(reply_class: ReplyClass, words: str = "words of the server", phase: Phase = Phase.RCPT) -> Verdict:
    return Verdict(reply_class, phase, words)


@pytest.fixture
def sender() -> FakeSender:
    return FakeSender()


def with_account(sender: FakeSender, **changes: object) -> FakeSender:
    sender.add_account(an_account(**{"min_wait_time": 0, **changes}))
    return sender


def drafts(count: int, **changes: object) -> list[Draft]:
    return [a_draft(recipients=(f"r{n}@example.com",), **changes) for n in range(count)]


def test_what_is_accepted_is_sent_and_counted(sender: FakeSender) -> None:
    with_account(sender)
    [message] = sender.accept(a_draft())

    given_back = sender.run()

    found = sender.message(message)
    assert given_back == set()
    assert found.status is Status.SENT
    assert found.recipients == {"ann@example.com": RecipientStatus.SENT}
    assert found.attempts[0].reply == OK.words
    assert found.used_account_id == "acc_1"
    assert usage_at(sender.account(), sender.clock()).sent == 1
    assert sender.account().counter.reservations == {}


def test_of_five_with_a_limit_of_three_three_are_sent_and_two_know_when_they_will_go(sender: FakeSender) -> None:
    with_account(sender, daily_limit=3)
    messages = sender.accept(*drafts(5))

    sender.run()

    states = [sender.message(message) for message in messages]
    waiting = [state for state in states if state.status is Status.DEFERRED]
    assert len(sender.servers.accepted) == 3
    assert len(waiting) == 2
    midnight = usage_at(sender.account(), sender.clock()).resets_at
    assert {state.next_attempt_at for state in waiting} == {midnight}
    assert {state.reason for state in waiting} == {Reason.QUOTA}
    assert "limit of 3" in waiting[0].detail


def test_an_id_that_comes_three_times_is_sent_once(sender: FakeSender) -> None:
    with_account(sender)
    sender.accept(*drafts(20))
    tickets = sender.queues.take_all()

    for _ in range(3):
        sender.run(tickets * 2)

    assert sender.servers.recipients == sorted(f"r{n}@example.com" for n in range(20))


def test_many_processes_with_the_same_ids_send_each_once() -> None:
    sender = with_account(FakeSender(), daily_limit=1000)
    sender.accept(*drafts(60))
    tickets = sender.queues.take_all()
    processes = [sender.another_process() for _ in range(8)]
    start = threading.Barrier(len(processes))

    def work(number: int) -> None:
        start.wait()
        for offset in range(0, 60, 10):
            part = tickets[(offset + number * 10) % 60 :][:10]
            processes[number](part, Deadline.after(55))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(len(processes))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sender.servers.recipients == sorted(f"r{n}@example.com" for n in range(60))
    assert sender.account().counter.day_used == 60


def test_a_quota_reply_moves_the_message_to_another_account_and_never_fails_it(sender: FakeSender) -> None:
    with_account(sender, id="acc_1", email="full@example.com", smtp_host="full.example.com", daily_limit=1000)
    with_account(sender, id="acc_2", email="free@example.com", smtp_host="free.example.com", daily_limit=1000)
    gmail = verdict(ReplyClass.QUOTA, "550 5.4.5 Daily user sending limit exceeded", Phase.MAIL)
    sender.servers.answer = lambda server, _r, _m: gmail if server.host.startswith("full") else OK
    messages = sender.accept(*drafts(20))

    sender.run()

    assert {sender.message(message).status for message in messages} == {Status.SENT}
    assert {from_ for from_, _, _ in sender.servers.accepted} == {"free@example.com"}
    assert sender.account("acc_1").last_error is not None
    assert usage_at(sender.account("acc_1"), sender.clock()).sent == 0
    assert usage_at(sender.account("acc_2"), sender.clock()).sent == 20


def test_without_another_account_a_quota_reply_defers(sender: FakeSender) -> None:
    with_account(sender)
    sender.servers.answer = lambda *_: verdict(ReplyClass.QUOTA, "550 5.4.5 limit")
    messages = sender.accept(*drafts(3))

    sender.run()

    states = [sender.message(message) for message in messages]
    assert {state.status for state in states} == {Status.DEFERRED}
    assert {state.retries for state in states} == {0}
    assert all(state.next_attempt_at and state.next_attempt_at > sender.clock() for state in states)
    assert sum(len(state.attempts) for state in states) == 1
    assert {state.reason for state in states} <= {Reason.QUOTA, Reason.ACCOUNT}
    assert len(sender.servers.opened) == 1


def test_a_wrong_password_stops_the_account_and_loses_nothing(sender: FakeSender) -> None:
    version = sender.passwords.store(TENANT, "acc_1", "wrong")
    with_account(sender, secret_version=version, daily_limit=1000)
    sender.servers.refuse_session = lambda _: verdict(ReplyClass.AUTH, "535 5.7.8 not accepted", Phase.AUTH)
    messages = sender.accept(*drafts(100))

    for start in range(0, 100, 10):
        sender.run([Ticket(TENANT, message.id) for message in messages[start : start + 10]])

    states = [sender.message(message) for message in messages]
    assert sender.account().config.status is AccountStatus.ERROR
    assert sender.account().last_error is not None
    assert len(sender.servers.opened) <= 3
    assert {state.status for state in states} == {Status.DEFERRED}
    assert {state.reason for state in states} == {Reason.ACCOUNT}
    assert all("535 5.7.8" in state.detail for state in states)
    assert sender.account().counter.day_used == 0


def test_a_password_that_was_changed_meanwhile_is_read_once_more(sender: FakeSender) -> None:
    version = sender.passwords.store(TENANT, "acc_1", "old")
    with_account(sender, secret_version=version)
    sender.accept(a_draft())
    sender.run()
    sender.passwords.rotate(TENANT, "acc_1", "new")
    sender.servers.refuse_session = lambda server: (
        verdict(ReplyClass.AUTH, "535", Phase.AUTH) if server.password == "old" else None
    )
    sender.send_batch = sender.another_process()
    sender.servers.opened.clear()
    [message] = sender.accept(a_draft())

    sender.run()

    assert sender.message(message).status is Status.SENT
    assert sender.account().config.status is AccountStatus.ACTIVE


def test_a_host_that_cannot_be_reached_defers_and_shows_on_the_account(sender: FakeSender) -> None:
    with_account(sender)
    sender.servers.refuse_session = lambda _: verdict(ReplyClass.INFRASTRUCTURE, "Connection refused", Phase.CONNECT)
    [message] = sender.accept(a_draft())

    sender.run()

    found = sender.message(message)
    assert found.status is Status.DEFERRED
    assert found.attempts[0].reply == "Connection refused"
    assert found.retries == 0
    error = sender.account().last_error
    assert error is not None
    assert error.words == "Connection refused"


def test_a_refused_recipient_fails_and_the_others_are_sent(sender: FakeSender) -> None:
    with_account(sender)
    sender.servers.answer = lambda _s, recipient, _m: (
        verdict(ReplyClass.RECIPIENT, "550 5.1.1 no such user") if recipient.startswith("bad") else OK
    )
    [message] = sender.accept(a_draft(recipients=("good@example.com", "bad@example.com")))
    [hopeless] = sender.accept(a_draft(recipients=("bad@example.com",)))

    sender.run()

    assert sender.message(message).status is Status.SENT
    assert sender.message(message).recipients == {
        "good@example.com": RecipientStatus.SENT,
        "bad@example.com": RecipientStatus.FAILED,
    }
    assert sender.message(hopeless).status is Status.FAILED
    assert sender.message(hopeless).detail == "550 5.1.1 no such user"
    assert usage_at(sender.account(), sender.clock()).sent == 1


def test_a_recipient_that_is_busy_is_tried_again_alone(sender: FakeSender) -> None:
    with_account(sender)
    busy = {"busy@example.com"}
    sender.servers.answer = lambda _s, recipient, _m: (
        verdict(ReplyClass.BUSY, "451 4.7.1 greylisted") if recipient in busy else OK
    )
    [message] = sender.accept(a_draft(recipients=("good@example.com", "busy@example.com")))
    sender.run()
    assert sender.message(message).status is Status.DEFERRED
    assert sender.message(message).retries == 1

    busy.clear()
    sender.clock.advance(timedelta(minutes=2))
    sender.run([Ticket(TENANT, message.id)])

    assert sender.message(message).status is Status.SENT
    assert sender.servers.recipients == ["busy@example.com", "good@example.com"]


def test_retries_grow_longer_and_end_after_the_set_number(sender: FakeSender) -> None:
    with_account(sender)
    sender.servers.answer = lambda *_: verdict(ReplyClass.BUSY, "452 4.2.2 mailbox full")
    [message] = sender.accept(a_draft())
    pauses = []

    for _ in range(10):
        sender.run([Ticket(TENANT, message.id)])
        state = sender.message(message)
        if state.next_attempt_at is None:
            break
        pauses.append(state.next_attempt_at - sender.clock())
        sender.clock.now = state.next_attempt_at

    state = sender.message(message)
    assert state.status is Status.FAILED
    assert len(state.attempts) == 4
    assert len(pauses) == 3
    assert pauses == sorted(pauses)
    assert timedelta(seconds=48) <= pauses[0] <= timedelta(seconds=72)


def test_a_copy_of_what_was_put_off_changes_nothing(sender: FakeSender) -> None:
    with_account(sender)
    sender.servers.answer = lambda *_: verdict(ReplyClass.BUSY, "451")
    [message] = sender.accept(a_draft())
    sender.run()
    before = sender.message(message)

    sender.run([Ticket(TENANT, message.id)])

    assert sender.message(message) == before


@pytest.mark.parametrize(
    ("on_uncertain", "reason", "next_is_known"), [("resend", Reason.RETRY, True), ("hold", Reason.HELD, False)]
)
def test_what_may_have_been_taken_is_uncertain_and_follows_the_messages_wish(
    sender: FakeSender, on_uncertain: str, reason: Reason, *, next_is_known: bool
) -> None:
    with_account(sender)
    sender.servers.answer = lambda *_: verdict(ReplyClass.UNCERTAIN, "Connection lost", Phase.FINAL_DOT)
    [message] = sender.accept(a_draft(on_uncertain=OnUncertain(on_uncertain)))

    sender.run()
    sender.run([Ticket(TENANT, message.id)])

    state = sender.message(message)
    assert state.status is Status.UNCERTAIN
    assert state.reason is reason
    assert (state.next_attempt_at is not None) is next_is_known
    assert len(sender.servers.accepted) == 1
    assert usage_at(sender.account(), sender.clock()).sent == 1


def test_a_claim_that_ran_out_is_uncertain_and_is_not_sent_by_a_second_delivery(sender: FakeSender) -> None:
    with_account(sender)
    [message] = sender.accept(a_draft())
    lease_until = sender.clock() + LEASE
    sender.messages.change(TENANT, message.id, life.claim(message, "dead", "acc_1", "m@example.com", lease_until))

    sender.run([Ticket(TENANT, message.id)])
    assert sender.message(message).status is Status.SENDING
    sender.clock.advance(LEASE)
    sender.run([Ticket(TENANT, message.id)])

    assert sender.message(message).status is Status.UNCERTAIN
    assert sender.servers.accepted == []


def test_what_expired_is_not_sent(sender: FakeSender) -> None:
    with_account(sender)
    [message] = sender.accept(a_draft(expires_at=sender.clock() + timedelta(minutes=1)))
    sender.clock.advance(timedelta(minutes=1))

    sender.run()

    assert sender.message(message).status is Status.FAILED
    assert sender.message(message).reason is Reason.EXPIRED
    assert sender.servers.accepted == []


def test_what_was_cancelled_is_not_sent(sender: FakeSender) -> None:
    with_account(sender)
    [message] = sender.accept(a_draft())
    sender.messages.change(TENANT, message.id, life.cancelled(message))

    sender.run()

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


def test_content_that_cannot_be_written_fails_with_its_reason(sender: FakeSender) -> None:
    with_account(sender)
    [message] = sender.accept(a_draft(content=Content("x", "y", None, to=(), headers=(("Bcc", "eve@example.com"),))))

    sender.run()

    assert sender.message(message).status is Status.FAILED
    assert sender.message(message).attempts[0].phase == "assembly"


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


def test_a_message_that_names_an_account_uses_no_other(sender: FakeSender) -> None:
    with_account(sender, id="acc_1", email="one@example.com", daily_limit=1)
    with_account(sender, id="acc_2", email="two@example.com")
    messages = sender.accept(*drafts(3, account_id="acc_1"))

    sender.run()

    assert [from_ for from_, _, _ in sender.servers.accepted] == ["one@example.com"]
    assert [sender.message(message).status for message in messages].count(Status.DEFERRED) == 2


def test_without_an_account_a_message_waits_and_says_so(sender: FakeSender) -> None:
    [message] = sender.accept(a_draft())

    sender.run()

    assert sender.message(message).status is Status.DEFERRED
    assert sender.message(message).reason is Reason.NO_ACCOUNT
    assert sender.message(message).next_attempt_at is not None


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


def test_one_connection_carries_a_batch_and_the_next_batch_too(sender: FakeSender) -> None:
    with_account(sender)
    sender.accept(*drafts(5))
    sender.run()
    sender.accept(*drafts(5))
    sender.run()

    assert len(sender.servers.opened) == 1
    assert len(sender.servers.accepted) == 10


def test_a_changed_account_is_not_served_by_its_old_connection(sender: FakeSender) -> None:
    with_account(sender)
    sender.accept(a_draft())
    sender.run()
    account = sender.account()
    sender.accounts.remove(TENANT, "acc_1")
    with_account(sender, revision=account.revision + 1)
    sender.accept(a_draft())
    sender.run()

    assert len(sender.servers.opened) == 2


def test_a_connection_that_breaks_is_opened_anew_for_the_next_message(sender: FakeSender) -> None:
    with_account(sender)
    lost = verdict(ReplyClass.INFRASTRUCTURE, "Connection reset", Phase.DATA)
    answers = iter([OK, lost, OK, OK])
    sender.servers.answer = lambda *_: next(answers)
    messages = sender.accept(*drafts(4))
    sender.run()

    assert len(sender.servers.accepted) == 3
    assert len(sender.servers.opened) == 2
    assert [sender.message(m).status for m in messages].count(Status.DEFERRED) == 1


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

    def broken(tenant_id: str, account_id: str, change: Change) -> Applied[Account] | Refused[Account]:
        if account_id == "acc_2":
            raise Unavailable
        return work(tenant_id, account_id, change)

    sender.accounts.change = broken  # type: ignore[method-assign]
    sender.run()

    assert {from_ for from_, _, _ in sender.servers.accepted} == {"one@example.com"}
    assert sender.account("acc_1").counter.reservations == {}
    assert sender.account("acc_1").counter.day_used == len(sender.servers.accepted)


def test_the_mail_is_what_was_asked_for(sender: FakeSender) -> None:
    with_account(sender, sender_name="Sales & Söhne", reply_to="team@example.com")
    sender.accept(a_draft(content=a_content(subject="Grüße"), priority=Priority.HIGH))

    sender.run()

    [(from_, recipient, mail)] = sender.servers.accepted
    assert from_ == "sales@example.com"
    assert recipient == "ann@example.com"
    assert b"Reply-To: team@example.com" in mail
    assert b"Message-ID: <msg_" in mail


@pytest.mark.parametrize("proven", [0, 1])
def test_a_wrong_password_met_by_many_senders_at_once_is_tried_but_a_few_times(proven: int) -> None:
    sender = FakeSender()
    version = sender.passwords.store(TENANT, "acc_1", "wrong")
    with_account(sender, secret_version=version, daily_limit=1000, proven=proven)

    def refuse(_server: Server) -> Verdict:
        time.sleep(0.03)
        return verdict(ReplyClass.AUTH, "535 5.7.8 not accepted", Phase.AUTH)

    sender.servers.refuse_session = refuse
    messages = sender.accept(*drafts(200))
    processes = [sender.another_process() for _ in range(20)]
    start = threading.Barrier(len(processes))

    def work(number: int) -> None:
        start.wait()
        part = [Ticket(TENANT, message.id) for message in messages[number * 10 :][:10]]
        processes[number](part, Deadline.after(55))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(len(processes))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(sender.servers.opened) <= 3
    assert {sender.message(message).status for message in messages} == {Status.DEFERRED}


def test_a_new_account_is_tried_with_one_mail_and_then_sends_all(sender: FakeSender) -> None:
    with_account(sender, proven=0)
    sender.accept(*drafts(10))

    sender.run()

    assert len(sender.servers.accepted) == 10
    assert sender.account().proven == sender.account().revision


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


def test_a_server_that_never_says_whether_it_took_a_mail_gets_a_rest(sender: FakeSender) -> None:
    with_account(sender)
    sender.servers.answer = lambda *_: verdict(ReplyClass.UNCERTAIN, "Connection lost", Phase.FINAL_DOT)

    for _ in range(3):
        sender.accept(a_draft())
        sender.run()

    assert sender.account().faults == 3
    assert sender.account().rest_until is not None


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


def test_recipients_beyond_what_a_server_takes_at_once_go_in_the_next_transaction(sender: FakeSender) -> None:
    with_account(sender)
    taken: list[str] = []

    def two_at_a_time(_server: Server, recipient: str, _mail: bytes) -> Verdict:
        taken.append(recipient)
        return OK if len(taken) % 3 else verdict(ReplyClass.QUOTA, "452 4.5.3 too many recipients")

    sender.servers.answer = two_at_a_time
    [message] = sender.accept(a_draft(recipients=tuple(f"r{n}@example.com" for n in range(3))))
    sender.run()
    first = sender.message(message)
    sender.clock.advance(timedelta(minutes=2))
    sender.run([Ticket(TENANT, message.id)])

    assert (first.status, first.retries) == (Status.DEFERRED, 0)
    assert sender.account().last_error is None
    assert sender.message(message).status is Status.SENT
    assert len(set(sender.servers.recipients)) == len(sender.servers.recipients) == 3


def test_a_row_that_is_not_there_goes_back_until_somebody_looks_at_it(sender: FakeSender) -> None:
    unknown = Ticket(TENANT, "msg_unknown")

    assert sender.run([unknown]) == {unknown}


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


def test_a_message_that_met_an_accounts_fault_says_until_when_the_account_rests(sender: FakeSender) -> None:
    with_account(sender)
    sender.servers.answer = lambda *_: verdict(ReplyClass.QUOTA, "550 5.4.5 limit", Phase.MAIL)
    [message] = sender.accept(a_draft())

    sender.run()

    waiting = sender.message(message)
    assert waiting.next_attempt_at == sender.account().rest_until
    assert waiting.reason is Reason.QUOTA
    assert "550 5.4.5" in waiting.detail


class RaisedWhileRead(MemoryAccounts):
    """An owner raises the limit in the moment in which a sender has read the account and not yet acted on it."""

    def __init__(self) -> None:
        super().__init__()
        self.reads = 0
        self.sender: FakeSender | None = None

    def all_of(self, tenant_id: str) -> tuple[Account, ...]:
        seen = super().all_of(tenant_id)
        self.reads += 1
        if self.reads == 2 and self.sender is not None:
            sender = self.sender
            self.change(tenant_id, "acc_1", Change((Set(("daily_limit",), 100),)))
            WakeWaiting(sender.messages, Release(sender.messages, sender.queues, sender.clock), sender.clock)(tenant_id)
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


class BusyOnce(MemoryAccounts):
    """Does not answer the first time that a reservation is to be closed with something given back."""

    def __init__(self) -> None:
        super().__init__()
        self.refused = 0

    def change(self, tenant_id: str, account_id: str, change: Change) -> Applied[Account] | Refused[Account]:
        gives_back = any(isinstance(step, Add) and step.amount < 0 for step in change.steps)
        if gives_back and not self.refused:
            self.refused += 1
            raise Unavailable
        return super().change(tenant_id, account_id, change)


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


def test_a_server_that_does_pipelining_badly_is_used_without_it_from_then_on(sender: FakeSender) -> None:
    with_account(sender)
    open_session = sender.servers.open

    def opened(server: Server, deadline: Deadline) -> FakeSession:
        session = open_session(server, deadline)
        session.misbehaviour = "It answered out of turn" if server.pipelining else None
        return session

    sender.servers.open = opened  # type: ignore[method-assign, assignment]
    sender.send_batch = sender.another_process()
    for _ in range(2):
        sender.accept(a_draft())
        sender.run()

    assert [server.pipelining for server in sender.servers.opened] == [True, False]
    fault = sender.account().pipelining_fault
    assert fault is not None
    assert fault.words == "It answered out of turn"
    assert len(sender.servers.accepted) == 2


def test_what_a_badly_pipelining_server_says_of_the_account_still_counts(sender: FakeSender) -> None:
    with_account(sender)
    open_session = sender.servers.open

    def opened(server: Server, deadline: Deadline) -> FakeSession:
        session = open_session(server, deadline)
        session.misbehaviour = "It answered out of turn"
        return session

    sender.servers.open = opened  # type: ignore[method-assign, assignment]
    sender.servers.answer = lambda *_: verdict(ReplyClass.QUOTA, "550 5.4.5 limit")
    sender.send_batch = sender.another_process()
    sender.accept(a_draft())

    sender.run()

    error = sender.account().last_error
    assert error is not None
    assert error.reply_class == ReplyClass.QUOTA


def test_an_account_that_recovers_within_its_lot_is_ready_again(sender: FakeSender) -> None:
    with_account(sender)
    answers = iter([verdict(ReplyClass.INFRASTRUCTURE, "Connection reset", Phase.MAIL)])
    sender.servers.answer = lambda *_: next(answers, OK)
    sender.accept(*drafts(3))

    sender.run()

    assert sender.account().faults == 0
    assert sender.account().last_error is None


def test_mails_that_wait_for_their_turn_go_back_to_their_queue_together(sender: FakeSender) -> None:
    with_account(sender, min_wait_time=1.0)
    sender.accept(*drafts(30))
    before = sender.queues.calls

    sender.run()

    assert len(sender.queues.sent) > 20
    assert sender.queues.calls == before + 1


class DeafToOne(MemoryMessages):
    """Does not answer when one message is given an appointment."""

    def __init__(self) -> None:
        super().__init__()
        self.message_id: str | None = None

    def change(self, tenant_id: str, message_id: str, change: Change) -> Applied[Message] | Refused[Message]:
        appoints = any(isinstance(step, Set) and step.path == ("appointed_account_id",) for step in change.steps)
        if message_id == self.message_id and appoints:
            raise Unavailable
        return super().change(tenant_id, message_id, change)


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


def test_no_sends_are_reserved_where_no_connection_can_be_had(sender: FakeSender) -> None:
    account = with_account(sender, max_connections=1).accounts.all_of(TENANT)[0]
    LogIns(sender.accounts, sender.clock, lambda _: None).permit(account, timedelta())
    [message] = sender.accept(a_draft())
    changes = sender.account().counter

    sender.run()

    assert sender.servers.opened == []
    assert sender.account().counter.day_used == changes.day_used
    assert sender.message(message).reason is Reason.TURN


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


def test_a_fault_that_is_only_our_own_haste_is_not_held_against_the_account(
    sender: FakeSender, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("send_batch", "lot", "lot_flow"):
        monkeypatch.setattr(f"postroom.delivery.{module}.SECONDS_FOR_ONE", 0.0)
    with_account(sender)
    sender.seconds = 0.3

    def slow(*_: object) -> Verdict:
        time.sleep(0.4)
        return verdict(ReplyClass.INFRASTRUCTURE, "The server did not answer in time")

    sender.servers.answer = slow
    sender.accept(a_draft())
    sender.run()

    assert sender.account().faults == 0
