"""Works through a job, in turns, and through its cancellation.

Who is in a portion is written down first, by whoever comes first; then it becomes messages; then what became of whom is
written down; and only then it is counted. Whoever does any of it again finds the same users, and their messages.
"""

from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from postroom.change import Change
from postroom.clock import Clock
from postroom.errors import Unavailable
from postroom.jobs import life
from postroom.jobs.audience import FindAudience
from postroom.jobs.hand_out import HandOut
from postroom.jobs.model import WORKED_ON, Job, JobStatus, Portion
from postroom.jobs.ports import Gone, JobStore, Order, Orders, PortionStore
from postroom.jobs.take_back import TakeBack
from postroom.leases.life import let_go
from postroom.leases.model import GIVEN_UP, MOST_CLAIMS, Ticket, is_held
from postroom.leases.ports import Tickets
from postroom.leases.turns import Lost, Rules, TakeTurns

_TRIES_TO_TAKE_BACK = 4


class RunJob:
    def __init__(  # noqa: PLR0913, PLR0917 - one for each thing it speaks to
        self,
        jobs: JobStore,
        portions: PortionStore,
        orders: Orders,
        audience: FindAudience,
        hand_out: HandOut,
        take_back: TakeBack,
        tickets: Tickets,
        clock: Clock,
    ) -> None:
        self._jobs = jobs
        self._portions = portions
        self._orders = orders
        self._audience = audience
        self._hand_out = hand_out
        self._take_back = take_back
        self._turns = TakeTurns(jobs, _RULES, tickets, clock)
        self._clock = clock

    def __call__(self, ticket: Ticket, stop_at: datetime) -> None:
        """Hands the job on by its queue when it cannot be finished before ``stop_at``, or something does not answer.

        Raises Unavailable when nothing has answered for about a day, or the queue does not.
        """
        self._turns(ticket, lambda run: self._work(run, stop_at))

    def _work(self, run: Job, stop_at: datetime) -> None:
        if run.claims > MOST_CLAIMS:
            # Once: it may be this that kills.
            run = self._with_what_was_begun(run) if run.claims == MOST_CLAIMS + 1 else run
            self._finish(run, JobStatus.FAILED, GIVEN_UP)
            return
        try:
            now = self._gone_through(run, stop_at)
        except Gone:
            now = self._finish(run, JobStatus.FAILED, "What was asked for is not stored any more")
        if now.status is JobStatus.RUNNING:
            self._turns.hand_on(now)
        elif now.status is JobStatus.CANCELLING and now.holder == run.holder:
            self._withdraw(now, stop_at)

    def _gone_through(self, run: Job, stop_at: datetime) -> Job:
        """As far as there is time, or until it is cancelled."""
        if run.status is not JobStatus.RUNNING:
            return run
        order = self._orders.get(run.tenant_id, run.id)
        while run.status is JobStatus.RUNNING and run.place is not None:
            if self._clock() >= stop_at:
                return run
            run = self._advanced(run, order)
        return self._ended(run) if run.status is JobStatus.RUNNING else run

    def _ended(self, run: Job) -> Job:
        if run.total is not None and run.counts.users < run.total:
            return self._finish(run, JobStatus.FAILED, "Some of its users were not gone through")
        return self._finish(run, JobStatus.DONE)

    def _advanced(self, run: Job, order: Order) -> Job:
        found = self._audience(run)
        self._look_at_the_lease(run)
        planned = self._planned(run, found)
        portion = planned or found
        if planned is None and not found.user_ids:
            return self._written(life.passed(run, found.place, self._clock()), replace(run, place=found.place))
        if not portion.settled:
            portion = self._handed_out(run, order, portion, again=planned is not None)
        return self._counted(run, portion)

    def _planned(self, run: Job, found: Portion) -> Portion | None:
        """What somebody has begun with before; now it may look as if nobody was there."""
        if found.user_ids:
            return self._portions.plan(run.tenant_id, run.id, found, run.kept_until)
        return self._portions.get_many(run.tenant_id, run.id, [run.portions]).get(run.portions)

    def _handed_out(self, run: Job, order: Order, portion: Portion, *, again: bool) -> Portion:
        """As it was settled first. Raises Lost."""
        self._look_at_the_lease(run)
        mine = self._hand_out(run, order, portion, lambda: self._look_at_the_lease(run), again=again)
        settled = self._settled(run, mine)
        # Who was slow, and whose job was ended by somebody else, has made messages that are not in it.
        counted = set(settled.user_ids)
        if escaped := tuple(user_id for user_id in mine.user_ids if user_id not in counted):
            self._take_back_surely(run, replace(mine, user_ids=escaped))
        return settled

    def _take_back_surely(self, run: Job, portion: Portion) -> None:
        """Nobody comes back to it: what dies in here leaves messages of a job that has ended."""
        for _ in range(_TRIES_TO_TAKE_BACK):
            with suppress(Unavailable):
                return self._take_back(run, portion)
        return self._take_back(run, portion)

    def _settled(self, run: Job, portion: Portion) -> Portion:
        return self._portions.settle(run.tenant_id, run.id, portion, run.kept_until)

    def _look_at_the_lease(self, run: Job) -> None:
        """Raises Lost: somebody else may have begun with what we would do next."""
        if not is_held(run, self._clock()):
            raise Lost

    def _counted(self, run: Job, portion: Portion) -> Job:
        after = replace(run, portions=run.portions + 1, place=portion.place)
        return self._written(life.counted(run, portion, self._clock()), after)

    def _withdraw(self, run: Job, stop_at: datetime) -> None:
        run = self._with_what_was_begun(run)
        while run.taken_back < run.portions:
            if self._clock() >= stop_at:
                self._turns.hand_on(run)
                return
            for portion in self._portions.get_many(run.tenant_id, run.id, [run.taken_back]).values():
                self._take_back(run, portion)
            done = run.taken_back + 1
            run = self._written(life.taken_back(run, done, self._clock()), replace(run, taken_back=done))
        self._finish(run, JobStatus.CANCELLED)

    def _with_what_was_begun(self, run: Job) -> Job:
        """Whoever died over a portion has left messages that are not counted yet."""
        for begun in self._portions.get_many(run.tenant_id, run.id, [run.portions]).values():
            portion = begun if begun.settled else self._settled(run, self._hand_out.as_far_as_done(run, begun))
            run = self._counted(run, portion)
        return run

    def _written(self, change: Change, after: Job) -> Job:
        """Raises Lost."""
        now = self._jobs.change(after.tenant_id, after.id, change).row
        # Refused although it is so: our own write, whose answer was lost.
        if now is None or _whose_and_where(now) != _whose_and_where(after):
            raise Lost
        return now

    def _finish(self, run: Job, status: JobStatus, detail: str | None = None) -> Job:
        """As it is then: a cancellation may have come first, and is then for us to do."""
        return self._jobs.change(run.tenant_id, run.id, life.finish(run, status, detail, self._clock())).row or run


def _whose_and_where(run: Job) -> tuple[str | None, int, str | None, int]:
    return run.holder, run.portions, run.place, run.taken_back


def _is_open(seen: Job) -> bool:
    return seen.status in WORKED_ON


_RULES = Rules(_is_open, life.claim, let_go)
