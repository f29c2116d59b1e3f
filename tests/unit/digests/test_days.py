"""Each event in one mail, or unwanted: whatever a user says meanwhile, whenever the schedule runs, whoever dies."""

from collections.abc import Sequence
from datetime import datetime

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from tests.experiments.digest_days import ChangesMind, Days, Dies, Happens, Passes, Step, Strikes
from tests.experiments.wishes import House, Person
from tests.unit.preferences.population import JOB_TYPES, houses, moments, names, people

happens = some.builds(Happens, names, some.none() | some.sampled_from(JOB_TYPES))
passes = some.builds(Passes, some.sampled_from([1, 7, 55, 60, 240, 1440, 10_080]))
strikes = some.builds(Strikes, some.integers(1, 3), some.integers(1, 2))
dies = some.builds(Dies, some.integers(0, 12), some.booleans())
steps = some.lists(
    happens | happens | passes | passes | strikes | strikes | some.builds(ChangesMind, people) | dies, max_size=25
)
few = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@few
@given(house=houses, person=people, start=moments, life=steps)
def test_every_event_is_in_one_mail_or_unwanted(
    house: House, person: Person, start: datetime, life: Sequence[Step]
) -> None:
    days = Days(house, person, start)

    days.live(life)

    assert days.faults() == []
