"""What the state of the system is told from, in memory."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from postroom.errors import Unavailable
from postroom.system.model import Age, Gauge, Run
from tests.fakes.time import NOON

EMPTY = Gauge(0, 0, 0, timedelta(seconds=370), "dead")


@dataclass
class FakeGauges:
    """``down`` are URLs of queues that do not answer; ``untold``: CloudWatch does not."""

    gauges: dict[str, Gauge] = field(default_factory=dict)
    told: dict[str, timedelta] = field(default_factory=dict)
    down: set[str] = field(default_factory=set)
    untold: bool = False

    def gauge(self, url: str) -> Gauge:
        if url in self.down:
            raise Unavailable
        return self.gauges.get(url, EMPTY)

    def ages(self, urls: Sequence[str], now: datetime) -> Mapping[str, Age]:
        del now
        if self.untold:
            raise Unavailable from TimeoutError()
        return {url: Age(self.told[url]) if url in self.told else Age(None, "no figure") for url in urls}


@dataclass
class FakeDeployments:
    at: datetime | None = NOON - timedelta(days=1)

    def deployed_at(self) -> datetime:
        if self.at is None:
            raise Unavailable
        return self.at


class MemoryRuns:
    def __init__(self) -> None:
        self.runs: dict[str, Run] = {}
        self.answers = True

    def write(self, run: Run) -> None:
        if not self.answers:
            raise Unavailable
        before = self.runs.get(run.schedule)
        if run.fault is None:
            self.runs[run.schedule] = replace(run, succeeded_at=run.ended_at, failing_since=None)
            return
        since = before.failing_since if before and before.failing_since else run.began_at
        succeeded_at = before.succeeded_at if before else None
        self.runs[run.schedule] = replace(run, succeeded_at=succeeded_at, failing_since=since)

    def last(self) -> Mapping[str, Run]:
        if not self.answers:
            raise Unavailable
        return dict(self.runs)
