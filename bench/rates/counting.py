"""Requests at random moments, to several processes, and the writes that counting them takes."""

from datetime import timedelta
from random import Random

from postroom.tenancy.model import Caller, Role
from postroom.tenancy.rates.admit import AdmitRequest
from postroom.tenancy.rates.model import UsualLimits
from tests.fakes.rates import MemoryRequestCounts
from tests.fakes.time import FakeClock

_CALLER = Caller("ten_1", "key_a", Role.OPERATOR)


def writes_per_request(per_second: float, processes: int, limit: int = 100_000, seconds: int = 300) -> float:
    random, clock, counts = Random(7), FakeClock(), MemoryRequestCounts()  # noqa: S311 - the same moments in every run
    admit = [AdmitRequest(counts, UsualLimits(limit, limit), clock) for _ in range(processes)]
    made = int(per_second * seconds)
    for _ in range(made):
        clock.advance(timedelta(seconds=random.expovariate(per_second)))
        random.choice(admit)(_CALLER)
    return counts.writes / made
