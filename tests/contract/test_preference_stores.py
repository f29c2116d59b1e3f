"""What every store of preferences, settings and event types must do: those in memory, and those in DynamoDB."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import time, timedelta
from itertools import product
from typing import Any

import boto3
import pytest

from postroom.event_types import store as event_types_store
from postroom.event_types.model import EventType, Nature
from postroom.event_types.ports import EventTypeStore
from postroom.event_types.store import DynamoEventTypes
from postroom.paging import Page, PageRequest
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
from postroom.preferences.ports import Filter, PreferenceStore, TenantSettingsStore, UserSettingsStore, Written
from postroom.preferences.rows import ROWS, PlaceRow
from postroom.preferences.store import DynamoPreferences, DynamoTenantSettings, DynamoUserSettings
from postroom.priorities import Priority
from postroom.tenancy import keys
from postroom.users.model import UserRole
from tests.builders import a_preference
from tests.fakes.preferences import MemoryEventTypes, MemoryPreferences, MemoryTenantSettings, MemoryUserSettings
from tests.fakes.tables import name_table, tables
from tests.fakes.time import NOON

LATER = NOON + timedelta(minutes=1)
OWN_TYPE = "invoice_paid"


@dataclass
class Stores:
    """With what a preference stands on: a user ``ann`` of two tenants and others of one, and an event type."""

    preferences: PreferenceStore
    users: UserSettingsStore
    tenants: TenantSettingsStore
    types: EventTypeStore
    there: set[tuple[str, str]] = field(default_factory=set)

    def add(self, key: tuple[str, str]) -> None:
        self.there.add(key)

    def remove(self, key: tuple[str, str]) -> None:
        self.there.discard(key)


class DynamoStores(Stores):
    def add(self, key: tuple[str, str]) -> None:
        PlaceRow(*key).save()

    def remove(self, key: tuple[str, str]) -> None:
        PlaceRow(*key).delete()


@pytest.fixture(params=["memory", "dynamodb"])
def stores(request: pytest.FixtureRequest) -> Iterator[Stores]:
    if request.param == "memory":
        there: set[tuple[str, str]] = set()

        def is_there(preference: Preference) -> bool:
            own_type = keys.event_type_key(preference.tenant_id, preference.event_type)
            user = keys.user_key(preference.tenant_id, preference.user_id)
            return user in there and (preference.event_type != OWN_TYPE or own_type in there)

        users = MemoryUserSettings(lambda tenant_id, user_id: keys.user_key(tenant_id, user_id) in there)
        yield _peopled(Stores(MemoryPreferences(is_there), users, MemoryTenantSettings(), MemoryEventTypes(), there))
        return
    with tables("directory"):
        name_table((*ROWS, *event_types_store.ROWS), "directory")
        yield _peopled(
            DynamoStores(DynamoPreferences(), DynamoUserSettings(), DynamoTenantSettings(), DynamoEventTypes())
        )


def _peopled(stores: Stores) -> Stores:
    for tenant_id, user_id in product(("ten_a", "ten_b"), ("ann", "ann.b", "bob", "eve")):
        stores.add(keys.user_key(tenant_id, user_id))
    stores.add(keys.event_type_key("ten_a", OWN_TYPE))
    return stores


FULL: dict[str, Any] = {
    "enabled": False,
    "job_types": ("Sicherung 💾", "sync"),
    "delivery": Delivery.WEEKLY,
    "email_address": "Ann@elsewhere.example",
    "email_confirmed": True,
    "revision": 3,
    "updated_at": LATER,
}


def test_a_preference_is_found_again_as_it_was(stores: Stores) -> None:
    plain, full = a_preference(), a_preference(event_type=OWN_TYPE, **FULL)

    for one in (plain, full):
        assert stores.preferences.put(one, None) is Written.WRITTEN
        assert stores.preferences.get("ten_a", one.id) == one
    assert stores.preferences.of_user("ten_a", "ann") == {"job_failed": plain, OWN_TYPE: full}
    assert stores.preferences.get_many("ten_a", "job_failed", ["ann", "ann", "bob"]) == {"ann": plain}
    assert stores.preferences.get_many("ten_a", "job_failed", []) == {}
    assert stores.preferences.subscribers("ten_a", OWN_TYPE, PageRequest()).items == (full,)


def test_another_tenants_preference_is_not_there(stores: Stores) -> None:
    one = a_preference()
    stores.preferences.put(one, None)
    strangers = replace(one, tenant_id="ten_b")

    assert stores.preferences.get("ten_b", one.id) is None
    assert stores.preferences.get_many("ten_b", "job_failed", ["ann"]) == {}
    assert stores.preferences.of_user("ten_b", "ann") == {}
    assert stores.preferences.subscribers("ten_b", "job_failed", PageRequest()).items == ()
    for wanted in (Filter(), Filter("ann"), Filter(event_type="job_failed"), Filter(enabled=True)):
        assert stores.preferences.page("ten_b", wanted, PageRequest()).items == ()
    assert stores.preferences.put(replace(strangers, revision=2), strangers) is Written.STALE
    assert stores.preferences.delete(strangers)
    assert stores.preferences.put(strangers, None) is Written.WRITTEN
    assert stores.preferences.get("ten_a", one.id) == one


def test_of_two_changes_of_what_was_seen_the_second_is_refused(stores: Stores) -> None:
    seen = a_preference()
    stores.preferences.put(seen, None)
    first, second = replace(seen, revision=2), replace(seen, choice=Choice(enabled=False), revision=2)

    assert stores.preferences.put(first, seen) is Written.WRITTEN
    assert stores.preferences.put(second, seen) is Written.STALE
    assert not stores.preferences.delete(seen)
    assert stores.preferences.get("ten_a", seen.id) == first
    assert stores.preferences.subscribers("ten_a", "job_failed", PageRequest()).items == (first,)


def test_a_write_whose_answer_was_lost_is_known_again(stores: Stores) -> None:
    seen = a_preference()
    changed = replace(seen, revision=2, updated_at=LATER)

    assert [stores.preferences.put(seen, None) for _ in range(2)] == [Written.WRITTEN] * 2
    assert [stores.preferences.put(changed, seen) for _ in range(2)] == [Written.WRITTEN] * 2
    assert [stores.preferences.delete(changed) for _ in range(2)] == [True, True]


def test_what_was_made_anew_meanwhile_is_not_what_was_seen(stores: Stores) -> None:
    seen, anew = a_preference(), a_preference(created_at=LATER)
    stores.preferences.put(seen, None)
    stores.preferences.delete(seen)
    stores.preferences.put(anew, None)

    assert stores.preferences.put(replace(seen, revision=2), seen) is Written.STALE
    assert stores.preferences.put(seen, None) is Written.STALE
    assert not stores.preferences.delete(seen)
    assert stores.preferences.get("ten_a", seen.id) == anew


def test_nothing_is_written_for_a_user_or_an_event_type_that_is_gone(stores: Stores) -> None:
    seen, of_type = a_preference(user_id="bob"), a_preference(event_type=OWN_TYPE)
    for one in (seen, of_type):
        stores.preferences.put(one, None)
    stores.remove(keys.user_key("ten_a", "bob"))
    stores.remove(keys.event_type_key("ten_a", OWN_TYPE))

    assert stores.preferences.put(a_preference(user_id="nobody"), None) is Written.GONE
    assert stores.preferences.put(replace(seen, revision=2), seen) is Written.GONE
    assert stores.preferences.put(replace(of_type, revision=2), of_type) is Written.GONE
    assert stores.preferences.get("ten_a", "nobody~job_failed") is None
    assert stores.preferences.get("ten_a", seen.id) == seen
    assert stores.preferences.delete(seen)


MANY = [
    a_preference(user_id=user_id, event_type=event_type, enabled=number % 3 != 0)
    for number, (user_id, event_type) in enumerate(
        product(("bob", "ann", "ann.b", "eve"), ("job_failed", "job_success", OWN_TYPE))
    )
]


def walked(store: PreferenceStore, wanted: Filter, limit: int, *, newest_first: bool = False) -> list[Preference]:
    page: Page[Preference] = Page((), "")
    found: list[Preference] = []
    while page.last is not None:
        page = store.page("ten_a", wanted, PageRequest(limit, page.last or None, newest_first=newest_first))
        assert len(page.items) <= limit
        found += page.items
    return found


@pytest.mark.parametrize("newest_first", [False, True])
def test_lists_hold_what_was_asked_for_in_the_order_of_ids(stores: Stores, *, newest_first: bool) -> None:
    for one in MANY:
        stores.preferences.put(one, None)

    combinations = product((None, "ann", "nobody"), (None, "job_failed", "job_lost"), (None, True, False))
    for wanted, limit in product((Filter(*parts) for parts in combinations), (1, 4, 12)):
        expected = sorted(filter(wanted.matches, MANY), key=lambda one: one.id, reverse=newest_first)
        assert walked(stores.preferences, wanted, limit, newest_first=newest_first) == expected, (wanted, limit)


def test_subscribers_are_walked_in_one_order(stores: Stores) -> None:
    for one in MANY:
        stores.preferences.put(one, None)

    page: Page[Preference] = Page((), "")
    found: list[Preference] = []
    while page.last is not None:
        page = stores.preferences.subscribers("ten_a", "job_failed", PageRequest(1, page.last or None))
        found += page.items

    of_type = [one for one in MANY if one.event_type == "job_failed"]
    assert found == sorted(of_type, key=lambda one: one.id)


def test_nothing_of_a_deleted_preference_stays_in_the_table() -> None:
    with tables("directory"):
        name_table(ROWS, "directory")
        PlaceRow(*keys.user_key("ten_a", "ann")).save()
        store, one = DynamoPreferences(), a_preference()
        changed = replace(one, choice=Choice(enabled=False), revision=2)
        store.put(one, None)
        store.put(changed, one)

        store.delete(changed)

        assert len(boto3.client("dynamodb").scan(TableName="directory")["Items"]) == 1


SAID = UserSettings(
    quiet_hours=(
        Window(frozenset({Weekday.MONDAY, Weekday.SUNDAY}), time(22), time(6, 30)),
        Window(frozenset(Weekday), time(12), time(13)),
    ),
    timezone="Asia/Kathmandu",
    digest_hour=0,
    digest_weekday=Weekday.FRIDAY,
    most_per_hour=7,
    revision=1,
)


def test_a_user_who_never_said_anything_has_settings(stores: Stores) -> None:
    assert stores.users.get("ten_a", "ann") == UserSettings()
    assert stores.users.get_many("ten_a", ["ann", "bob"]) == {}


def test_each_users_settings_are_found_again_as_they_were(stores: Stores) -> None:
    assert stores.users.replace("ten_a", "ann", UserSettings(), SAID) is Written.WRITTEN

    assert stores.users.get("ten_a", "ann") == SAID
    assert stores.users.get_many("ten_a", ["ann", "bob", "ann"]) == {"ann": SAID}
    assert stores.users.get("ten_a", "bob") == stores.users.get("ten_b", "ann") == UserSettings()
    assert stores.users.get_many("ten_b", ["ann"]) == {}


def test_settings_are_replaced_as_they_were_seen_alone(stores: Stores) -> None:
    second = replace(SAID, timezone=None)

    assert stores.users.replace("ten_a", "ann", SAID, second) is Written.STALE
    assert stores.users.replace("ten_a", "ann", UserSettings(), SAID) is Written.WRITTEN
    assert stores.users.replace("ten_a", "ann", UserSettings(), second) is Written.STALE
    assert stores.users.replace("ten_a", "ann", UserSettings(), SAID) is Written.WRITTEN  # its answer was lost
    assert stores.users.replace("ten_a", "ann", SAID, replace(second, revision=2)) is Written.WRITTEN
    assert stores.users.get("ten_a", "ann") == replace(second, revision=2)


def test_settings_of_nobody_are_not_kept(stores: Stores) -> None:
    assert stores.users.replace("ten_a", "nobody", UserSettings(), SAID) is Written.GONE
    assert stores.users.get("ten_a", "nobody") == UserSettings()


def test_settings_can_be_deleted_whatever_they_are(stores: Stores) -> None:
    stores.users.replace("ten_a", "ann", UserSettings(), SAID)

    for _ in range(2):
        stores.users.delete("ten_a", "ann")

    assert stores.users.get("ten_a", "ann") == UserSettings()


def test_a_tenants_settings_are_found_again_and_replaced_as_they_were_seen(stores: Stores) -> None:
    choice = Choice(enabled=True, job_types=("sync",), delivery=Delivery.DAILY)
    said = TenantSettings(
        defaults={
            "job_failed": TenantDefault(choice, frozenset({UserRole.ADMIN, UserRole.VIEWER})),
            "job_success": TenantDefault(Choice(enabled=False)),
        },
        digest_hour=0,
        digest_weekday=Weekday.SUNDAY,
        most_per_hour=20,
        confirmation_url="https://app.example.com/confirm",
        revision=1,
    )

    assert stores.tenants.get("ten_a") == TenantSettings()
    assert stores.tenants.replace("ten_a", TenantSettings(), said)
    assert stores.tenants.get("ten_a") == said
    assert stores.tenants.get("ten_b") == TenantSettings()
    assert not stores.tenants.replace("ten_a", TenantSettings(), TenantSettings(digest_hour=3, revision=1))
    assert stores.tenants.replace("ten_a", TenantSettings(), said)  # its answer was lost
    assert stores.tenants.replace("ten_a", said, TenantSettings(revision=2))
    assert stores.tenants.get("ten_a") == TenantSettings(revision=2)


PAID = EventType(OWN_TYPE, Nature.NEWS, "invoice", Priority.LOW, "An invoice ✓", revision=1, updated_at=NOON)


def test_event_types_belong_to_a_tenant_and_are_found_again_as_they_were(stores: Stores) -> None:
    other = EventType("job_failed", Nature.FAILURE, "our_failures", revision=1, updated_at=NOON)
    stores.remove(keys.event_type_key("ten_a", OWN_TYPE))

    for one in (PAID, other):
        assert stores.types.put("ten_a", one, None)
        assert stores.types.get("ten_a", one.name) == one
    assert stores.types.all_of("ten_a") == {PAID.name: PAID, other.name: other}
    assert stores.types.all_of("ten_b") == {}
    assert stores.types.get("ten_b", PAID.name) is None
    assert stores.types.delete("ten_b", PAID)
    assert stores.types.get("ten_a", PAID.name) == PAID


def test_an_event_type_is_changed_and_deleted_as_it_was_seen_alone(stores: Stores) -> None:
    stores.remove(keys.event_type_key("ten_a", OWN_TYPE))
    changed = replace(PAID, template="paid", revision=2, updated_at=LATER)

    assert stores.types.put("ten_a", PAID, None)
    assert stores.types.put("ten_a", PAID, None)  # its answer was lost
    assert not stores.types.put("ten_a", changed, None)
    assert stores.types.put("ten_a", changed, PAID)
    assert not stores.types.delete("ten_a", PAID)
    assert stores.types.get("ten_a", PAID.name) == changed
    assert [stores.types.delete("ten_a", changed) for _ in range(2)] == [True, True]
    assert stores.types.get("ten_a", PAID.name) is None
