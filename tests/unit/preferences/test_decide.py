"""Who hears of what, when and where: against the same told in other words."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import Phase, given, settings

from postroom.paging import Page, PageRequest
from postroom.preferences.candidates import FindCandidates
from postroom.preferences.decide import AtOnce, Decision, InDigest, NotAtAll, PutOff, Reason, decide
from postroom.preferences.model import Choice, Delivery, Rule, TenantDefault, TenantSettings
from postroom.preferences.rules import Wishes, roles_that_hear
from postroom.users.manage import FindUsers
from postroom.users.model import UserRole
from tests.builders import a_preference, a_user
from tests.experiments.wishes import Event, Expected, House, Person, expected, hears
from tests.fakes.preferences import MemoryPreferences, MemoryTenantSettings
from tests.fakes.time import NOON
from tests.fakes.users import MemoryUsers
from tests.unit.preferences.population import (
    ALL_TYPES,
    events,
    happening_of,
    houses,
    people,
    preferences_of,
    tenant_settings_of,
    user_of,
    wishes_of,
)

from hypothesis import strategies as some  # isort: skip

QUICK = (Phase.explicit, Phase.reuse, Phase.generate)
"""Each example looks at weeks of minutes: the smallest one that fails is not worth its time."""

FAILED = happening_of(Event("job_failed", "backup", critical=False, at=NOON))
CRITICAL = happening_of(Event("job_failed", "backup", critical=True, at=NOON))


def told(decision: Decision, event: Event) -> Expected:
    rule, address = decision.rule.value, decision.address
    match decision.what:
        case NotAtAll():
            return Expected(rule, address, None)
        case AtOnce():
            return Expected(rule, address, event.at)
        case PutOff(until):
            assert until > event.at
            return Expected(rule, address, until)
        case InDigest(period, due_at):
            return Expected(rule, address, due_at, period.value)


@settings(max_examples=200, phases=QUICK)
@given(people, houses, events)
def test_each_event_reaches_each_user_as_the_wishes_say(person: Person, house: House, event: Event) -> None:
    check_decision(person, house, event)


def check_decision(person: Person, house: House, event: Event) -> None:
    decision = decide(wishes_of(person, house, event.name), happening_of(event), user_of(person), event.at)

    assert told(decision, event) == expected(person, house, event)


populations = some.lists(people, min_size=2, max_size=8).map(
    lambda found: [Person(f"user{number}", one.role, one.zone, own=one.own) for number, one in enumerate(found)]
)


@settings(max_examples=100, phases=QUICK)
@given(populations, houses, events, some.integers(1, 4))
def test_of_the_candidates_exactly_those_hear_who_should(
    population: list[Person], house: House, event: Event, limit: int
) -> None:
    check_candidates(population, house, event, limit)


def check_candidates(population: list[Person], house: House, event: Event, limit: int) -> None:
    users, preferences, tenants = MemoryUsers(), MemoryPreferences(), MemoryTenantSettings()
    tenants.put("ten_a", tenant_settings_of(house))
    for person in population:
        users.put(user_of(person), None)
        for preference in preferences_of(person):
            preferences.put(preference, None)
    find = FindCandidates(preferences, FindUsers(users), tenants)

    page: Page[str] = Page((), "")
    found: list[str] = []
    while page.last is not None:
        page = find("ten_a", ALL_TYPES[event.name], NOON + timedelta(hours=1), PageRequest(limit, page.last or None))
        assert len(page.items) <= limit
        found += page.items

    by_name = {person.name: person for person in population}
    decided = {
        name
        for name in found
        if not isinstance(
            decide(
                wishes_of(by_name[name], house, event.name), happening_of(event), user_of(by_name[name]), event.at
            ).what,
            NotAtAll,
        )
    }
    roles = roles_that_hear(ALL_TYPES[event.name], tenant_settings_of(house))
    assert decided == {person.name for person in population if hears(person, house, event)}
    assert len(found) == len(set(found))
    said = {name: person.own.get(event.name) for name, person in by_name.items()}
    assert all(own.enabled if (own := said[name]) else by_name[name].role in roles for name in found)


def test_who_says_something_during_the_walk_is_not_missed() -> None:
    users, preferences = MemoryUsers(), MemoryPreferences()
    for user_id in ("ann", "bob", "eve"):
        users.put(a_user(id=user_id, email=f"{user_id}@example.com", role=UserRole.ADMIN), None)
    find = FindCandidates(preferences, FindUsers(users), MemoryTenantSettings())
    first = find("ten_a", FAILED.event_type, NOON, PageRequest())
    preferences.put(a_preference(created_at=NOON + timedelta(seconds=1)), None)
    preferences.put(a_preference(user_id="eve", enabled=False, created_at=NOON + timedelta(seconds=1)), None)

    second = find("ten_a", FAILED.event_type, NOON, PageRequest(after=first.last))

    assert (first.items, second.items, second.last) == ((), ("ann", "bob"), None)


def test_who_changes_role_during_the_walk_is_not_missed_and_nobody_else_comes_twice() -> None:
    users, tenants = MemoryUsers(), MemoryTenantSettings()
    both = TenantDefault(Choice(enabled=True), frozenset({UserRole.ADMIN, UserRole.VIEWER}))
    tenants.put("ten_a", TenantSettings(defaults={"job_success": both}))
    for user_id, role in {"ann": UserRole.ADMIN, "bob": UserRole.VIEWER, "eve": UserRole.VIEWER}.items():
        users.put(a_user(id=user_id, email=f"{user_id}@example.com", role=role), None)
    find = FindCandidates(MemoryPreferences(), FindUsers(users), tenants)
    began_at = NOON + timedelta(hours=1)

    page: Page[str] = Page((), "")
    found: list[str] = []
    while page.last is not None:
        page = find("ten_a", ALL_TYPES["job_success"], began_at, PageRequest(1, page.last or None))
        found += page.items
        if found == ["ann", "bob"]:
            eve = users.get("ten_a", "eve")
            assert eve
            users.put(replace(eve, role=UserRole.ADMIN, revision=2, updated_at=began_at), eve)

    assert found == ["ann", "bob", "eve"]


def test_an_admin_who_said_nothing_hears_of_failures_at_once() -> None:
    decision = decide(Wishes(), FAILED, a_user(role=UserRole.ADMIN), NOON)

    assert decision == Decision(AtOnce(), Rule.ROLE, "ann@example.com")


def test_nothing_but_quiet_hours_and_digests_gives_way_to_what_is_critical() -> None:
    daily = a_preference(delivery=Delivery.DAILY, job_types=("sync",))
    opted_out = a_preference(enabled=False)
    admin = a_user(role=UserRole.ADMIN)

    assert decide(Wishes(daily), CRITICAL, admin, NOON).what == NotAtAll(Reason.OTHER_JOB_TYPE)
    assert decide(Wishes(opted_out), CRITICAL, admin, NOON).what == NotAtAll(Reason.NOT_WANTED)
    assert decide(Wishes(a_preference(delivery=Delivery.DAILY)), CRITICAL, admin, NOON).what == AtOnce()


def test_a_choice_of_job_types_has_none_of_what_is_no_job() -> None:
    assert Choice(enabled=True).is_of(None)
    assert not Choice(enabled=True, job_types=("sync",)).is_of(None)
