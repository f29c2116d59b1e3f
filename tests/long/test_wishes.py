"""Who hears of what and when, for many more random people than in a unit test."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from tests.experiments.wishes import Event, House, Person
from tests.long.figures import Figures
from tests.unit.preferences.population import events, houses, people
from tests.unit.preferences.test_decide import (
    QUICK,
    check_candidates,
    check_decision,
    populations,
)

pytestmark = pytest.mark.long

DECISIONS, WALKS = 4000, 1500


def test_every_event_reaches_every_user_as_the_wishes_say(figures: Figures) -> None:
    @settings(max_examples=DECISIONS, phases=QUICK)
    @given(people, houses, events)
    def decisions(person: Person, house: House, event: Event) -> None:
        check_decision(person, house, event)

    @settings(max_examples=WALKS, phases=QUICK)
    @given(populations, houses, events, some.integers(1, 4))
    def walks(population: list[Person], house: House, event: Event, limit: int) -> None:
        check_candidates(population, house, event, limit)

    decisions()
    walks()
    figures.tell(
        f"{DECISIONS:,} random wishes and events, {WALKS:,} random tenants",
        "0 differ",
        "against the wishes told in other words, with the C library's clock",
    )
