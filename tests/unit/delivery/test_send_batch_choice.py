"""Strategies and limits on the whole way of a batch, with several senders."""

from collections import Counter
from datetime import timedelta

import pytest

from postroom.accounts.ceilings import Ceiling
from postroom.accounts.model import AccountStatus, ConnectionType
from postroom.change import Change, Set
from postroom.delivery.deadline import Deadline
from postroom.delivery.model import Verdict
from postroom.messages.model import Message, Priority, Reason, Status
from postroom.pools.model import Strategy
from tests.builders import a_draft, a_pool
from tests.fakes.batch import drafts, with_account
from tests.fakes.pools import choose, take_out
from tests.fakes.sending import TENANT, FakeSender


def with_some(sender: FakeSender, count: int, **changes: object) -> FakeSender:
    for number in range(count):
        with_account(
            sender, **{"id": f"acc_{number}", "email": f"m{number}@example.com", "daily_limit": 10_000} | changes
        )
    return sender


def used(sender: FakeSender, messages: list[Message]) -> Counter[str | None]:
    return Counter(sender.message(message).used_account_id for message in messages)


def one_by_one(sender: FakeSender, count: int, **changes: object) -> list[Message]:
    """Each alone in its batch, seconds apart."""
    messages = []
    for draft in drafts(count, **changes):
        messages += sender.accept(draft)
        sender.run()
        sender.clock.advance(timedelta(seconds=3))
    return messages


def test_round_robin_serves_each_account_in_turn(sender: FakeSender) -> None:
    with_some(sender, 3)

    messages = one_by_one(sender, 9, strategy=Strategy.ROUND_ROBIN)

    rounds = [used(sender, messages[start : start + 3]) for start in (0, 3, 6)]
    assert rounds == [{"acc_0": 1, "acc_1": 1, "acc_2": 1}] * 3


def test_round_robin_goes_on_where_another_sender_left_off(sender: FakeSender) -> None:
    with_some(sender, 4)
    senders = [sender.another_process() for _ in range(4)]
    messages = sender.accept(*drafts(800, strategy=Strategy.ROUND_ROBIN))
    tickets = sender.queues.take_all()

    for number, start in enumerate(range(0, 800, 20)):
        senders[number % 4](tickets[start : start + 20], Deadline.after(55))
        sender.clock.advance(timedelta(seconds=1))

    assert used(sender, messages) == {f"acc_{number}": 200 for number in range(4)}


def test_an_account_that_was_paused_does_not_get_all_that_it_missed(sender: FakeSender) -> None:
    with_some(sender, 3)
    sender.accounts.change(TENANT, "acc_2", _set_status(AccountStatus.INACTIVE))
    one_by_one(sender, 60, strategy=Strategy.ROUND_ROBIN)
    sender.accounts.change(TENANT, "acc_2", _set_status(AccountStatus.ACTIVE))

    after = one_by_one(sender, 60, strategy=Strategy.ROUND_ROBIN)

    assert 20 <= used(sender, after)["acc_2"] <= 35


def _set_status(status: AccountStatus) -> Change:
    return Change((Set(("status",), status),))


def test_idle_longest_uses_the_account_whose_last_mail_is_longest_ago(sender: FakeSender) -> None:
    with_some(sender, 3)

    messages = one_by_one(sender, 9, strategy=Strategy.IDLE_LONGEST)

    order = [sender.message(message).used_account_id for message in messages]
    assert set(order[:3]) == {"acc_0", "acc_1", "acc_2"}
    assert order[3:6] == order[6:] == order[:3]


def test_two_senders_with_idle_longest_do_not_stay_on_the_same_account(sender: FakeSender) -> None:
    with_some(sender, 4)
    one, other = sender.another_process(), sender.another_process()
    messages = sender.accept(*drafts(80, strategy=Strategy.IDLE_LONGEST))
    tickets = sender.queues.take_all()

    for start in range(0, 80, 2):
        for process in (one, other):
            process.roster.fresh(TENANT)  # So the second does not see what the first does.
        one(tickets[start : start + 1], Deadline.after(55))
        other(tickets[start + 1 : start + 2], Deadline.after(55))
        sender.clock.advance(timedelta(seconds=3))

    shares = used(sender, messages)
    assert set(shares) == {"acc_0", "acc_1", "acc_2", "acc_3"}
    assert max(shares.values()) - min(shares.values()) <= 4


def test_a_sticky_follow_up_goes_by_the_account_of_the_first_mail(sender: FakeSender) -> None:
    with_some(sender, 5)
    first = sender.accept(*drafts(40, strategy=Strategy.STICKY))
    sender.run()
    follow_up = sender.accept(*drafts(40, strategy=Strategy.STICKY))
    sender.run()

    before = [sender.message(message).used_account_id for message in first]
    assert [sender.message(message).used_account_id for message in follow_up] == before
    assert len(set(before)) == 5


