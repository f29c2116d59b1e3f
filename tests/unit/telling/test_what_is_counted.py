"""What is counted of events and digests is what was stored: each once, whoever dies and whatever comes again."""

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings

from postroom.telling.model import Told
from tests.experiments.telling import World
from tests.experiments.wishes import House, Person, Said
from tests.fakes.metrics import counted
from tests.fakes.sending import TENANT
from tests.fakes.time import NOON
from tests.unit.telling.histories import Again, Become, Death, History, Post, without_trouble
from tests.unit.telling.test_who_is_told import FAILED, QUICK


@settings(max_examples=30, phases=QUICK, deadline=None)
@given(without_trouble)
def test_users_are_counted_by_how_they_are_told_and_events_and_digests_once(history: History) -> None:
    world = history.world()

    assert of_events(world) == facts(world)


def test_a_portion_that_is_told_again_is_counted_once() -> None:
    person = Person("ann", "admin", "UTC", own={"job_failed": Said(enabled=True)})
    for nth in range(1, 12):
        steps = ((0, Post((FAILED,)), Death(nth, made=False)), (5, Again(), None))

        world = History(House(), (person,), NOON, steps).world()

        assert of_events(world)["Told/immediate"] == 1


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (Said(enabled=True), Told.IMMEDIATE),
        (Said(enabled=True, delivery="daily"), Told.DIGEST),
        (Said(enabled=True, job_types=("a kind there is none of",)), Told.OTHER_JOB_TYPE),
    ],
)
def test_who_says_so_right_before_it_happens_is_found_twice_and_counted_once(said: Said, told: Told) -> None:
    person = Person("ann", "admin", "UTC", own={"job_failed": said})
    for nth in range(1, 12):
        steps = (
            (0, Become(0, person), None),
            (0, Post((FAILED,)), Death(nth, made=False)),
            (5, Again(), None),
        )

        world = History(House(), (replace(person, own={}),), NOON, steps).world()

        [event] = world.kept_events.all_of(TENANT)
        assert event.told == {told: 1}


def of_events(world: World) -> dict[str, float]:
    names = ("Events", "Told", "Digests", "Folded")
    found = counted(world.sender.meter).items()
    return {name: value for name, value in found if name.partition("/")[0] in names and value}


def facts(world: World) -> dict[str, float]:
    ways = Counter(f"Told/{notice.way}" for notice in world.kept_notices.all)
    folded = [mail for mail in world.story.mails if mail.digest]
    sums = {
        "Events": len(world.story.events),
        "Digests": len({mail.digest for mail in folded}),
        "Folded": sum(len(mail.event_ids) for mail in folded),
    }
    return {name: value for name, value in {**ways, **sums}.items() if value}
