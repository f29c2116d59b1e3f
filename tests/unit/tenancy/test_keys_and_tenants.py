import pytest

from postroom.errors import Conflict, NotFound
from postroom.ids import Seed
from postroom.paging import PageRequest
from postroom.tenancy.create_tenant import CreateTenant
from postroom.tenancy.issue_key import IssueKey, KeyRequest
from postroom.tenancy.look_up import LookUp
from postroom.tenancy.model import Caller, Role
from postroom.tenancy.revoke_key import RevokeKey
from postroom.tenancy.verify_key import VerifyKey
from tests.fakes.directory import MemoryDirectory
from tests.fakes.time import NOON, FakeClock

VIEWER = KeyRequest("dashboard", Role.VIEWER)


@pytest.fixture
def directory() -> MemoryDirectory:
    return MemoryDirectory()


def test_a_new_tenant_has_an_admin_key_that_works(directory: MemoryDirectory) -> None:
    created = CreateTenant(directory)("Acme", Seed.fresh(NOON))

    found = VerifyKey(directory)(f"Bearer {created.admin_key.text}")

    assert found == Caller(created.tenant.id, created.admin_key.key.id, Role.ADMIN)


def test_a_tenant_made_again_from_the_same_seed_is_the_same_with_a_new_secret(directory: MemoryDirectory) -> None:
    seed = Seed.fresh(NOON)

    first = CreateTenant(directory)("Acme", seed)
    again = CreateTenant(directory)("Acme", seed)

    assert LookUp(directory).tenants(PageRequest()).items == (first.tenant,)
    assert first.tenant == again.tenant
    assert first.admin_key.text != again.admin_key.text
    assert isinstance(VerifyKey(directory)(f"Bearer {again.admin_key.text}"), Caller)


def test_the_secret_of_a_key_is_not_in_what_is_stored(directory: MemoryDirectory) -> None:
    issued = IssueKey(directory)("ten_a", VIEWER, Seed.fresh(NOON))

    stored = LookUp(directory).key("ten_a", issued.key.id)

    assert issued.text.rpartition("_")[2] not in str(vars(directory))
    assert stored.secret_hash not in repr(stored)


def test_the_platform_cannot_issue_a_key_to_a_tenant_that_is_not_there(directory: MemoryDirectory) -> None:
    with pytest.raises(NotFound):
        IssueKey(directory).for_tenant("ten_none", VIEWER, Seed.fresh(NOON))

    assert LookUp(directory).keys("ten_none", PageRequest()).items == ()


def test_the_last_working_admin_key_cannot_be_revoked(directory: MemoryDirectory) -> None:
    created = CreateTenant(directory)("Acme", Seed.fresh(NOON))

    with pytest.raises(Conflict):
        RevokeKey(directory, FakeClock())(created.tenant.id, created.admin_key.key.id)


def test_revoking_an_unknown_key_finds_nothing(directory: MemoryDirectory) -> None:
    with pytest.raises(NotFound):
        RevokeKey(directory, FakeClock())("ten_a", "key_none")


def test_an_unknown_tenant_is_not_found(directory: MemoryDirectory) -> None:
    with pytest.raises(NotFound):
        LookUp(directory).tenant("ten_none")
    assert LookUp(directory).tenant_name("ten_none") is None