def test_a_sticky_mail_waits_for_the_pace_of_its_account(sender: FakeSender) -> None:
    with_some(sender, 3, min_wait_time=60.0)
    first, second = sender.accept(*[a_draft(strategy=Strategy.STICKY)] * 2)
    sender.run()

    [waiting] = [one for one in map(sender.message, (first, second)) if one.status is Status.DEFERRED]
    [sent] = [one for one in map(sender.message, (first, second)) if one.status is Status.SENT]
    assert (waiting.reason, waiting.appointed_account_id) == (Reason.PACE, sent.used_account_id)


def test_a_sticky_mail_goes_by_another_account_when_its_own_is_stopped(sender: FakeSender) -> None:
    with_some(sender, 3)
    [first] = sender.accept(a_draft(strategy=Strategy.STICKY))
    sender.run()
    keeper = sender.message(first).used_account_id
    assert keeper is not None
    sender.accounts.change(TENANT, keeper, _set_status(AccountStatus.ERROR))

    others = one_by_one(sender, 1, strategy=Strategy.STICKY)
    again = [*sender.accept(a_draft(strategy=Strategy.STICKY)), *sender.accept(a_draft(strategy=Strategy.STICKY))]
    sender.run()

    assert keeper not in used(sender, others + again)
    assert len(used(sender, again)) == 1


def test_a_pool_chooses_by_its_own_strategy_and_a_message_by_its_own(sender: FakeSender) -> None:
    with_some(sender, 4)
    sender.pools.add(a_pool("acc_0", "acc_1", strategy=Strategy.ROUND_ROBIN))
    choose(sender.pools, TENANT, Strategy.STICKY)

    pooled = one_by_one(sender, 6, pool_id="pool_1")
    sticky = [message for _ in range(4) for message in sender.accept(a_draft())]
    sender.run()

    assert used(sender, pooled) == {"acc_0": 3, "acc_1": 3}
    assert len(used(sender, sticky)) == 1


def test_an_account_that_falls_out_of_its_pool_between_choice_and_sending_sends_what_it_has_and_no_more(
    sender: FakeSender,
) -> None:
    with_some(sender, 2)
    sender.pools.add(a_pool("acc_0"))
    first = sender.accept(*drafts(5, pool_id="pool_1"))
    answer = sender.servers.answer

    def taken_out_meanwhile(*mail: object) -> Verdict:
        take_out(sender.pools, TENANT, "pool_1", "acc_0")
        return answer(*mail)  # type: ignore[arg-type]

    sender.servers.answer = taken_out_meanwhile
    sender.run()
    later = sender.accept(*drafts(5, pool_id="pool_1"))
    sender.run()

    assert used(sender, first) == {"acc_0": 5}
    assert {sender.message(message).reason for message in later} == {Reason.NO_ACCOUNT}


def test_a_mail_to_more_recipients_than_any_account_takes_waits_and_says_so(
    sender: FakeSender, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("postroom.accounts.limits.ceiling_of", lambda _: Ceiling(recipients=2))
    with_some(sender, 1)
    [message, other] = sender.accept(a_draft(recipients=("a@x.example", "b@x.example", "c@x.example")), a_draft())

    sender.run()

    waiting = sender.message(message)
    assert (waiting.status, waiting.reason) == (Status.DEFERRED, Reason.NO_ACCOUNT)
    assert waiting.detail == "m0@example.com may send a mail to 2 recipients at most, and it has 3"
    assert sender.message(other).status is Status.SENT


def test_recipients_are_settled_as_they_were_reserved_where_the_provider_counts_them(sender: FakeSender) -> None:
    with_account(sender, id="acc_0", email="a@gmail.com", connection_type=ConnectionType.GMAIL, daily_limit=500)
    recipients = ("a@x.example", "b@x.example", "c@x.example")
    sender.accept(*(a_draft(recipients=recipients) for _ in range(2)))

    sender.run()

    assert sender.account("acc_0").counter.rolling_used == 6


def test_what_only_one_account_can_ever_carry_waits_for_that_one(sender: FakeSender) -> None:
    with_account(
        sender, id="acc_0", email="small@example.com", daily_limit=2, quota_unit="recipients", timezone="Asia/Tokyo"
    )
    with_account(sender, id="acc_1", email="large@example.com", daily_limit=3, quota_unit="recipients")
    sender.accept(*drafts(1, account_id="acc_1"))
    sender.run()
    [message] = sender.accept(a_draft(recipients=("a@x.example", "b@x.example", "c@x.example")))

    sender.run()

    assert sender.message(message).detail == "large@example.com has 2 left of its limit of 3, and it has 3 recipients"


def test_the_last_places_of_a_batch_are_for_high_priority(sender: FakeSender) -> None:
    with_some(sender, 1, daily_limit=3)
    low, high = sender.accept(*drafts(10, priority=Priority.LOW)), sender.accept(*drafts(3, priority=Priority.HIGH))

    sender.run()

    assert {sender.message(message).status for message in high} == {Status.SENT}
    assert {sender.message(message).reason for message in low} == {Reason.QUOTA}
