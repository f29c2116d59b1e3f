"""What a minute holds, told by a checker that knows nothing of slots."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from postroom.tenancy.model import Caller, Role
from postroom.tenancy.rates.admit import AdmitRequest
from postroom.tenancy.rates.model import UsualLimits
from tests.fakes.rates import MemoryRequestCounts
from tests.fakes.time import FakeClock

START = datetime(2030, 1, 31, 12, 0, 2, tzinfo=UTC)
MINUTE = timedelta(seconds=60)

gaps = st.one_of(st.integers(0, 40), st.integers(0, 700), st.integers(4_000, 6_000), st.integers(50_000, 70_000))
"""Milliseconds between requests: bursts, streams, turns of slots and of minutes."""

requests = st.lists(st.tuples(gaps, st.sampled_from(["a", "b"]), st.integers(0, 2)), min_size=20, max_size=250)
"""After how long, by which key, and to which of three processes."""


def most_in_a_minute(moments: list[datetime]) -> int:
    """By looking at every minute that begins with one of them."""
    return max((sum(start <= each < start + MINUTE for each in moments) for start in moments), default=0)


def by(key_id: str, per_minute: int | None = None) -> Caller:
    return Caller("ten_1", key_id, Role.OPERATOR, None, per_minute)


def admitted(
    plan: list[tuple[int, str, int]], tenant: int, key: int, counts: MemoryRequestCounts | None = None
) -> dict[str, list[datetime]]:
    clock, rows = FakeClock(START), counts or MemoryRequestCounts()
    processes = [AdmitRequest(rows, UsualLimits(tenant, key), clock) for _ in range(3)]
    let_through: dict[str, list[datetime]] = {"a": [], "b": []}
    for gap, key_id, process in plan:
        clock.advance(timedelta(milliseconds=gap))
        standing = processes[process](by(key_id))
        assert standing
        if not standing.retry_after_seconds:
            let_through[key_id].append(clock.now)
    return let_through


@settings(max_examples=150)
@given(plan=requests, tenant=st.integers(1, 40), key=st.integers(1, 40))
def test_no_sixty_seconds_hold_more_than_the_limit(plan: list[tuple[int, str, int]], tenant: int, key: int) -> None:
    let_through = admitted(plan, tenant, key)

    assert most_in_a_minute(sorted(let_through["a"] + let_through["b"])) <= tenant
    assert all(most_in_a_minute(moments) <= key for moments in let_through.values())


def test_a_fixed_window_would_hold_twice_as_many() -> None:
    # The naive way, seen by the same checker: ten at the end of a minute and ten at the beginning of the next.
    moments, counted = [], dict[int, int]()
    for second in [*([59] * 20), *([60] * 20)]:
        moment = datetime.fromtimestamp(second, UTC)
        counted[second // 60] = counted.get(second // 60, 0) + 1
        if counted[second // 60] <= 10:
            moments.append(moment)

    assert most_in_a_minute(moments) == 20


@settings(max_examples=50)
@given(key=st.integers(1, 30), first=st.integers(0, 59_999))
def test_who_has_rested_may_use_all_of_the_limit_at_once(key: int, first: int) -> None:
    let_through = admitted([(first, "a", 0)] + [(1, "a", 0)] * (key + 5), 1000, key)

    assert len(let_through["a"]) == key


@settings(max_examples=50)
@given(plan=requests, key=st.integers(1, 10))
def test_who_comes_again_when_told_to_is_let_through(plan: list[tuple[int, str, int]], key: int) -> None:
    clock, rows = FakeClock(START), MemoryRequestCounts()
    processes = [AdmitRequest(rows, UsualLimits(1000, key), clock) for _ in range(3)]

    for gap, _, process in plan:
        clock.advance(timedelta(milliseconds=gap))
        standing = processes[process](by("a"))
        assert standing
        if standing.retry_after_seconds:
            clock.advance(timedelta(seconds=standing.retry_after_seconds))
            again = processes[process](by("a"))
            assert again
            assert not again.retry_after_seconds


def test_a_steady_stream_at_the_limit_gets_nine_tenths_of_it_at_least() -> None:
    # A request counts for 60 to 65 seconds: 12 of 13, less what was taken and not used.
    let_through = admitted([(100, "a", 0)] * 6_000, 10_000, 600)

    assert len(let_through["a"]) >= 6_000 * 0.9


def test_a_stream_below_nine_tenths_of_the_limit_is_never_refused() -> None:
    let_through = admitted([(120, "a", each % 3) for each in range(3_000)], 10_000, 600)

    assert len(let_through["a"]) == 3_000
