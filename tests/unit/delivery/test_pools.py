"""A message that names a pool goes by its accounts alone, as they are when it is sent."""

from dataclasses import replace
from datetime import timedelta

import pytest

from postroom.delivery.model import Phase, ReplyClass, Server, Verdict
from postroom.delivery.rules import ReadRules, Rules
from postroom.errors import Invalid
from postroom.ids import Seed
from postroom.messages.model import Message, Reason, Status
from postroom.pools.model import Strategy
from tests.builders import a_draft, a_message, a_pool
from tests.fakes.batch import drafts, verdict, with_account
from tests.fakes.pools import MemoryPools, choose, take_out
from tests.fakes.sending import TENANT, FakeSender
from tests.fakes.time import FakeClock


def with_three(sender: FakeSender, *pooled: str) -> None:
    for number in (1, 2, 3):
        with_account(sender, id=f"acc_{number}", email=f"m{number}@example.com", daily_limit=1000)
    sender.pools.add(a_pool(*pooled))


def used(sender: FakeSender, messages: list[Message]) -> set[str | None]:
    return {sender.message(message).used_account_id for message in messages}


def errors_of(sender: FakeSender, **draft: str) -> set[tuple[str, str]]:
    [result] = sender.acceptor()(TENANT, [a_draft(**draft)], Seed.fresh(sender.clock()))
    return {(error.field, error.message) for error in result.errors} if isinstance(result, Invalid) else set()


def test_only_the_pools_accounts_carry_what_names_it(sender: FakeSender) -> None:
    with_three(sender, "acc_1", "acc_3")
    messages = sender.accept(*drafts(100, pool_id="pool_1"))

    sender.run()

    assert used(sender, messages) == {"acc_1", "acc_3"}


def test_an_account_is_free_for_the_others_when_a_pool_has_it_too(sender: FakeSender) -> None:
    with_three(sender, "acc_1")
    pooled, free = sender.accept(*drafts(10, pool_id="pool_1")), sender.accept(*drafts(400))

    sender.run()

    assert used(sender, pooled) == {"acc_1"}
    assert used(sender, free) == {"acc_1", "acc_2", "acc_3"}


def test_what_is_in_the_pool_at_the_time_of_sending_holds(sender: FakeSender) -> None:
    with_three(sender, "acc_1")
    [message] = sender.accept(a_draft(pool_id="pool_1"))
    pool = sender.pools.get(TENANT, "pool_1")
    assert pool is not None
    sender.pools.replace(pool, replace(pool, account_ids=("acc_2",), revision=2))

    sender.run()

    assert used(sender, [message]) == {"acc_2"}


def test_a_pool_that_changes_in_the_middle_of_a_batch_is_read_again(sender: FakeSender) -> None:
    with_three(sender, "acc_1", "acc_2")
    with_account(sender, id="acc_4", smtp_host="four.example.com")
    messages = sender.accept(*drafts(10, pool_id="pool_1"))

    def refuse(server: Server) -> Verdict | None:
        pool = sender.pools.get(TENANT, "pool_1")
        assert pool is not None
        sender.pools.replace(pool, replace(pool, account_ids=("acc_4",), revision=pool.revision + 1))
        refused = verdict(ReplyClass.INFRASTRUCTURE, "Connection refused", Phase.CONNECT)
        return None if server.host == "four.example.com" else refused

    sender.servers.refuse_session = refuse
    sender.run()

    assert used(sender, messages) == {"acc_4"}


@pytest.mark.parametrize(
    ("pool", "why"),
    [
        (None, "The pool that it names was deleted"),
        ((), "The pool Sales has no accounts"),
        (("acc_9",), "The accounts of the pool Sales were deleted"),
    ],
)
def test_what_has_no_account_in_its_pool_waits_and_says_why(
    sender: FakeSender, pool: tuple[str, ...] | None, why: str
) -> None:
    with_three(sender, "acc_1")
    [message] = sender.accept(a_draft(pool_id="pool_1"))
    seen = sender.pools.get(TENANT, "pool_1")
    assert seen is not None
    sender.pools.remove(seen)
    if pool is not None:
        sender.pools.add(a_pool(*pool))

    sender.run()

    found = sender.message(message)
    assert (found.status, found.reason, found.detail) == (Status.DEFERRED, Reason.NO_ACCOUNT, why)


