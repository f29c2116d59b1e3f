"""How far a job's messages are: counted when somebody asks, from the messages themselves.

Nothing is written on a sender's way. Each portion's messages are read until all of them have an end; what was counted
is remembered, so that an end is read once.
"""

from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from postroom.clock import Clock
from postroom.jobs.manage import FindJobs
from postroom.jobs.model import OUTCOMES, Job, Outcome, Progress, Tallies, Tally
from postroom.jobs.ports import PortionStore
from postroom.messages.find import FindMessages

FRESH = timedelta(seconds=3)
"""A count of that age is given again."""

MOST_AT_ONCE = 16
"""Portions whose messages one request reads: 8,000 messages, within a second or two. The others are as last counted."""

_PARALLEL = 2
"""Portions, each of which is read by several requests."""


class ShowProgress:
    def __init__(self, jobs: FindJobs, portions: PortionStore, messages: FindMessages, clock: Clock) -> None:
        self._jobs = jobs
        self._portions = portions
        self._messages = messages
        self._clock = clock

    def __call__(self, tenant_id: str, job_id: str) -> Progress:
        """Raises NotFound."""
        # First: what somebody counts meanwhile may be of portions that the job did not have when it was read.
        seen = self._portions.tallies(tenant_id, job_id)
        job = self._jobs.one(tenant_id, job_id)
        counted = self._counted(job, seen)
        tallies = {**seen.by_portion, **counted}
        if counted:
            self._portions.remember(tenant_id, job_id, Tallies(tallies, seen.revision), job.kept_until)
        return self._told(job, tallies)

    def _counted(self, job: Job, seen: Tallies) -> dict[int, Tally]:
        """Those that were never counted first, and then those whose count is the oldest."""
        stale_since = self._clock() - FRESH
        open_ones = {
            number: tally.counted_at if tally else job.created_at
            for number in range(job.portions)
            if (tally := seen.by_portion.get(number)) is None or (tally.is_open and tally.counted_at < stale_since)
        }
        chosen = sorted(open_ones, key=lambda number: (number in seen.by_portion, open_ones[number]))[:MOST_AT_ONCE]
        portions = self._portions.get_many(job.tenant_id, job.id, chosen) if chosen else {}
        with ThreadPoolExecutor(_PARALLEL) as threads:
            tallies = threads.map(lambda portion: self._tally(job, portion.user_ids), portions.values())
            return dict(zip(portions, tallies, strict=True))

    def _tally(self, job: Job, user_ids: tuple[str, ...]) -> Tally:
        at = self._clock()
        found = self._messages.statuses(job.tenant_id, [job.message_id(user_id) for user_id in user_ids])
        return Tally(Counter(OUTCOMES[status] for status in found.values()), at)

    def _told(self, job: Job, tallies: Mapping[int, Tally]) -> Progress:
        outcomes = dict.fromkeys(Outcome, 0)
        for tally in tallies.values():
            for outcome, count in tally.counts.items():
                outcomes[outcome] += count
        # What was accepted and not counted yet was put onto a queue, or waits for its time.
        outcomes[Outcome.QUEUED] += job.counts.accepted - sum(outcomes.values())
        ages = [tally.counted_at for tally in tallies.values() if tally.is_open]
        if len(tallies) < job.portions:
            ages.append(job.created_at)
        return Progress(job, outcomes, min(ages, default=self._clock()))
