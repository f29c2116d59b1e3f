"""Who a job is for, portion by portion.

Users of several types are gone through twice, type by type: who moves from a type that comes later to one that was gone
through already would else be in neither. Whoever was decided about is not found again.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from postroom.jobs.model import Job, Portion
from postroom.jobs.ports import Orders, PortionStore
from postroom.messages.find import FindMessages
from postroom.paging import PageRequest
from postroom.users.manage import FindUsers
from postroom.users.ports import Filter

PORTION = 500
_READS = 10
"""Of pages in which everybody was found before, until the place is written down."""

_PORTIONS_TOGETHER = 20


@dataclass(slots=True)
class _Skips:
    """Whom the first portions of a job skipped: each of these is read once by whoever works on it."""

    of: tuple[str, str] | None = None
    portions: int = 0
    user_ids: set[str] = field(default_factory=set)


class FindAudience:
    def __init__(
        self,
        orders: Orders,
        portions: PortionStore,
        users: FindUsers,
        messages: FindMessages,
        *,
        portion: int = PORTION,
    ) -> None:
        self._orders = orders
        self._portions = portions
        self._users = users
        self._messages = messages
        self._portion = portion
        self._skips = _Skips()

    def __call__(self, job: Job) -> Portion:
        """The portion that begins at the job's place; nobody may be in it. Raises Gone."""
        return self._of_types(job) if job.user_types else self._of_ids(job)

    def _of_ids(self, job: Job) -> Portion:
        found, behind = self._orders.user_ids(job.tenant_id, job.id, int(job.place or 0), self._portion)
        return Portion(job.portions, tuple(found), None if behind is None else str(behind))

    def _of_types(self, job: Job) -> Portion:
        legs = job.user_types * (2 if len(job.user_types) > 1 else 1)
        leg, after = _read(job.place or "")
        found: list[str] = []
        for _ in range(_READS):
            ids, after = self._page(job, legs[leg], after, self._portion - len(found))
            found += self._undecided(job, ids) if leg else ids
            if after is None or len(found) == self._portion:
                break
        if after is not None:
            return Portion(job.portions, tuple(found), f"{leg}:{after}")
        return Portion(job.portions, tuple(found), f"{leg + 1}:" if leg + 1 < len(legs) else None)

    def _page(self, job: Job, user_type: str, after: str | None, limit: int) -> tuple[list[str], str | None]:
        page = self._users.page(job.tenant_id, Filter(user_type=user_type), PageRequest(limit, after))
        return [user.id for user in page.items], page.last

    def _undecided(self, job: Job, user_ids: Sequence[str]) -> list[str]:
        message_ids = {user_id: job.message_id(user_id) for user_id in user_ids}
        there = self._messages.statuses(job.tenant_id, list(message_ids.values()))
        without = [user_id for user_id, message_id in message_ids.items() if message_id not in there]
        skipped = self._skipped(job, set(without)) if without and job.counts.skipped else set()
        return [user_id for user_id in without if user_id not in skipped]

    def _skipped(self, job: Job, user_ids: set[str]) -> set[str]:
        """Those among them that an earlier portion skipped."""
        if self._skips.of != (job.tenant_id, job.id):
            self._skips = _Skips((job.tenant_id, job.id))
        skips = self._skips
        while skips.portions < job.portions:
            some = range(skips.portions, min(job.portions, skips.portions + _PORTIONS_TOGETHER))
            for portion in self._portions.get_many(job.tenant_id, job.id, some).values():
                skips.user_ids.update(skip.user_id for skip in portion.skipped)
            skips.portions = some.stop
        return skips.user_ids & user_ids


def _read(place: str) -> tuple[int, str | None]:
    leg, _, after = place.partition(":")
    return int(leg or 0), after or None
