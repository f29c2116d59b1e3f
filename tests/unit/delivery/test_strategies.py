"""How one of several accounts is chosen: each strategy by its table, and what it promises over many choices."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postroom.accounts.limits import PLAIN
from postroom.accounts.model import Account
from postroom.clock import to_milliseconds
from postroom.delivery.room import Room
from postroom.delivery.strategies import BLOCK, HEAD_START, PICKS, Choice, kept_by
from postroom.pools.model import Strategy
from tests.builders import an_account
from tests.fakes.time import NOON

CHOICES = 100_000
NOW_MS = to_milliseconds(NOON)


def an_idle_account(number: int, **changes: int | None) -> Account:
    account = an_account(id=f"acc_{number}", daily_limit=1_000_000, min_wait_time=0)
    return replace(account, counter=replace(account.counter, **changes))  # type: ignore[arg-type]


def rooms(count: int, **changes: int | None) -> list[Room]:
    return [Room.of(an_idle_account(number, **changes), NOON) for number in range(count)]


def picked(strategy: Strategy, among: list[Room], count: int = 1, seed: int = 1) -> str:
    return PICKS[strategy](Choice(among, PLAIN, count), Random(seed)).account.id


def carried(strategy: Strategy, among: list[Room], choices: int = CHOICES, batch: int = 1) -> Counter[str]:
    """How many mails each account gets, chosen ``batch`` by ``batch``."""
    random, total = Random(7), Counter[str]()
    for _ in range(choices):
        room = PICKS[strategy](Choice(among, PLAIN, batch), random)
        for _ in range(batch):
            room.turn += 1
        total[room.account.id] += batch
    return total


def worst(total: Counter[str], share: dict[str, float]) -> float:
    """How far the one that is furthest off is from its share, of that share."""
    mails = sum(total.values())
    return max(abs(total[account_id] / mails / wanted - 1) for account_id, wanted in share.items())


@pytest.mark.parametrize(
    ("turns", "count", "expected"),
    [
        ((5, 3, 4), 1, {"acc_1"}),
        ((None, 3, 4), 1, {"acc_0"}),
        ((3, 3, 4), 1, {"acc_0", "acc_1"}),
        ((3, 4, 5), 2, {"acc_0", "acc_1"}),
        ((0, 19, 20), 50, {"acc_0", "acc_1"}),
    ],
)
def test_the_next_in_turn_has_come_least_far(turns: tuple[int | None, ...], count: int, expected: set[str]) -> None:
    def among() -> list[Room]:
        return [Room.of(an_idle_account(number, turns=turn), NOON) for number, turn in enumerate(turns)]

    assert {picked(Strategy.ROUND_ROBIN, among(), count, seed) for seed in range(40)} == expected


def test_one_by_one_each_is_served_in_turn() -> None:
    three = rooms(3)
    order = []
    for _ in range(9):
        room = PICKS[Strategy.ROUND_ROBIN](Choice(three, PLAIN, 1), Random(1))
        room.turn += 1
        order.append(room.account.id)

    assert [set(order[start : start + 3]) for start in (0, 3, 6)] == [{"acc_0", "acc_1", "acc_2"}] * 3


@pytest.mark.parametrize("batch", [1, BLOCK])
def test_one_that_is_new_or_rested_catches_up_on_so_many_blocks_and_no_more(batch: int) -> None:
    old = rooms(3, turns=10_000)
    new = Room.of(an_idle_account(9), NOON)

    total = carried(Strategy.ROUND_ROBIN, [*old, new], choices=400, batch=batch)

    assert 100 * batch < total["acc_9"] <= (100 + HEAD_START) * batch


@pytest.mark.parametrize(
    ("last", "expected"), [((3, 1, 2), "acc_1"), ((3, 1, 0), "acc_2"), ((NOW_MS, NOW_MS - 1, NOW_MS), "acc_1")]
)
def test_the_idlest_had_its_last_mail_before_all_others(last: tuple[int, ...], expected: str) -> None:
    among = [Room.of(an_idle_account(number, next_send_ms=at), NOON) for number, at in enumerate(last)]

    assert picked(Strategy.IDLE_LONGEST, among) == expected


def test_a_pace_does_not_make_an_account_seem_to_have_sent_later() -> None:
    slow = an_account(id="acc_slow", min_wait_time=3600.0)
    slow = replace(slow, counter=replace(slow.counter, next_send_ms=NOW_MS))
    quick = an_idle_account(1, next_send_ms=NOW_MS - 60_000)

    assert Room.of(slow, NOON).last_ms == NOW_MS - 3_600_000
    assert picked(Strategy.IDLE_LONGEST, [Room.of(quick, NOON), Room.of(slow, NOON)]) == "acc_slow"


def test_among_very_many_the_idlest_tenth_is_served() -> None:
    def among() -> list[Room]:
        return [Room.of(an_idle_account(number, next_send_ms=number + 1), NOON) for number in range(50)]

    assert {picked(Strategy.IDLE_LONGEST, among(), 1, seed) for seed in range(80)} == {f"acc_{n}" for n in range(5)}


@pytest.mark.parametrize("batch", [1, BLOCK])
@pytest.mark.parametrize("strategy", [Strategy.ROUND_ROBIN, Strategy.IDLE_LONGEST])
def test_over_a_hundred_thousand_choices_equal_shares_are_kept_within_five_percent(
    strategy: Strategy, batch: int
) -> None:
    among = rooms(10)

    total = carried(strategy, among, CHOICES, batch)

    assert worst(total, {room.account.id: 0.1 for room in among}) < 0.05


def test_over_a_hundred_thousand_choices_random_keeps_to_what_is_left_within_five_percent() -> None:
    limits = (1_000_000, 500_000, 2_000_000, 750_000, 750_000)
    accounts = [an_account(id=f"acc_{n}", daily_limit=limit, min_wait_time=0) for n, limit in enumerate(limits)]

    total = carried(Strategy.RANDOM, [Room.of(account, NOON) for account in accounts])

    assert worst(total, {f"acc_{n}": limit / sum(limits) for n, limit in enumerate(limits)}) < 0.05


def test_a_hundred_thousand_recipients_are_kept_by_the_accounts_limits_within_five_percent() -> None:
    limits = (500, 2000, 500, 1000, 1000)
    accounts = [an_account(id=f"acc_{number}", daily_limit=limit) for number, limit in enumerate(limits)]

    total = Counter(kept_by([f"user{number}@example.com"], accounts).id for number in range(CHOICES))

    assert worst(total, {f"acc_{number}": limit / 5000 for number, limit in enumerate(limits)}) < 0.05


def test_turns_are_kept_by_ten_senders_that_see_the_accounts_as_they_were_a_while_ago() -> None:
    turns = dict.fromkeys((f"acc_{number}" for number in range(20)), 0)
    random, total, senders = Random(3), Counter[str](), 10

    for _ in range(CHOICES // 10 // senders):
        seen = [Room.of(an_idle_account(number, turns=turns[f"acc_{number}"]), NOON) for number in range(20)]
        for _ in range(senders):
            view = [replace(room) for room in seen]
            room = PICKS[Strategy.ROUND_ROBIN](Choice(view, PLAIN, BLOCK), random)
            account_id = room.account.id
            turns[account_id] = max(turns[account_id], room.turn) + BLOCK
            total[account_id] += BLOCK

    assert worst(total, dict.fromkeys(turns, 0.05)) < 0.05


IDS = st.lists(st.from_regex(r"acc_[a-z0-9]{6}", fullmatch=True), min_size=2, max_size=12, unique=True)
ADDRESSES = st.from_regex(r"[a-z]{1,8}@[a-z]{1,8}\.example", fullmatch=True)


@given(IDS, st.lists(ADDRESSES, min_size=1, max_size=20))
def test_a_lost_account_moves_its_own_recipients_alone(ids: list[str], recipients: list[str]) -> None:
    accounts = [an_account(id=account_id, daily_limit=100 + len(ids)) for account_id in ids]
    lost, *others = accounts

    for recipient in recipients:
        before, after = kept_by([recipient], accounts), kept_by([recipient], others)

        assert before.id in {lost.id, after.id}
        assert after is not lost


@given(IDS, ADDRESSES, st.integers(0, 2000))
def test_a_larger_limit_takes_recipients_only_to_itself(ids: list[str], recipient: str, more: int) -> None:
    accounts = [an_account(id=account_id, daily_limit=100) for account_id in ids]
    grown = [an_account(id=ids[0], daily_limit=100 + more), *accounts[1:]]

    assert kept_by([recipient], grown).id in {kept_by([recipient], accounts).id, ids[0]}


@given(IDS, st.lists(ADDRESSES, min_size=1, max_size=5), st.randoms())
def test_neither_the_order_of_accounts_nor_of_recipients_nor_their_letters_matter(
    ids: list[str], recipients: list[str], random: Random
) -> None:
    accounts = [an_account(id=account_id) for account_id in ids]
    shuffled = random.sample(accounts, len(accounts))
    written = [recipient.upper() for recipient in random.sample(recipients, len(recipients))]

    assert kept_by(recipients, accounts) == kept_by(written, shuffled)


def test_who_may_send_nothing_keeps_nobody() -> None:
    accounts = [an_account(id="acc_0", daily_limit=0), an_account(id="acc_1", daily_limit=1)]

    assert {kept_by([f"user{number}@example.com"], accounts).id for number in range(200)} == {"acc_1"}


def test_every_strategy_has_its_way_of_choosing() -> None:
    assert set(PICKS) == set(Strategy)


def test_what_was_sent_last_is_known_with_and_without_a_pace() -> None:
    later = NOON + timedelta(seconds=5)

    assert Room.of(an_idle_account(1, next_send_ms=NOW_MS), later).last_ms == NOW_MS
    assert Room.of(an_idle_account(1), later).last_ms == 0
