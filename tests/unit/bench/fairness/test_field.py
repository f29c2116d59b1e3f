from collections import Counter

import pytest

from bench.fairness.field import off_kept_shares, off_shares, off_shares_at_random, worst
from postroom.pools.model import Strategy


@pytest.mark.parametrize(
    ("counts", "percent"), [([10, 10], 0), ([15, 5], 50), ([9, 10, 11], 10), ([20, 0], 100), ([20], 100)]
)
def test_the_one_furthest_off_counts_above_and_below(counts: list[int], percent: float) -> None:
    total = Counter({place: count for place, count in enumerate(counts) if count})

    assert worst(total, max(2, len(counts))) == pytest.approx(percent)


def test_turns_are_kept_far_better_than_at_random() -> None:
    in_turn = off_shares(Strategy.ROUND_ROBIN, 10, 5, 2_000, 1)

    assert in_turn < off_shares_at_random(10, 2_000, 1) / 3
    assert off_kept_shares(10, 2_000, 1) < 25
