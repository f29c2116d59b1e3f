"""What the state of the system is told from, in memory."""

from collections.abc import Mapping
from dataclasses import replace

from postroom.errors import Unavailable
from postroom.system.model import Run


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
