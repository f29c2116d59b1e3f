"""What counting costs: writes for each request, at several rates, by one process and by several."""

from datetime import timedelta
from random import Random

import pytest

from postroom.tenancy.model import Caller, Role
from postroom.tenancy.rates.admit import AdmitRequest
from postroom.tenancy.rates.model import UsualLimits
from tests.fakes.rates import MemoryTallies
from tests.fakes.time import FakeClock

CALLER = Caller("ten_1", "key_a", Role.OPERATOR)


def writes_per_request(per_second: float, processes: int, limit: int = 100_000, seconds: int = 300) -> float:
    """Of requests that come at random moments, to any process."""
    random, clock, tallies = Random(7), FakeClock(), MemoryTallies()
    admit = [AdmitRequest(tallies, UsualLimits(limit, limit), clock) for _ in range(processes)]
    made = int(per_second * seconds)
    for _ in range(made):
        clock.advance(timedelta(seconds=random.expovariate(per_second)))
        random.choice(admit)(CALLER)
    return tallies.writes / made


@pytest.mark.parametrize(
    ("per_second", "processes", "most"),
    [(0.05, 1, 1.1), (1, 1, 0.6), (1, 3, 1), (10, 1, 0.12), (10, 3, 0.25), (100, 1, 0.05), (100, 8, 0.1)],
)
def test_the_denser_the_requests_the_fewer_the_writes_for_each(per_second: float, processes: int, most: float) -> None:
    assert writes_per_request(per_second, processes) <= most


def test_near_the_limit_it_is_a_write_for_a_request_at_most() -> None:
    # A key at its limit, by eight processes: none takes what another could use.
    assert writes_per_request(11, 8, limit=600) <= 1


if __name__ == "__main__":
    for rate, by in ((0.05, 1), (1, 1), (1, 3), (10, 1), (10, 3), (100, 1), (100, 8)):
        print(f"{rate:6} requests/s, {by} processes: {writes_per_request(rate, by):.3f} writes a request")  # noqa: T201
