"""Two hundred want the last units of one quota, on engines that are exact."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import hypothesis
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from postroom.bootstrap.accounts import build_accounts
from postroom.settings import read_settings
from tests.experiments.quota_races import Race, Racer, Round, adding, reading_then_writing, reserving, run
from tests.faults.bare_aws import ROWS, BareAws
from tests.faults.botocore_faults import DynamoFaults, Shares, as_if_each_thread_had_a_client
from tests.faults.dynamo_proxy import DynamoProxy, every_first
from tests.faults.dynamodb_local import dynamodb_local, lacking
from tests.long.figures import Figures
from tests.unit.accounts import test_quota as rules

pytestmark = pytest.mark.long

LIMITS = (1, 7, 100)
RACERS, ROUNDS = 200, 50
JUDGED, JUDGED_WITH_LOSS = 10, 5
EXAMPLES = 6_000


@contextmanager
def tables(aws: BareAws, endpoint: str | None = None) -> Iterator[None]:
    at = {"AWS_ENDPOINT_URL_DYNAMODB": endpoint} if endpoint else {}
    with as_if_each_thread_had_a_client(), aws.here(aws.settings("unused", **at)):
        build_accounts(read_settings(os.environ))
        yield


def all_rounds(racer: Racer, rounds: int) -> dict[int, list[Round]]:
    return {limit: run(Race(limit, RACERS, rounds), racer) for limit in LIMITS}


def is_exact(raced: dict[int, list[Round]]) -> bool:
    return all(one == Round(limit, limit) for limit, rounds in raced.items() for one in rounds)


def worst(raced: dict[int, list[Round]]) -> Sequence[str]:
    furthest = {
        limit: max(rounds, key=lambda one: abs(one.granted - one.used) + one.used) for limit, rounds in raced.items()
    }
    return [f"limit {limit}: granted {one.granted}, used {one.used}" for limit, one in furthest.items()]


def test_racers_are_granted_the_limit_exactly(aws: BareAws, figures: Figures) -> None:
    with tables(aws):
        raced = all_rounds(reserving, ROUNDS)
        naive = all_rounds(reading_then_writing, 2)

    assert is_exact(raced), worst(raced)
    assert all(one.granted > limit for limit, rounds in naive.items() for one in rounds)
    figures.tell(
        f"{RACERS} racers, {ROUNDS} rounds, limits 1, 7, 100",
        "granted = used = limit, 150 of 150",
        f"control, read then write: {'; '.join(worst(naive))}",
    )


def test_answers_that_are_lost_cost_no_unit(aws: BareAws, figures: Figures) -> None:
    with DynamoProxy(aws.place.endpoint, every_first("UpdateItem")) as proxy, tables(aws, proxy.url):
        raced = all_rounds(reserving, ROUNDS)
        lost = proxy.lost
        naive = all_rounds(adding, 2)

    assert is_exact(raced), worst(raced)
    assert lost >= 3 * RACERS * ROUNDS
    assert all(one.granted != one.used for rounds in naive.values() for one in rounds)
    figures.tell(
        f"the same, every first answer lost ({lost:,})",
        "granted = used = limit, 150 of 150",
        f"control, a conditional ADD: {'; '.join(worst(naive))}",
    )


def test_throttles_and_conflicts_cost_no_unit(aws: BareAws, figures: Figures, seed: int) -> None:
    faults = DynamoFaults(Shares(throttled=0.3, conflicting=0.3), seed)
    with tables(aws):
        faults.install(ROWS, "UpdateItem")
        raced = all_rounds(reserving, ROUNDS)

    assert is_exact(raced), worst(raced)
    figures.tell(
        "the same, 30 % throttles and 30 % conflicts",
        "granted = used = limit, 150 of 150",
        f"{faults.hit['throttled']:,} throttles and {faults.hit['conflicting']:,} conflicts in {faults.seen:,}",
    )


def test_amazons_own_engine_agrees(aws: BareAws, figures: Figures) -> None:
    if reason := lacking():
        pytest.skip(reason)
    with dynamodb_local("accounts") as endpoint:
        with tables(aws, endpoint):
            raced = all_rounds(reserving, JUDGED)
            naive = all_rounds(reading_then_writing, 1)
        with DynamoProxy(endpoint, every_first("UpdateItem")) as proxy, tables(aws, proxy.url):
            after_loss = all_rounds(reserving, JUDGED_WITH_LOSS)
            added = all_rounds(adding, 1)

    assert is_exact(raced), worst(raced)
    assert is_exact(after_loss), worst(after_loss)
    assert all(one.granted > limit for limit, rounds in naive.items() for one in rounds)
    assert all(one.granted != one.used for rounds in added.values() for one in rounds)
    exact = len(LIMITS) * (JUDGED + JUDGED_WITH_LOSS)
    figures.tell(
        f"DynamoDB Local: {JUDGED} rounds, and {JUDGED_WITH_LOSS} with every first answer lost",
        f"granted = used = limit, {exact} of {exact}",
        f"controls: {'; '.join(worst(naive))}; ADD: {'; '.join(worst(added))}",
    )


def test_no_window_of_any_history_is_over_its_limit(figures: Figures, seed: int) -> None:
    rule = rules.test_no_window_ever_holds_more_than_the_limit.hypothesis.inner_test  # type: ignore[attr-defined]
    histories = given(steps=rules.STEPS, zone=rules.ZONES, limit=st.integers(1, 12), rolling=st.booleans())
    many = settings(max_examples=EXAMPLES, database=None)

    many(hypothesis.seed(seed)(histories(rule)))()

    figures.tell(f"{EXAMPLES:,} histories of an account, calendar and rolling", "0 over the limit", "against a model")
