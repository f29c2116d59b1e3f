"""What every store of revoked links must do, the one in memory and the one in DynamoDB."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from postroom.audit.acting import entries_of
from postroom.audit.entry_rows import ROWS as ENTRY_ROWS
from postroom.audit.entry_rows import EntryRow
from postroom.pages.deeds import links_revoked
from postroom.pages.ports import RevocationStore
from postroom.pages.store import ROWS, DynamoRevocations, RevocationRow
from postroom.tenancy.keys import revoked_links_key
from postroom.users.store import ROWS as USER_ROWS
from postroom.users.store import DynamoUsers
from tests.builders import a_user
from tests.fakes.audit import acts
from tests.fakes.pages import MemoryRevocations
from tests.fakes.tables import name_table, tables
from tests.fakes.time import NOON

LATER = NOON + timedelta(milliseconds=1)


@pytest.fixture(params=["memory", "dynamodb"])
def store(request: pytest.FixtureRequest) -> Iterator[RevocationStore]:
    """With a user of the name of Ann in each of two tenants."""
    if request.param == "memory":
        yield MemoryRevocations(lambda _, user_id: user_id == "ann")
        return
    with tables("directory"):
        name_table((*ROWS, *USER_ROWS, *ENTRY_ROWS), "directory")
        for tenant_id in ("ten_a", "ten_b"):
            DynamoUsers().put(a_user(tenant_id=tenant_id, id="ann"), None)
        yield DynamoRevocations()


def test_what_was_never_revoked_is_not(store: RevocationStore) -> None:
    assert store.revoked_at("ten_a", "ann") is None


def test_a_revocation_is_of_one_user_of_one_tenant(store: RevocationStore) -> None:
    assert store.revoke("ten_a", "ann", NOON)

    assert store.revoked_at("ten_a", "ann") == NOON
    assert store.revoked_at("ten_b", "ann") is None
    assert store.revoked_at("ten_a", "bob") is None


def test_the_latest_revocation_counts_whichever_is_written_last(store: RevocationStore) -> None:
    assert store.revoke("ten_a", "ann", LATER)
    assert store.revoke("ten_a", "ann", NOON)

    assert store.revoked_at("ten_a", "ann") == LATER


def test_a_repeated_revocation_is_the_same(store: RevocationStore) -> None:
    assert store.revoke("ten_a", "ann", NOON)
    assert store.revoke("ten_a", "ann", NOON)

    assert store.revoked_at("ten_a", "ann") == NOON


def test_nobody_has_no_links(store: RevocationStore) -> None:
    assert not store.revoke("ten_a", "nobody", NOON)

    assert store.revoked_at("ten_a", "nobody") is None


def test_a_revocation_is_told_with_the_write_of_it() -> None:
    with tables("directory"):
        name_table((*ROWS, *USER_ROWS, *ENTRY_ROWS), "directory")
        DynamoUsers().put(a_user(id="ann"), None)
        with acts():
            entries = entries_of("ten_a", links_revoked("ann", NOON))
            DynamoRevocations().revoke("ten_a", "ann", NOON, entries)

        [told] = EntryRow.query("T#ten_a#AUDIT")
        assert (told.action, told.target) == ("user.links_revoked", "user/ann")


def test_the_row_goes_when_the_last_link_that_it_ended_has_ended() -> None:
    with tables("directory"):
        name_table((*ROWS, *USER_ROWS, *ENTRY_ROWS), "directory")
        DynamoUsers().put(a_user(id="ann"), None)
        DynamoRevocations().revoke("ten_a", "ann", NOON)

        row = RevocationRow.get(*revoked_links_key("ten_a", "ann"))

    assert row.ttl == (NOON + timedelta(days=365)).timestamp()