def test_a_named_account_carries_it_only_while_it_is_in_the_named_pool(sender: FakeSender) -> None:
    with_three(sender, "acc_1", "acc_2")
    [message] = sender.accept(a_draft(pool_id="pool_1", account_id="acc_1"))
    take_out(sender.pools, TENANT, "pool_1", "acc_1")

    sender.run()

    assert sender.message(message).detail == "The account that it names is not in the pool Sales any more"


def test_what_waited_for_a_pool_goes_when_it_can(sender: FakeSender) -> None:
    with_three(sender, "acc_1")
    [message] = sender.accept(a_draft(pool_id="pool_1"))
    take_out(sender.pools, TENANT, "pool_1", "acc_1")
    sender.run()
    empty = sender.pools.get(TENANT, "pool_1")
    assert empty is not None
    sender.pools.replace(empty, replace(empty, account_ids=("acc_2",), revision=3))

    sender.clock.advance(timedelta(hours=1, seconds=1))
    sender.due()
    sender.run()

    assert used(sender, [message]) == {"acc_2"}


def test_an_account_that_was_deleted_is_told_of(sender: FakeSender) -> None:
    with_three(sender)
    [message] = sender.accept(a_draft(account_id="acc_1"))
    sender.accounts.remove(TENANT, "acc_1")

    sender.run()

    assert sender.message(message).detail == "The account that it names was deleted"


def test_pools_and_accounts_that_contradict_each_other_are_field_errors(sender: FakeSender) -> None:
    with_three(sender, "acc_1")

    assert errors_of(sender, pool_id="pool_1", account_id="acc_1") == set()
    assert errors_of(sender, pool_id="pool_9") == {("pool_id", "There is no such pool")}
    assert errors_of(sender, pool_id="pool_1", account_id="acc_2") == {
        ("account_id", "is not in the pool that pool_id names")
    }
    assert errors_of(sender, pool_id="pool_9", account_id="acc_9") == {
        ("account_id", "There is no such account"),
        ("pool_id", "There is no such pool"),
    }
    assert errors_of(sender, pool_id="pool_1", account_id="acc_9") == {("account_id", "There is no such account")}


def test_a_strangers_pool_cannot_be_named(sender: FakeSender) -> None:
    sender.pools.add(a_pool("acc_1", tenant_id="ten_b"))

    assert errors_of(sender, pool_id="pool_1") == {("pool_id", "There is no such pool")}


def test_a_message_says_before_its_pool_and_its_pool_before_the_tenant_how_to_choose() -> None:
    rules = Rules({"pool_1": a_pool("acc_1", strategy=Strategy.STICKY), "pool_2": a_pool()}, Strategy.IDLE_LONGEST)

    assert rules.strategy_of(a_message(pool_id="pool_1", strategy=Strategy.RANDOM)) is Strategy.RANDOM
    assert rules.strategy_of(a_message(pool_id="pool_1")) is Strategy.STICKY
    assert rules.strategy_of(a_message(pool_id="pool_2")) is Strategy.IDLE_LONGEST
    assert rules.strategy_of(a_message(pool_id="pool_9")) is Strategy.IDLE_LONGEST
    assert rules.strategy_of(a_message()) is Strategy.IDLE_LONGEST


def test_a_tenants_strategy_is_remembered_for_seconds_and_its_pools_are_not() -> None:
    pools, clock = MemoryPools(), FakeClock()
    read = ReadRules(pools, clock)
    choose(pools, TENANT, Strategy.STICKY)

    first = read(TENANT, [])
    choose(pools, TENANT, Strategy.RANDOM)
    pools.add(a_pool("acc_1"))
    soon = read(TENANT, [a_message(pool_id="pool_1")])
    clock.advance(timedelta(seconds=10))

    assert (first.strategy, soon.strategy) == (Strategy.STICKY, Strategy.STICKY)
    assert set(soon.pools) == {"pool_1"}
    assert read(TENANT, []).strategy is Strategy.RANDOM


def test_messages_that_name_nothing_cost_no_read_but_the_first() -> None:
    pools = MemoryPools()
    read = ReadRules(pools, FakeClock())

    for _ in range(10):
        read(TENANT, [a_message()])

    assert pools.reads == 1
