import threading
from datetime import timedelta
from random import Random

import pytest

from postroom.clock import to_milliseconds
from postroom.rolling import Counted
from postroom.telling.throttle import AdmitByHour
from tests.fakes.telling import MemoryToldLately
from tests.fakes.time import NOON

HOUR = timedelta(hours=1)


def admits(
    throttle: AdmitByHour,
    seconds: float,
    event_id: str = "",
    most: int = 3,
    user_id: str = "ann",
    *,
    anew: bool = False,
) -> bool:
    now = NOON + timedelta(seconds=seconds)
    return throttle.admits("ten_a", user_id, "job_failed", event_id or f"evt_{seconds}", most, now, anew=anew)


def test_so_many_of_a_kind_are_admitted_in_any_hour() -> None:
    throttle = AdmitByHour(MemoryToldLately())

    assert [admits(throttle, at) for at in (0, 600, 1200, 1800, 3599, 3600, 3601, 4200, 4800)] == [
        *(True, True, True, False, False),
        *(True, False, True, True),
    ]


def test_an_event_that_comes_again_is_admitted_again_and_counts_once() -> None:
    throttle = AdmitByHour(MemoryToldLately())

    assert [admits(throttle, at, "evt_same") for at in range(10)] == [True] * 10
    assert [admits(throttle, at) for at in (11, 12, 13)] == [True, True, False]
    assert admits(throttle, 14, "evt_same")


def test_what_has_waited_is_counted_when_it_goes_if_there_is_room_then() -> None:
    throttle = AdmitByHour(MemoryToldLately())
    assert [admits(throttle, at, f"evt_{at}") for at in (0, 1, 2, 4000, 4001)] == [True] * 5

    assert admits(throttle, 4010, "evt_0", anew=True)

    assert admits(throttle, 4100, "evt_0", anew=True)
    assert not admits(throttle, 4011, "evt_1", anew=True)
    assert not admits(throttle, 4012, "evt_new")
    assert admits(throttle, 7601, "evt_1", anew=True)


def test_users_and_kinds_are_counted_apart() -> None:
    throttle = AdmitByHour(MemoryToldLately())

    assert [admits(throttle, 0, most=1, user_id=user_id) for user_id in ("ann", "bob")] == [True, True]
    assert throttle.admits("ten_a", "ann", "job_success", "evt_9", 1, NOON)
    assert throttle.admits("ten_b", "ann", "job_failed", "evt_9", 1, NOON)


@pytest.mark.parametrize("seed", range(20))
def test_no_hour_has_more_and_none_less_than_it_may(seed: int) -> None:
    random, lately = Random(seed), MemoryToldLately()
    throttle, most = AdmitByHour(lately), random.randint(1, 5)
    times = sorted(random.uniform(0, 20_000) for _ in range(200))

    admitted = [at for at in times if admits(throttle, at, most=most)]

    for at in times:
        before = sum(at - 3600 < one <= at for one in admitted)
        assert before <= most
        assert at in admitted or before == most


class _SlowToLookAt(MemoryToldLately):
    """All who ask have looked before the first one writes."""

    def __init__(self, askers: int) -> None:
        super().__init__()
        self._all_have_looked = threading.Barrier(askers)
        self._looked = threading.local()

    def begin_with(self, counted: Counted) -> None:
        self._counts["ten_a", "ann", "job_failed"] = counted

    def get(self, tenant_id: str, user_id: str, event_type: str) -> Counted | None:
        found = super().get(tenant_id, user_id, event_type)
        if not getattr(self._looked, "once", False):
            self._looked.once = True
            self._all_have_looked.wait(30)
        return found


class _Naive(_SlowToLookAt):
    def replace(self, tenant_id: str, user_id: str, event_type: str, seen: Counted | None, counted: Counted) -> bool:
        del seen
        there = self.get(tenant_id, user_id, event_type) or {}
        return super().replace(tenant_id, user_id, event_type, there or None, {**there, **counted})


@pytest.mark.parametrize("anew", [False, True])
@pytest.mark.parametrize(("kind", "is_exact"), [(_SlowToLookAt, True), (_Naive, False)])
def test_events_at_the_same_moment_are_counted_exactly(
    kind: type[_SlowToLookAt], *, is_exact: bool, anew: bool
) -> None:
    lately = kind(16)
    throttle, admitted = AdmitByHour(lately), []
    if anew:  # each had its own hour, and waited
        old = {f"evt_{number}": to_milliseconds(NOON - (number + 2) * HOUR) for number in range(16)}
        lately.begin_with(old)

    def ask(number: int) -> None:
        if admits(throttle, number, f"evt_{number}", anew=anew):
            admitted.append(number)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (len(admitted) == 3) is is_exact
