"""Whoever is told of whatever, and however often those who tell die: as the wishes say, told in other words, once."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from hypothesis import Phase, given, settings

from postroom.events.model import Event as Posted
from postroom.events.model import JobFacts
from postroom.ids import Seed
from postroom.preferences.model import UserSettings
from tests.experiments.wishes import Event, House, Person, expected, most_at_once, when_too_many
from tests.fakes.fate import Dead
from tests.fakes.telling_office import TENANT, Office, an_event
from tests.unit.preferences.population import (
    ALL_TYPES,
    JOB_TYPES,
    houses,
    moments,
    names,
    people,
    preferences_of,
    settings_of,
    tenant_settings_of,
    user_of,
)

from hypothesis import strategies as some  # isort: skip

QUICK = (Phase.explicit, Phase.reuse, Phase.generate)
HOUR = timedelta(hours=1)

numbers = some.none() | some.integers(1, 3)
crowds = some.lists(some.tuples(people, numbers), min_size=1, max_size=3).map(
    lambda drawn: [replace(person, name=f"user{at}", most=most) for at, (person, most) in enumerate(drawn)]
)
happenings = some.tuples(some.integers(0, 150), names, some.none() | some.sampled_from(JOB_TYPES), some.booleans())
days = some.builds(
    lambda start, drawn: [
        Event(name, job_type, critical=critical and name == "own_failure", at=start + timedelta(minutes=minutes))
        for minutes, name, job_type, critical in sorted(drawn, key=lambda one: one[0])
    ],
    moments,
    some.lists(happenings, min_size=1, max_size=8),
)
deaths = some.lists(some.tuples(some.integers(1, 12), some.booleans()), max_size=3)


@settings(max_examples=60, phases=QUICK, deadline=None)
@given(crowds, some.tuples(houses, numbers), days, some.lists(deaths, min_size=8, max_size=8))
def test_each_event_reaches_each_user_as_the_wishes_say_once(
    crowd: list[Person],
    drawn: tuple[House, int | None],
    events: list[Event],
    ends: list[list[tuple[int, bool]]],
) -> None:
    house, most = drawn
    check_everybody(crowd, replace(house, most=most), events, ends)


def check_everybody(
    crowd: Sequence[Person], house: House, events: Sequence[Event], ends: Sequence[Sequence[tuple[int, bool]]]
) -> None:
    office, posted = an_office(crowd, house), [a_posted(number, event) for number, event in enumerate(events)]
    wanted = [told for person in crowd for told in _wanted(person, house, events, posted)]

    for event, deaths_of_one in zip(posted, ends, strict=False):
        office.clock.now = event.created_at
        tell_in_spite_of(office, event, deaths_of_one, [person.name for person in crowd])

    assert sorted(_told(office), key=str) == sorted(wanted, key=str)


@dataclass(frozen=True)
class Hears:
    """``due_at``: of the digest, None for a mail at once."""

    name: str
    event_id: str
    address: str
    due_at: datetime | None


def _wanted(person: Person, house: House, events: Sequence[Event], posted: Sequence[Posted]) -> Iterator[Hears]:
    at_once: dict[str, list[datetime]] = {}
    for event, one in zip(events, posted, strict=True):
        found = expected(person, house, event)
        if found.when is None:
            continue
        due_at = None if found.when == event.at and not found.period else found.when
        if due_at is None and not event.critical:
            before = at_once.setdefault(event.name, [])
            if sum(at > event.at - HOUR for at in before) < most_at_once(person, house):
                before.append(event.at)
            else:
                due_at = when_too_many(person, house, event.at)
        yield Hears(person.name, one.id, found.address, due_at)


def _told(office: Office) -> Iterator[Hears]:
    for mail in office.mails():
        name, _, event_id = (mail.about or "").partition("~")
        [address] = mail.recipients
        yield Hears(name, event_id, address, None)
    recipients = {(notice.user_id, notice.event_id): notice.recipient for notice in office.notices.all}
    for (name, due_at), items in office.digested().items():
        for event_id in items:
            yield Hears(name, event_id, recipients[name, event_id], due_at)


def tell_in_spite_of(office: Office, event: Posted, ends: Sequence[tuple[int, bool]], names_of: list[str]) -> None:
    counted = []
    for at, made in ends:
        office.fate.at, office.fate.made = office.fate.writes + at, made
        try:
            counted.append(office.tell(event, *names_of))
        except Dead:
            continue
    office.fate.at = None
    counted += [office.tell(event, *names_of) for _ in range(2)]
    assert all(one == counted[-1] for one in counted)
    assert sum(counted[-1].values()) == len(names_of)


def an_office(crowd: Sequence[Person], house: House) -> Office:
    office = Office()
    for name, event_type in ALL_TYPES.items():
        if name not in office.event_types.all_of(TENANT):
            office.types.put(TENANT, event_type, None)
    office.tenant.put(TENANT, replace(tenant_settings_of(house), most_per_hour=house.most))
    for person in crowd:
        office.users.put(user_of(person), None)
        for preference in preferences_of(person):
            office.preferences.put(preference, None)
        said = replace(settings_of(person), most_per_hour=person.most, revision=1)
        office.settings.replace(TENANT, person.name, UserSettings(), said)
    return office


def a_posted(number: int, event: Event) -> Posted:
    return an_event(
        number,
        id=Seed(event.at, f"event {number}").id("evt"),
        event_type=event.name,
        created_at=event.at,
        critical=event.critical,
        job=JobFacts(f"job_{number}", event.job_type) if event.job_type else None,
    )
