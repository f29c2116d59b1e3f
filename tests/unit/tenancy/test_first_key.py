import io
from datetime import timedelta

import pytest

from postroom.errors import Conflict
from postroom.ids import Seed
from postroom.settings import read_key_settings
from postroom.tenancy.first_key import MakePlatformKey, main
from postroom.tenancy.issue_key import KeyRequest, draw_key
from postroom.tenancy.model import PLATFORM_TENANT, Caller, Role
from postroom.tenancy.revoke_key import RevokeKey
from postroom.tenancy.verify_key import VerifyKey
from tests.fakes.directory import MemoryDirectory
from tests.fakes.time import NOON, FakeClock


@pytest.fixture
def directory() -> MemoryDirectory:
    return MemoryDirectory()


def test_the_first_key_may_act_for_the_platform(directory: MemoryDirectory) -> None:
    issued = MakePlatformKey(directory, FakeClock())(another=False)

    found = VerifyKey(directory)(f"Bearer {issued.text}")

    assert found == Caller(PLATFORM_TENANT, issued.key.id, Role.PLATFORM)


def test_a_second_one_is_made_only_when_it_is_asked_for(directory: MemoryDirectory) -> None:
    make = MakePlatformKey(directory, FakeClock())
    make(another=False)

    with pytest.raises(Conflict, match="--another"):
        make(another=False)

    assert isinstance(VerifyKey(directory)(f"Bearer {make(another=True).text}"), Caller)


def test_a_working_key_is_found_behind_a_page_of_revoked_ones(directory: MemoryDirectory) -> None:
    ids = [_add_platform_key(directory, minutes) for minutes in range(60)]
    for key_id in ids[:-1]:
        RevokeKey(directory, FakeClock())(PLATFORM_TENANT, key_id)

    with pytest.raises(Conflict):
        MakePlatformKey(directory, FakeClock())(another=False)


def test_without_a_table_the_command_names_what_is_missing() -> None:
    out, err = io.StringIO(), io.StringIO()

    status = main([], {}, out, err)

    assert (status, out.getvalue(), err.getvalue()) == (1, "", "DIRECTORY_TABLE is not set\n")


def test_an_entry_of_a_key_that_is_made_by_command_is_kept_for_as_long_as_is_set(directory: MemoryDirectory) -> None:
    settings = read_key_settings({"DIRECTORY_TABLE": "d", "AUDIT_RETENTION_DAYS": "30"})

    MakePlatformKey(directory, FakeClock(), settings.audit_retention)(another=False)

    [entry] = directory.log.entries
    assert entry.ends == NOON + timedelta(days=30)


def _add_platform_key(directory: MemoryDirectory, minutes: int) -> str:
    key = draw_key(
        PLATFORM_TENANT, KeyRequest("platform key", Role.PLATFORM), Seed.fresh(NOON + timedelta(minutes=minutes))
    ).key
    directory.add_key(key)
    return key.id


def test_a_key_that_is_made_by_command_is_an_entry_without_a_key(directory: MemoryDirectory) -> None:
    issued = MakePlatformKey(directory, FakeClock())(another=False)

    [entry] = directory.log.entries
    assert (entry.tenant_id, entry.deed.action, entry.deed.target) == ("platform", "key.issued", f"key/{issued.key.id}")
    assert (entry.actor.key_id, entry.actor.role) == ("", "platform")
    assert issued.text not in str(entry)
