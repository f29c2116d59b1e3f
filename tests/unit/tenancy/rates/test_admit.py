from datetime import timedelta

import pytest

from postroom.errors import NotFound
from postroom.ids import Seed
from postroom.tenancy.issue_key import KeyRequest, draw_key
from postroom.tenancy.model import Caller, Role, Tenant
from postroom.tenancy.rates.admit import AdmitRequest
from postroom.tenancy.rates.limits import TenantLimits
from postroom.tenancy.rates.model import UsualLimits
from tests.fakes.directory import MemoryDirectory
from tests.fakes.rates import MemoryRequestCounts
from tests.fakes.time import NOON, FakeClock

USUAL = UsualLimits(tenant=20, key=10)


class World:
    def __init__(self) -> None:
        self.clock = FakeClock()
        self.counts = MemoryRequestCounts()
        self.admit = self.another()
        self.directory = MemoryDirectory()
        seed = Seed.fresh(NOON)
        self.tenant = Tenant(seed.id("ten"), "Acme", NOON)
        self.directory.add_tenant(self.tenant, draw_key(self.tenant.id, KeyRequest("k", Role.ADMIN), seed).key)
        self.limits = TenantLimits(self.directory, self.counts, USUAL, self.clock)

    def another(self) -> AdmitRequest:
        return AdmitRequest(self.counts, USUAL, self.clock)

    def by(self, key_id: str = "key_a", per_minute: int | None = None) -> Caller:
        return Caller(self.tenant.id, key_id, Role.OPERATOR, None, per_minute)

    def made(self, times: int, caller: Caller, admit: AdmitRequest | None = None) -> int:
        """How many of so many requests are let through."""
        standings = [(admit or self.admit)(caller) for _ in range(times)]
        return sum(standing is not None and not standing.retry_after_seconds for standing in standings)


@pytest.fixture
def world() -> World:
    return World()


def test_a_key_has_the_usual_limit_or_its_own(world: World) -> None:
    assert world.made(30, world.by()) == 10
    assert world.made(30, world.by("key_b", 3)) == 3


def test_a_tenant_has_a_limit_over_all_its_keys(world: World) -> None:
    assert [world.made(30, world.by(key)) for key in ("key_a", "key_b", "key_c")] == [10, 10, 0]


def test_another_tenant_is_not_held_up(world: World) -> None:
    world.made(30, world.by())

    assert world.made(30, Caller("ten_2", "key_a", Role.VIEWER)) == 10


def test_a_caller_is_told_what_it_may_do_and_what_is_left(world: World) -> None:
    standing = world.admit(world.by())

    assert standing
    assert (standing.key.per_minute, standing.key.left, standing.tenant.left) == (10, 9, 19)
    assert 60 <= standing.key.more_in_seconds <= 65
    assert standing.retry_after_seconds == 0


def test_what_is_left_falls_by_one_with_every_request(world: World) -> None:
    caller = world.by(per_minute=1000)

    left = [standing.key.left for _ in range(19) if (standing := world.admit(caller))]

    assert left == list(range(999, 980, -1))


def test_who_is_refused_is_told_how_long(world: World) -> None:
    world.made(10, world.by())

    refused = world.admit(world.by())

    assert refused
    assert refused.key.left == 0
    assert 60 <= refused.retry_after_seconds <= 65
    assert refused.key.more_in_seconds == refused.retry_after_seconds


def test_who_has_room_left_under_its_own_limit_waits_for_that_of_the_tenant_alone(world: World) -> None:
    world.made(10, world.by("key_b"))
    world.clock.advance(timedelta(seconds=50))
    world.made(9, world.by("key_a"))
    world.made(1, world.by("key_c"))

    refused = world.admit(world.by("key_c"))

    assert refused
    assert refused.key.left == 9
    assert refused.retry_after_seconds == refused.tenant.more_in_seconds <= 15


def test_a_changed_limit_of_a_key_holds_at_once(world: World) -> None:
    world.made(30, world.by())

    assert world.made(30, world.by(per_minute=15)) == 5
    assert world.made(30, world.by(per_minute=5)) == 0


def test_a_tenants_changed_limit_holds_from_the_next_slot_on(world: World) -> None:
    world.made(10, world.by())
    world.limits.set(world.tenant.id, 12)
    world.clock.advance(timedelta(seconds=5))

    assert world.limits.of(world.tenant.id) == 12
    assert world.made(30, world.by("key_b")) == 2


def test_who_was_refused_hears_of_a_higher_limit(world: World) -> None:
    world.limits.set(world.tenant.id, 1)
    world.made(2, world.by())
    world.limits.set(world.tenant.id, None)
    world.clock.advance(timedelta(seconds=5))

    assert world.limits.of(world.tenant.id) == USUAL.tenant
    assert world.made(30, world.by()) == 9


def test_who_has_requests_in_advance_is_let_through_when_the_process_forgets_what_it_saw(world: World) -> None:
    caller = world.by(per_minute=5000)
    world.limits.set(world.tenant.id, 5000)
    world.made(400, caller)
    for number in range(2000):
        world.admit(Caller(f"ten_{number}", "key_a", Role.VIEWER))

        assert world.made(1, caller) == 1


def test_a_tenant_that_is_none_has_no_limit(world: World) -> None:
    with pytest.raises(NotFound):
        world.limits.set("ten_none", 5)
    assert world.counts.get("ten_none") is None


def test_a_flood_that_is_refused_costs_no_writes(world: World) -> None:
    world.made(10, world.by())
    before = world.counts.writes

    assert world.made(1000, world.by()) == 0
    assert world.counts.writes == before


def test_a_flood_over_a_minute_costs_a_read_for_each_slot(world: World) -> None:
    world.made(10, world.by())
    reads, writes = world.counts.reads, world.counts.writes

    for _ in range(550):
        world.clock.advance(timedelta(milliseconds=100))
        world.admit(world.by())

    assert world.counts.reads - reads == 11
    assert world.counts.writes == writes


def test_what_was_taken_for_a_slot_is_not_used_in_the_next_one(world: World) -> None:
    caller = world.by(per_minute=1000)
    world.limits.set(world.tenant.id, 1000)
    world.made(40, caller)
    before = world.counts.writes
    world.clock.advance(timedelta(seconds=5))

    world.admit(caller)

    assert world.counts.writes == before + 1


def test_requests_go_through_when_they_cannot_be_counted(world: World, caplog: pytest.LogCaptureFixture) -> None:
    world.counts.down = True

    standings = [world.admit(world.by()) for _ in range(100)]

    assert standings == [None] * 100
    assert [record.message for record in caplog.records] == ["Requests are not counted"]


def test_they_are_counted_again_when_the_table_answers(world: World) -> None:
    world.counts.down = True
    world.admit(world.by())
    world.counts.down = False
    world.clock.advance(timedelta(seconds=5))

    assert world.made(30, world.by()) == 10


def test_a_clock_that_is_behind_counts_in_the_slot_that_is_open(world: World) -> None:
    world.made(4, world.by())
    behind = world.another()
    world.clock.advance(timedelta(seconds=-7))

    assert world.made(30, world.by(), behind) == 6
