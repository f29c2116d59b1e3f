"""Which account carries which message."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postroom.accounts.ceilings import Ceiling
from postroom.accounts.limits import limits_at
from postroom.accounts.model import Account, QuotaUnit
from postroom.accounts.usage_now import usage_at
from postroom.delivery.choose import Assignment, Choose
from postroom.delivery.demand import demand_of
from postroom.delivery.eligible import Eligible
from postroom.delivery.rules import Rules
from postroom.messages.model import Message, Priority, RecipientStatus
from postroom.pools.model import Strategy
from tests.builders import a_message, a_pool, an_account
from tests.fakes.time import NOON

HIGH, LOW = Priority.HIGH, Priority.LOW


def messages(count: int, account_id: str | None = None, *, first: int = 0, **changes: Any) -> list[Message]:  # noqa: ANN401 - any field
    return [
        a_message(id=f"msg_{number:03}", account_id=account_id, **changes) for number in range(first, first + count)
    ]


def to_many(count: int) -> dict[str, RecipientStatus]:
    return {f"r{number}@example.com": RecipientStatus.PENDING for number in range(count)}


def chosen(
    seed: int,
    wanted: Sequence[Message],
    accounts: Sequence[Account],
    rules: Rules = Rules({}),  # noqa: B008 - it is frozen
) -> Assignment:
    return Choose(Random(seed))(wanted, accounts, Eligible(rules, accounts, NOON), NOON)


def shares(assigned: Assignment) -> Counter[str]:
    return Counter({account_id: len(share.messages) for account_id, share in assigned.items()})


def test_a_batch_over_many_accounts_goes_to_few_of_them() -> None:
    accounts = [an_account(id=f"acc_{number}", daily_limit=1_000, min_wait_time=0) for number in range(100)]

    for strategy in set(Strategy) - {Strategy.STICKY}:
        assigned = chosen(1, messages(50), accounts, Rules({}, strategy))

        assert sum(shares(assigned).values()) == 50
        assert len(assigned) <= 3


def test_in_the_long_run_each_account_gets_the_share_that_it_has_left() -> None:
    accounts = [
        an_account(id=f"acc_{number}", daily_limit=limit, min_wait_time=0)
        for number, limit in enumerate((1_000, 2_000, 3_000, 4_000))
    ]
    choose, total = Choose(Random(2)), Counter[str]()
    for _ in range(2_000):
        total += shares(choose(messages(50), accounts, Eligible(Rules({}), accounts, NOON), NOON))

    for number, share in enumerate((0.1, 0.2, 0.3, 0.4)):
        assert total[f"acc_{number}"] / 100_000 == pytest.approx(share, rel=0.05)


@pytest.mark.parametrize("strategy", Strategy)
def test_nobody_is_given_more_than_is_left(strategy: Strategy) -> None:
    accounts = [
        an_account(id="acc_1", daily_limit=3, min_wait_time=0),
        an_account(id="acc_2", daily_limit=4, min_wait_time=0),
    ]
    wanted = messages(50, strategy=strategy)
    wanted = [replace(one, recipients={f"{one.id}@example.com": RecipientStatus.PENDING}) for one in wanted]

    assert shares(chosen(3, wanted, accounts)) == {"acc_1": 3, "acc_2": 4}


def test_an_account_with_a_pace_is_given_what_it_can_send_now() -> None:
    accounts = [an_account(id=f"acc_{number}", daily_limit=1_000, min_wait_time=1) for number in range(10)]

    assert set(shares(chosen(4, messages(50), accounts)).values()) == {2}


def test_a_message_that_names_its_account_goes_there_first() -> None:
    account = an_account(id="acc_1", daily_limit=2, min_wait_time=0)

    assigned = chosen(5, [*messages(2), *messages(2, "acc_1", first=2), *messages(1, "acc_9", first=4)], [account])

    assert [message.account_id for message in assigned["acc_1"].messages] == ["acc_1", "acc_1"]


def test_within_one_batch_the_idlest_is_another_one_after_each_block() -> None:
    accounts = [an_account(id=f"acc_{number}", daily_limit=1_000, min_wait_time=0) for number in range(3)]

    assigned = chosen(12, messages(60), accounts, Rules({}, Strategy.IDLE_LONGEST))

    assert shares(assigned) == {"acc_0": 20, "acc_1": 20, "acc_2": 20}


def test_who_has_the_least_choice_chooses_first() -> None:
    accounts = [an_account(id=f"acc_{number}", daily_limit=2, min_wait_time=0) for number in (1, 2, 3)]
    rules = Rules({"pool_1": a_pool("acc_1", "acc_2")})
    free, pooled, named = messages(6), messages(4, pool_id="pool_1", first=6), messages(2, "acc_1", first=10)

    assigned = chosen(6, [*free, *pooled, *named], accounts, rules)

    assert assigned["acc_1"].messages == named
    assert assigned["acc_2"].messages == pooled[:2]
    assert assigned["acc_3"].messages == free[:2]


@pytest.mark.parametrize("strategy", Strategy)
def test_the_last_places_are_for_high_priority(strategy: Strategy) -> None:
    account = an_account(daily_limit=3, min_wait_time=0)
    low, high = messages(5, priority=LOW, strategy=strategy), messages(2, first=5, priority=HIGH, strategy=strategy)

    assert chosen(7, [*low, *high], [account])["acc_1"].messages == [*high, low[0]]


def test_an_urgent_mail_that_may_go_anywhere_is_before_one_that_names_its_account_and_is_not() -> None:
    account = an_account(daily_limit=1, min_wait_time=0)
    low, high = messages(1, "acc_1", priority=LOW), messages(1, first=1, priority=HIGH)

    assert chosen(8, [*low, *high], [account])["acc_1"].messages == high


def test_the_kept_share_is_given_to_high_priority_alone() -> None:
    account = an_account(daily_limit=10, high_priority_share=40, min_wait_time=0)
    low, high = messages(20), messages(6, first=20, priority=HIGH)

    assert chosen(9, low, [account])["acc_1"].messages == low[:6]
    assert chosen(9, [*low, *high], [account])["acc_1"].messages == high
    assert chosen(9, [*low, *high[:3]], [account])["acc_1"].messages == [*high[:3], *low[:3]]


def test_an_account_that_counts_recipients_is_given_no_more_of_them_than_it_has_left() -> None:
    account = an_account(daily_limit=10, quota_unit=QuotaUnit.RECIPIENTS, min_wait_time=0)
    wanted = [*messages(2, recipients=to_many(4)), *messages(2, first=2, recipients=to_many(2))]

    assert chosen(10, wanted, [account])["acc_1"].messages == wanted[:3]


def test_a_message_that_does_not_fit_lets_those_behind_it_pass() -> None:
    account = an_account(daily_limit=10, quota_unit=QuotaUnit.RECIPIENTS, min_wait_time=0)
    large, small = messages(1, recipients=to_many(11)), messages(3, first=1)

    assert chosen(11, [*large, *small], [account])["acc_1"].messages == small


def test_a_message_to_more_than_an_account_may_write_to_at_once_goes_by_another(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(
        "postroom.accounts.limits.ceiling_of",
        lambda config: Ceiling(recipients=3) if config.email == "small@example.com" else Ceiling(),
    )
    accounts = [an_account(id="acc_1", email="small@example.com", daily_limit=10_000), an_account(id="acc_2")]
    wanted = messages(1, recipients=to_many(4))

    assert [shares(chosen(seed, wanted, accounts)) for seed in range(5)] == [{"acc_2": 1}] * 5
    assert chosen(1, wanted, accounts[:1]) == {}


ACCOUNTS = st.lists(
    st.builds(
        lambda daily, kept, unit, pace: {
            "daily_limit": daily,
            "high_priority_share": kept,
            "quota_unit": unit,
            "min_wait_time": pace,
        },
        st.integers(0, 60),
        st.integers(0, 100),
        st.sampled_from(QuotaUnit),
        st.sampled_from([0, 0, 1.0]),
    ),
    min_size=1,
    max_size=5,
)
WANTED = st.lists(
    st.tuples(
        st.sampled_from(Priority),
        st.integers(1, 6),
        st.sampled_from([None, None, "acc_0", "acc_9"]),
        st.sampled_from([None, None, "pool_1"]),
        st.sampled_from([None, *Strategy]),
    ),
    max_size=70,
)


@given(ACCOUNTS, WANTED, st.integers(0, 2**32))
def test_whatever_is_asked_for_no_bound_is_passed_and_nothing_that_fits_is_left(
    configs: list[dict[str, Any]], wanted: list[tuple[Any, ...]], seed: int
) -> None:
    accounts = [an_account(id=f"acc_{number}", **config) for number, config in enumerate(configs)]
    batch = [
        a_message(
            id=f"msg_{number:03}",
            priority=priority,
            recipients=to_many(recipients),
            account_id=account_id,
            pool_id=pool_id,
            strategy=strategy,
        )
        for number, (priority, recipients, account_id, pool_id, strategy) in enumerate(wanted)
    ]
    rules = Rules({"pool_1": a_pool("acc_0", "acc_1")})
    eligible = Eligible(rules, accounts, NOON)

    assigned = Choose(Random(seed))(batch, accounts, eligible, NOON)

    given_once = [message.id for share in assigned.values() for message in share.messages]
    assert len(given_once) == len(set(given_once))
    by_id = {account.id: account for account in accounts}
    for account_id, share in assigned.items():
        account = by_id[account_id]
        limits, used = limits_at(account, NOON), 0
        for message in share.messages:
            demand = demand_of(message)
            used += demand.units(limits.unit)
            assert account in eligible.of(message)
            assert used <= limits.open_to(demand)
        assert len(share.messages) <= (2 if limits.spacing_ms else 70)
        urgent = [message.priority is HIGH for message in share.messages]
        assert urgent == sorted(urgent, reverse=True)
    left = [message for message in batch if message.id not in given_once]
    for message in left:
        for account in eligible.of(message):
            given_to = assigned[account.id].messages if account.id in assigned else []
            limits = limits_at(account, NOON)
            units = sum(demand_of(one).units(limits.unit) for one in given_to)
            demand = demand_of(message)
            has_slot = not limits.spacing_ms or len(given_to) < 2
            assert not (has_slot and units + demand.units(limits.unit) <= usage_at(account, NOON).left_for(demand))
