"""The forecast beside senders that run by the real policy code on a clock that jumps; more of it in ``tests/long``."""

from functools import cache

import pytest

from tests.experiments.foretold import Both, compare, some_scene, supplied

SEEDS = range(10)
SIZES = (5, 40)


@cache
def compared(seed: int) -> Both:
    return compare(some_scene(seed, SIZES))


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_foretold_is_what_is_seen_within_a_tenth(seed: int) -> None:
    assert compared(seed).ours.holds, compared(seed)


def test_the_naive_forecast_is_wrong_most_of_the_time() -> None:
    assert sum(compared(seed).naive.holds for seed in SEEDS) < len(SEEDS) / 2


@pytest.mark.parametrize("seed", range(60))
def test_what_an_account_can_send_is_what_it_does_send_when_there_is_always_more(seed: int) -> None:
    for one in supplied(some_scene(seed)):
        assert one.holds, one
