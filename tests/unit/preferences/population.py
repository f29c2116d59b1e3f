"""People, what they and their tenant have said, and events: drawn at random, and told to the product."""

from datetime import UTC, datetime, time, timedelta

from hypothesis import strategies as some

from postroom.event_types.model import BUILT_IN, EventType, Nature
from postroom.preferences.decide import Happening
from postroom.preferences.model import (
    Choice,
    Delivery,
    Preference,
    TenantDefault,
    TenantSettings,
    UserSettings,
    Weekday,
    Window,
)
from postroom.preferences.rules import Wishes
from postroom.preferences.windows import faults_of
from postroom.users.model import User, UserRole
from tests.builders import a_preference, a_user
from tests.experiments.wishes import Event, House, Person, Said

Drawn = tuple[tuple[tuple[str, ...], time, time], ...]
ROLES, DAYS = tuple(UserRole), tuple(Weekday)
ZONES = ("UTC", "Europe/Berlin", "America/Havana", "Australia/Lord_Howe", "Asia/Kathmandu", "Africa/Casablanca")
CHANGES = (
    datetime(2026, 3, 29, 1, tzinfo=UTC),
    datetime(2026, 10, 25, 1, tzinfo=UTC),
    datetime(2026, 3, 8, 5, tzinfo=UTC),
    datetime(2026, 11, 1, 5, tzinfo=UTC),
    datetime(2026, 4, 4, 15, tzinfo=UTC),
    datetime(2026, 10, 3, 15, 30, tzinfo=UTC),
)
JOB_TYPES = ("backup", "sync", "restore")
OWN_TYPES = {f"own_{nature}": EventType(f"own_{nature}", nature, "notification") for nature in Nature}
ALL_TYPES = {**BUILT_IN, **OWN_TYPES}

minutes = some.integers(-2000, 2000).map(lambda number: timedelta(minutes=number))
moments = some.builds(lambda change, minute: change + minute, some.sampled_from(CHANGES), minutes)
job_types = some.lists(some.sampled_from(JOB_TYPES), max_size=2, unique=True).map(lambda some: tuple(sorted(some)))
deliveries = some.sampled_from([one.value for one in Delivery])
clock_times = some.builds(time, some.integers(0, 23), some.sampled_from([0, 1, 30, 59]))
drawn_windows = some.tuples(
    some.lists(some.sampled_from([day.value for day in DAYS]), min_size=1, max_size=5, unique=True).map(tuple),
    clock_times,
    clock_times,
)
hours = some.none() | some.integers(0, 23)
weekdays = some.none() | some.sampled_from([day.value for day in DAYS])
own_words = some.builds(
    Said,
    enabled=some.sampled_from([True, True, True, False]),
    job_types=some.just(()) | job_types,
    delivery=deliveries,
    address=some.none() | some.just("ann@elsewhere.example"),
    confirmed=some.booleans(),
)
tenants_words = some.builds(
    Said,
    enabled=some.sampled_from([True, True, True, False]),
    job_types=some.just(()) | job_types,
    delivery=deliveries,
    roles=some.lists(some.sampled_from([role.value for role in ROLES]), max_size=2, unique=True).map(tuple),
)
names = some.sampled_from(("job_failed", "job_success", "own_failure", "own_result"))
"""Few, so that much is said of each; one of a kind is as good as another."""


def _windows_of(drawn: Drawn) -> tuple[Window, ...]:
    return tuple(Window(frozenset(map(Weekday, days)), start, end) for days, start, end in drawn)


def _leave_some_time(drawn: Drawn) -> bool:
    return not any(faults_of(_windows_of(drawn)))


people = some.builds(
    Person,
    name=some.just("ann"),
    role=some.sampled_from([role.value for role in ROLES]),
    zone=some.sampled_from(ZONES),
    own=some.dictionaries(names, own_words, max_size=4),
    windows=some.lists(drawn_windows, max_size=2).map(tuple).filter(_leave_some_time),
    own_zone=some.none() | some.sampled_from(ZONES),
    hour=hours,
    weekday=weekdays,
)
houses = some.builds(
    House, says=some.dictionaries(names, tenants_words, min_size=1, max_size=4), hour=hours, weekday=weekdays
)
events = some.builds(
    Event,
    name=names,
    job_type=some.none() | some.sampled_from(JOB_TYPES),
    critical=some.sampled_from([False, False, True]),
    at=moments,
)


LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
"""Before whatever they may be told of."""


def user_of(person: Person) -> User:
    return a_user(
        id=person.name,
        email=f"{person.name}@example.com",
        role=UserRole(person.role),
        timezone=person.zone,
        created_at=LONG_AGO,
    )


def preferences_of(person: Person) -> list[Preference]:
    return [
        a_preference(
            user_id=person.name,
            event_type=name,
            choice=_choice(said),
            email_address=said.address,
            email_confirmed=bool(said.address and said.confirmed),
        )
        for name, said in person.own.items()
    ]


def settings_of(person: Person) -> UserSettings:
    windows, weekday = _windows_of(person.windows), _weekday(person.weekday)
    return UserSettings(windows, person.own_zone, person.hour, weekday, person.most)


def tenant_settings_of(house: House) -> TenantSettings:
    defaults = {
        name: TenantDefault(_choice(said), frozenset(map(UserRole, said.roles))) for name, said in house.says.items()
    }
    return TenantSettings(defaults, house.hour, _weekday(house.weekday), most_per_hour=house.most)


def wishes_of(person: Person, house: House, name: str) -> Wishes:
    own = next((one for one in preferences_of(person) if one.event_type == name), None)
    return Wishes(own, settings_of(person), tenant_settings_of(house))


def happening_of(event: Event) -> Happening:
    return Happening(ALL_TYPES[event.name], event.job_type, event.critical)


def _choice(said: Said) -> Choice:
    return Choice(said.enabled, said.job_types, Delivery(said.delivery))


def _weekday(name: str | None) -> Weekday | None:
    return None if name is None else Weekday(name)
