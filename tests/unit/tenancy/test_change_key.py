from dataclasses import replace

import pytest

from postroom.errors import Invalid, NotFound
from postroom.priorities import Priority
from postroom.tenancy.change_key import ChangeKey, KeyChange
from postroom.tenancy.model import ApiKey, Role, Tenant
from postroom.tenancy.rates.limits import TenantLimits
from postroom.tenancy.rates.model import UsualLimits
from tests.fakes.audit import PLATFORM, acts
from tests.fakes.directory import MemoryDirectory
from tests.fakes.rates import MemoryRequestCounts
from tests.fakes.time import NOON, FakeClock

KEY = ApiKey("ten_a", "key_1", "ci", Role.OPERATOR, "hash", NOON, requests_per_minute=60)


@pytest.fixture
def directory() -> MemoryDirectory:
    directory = MemoryDirectory()
    directory.add_tenant(Tenant("ten_a", "Acme", NOON), KEY)
    return directory


def test_what_was_changed_of_a_key_is_told_as_it_was_and_as_it_became(directory: MemoryDirectory) -> None:
    with acts():
        changed = ChangeKey(directory)("ten_a", "key_1", KeyChange(usual_requests=True, highest_priority=Priority.LOW))

    [entry] = directory.log.entries
    assert changed == replace(KEY, requests_per_minute=None, highest_priority=Priority.LOW)
    assert directory.key("ten_a", "key_1") == changed
    assert (entry.deed.action, entry.deed.target) == ("key.changed", "key/key_1")
    assert entry.deed.before == {"requests_per_minute": 60, "highest_priority": "high"}
    assert entry.deed.after == {"highest_priority": "low"}


def test_a_change_that_changes_nothing_is_none(directory: MemoryDirectory) -> None:
    with acts():
        ChangeKey(directory)("ten_a", "key_1", KeyChange(name="ci", requests_per_minute=60, role=Role.OPERATOR))

    assert directory.log.entries == ()


def test_a_change_meets_another_one_and_both_hold(directory: MemoryDirectory) -> None:
    class Overtaken(MemoryDirectory):
        """Somebody else is faster, once."""

        faster = True

        def key(self, tenant_id: str, key_id: str) -> ApiKey | None:
            found = super().key(tenant_id, key_id)
            if found and self.faster:
                self.faster = False
                ChangeKey(self)(tenant_id, key_id, KeyChange(name="another", requests_per_minute=5))
            return found

    overtaken = Overtaken()
    overtaken.add_tenant(Tenant("ten_a", "Acme", NOON), KEY)

    changed = ChangeKey(overtaken)("ten_a", "key_1", KeyChange(name="batch"))

    assert (changed.name, changed.requests_per_minute) == ("batch", 5)


def test_a_stranger_and_another_role_change_nothing(directory: MemoryDirectory) -> None:
    change = ChangeKey(directory)

    with pytest.raises(NotFound):
        change("ten_b", "key_1", KeyChange(name="x"))
    with pytest.raises(Invalid):
        change("ten_a", "key_1", KeyChange(role=Role.VIEWER))
    assert directory.key("ten_a", "key_1") == KEY


def test_a_limit_is_told_to_the_tenant_and_to_the_platform(directory: MemoryDirectory) -> None:
    counts = MemoryRequestCounts()
    limits = TenantLimits(directory, counts, UsualLimits(3000, 1500), FakeClock())

    with acts(PLATFORM):
        limits.set("ten_a", 60)
        limits.set("ten_a", 60)

    told = {entry.tenant_id: entry.deed for entry in counts.log.entries}
    assert set(told) == {"ten_a", "platform"}
    assert (told["ten_a"].action, told["ten_a"].target) == ("tenant.limits_changed", "tenant/ten_a")
    assert (told["ten_a"].before, told["ten_a"].after) == ({}, {"requests_per_minute": 60})
