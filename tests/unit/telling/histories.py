"""Random histories of a tenant: its users, what happens, when clocks strike, who changes their mind and who dies."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as some

from tests.experiments.telling import World
from tests.experiments.wishes import Event, House, Person
from tests.unit.preferences.population import JOB_TYPES, houses, moments, names, people

Step = Callable[[World], None]

PAUSES = (0, 0, 1, 7, 20, 45, 60, 61, 240, 700, 1500)
"""Minutes between two things that happen."""

_MOST = some.none() | some.integers(1, 3)


@dataclass(frozen=True)
class Death:
    """At the nth write from now on: before it is made, or when it is made and nobody knows."""

    nth: int
    made: bool


@dataclass(frozen=True)
class History:
    house: House
    people: tuple[Person, ...]
    begins: datetime
    steps: tuple[tuple[int, Step, Death | None], ...]

    def world(self) -> World:
        world = World(self.house, {one.name: one for one in self.people}, self.begins)
        for minutes, step, death in self.steps:
            world.clock.advance(timedelta(minutes=minutes))
            if death is not None:
                world.fate.at, world.fate.made = world.fate.writes + death.nth, death.made
            step(world)
            world.fate.at = None
        world.go_on_to_the_end()
        return world


@dataclass(frozen=True)
class Post:
    events: tuple[Event, ...]

    def __call__(self, world: World) -> None:
        world.post(*self.events)


@dataclass(frozen=True)
class Strike:
    times: int

    def __call__(self, world: World) -> None:
        world.strike(self.times)


@dataclass(frozen=True)
class Again:
    """Every ticket that there ever was comes once more."""

    def __call__(self, world: World) -> None:
        world.brought_twice()


@dataclass(frozen=True)
class Become:
    """One of them, counted on over the end, is another person from now on."""

    number: int
    person: Person

    def __call__(self, world: World) -> None:
        names = sorted(world.people)
        world.become(replace(self.person, name=names[self.number % len(names)]))


@dataclass(frozen=True)
class Meanwhile:
    """Mails wait, as for want of quota, while somebody changes their mind."""

    before: Step
    change: Become
    minutes: int

    def __call__(self, world: World) -> None:
        world.sends = False
        self.before(world)
        self.change(world)
        world.clock.advance(timedelta(minutes=self.minutes))
        world.sends = True
        world.work()


_persons = some.builds(replace, people, most=_MOST)


def _named(found: list[Person]) -> tuple[Person, ...]:
    return tuple(replace(one, name=f"user{number}") for number, one in enumerate(found))


populations = some.lists(_persons, min_size=1, max_size=3).map(_named)
events = some.builds(
    Event,
    name=names,
    job_type=some.none() | some.sampled_from(JOB_TYPES),
    critical=some.sampled_from([False, False, False, True]),
    at=some.just(datetime.min.replace(tzinfo=UTC)),
)
posts = some.builds(Post, some.lists(events, min_size=1, max_size=4).map(tuple))
strikes = some.builds(Strike, some.integers(1, 3))
quiet_steps = posts | posts | strikes | some.builds(Again)
changes = some.builds(Become, some.integers(0, 2), _persons)
waits = some.builds(Meanwhile, posts | strikes, changes, some.sampled_from(PAUSES))
deaths = some.none() | some.builds(Death, some.integers(1, 25), some.booleans())


def histories(
    steps: some.SearchStrategy[Step], ends: some.SearchStrategy[Death | None]
) -> some.SearchStrategy[History]:
    each = some.tuples(some.sampled_from(PAUSES), steps, ends)
    return some.builds(
        History,
        house=some.builds(replace, houses, most=_MOST),
        people=populations,
        begins=moments,
        steps=some.lists(each, min_size=1, max_size=6).map(tuple),
    )


without_trouble = histories(quiet_steps, some.none())
with_trouble = histories(quiet_steps | changes | waits | waits, deaths)
