"""What every directory of tenants and keys must do, the one in memory and the one in DynamoDB."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from postroom.change import Change, Equals, Remove, Set
from postroom.conditional import Applied, Refused
from postroom.ids import Seed
from postroom.paging import PageRequest
from postroom.priorities import Priority
from postroom.tenancy.change_key import ChangeKey, KeyChange
from postroom.tenancy.issue_key import KeyRequest, draw_key
from postroom.tenancy.model import PLATFORM_TENANT, ApiKey, Role, Tenant
from postroom.tenancy.ports import Directory, Revocation
from postroom.tenancy.store import ROWS, DirectoryStore
from tests.fakes.directory import MemoryDirectory
from tests.fakes.tables import name_table, tables
from tests.fakes.time import NOON


@pytest.fixture(params=["memory", "dynamodb"])
def directory(request: pytest.FixtureRequest) -> Iterator[Directory]:
    if request.param == "memory":
        yield MemoryDirectory()
        return
    with tables("directory"):
        name_table(ROWS, "directory")
        yield DirectoryStore()


def a_tenant(minutes: int = 0) -> Tenant:
    seed = Seed.fresh(NOON + timedelta(minutes=minutes))
    return Tenant(seed.id("ten"), "Acme", seed.moment)


def a_key(tenant_id: str, role: Role = Role.ADMIN, minutes: int = 0) -> ApiKey:
    return draw_key(tenant_id, KeyRequest("ci", role), Seed.fresh(NOON + timedelta(minutes=minutes))).key


def test_a_tenant_and_its_first_key_are_found_again(directory: Directory) -> None:
    tenant = a_tenant()
    key = replace(a_key(tenant.id), user_id="user-1")

    directory.add_tenant(tenant, key)

    assert directory.tenant(tenant.id) == tenant
    assert directory.key(tenant.id, key.id) == key


def test_what_is_not_there_is_none(directory: Directory) -> None:
    assert directory.tenant("ten_none") is None
    assert directory.key("ten_none", "key_none") is None


def test_a_key_is_not_found_under_another_tenant(directory: Directory) -> None:
    owner, stranger = a_tenant(), a_tenant()
    key = a_key(owner.id)
    directory.add_tenant(owner, key)
    directory.add_tenant(stranger, a_key(stranger.id))

    assert directory.key(stranger.id, key.id) is None
    assert key not in directory.keys(stranger.id, PageRequest()).items
    assert directory.revoke(stranger.id, key.id, NOON) is Revocation.UNKNOWN
    assert directory.key(owner.id, key.id) == key


def test_adding_a_tenant_again_changes_nothing_but_the_secret(directory: Directory) -> None:
    tenant = a_tenant()
    first = a_key(tenant.id)
    again = replace(first, secret_hash="f" * 64)

    directory.add_tenant(tenant, first)
    directory.add_tenant(tenant, again)

    assert directory.keys(tenant.id, PageRequest()).items == (again,)
    assert directory.revoke(tenant.id, first.id, NOON) is Revocation.LAST


def test_tenants_are_listed_page_by_page(directory: Directory) -> None:
    tenants = [a_tenant(minutes) for minutes in range(3)]
    for tenant in tenants:
        directory.add_tenant(tenant, a_key(tenant.id))

    first = directory.tenants(PageRequest(limit=2))
    second = directory.tenants(PageRequest(limit=2, after=first.last))

    assert [*first.items, *second.items] == tenants
    assert second.last is None


def test_keys_are_listed_page_by_page_in_both_directions(directory: Directory) -> None:
    keys = [a_key("ten_a", minutes=minutes) for minutes in range(3)]
    for key in keys:
        directory.add_key(key)

    oldest = directory.keys("ten_a", PageRequest(limit=2))
    newest = directory.keys("ten_a", PageRequest(limit=2, newest_first=True))
    last = directory.keys("ten_a", PageRequest(limit=2, after=newest.last, newest_first=True))

    assert list(oldest.items) == keys[:2]
    assert [*newest.items, *last.items] == keys[::-1]
    assert last.last is None


def test_a_list_that_just_fills_its_page_ends_there(directory: Directory) -> None:
    directory.add_key(a_key("ten_a"))
    directory.add_key(a_key("ten_a"))

    assert directory.keys("ten_a", PageRequest(limit=2)).last is None


def test_a_page_may_begin_behind_a_key_that_is_not_there(directory: Directory) -> None:
    key = a_key("ten_a")
    directory.add_key(key)

    assert directory.keys("ten_a", PageRequest(after="key_0")).items == (key,)
    assert directory.keys("ten_a", PageRequest(after="zzz")).items == ()


def test_a_revoked_key_keeps_its_row_and_its_first_moment(directory: Directory) -> None:
    first, second = a_key("ten_a"), a_key("ten_a")
    directory.add_key(first)
    directory.add_key(second)

    assert directory.revoke("ten_a", first.id, NOON) is Revocation.REVOKED
    assert directory.revoke("ten_a", first.id, NOON + timedelta(hours=1)) is Revocation.REVOKED

    assert directory.key("ten_a", first.id) == replace(first, revoked_at=NOON)


def test_the_last_working_admin_key_stays(directory: Directory) -> None:
    first, second, viewer = a_key("ten_a"), a_key("ten_a"), a_key("ten_a", Role.VIEWER)
    for key in (first, second, viewer):
        directory.add_key(key)
    directory.revoke("ten_a", first.id, NOON)

    assert directory.revoke("ten_a", second.id, NOON) is Revocation.LAST
    assert directory.revoke("ten_a", viewer.id, NOON) is Revocation.REVOKED

    assert directory.key("ten_a", second.id) == second


def test_the_last_working_platform_key_stays(directory: Directory) -> None:
    key = a_key(PLATFORM_TENANT, Role.PLATFORM)
    directory.add_key(key)

    assert directory.revoke(PLATFORM_TENANT, key.id, NOON) is Revocation.LAST


def test_a_key_is_changed_where_the_change_says_so(directory: Directory) -> None:
    tenant = a_tenant()
    key = replace(a_key(tenant.id), requests_per_minute=5)
    directory.add_tenant(tenant, key)

    renamed = directory.change_key(tenant.id, key.id, Change((Set(("name",), "batch"),)))
    limited = Change((Remove(("requests_per_minute",)), Set(("highest_priority",), "low")))
    changed = directory.change_key(tenant.id, key.id, limited)

    afterwards = replace(key, name="batch", requests_per_minute=None, highest_priority=Priority.LOW)
    assert (renamed, changed) == (Applied(replace(key, name="batch")), Applied(afterwards))
    assert directory.key(tenant.id, key.id) == afterwards


def test_a_key_that_is_not_as_it_was_seen_is_not_changed(directory: Directory) -> None:
    tenant = a_tenant()
    key = a_key(tenant.id)
    directory.add_tenant(tenant, key)
    change = Change((Set(("name",), "batch"),), (Equals(("name",), "another"),))

    assert directory.change_key(tenant.id, key.id, change) == Refused(key)
    assert directory.key(tenant.id, key.id) == key


def test_a_key_from_before_there_were_priorities_has_the_highest_and_can_be_given_another() -> None:
    with tables("directory"):
        name_table(ROWS, "directory")
        directory, tenant = DirectoryStore(), a_tenant()
        key = a_key(tenant.id)
        directory.add_tenant(tenant, key)
        directory.change_key(tenant.id, key.id, Change((Remove(("highest_priority",)),)))
        assert directory.key(tenant.id, key.id) == key

        changed = ChangeKey(directory)(tenant.id, key.id, KeyChange(highest_priority=Priority.LOW))

        assert changed == directory.key(tenant.id, key.id) == replace(key, highest_priority=Priority.LOW)


def test_a_key_that_is_not_there_is_not_changed(directory: Directory) -> None:
    owner, stranger = a_tenant(), a_tenant()
    key = a_key(owner.id)
    directory.add_tenant(owner, key)

    assert directory.change_key(stranger.id, key.id, Change((Set(("name",), "batch"),))) == Refused(None)
    assert directory.key(stranger.id, key.id) is None
