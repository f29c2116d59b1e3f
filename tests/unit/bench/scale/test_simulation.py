from collections import Counter
from dataclasses import replace
from random import Random
from statistics import pstdev
from typing import Any

import pytest

from bench.scale.accounts import UNITS_A_SECOND
from bench.scale.sender import Policy
from bench.scale.simulation import Outcome, Setting, Tenant, simulate
from postroom.accounts import limits
from postroom.accounts.ceilings import ceiling_of

POLICIES = [
    Policy(),
    Policy(batch=10, batching_window=0),
    Policy(remembered=0),
]


def used(outcome: Outcome, tenant_id: str) -> Counter[str]:
    return Counter({account.id: account.counter.day_used for account in outcome.accounts.known(tenant_id)})


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("senders", [1, 7, 100])
def test_every_message_is_sent_once(policy: Policy, senders: int) -> None:
    outcome = simulate(Setting([Tenant("a", 5, 400), Tenant("b", 1, 100)], senders=senders, policy=policy))

    assert outcome.sent == 500
    assert used(outcome, "a").total() == 400
    assert used(outcome, "b").total() == 100


@pytest.mark.parametrize("policy", POLICIES)
def test_no_account_goes_over_its_limit_and_none_stays_below_while_mails_wait(policy: Policy) -> None:
    outcome = simulate(Setting([Tenant("a", 10, 1_000, daily_limit=30)], senders=50, policy=policy, seconds=600))

    assert outcome.sent == 300
    assert set(used(outcome, "a").values()) == {30}


def test_all_reservations_are_closed_in_the_end() -> None:
    outcome = simulate(Setting([Tenant("a", 3, 500)], senders=20))

    assert [account.counter.reservations for account in outcome.accounts.known("a")] == [{}] * 3


def test_an_account_keeps_its_pace() -> None:
    outcome = simulate(Setting([Tenant("a", 1, 20, min_wait_time=1.0)], senders=5))

    assert outcome.sent == 20
    assert outcome.ended >= 19 - 2


def test_no_account_has_more_sessions_than_it_may() -> None:
    outcome = simulate(Setting([Tenant("a", 2, 3_000)], senders=40, seconds=60))

    open_ones = [account.sessions.ends for account in outcome.accounts.known("a") if account.sessions]
    assert [len(ends) for ends in open_ones] == [10, 10]


def test_messages_that_come_later_are_sent_too() -> None:
    outcome = simulate(Setting([Tenant("a", 1, each_second=5)], seconds=20))

    assert 50 < outcome.sent < 150
    assert outcome.waited("a", 50) < 2


def test_the_same_seed_gives_the_same_run() -> None:
    setting = Setting([Tenant("a", 5, 300), Tenant("b", 2, each_second=5)], seconds=30)

    assert simulate(setting).counted.sent == simulate(setting).counted.sent


def test_more_senders_are_faster() -> None:
    times = [simulate(Setting([Tenant("a", 5, 4_000)], senders=senders)).ended for senders in (1, 2, 4)]

    assert times == sorted(times, reverse=True)


def test_an_item_takes_no_more_than_it_may() -> None:
    outcome = simulate(Setting([Tenant("a", 1, 5_000, max_connections=200)], senders=200, policy=Policy(batch=10)))

    assert outcome.counted.throttled > 0
    largest_write = 100
    assert max(outcome.accounts.busiest.values()) < UNITS_A_SECOND + largest_write


def test_a_quiet_tenant_waits_behind_a_noisy_one_unless_the_queue_is_fair() -> None:
    tenants = [Tenant("quiet", 1, each_second=2, max_connections=20), Tenant("noisy", 5, 40_000, max_connections=20)]
    policy = Policy(batch=10, batching_window=0)

    fair = simulate(Setting(tenants, fair=True, policy=policy, seconds=60))
    oldest_first = simulate(Setting(tenants, fair=False, policy=policy, seconds=60))

    assert fair.waited("quiet", 50) < 2
    assert oldest_first.waited("quiet", 50) > 5


def test_reading_a_longer_list_of_accounts_costs_more_units() -> None:
    forgetful = Policy(remembered=0)
    few, many = (
        simulate(Setting([Tenant("a", accounts, 500)], senders=1, policy=forgetful)).accounts.read
        for accounts in (10, 100)
    )

    assert many > 5 * few


def test_a_remembered_list_is_read_less_often() -> None:
    forgetful, remembering = (
        simulate(Setting([Tenant("a", 500, 3_000)], senders=3, policy=Policy(remembered=most))).accounts.read
        for most in (0, 1_000)
    )

    assert remembering < forgetful / 2


def test_the_choice_is_the_seed_s() -> None:
    first, second = (simulate(Setting([Tenant("a", 5, 300)], seed=Random(seed).randrange(99))) for seed in (1, 2))

    assert used(first, "a") != used(second, "a")


def test_a_small_tenant_does_not_wait_for_a_large_one_of_its_batch() -> None:
    tenants = [Tenant("large", 1, 49), Tenant("small", 1, 1)]

    outcome = simulate(Setting(tenants, senders=1))

    assert outcome.waited("small", 99) < outcome.waited("large", 50)


def test_senders_without_a_place_leave_the_mails_to_those_who_have_one() -> None:
    outcome = simulate(Setting([Tenant("a", 2, 3_000, max_connections=3)], senders=20))

    assert outcome.sent == 3_000
    assert 0 < outcome.counted.put_off < 3 * outcome.sent


def test_a_session_that_is_kept_needs_no_log_in() -> None:
    outcome = simulate(Setting([Tenant("a", 1, 1_000)], senders=1))

    assert outcome.counted.logins == 1


def test_remembering_accounts_changes_little_in_what_each_gets_and_nothing_in_limits() -> None:
    plenty, scarce = (Setting([Tenant("a", 120, 3_000, daily_limit=limit)], seconds=60) for limit in (75, 12))
    forgetful = simulate(replace(plenty, policy=Policy(remembered=0)))
    remembering, at_the_limit = simulate(plenty), simulate(scarce)

    spread = [pstdev(used(outcome, "a").values()) for outcome in (forgetful, remembering)]
    assert spread[1] < 1.3 * spread[0]
    assert set(used(at_the_limit, "a").values()) == {12}
    assert at_the_limit.accounts.refused < 0.5 * at_the_limit.accounts.writes


def test_no_mail_waits_for_a_place_that_an_idle_sender_keeps() -> None:
    outcome = simulate(Setting([Tenant("a", 1, 5_000)], senders=20))

    assert outcome.ended < 60


@pytest.mark.parametrize(
    ("own", "provider"),
    [
        ({"max_connections": 3}, {"connections": 3}),
        ({"max_connections": 1, "min_wait_time": 2.0}, {"connections": 1, "spacing_ms": 2_000}),
    ],
)
def test_what_the_provider_allows_counts_like_what_its_owner_set(
    monkeypatch: pytest.MonkeyPatch, own: dict[str, Any], provider: dict[str, Any]
) -> None:
    tenant = Tenant("a", 2, 1_000)
    by_its_owner = simulate(Setting([replace(tenant, **own)], senders=20))

    monkeypatch.setattr(limits, "ceiling_of", lambda config: replace(ceiling_of(config), **provider))
    by_its_provider = simulate(Setting([tenant], senders=20))

    assert by_its_owner.counted.put_off > 0
    assert (by_its_provider.counted, by_its_provider.ended) == (by_its_owner.counted, by_its_owner.ended)
