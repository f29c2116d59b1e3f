"""The state of the whole installation: queues, what runs by the clock, versions. Nothing of any tenant's data."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from postroom.clock import Clock, to_milliseconds
from postroom.system.asked import Asked, asked
from postroom.system.model import Age, Gauge, Run, WatchedQueue
from postroom.system.ports import Gauges, Runs
from postroom.system.status.model import Counted, DeadLetters, QueueState, Versions
from postroom.system.status.ports import Deployments

_PARALLEL = 8
_EMPTY = "Nothing waits"
OVERDUE_AFTER = timedelta(minutes=15)
"""Somebody looks every minute, and moves what was found ahead."""

_MOST_OVERDUE = 100

FindOverdue = Callable[[int, int], Sequence[tuple[str, str]]]
"""Tenant and id of what should have been seen to by this millisecond, so many at most of each part."""


@dataclass(frozen=True, slots=True)
class Installation:
    at: datetime
    queues: tuple[QueueState, ...]
    dead_letters: tuple[DeadLetters, ...]
    runs: Asked[Mapping[str, Run]]
    overdue: Mapping[str, Asked[Counted]]
    deployed_at: Asked[datetime]
    versions: Versions


@dataclass(frozen=True, slots=True)
class TellInstallation:
    queues: Sequence[WatchedQueue]
    gauges: Gauges
    runs: Runs
    overdue: Mapping[str, FindOverdue]
    deployments: Deployments
    versions: Callable[[], Versions]
    clock: Clock

    def __call__(self) -> Installation:
        now = self.clock()
        urls = [queue.url for queue in self.queues]
        with ThreadPoolExecutor(_PARALLEL) as pool:
            runs = pool.submit(asked, self.runs.last)
            deployed = pool.submit(asked, self.deployments.deployed_at)
            ages = pool.submit(asked, lambda: self.gauges.ages(urls, now))
            overdue = dict(zip(self.overdue, pool.map(partial(_overdue, now), self.overdue.values()), strict=True))
            gauges = list(pool.map(self._gauge, urls))
            dead_letters = list(pool.map(self._dead_letters, *_by_dead_letters(self.queues, gauges)))
        told = ages.result()
        states = (_state(queue, gauge, told) for queue, gauge in zip(self.queues, gauges, strict=True))
        return Installation(
            now, tuple(states), tuple(dead_letters), runs.result(), overdue, deployed.result(), self.versions()
        )

    def _gauge(self, url: str) -> Asked[Gauge]:
        return asked(lambda: self.gauges.gauge(url))

    def _dead_letters(self, url: str, queues: tuple[WatchedQueue, ...]) -> DeadLetters:
        return DeadLetters(queues, asked(lambda: _depth(self.gauges.gauge(url))))


def _overdue(now: datetime, find: FindOverdue) -> Asked[Counted]:
    def look() -> Counted:
        found = len(find(to_milliseconds(now - OVERDUE_AFTER), _MOST_OVERDUE))
        return Counted(min(found, _MOST_OVERDUE), found >= _MOST_OVERDUE)

    return asked(look)


def _depth(gauge: Gauge) -> int:
    # What is being looked at by a redrive lies there as well.
    return gauge.visible + gauge.in_flight


def _by_dead_letters(
    queues: Sequence[WatchedQueue], gauges: Sequence[Asked[Gauge]]
) -> tuple[list[str], list[tuple[WatchedQueue, ...]]]:
    """Several queues may share one."""
    shared: dict[str, tuple[WatchedQueue, ...]] = {}
    for queue, gauge in zip(queues, gauges, strict=True):
        url = gauge.value.dead_letters_url if gauge.value else None
        if url is not None:
            shared[url] = (*shared.get(url, ()), queue)
    return list(shared), list(shared.values())


def _state(queue: WatchedQueue, gauge: Asked[Gauge], ages: Asked[Mapping[str, Age]]) -> QueueState:
    return QueueState(queue, gauge, _age(queue, gauge.value, ages))


def _age(queue: WatchedQueue, gauge: Gauge | None, ages: Asked[Mapping[str, Age]]) -> Age:
    if gauge is not None and not gauge.visible and not gauge.in_flight:
        return Age(None, _EMPTY)  # A metric is minutes late.
    if ages.value is None:
        return Age(None, f"CloudWatch did not answer: {ages.fault}")
    return ages.value[queue.url]
