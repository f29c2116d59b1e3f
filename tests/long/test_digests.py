"""Days of digests, many more of them than in a unit test."""

from collections.abc import Sequence
from datetime import datetime

import pytest
from hypothesis import HealthCheck, given, settings

from tests.experiments.digest_days import Days, Step
from tests.experiments.wishes import House, Person
from tests.long.figures import Figures
from tests.unit.digests.test_days import eager, lives
from tests.unit.preferences.population import houses, moments
from tests.unit.preferences.test_decide import QUICK

pytestmark = pytest.mark.long

LIVES = 1000


def test_every_event_is_in_one_mail_or_unwanted(figures: Figures) -> None:
    seen = {"events": 0, "mails": 0}

    @settings(max_examples=LIVES, phases=QUICK, deadline=None, suppress_health_check=list(HealthCheck))
    @given(house=houses, person=eager, start=moments, life=lives)
    def days_go_by(house: House, person: Person, start: datetime, life: Sequence[Step]) -> None:
        days = Days(house, person, start)
        days.live(life)
        assert days.faults() == []
        seen["events"] += len(days.events)
        seen["mails"] += len(days.office.mails())

    days_go_by()
    assert seen["mails"] > LIVES
    figures.tell(
        f"{LIVES:,} random lives with {seen['events']:,} events in {seen['mails']:,} digests",
        "0 differ",
        "deaths at any write, a schedule that is late or comes three times, and changes of mind",
    )
