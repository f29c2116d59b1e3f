"""What every store of users must do, the one in memory and the one in DynamoDB."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import product

import boto3
import pytest

from postroom.errors import Unavailable
from postroom.paging import Page, PageRequest
from postroom.tenancy.keys import user_email_key
from postroom.users.model import User, UserRole
from postroom.users.ports import Filter, UserStore, Written
from postroom.users.store import ROWS, DynamoUsers, UserEmailRow
from tests.builders import a_user
from tests.fakes.tables import name_table, tables
from tests.fakes.time import NOON
from tests.fakes.users import MemoryUsers

LATER = NOON + timedelta(minutes=1)


@pytest.fixture(params=["memory", "dynamodb"])
def store(request: pytest.FixtureRequest) -> Iterator[UserStore]:
    if request.param == "memory":
        yield MemoryUsers()
        return
    with tables("directory"):
        name_table(ROWS, "directory")
        yield DynamoUsers()


def test_a_user_is_found_again_as_it_was(store: UserStore) -> None:
    plain = a_user(id="plain", email="plain@example.com", name="")
    full = a_user(
        name="Ännchen 💌",
        user_type="Backup admin",
        role=UserRole.OPERATOR,
        locale="de-AT",
        timezone="Europe/Vienna",
        attributes={"plan": "pro", "seats": 3, "share": 0.1, "trial": False, "name": "x"},
        import_id="imp_1",
    )

    for user in (plain, full):
        assert store.put(user, None) is Written.WRITTEN
        assert store.get("ten_a", user.id) == user
        assert store.by_email("ten_a", user.email) == user
    assert store.get_many("ten_a", ["plain", "ann", "ann", "nobody"]) == {"plain": plain, "ann": full}
    assert store.get_many("ten_a", []) == {}


def test_the_kinds_of_attributes_are_kept(store: UserStore) -> None:
    store.put(a_user(attributes={"whole": 1, "broken": 1.0, "yes": True, "text": "1"}), None)

    found = store.get("ten_a", "ann")

    assert found is not None
    assert {name: type(value) for name, value in found.attributes.items()} == {
        "whole": int,
        "broken": float,
        "yes": bool,
        "text": str,
    }


def test_another_tenants_user_is_not_there(store: UserStore) -> None:
    user = a_user(user_type="staff")
    store.put(user, None)
    strangers = replace(user, tenant_id="ten_b")

    assert store.get("ten_b", user.id) is None
    assert store.get_many("ten_b", [user.id]) == {}
    assert store.by_email("ten_b", user.email) is None
    for wanted in (Filter(), Filter(user_type="staff"), Filter(role=UserRole.VIEWER), Filter(email=user.email)):
        assert store.page("ten_b", wanted, PageRequest()).items == ()
    assert store.put(replace(strangers, revision=2), strangers) is Written.STALE
    assert store.delete(strangers)
    assert store.put(strangers, None) is Written.WRITTEN
    assert store.get("ten_a", user.id) == user


def test_an_address_belongs_to_one_user_of_a_tenant_however_it_is_written(store: UserStore) -> None:
    user = a_user(email="Ann@Example.com")
    store.put(user, None)

    assert store.by_email("ten_a", "aNN@example.COM") == user
    assert store.put(a_user(id="bob", email="ANN@example.com"), None) is Written.EMAIL_TAKEN
    assert store.get("ten_a", "bob") is None


def test_a_user_may_change_the_letters_of_its_address(store: UserStore) -> None:
    user = a_user()
    store.put(user, None)

    assert store.put(replace(user, email="Ann@example.com", revision=2), user) is Written.WRITTEN
    assert store.put(a_user(id="bob"), None) is Written.EMAIL_TAKEN


def test_an_address_that_is_taken_cannot_be_changed_to(store: UserStore) -> None:
    user, other = a_user(), a_user(id="bob", email="bob@example.com")
    store.put(user, None)
    store.put(other, None)

    assert store.put(replace(user, email="Bob@example.com", revision=2), user) is Written.EMAIL_TAKEN
    assert store.get("ten_a", user.id) == user
    assert store.by_email("ten_a", "bob@example.com") == other


def test_an_address_is_free_again_once_its_user_has_another_or_is_gone(store: UserStore) -> None:
    user = a_user()
    store.put(user, None)
    moved = replace(user, email="new@example.com", revision=2)

    assert store.put(moved, user) is Written.WRITTEN
    assert store.by_email("ten_a", user.email) is None
    assert store.by_email("ten_a", moved.email) == moved
    assert store.put(a_user(id="bob"), None) is Written.WRITTEN
    assert store.delete(moved)
    assert store.put(a_user(id="eve", email=moved.email), None) is Written.WRITTEN


@pytest.mark.parametrize("email", ["ann@example.com", "other@example.com"])
def test_of_two_changes_of_what_was_seen_the_second_is_refused(store: UserStore, email: str) -> None:
    seen = a_user()
    store.put(seen, None)
    first, second = replace(seen, name="first", revision=2), replace(seen, name="second", email=email, revision=2)

    assert store.put(first, seen) is Written.WRITTEN
    assert store.put(second, seen) is Written.STALE
    assert store.get("ten_a", "ann") == first


@pytest.mark.parametrize("email", ["ann@example.com", "other@example.com"])
def test_a_write_whose_answer_was_lost_is_known_again(store: UserStore, email: str) -> None:
    seen = a_user()
    changed = replace(seen, email=email, name="changed", revision=2, updated_at=LATER)

    assert [store.put(seen, None) for _ in range(2)] == [Written.WRITTEN] * 2
    assert [store.put(changed, seen) for _ in range(2)] == [Written.WRITTEN] * 2
    assert [store.delete(changed) for _ in range(2)] == [True, True]


def test_who_is_there_already_is_not_made_again(store: UserStore) -> None:
    user = a_user()
    store.put(user, None)

    assert store.put(a_user(name="other", email="other@example.com"), None) is Written.STALE
    assert store.get("ten_a", "ann") == user
    assert store.by_email("ten_a", "other@example.com") is None


@pytest.mark.parametrize("email", ["ann@example.com", "other@example.com"])
def test_who_was_made_anew_meanwhile_is_not_the_one_that_was_seen(store: UserStore, email: str) -> None:
    seen, anew = a_user(), a_user(created_at=LATER)
    store.put(seen, None)
    store.delete(seen)
    store.put(anew, None)

    assert store.put(replace(seen, email=email, revision=2), seen) is Written.STALE
    assert not store.delete(seen)
    assert store.get("ten_a", "ann") == anew


def test_who_is_gone_cannot_be_changed(store: UserStore) -> None:
    seen = a_user()
    store.put(seen, None)
    store.delete(seen)

    assert store.put(replace(seen, revision=2), seen) is Written.STALE
    assert store.put(replace(seen, email="other@example.com", revision=2), seen) is Written.STALE
    assert store.get("ten_a", "ann") is None
    assert store.by_email("ten_a", "other@example.com") is None


PEOPLE = [
    a_user(
        id=f"user{number}",
        email=f"user{number}@example.com",
        user_type=[None, "staff", "Staff"][number % 3],
        role=list(UserRole)[number % 2],
    )
    for number in range(12)
]


def walked(store: UserStore, wanted: Filter, limit: int, *, newest_first: bool = False) -> list[User]:
    page: Page[User] = Page((), "")
    found: list[User] = []
    while page.last is not None:
        page = store.page("ten_a", wanted, PageRequest(limit, page.last or None, newest_first=newest_first))
        assert len(page.items) <= limit
        found += page.items
    return found


WANTED = [
    Filter(),
    Filter(user_type="staff"),
    Filter(role=UserRole.ADMIN),
    Filter(user_type="Staff", role=UserRole.OPERATOR),
    Filter(email="USER4@example.com"),
    Filter(email="user4@example.com", user_type="staff"),
    Filter(email="user4@example.com", role=UserRole.OPERATOR),
    Filter(email="nobody@example.com"),
    Filter(user_type="nothing"),
]


@pytest.mark.parametrize("newest_first", [False, True])
def test_lists_hold_who_was_asked_for_in_the_order_of_ids(store: UserStore, *, newest_first: bool) -> None:
    for user in PEOPLE:
        store.put(user, None)

    for wanted, limit in product(WANTED, [1, 4, 12]):
        expected = sorted(filter(wanted.matches, PEOPLE), key=lambda user: user.id, reverse=newest_first)
        assert walked(store, wanted, limit, newest_first=newest_first) == expected, (wanted, limit)


def test_a_list_follows_a_change_of_type_and_role(store: UserStore) -> None:
    seen = a_user(user_type="staff")
    store.put(seen, None)
    store.put(replace(seen, user_type=None, role=UserRole.ADMIN, revision=2), seen)

    assert walked(store, Filter(user_type="staff"), 10) == []
    assert walked(store, Filter(role=UserRole.VIEWER), 10) == []
    assert [user.id for user in walked(store, Filter(role=UserRole.ADMIN), 10)] == ["ann"]


def test_an_address_that_its_user_gave_up_a_moment_ago_is_nobodys() -> None:
    with tables("directory"):
        name_table(ROWS, "directory")
        store = DynamoUsers()
        store.put(a_user(), None)
        UserEmailRow(*user_email_key("ten_a", "old@example.com"), user_id="ann").save()

        with pytest.raises(Unavailable):
            store.by_email("ten_a", "old@example.com")


def test_nothing_of_a_deleted_user_stays_in_the_table() -> None:
    with tables("directory"):
        name_table(ROWS, "directory")
        store = DynamoUsers()
        user = a_user()
        store.put(user, None)
        moved = replace(user, email="new@example.com", revision=2)
        store.put(moved, user)
        store.delete(moved)

        assert boto3.client("dynamodb").scan(TableName="directory")["Items"] == []


def test_combined_filters_read_no_more_than_a_bounded_number_of_rows_for_a_page() -> None:
    with tables("directory"):
        name_table(ROWS, "directory")
        store = DynamoUsers()
        for number in range(40):
            store.put(a_user(id=f"u{number:02}", email=f"u{number}@example.com", user_type="staff"), None)

        page = store.page("ten_a", Filter(user_type="staff", role=UserRole.ADMIN), PageRequest(limit=2))

        assert page.items == ()
        assert page.last == "u19"
