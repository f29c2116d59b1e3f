from collections import Counter

import pytest

from bench.fairness import field
from bench.fairness.field import (
    off_kept_shares,
    off_limits,
    off_limits_at_random,
    off_shares,
    off_shares_at_random,
    worst,
)
from postroom.pools.model import Strategy


@pytest.mark.parametrize(
    ("counts", "weights", "percent"),
    [
        ([10, 10], [1, 1], 0),
        ([15, 5], [1, 1], 50),
        ([9, 10, 11], [1, 1, 1], 10),
        ([20, 0], [1, 1], 100),
        ([15, 5], [3, 1], 0),
        ([10, 10], [3, 1], 100),
    ],
)
def test_the_one_furthest_off_counts_above_and_below(counts: list[int], weights: list[int], percent: float) -> None:
    total = Counter({place: count for place, count in enumerate(counts) if count})

    assert worst(total, dict(enumerate(weights))) == pytest.approx(percent)


def test_turns_are_kept_far_better_than_at_random() -> None:
    in_turn = off_shares(Strategy.ROUND_ROBIN, 10, 5, 2_000, 1)

    assert in_turn < off_shares_at_random(10, 2_000, 1) / 3
    assert off_kept_shares(10, 2_000, 1) < 25


@pytest.mark.parametrize("senders", [1, 10])
def test_what_is_left_keeps_random_closer_to_the_limits_than_plain_random_by_limits(senders: int) -> None:
    seeds = range(5)
    ours, plain = (
        [off_limits(10, senders, 2_000, n) for n in seeds],
        [off_limits_at_random(10, 2_000, n) for n in seeds],
    )

    assert sum(ours) < 0.8 * sum(plain)


def test_a_choice_without_weights_is_seen_to_be_far_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(field.PICKS, Strategy.RANDOM, lambda choice, random: random.choice(choice.rooms))  # type: ignore[attr-defined]

    assert off_limits(10, 1, 2_000, 1) > 25
