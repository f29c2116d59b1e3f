"""What jobs need from the outside, and from whoever gives them something to do."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from postroom.audit.model import Entries
from postroom.change import Change
from postroom.conditional import Applied, Refused
from postroom.jobs.model import Job, Portion, Tallies
from postroom.messages.draft import Draft
from postroom.paging import Page, PageRequest
from postroom.users.model import User


class Gone(Exception):
    """What was asked for is not stored any more."""


Order = Mapping[str, Any]
"""What a job is to do, as JSON, in the words of its kind."""


Work = Callable[[Job, Order, Sequence[User]], Sequence[Draft | str]]
"""What jobs of one kind do: for each user a message, or why there is none.

Who has it stored gives it its id, and sees to it that it is there once.
"""


class JobStore(Protocol):
    """Everything is read as it is now. A change can be repeated when its answer was lost."""

    def add(self, wanted: Job, entries: Entries = ()) -> Job:
        """Stores it, or gives back the one that already has this id."""

    def get(self, tenant_id: str, job_id: str) -> Job | None: ...

    def page(self, tenant_id: str, request: PageRequest) -> Page[Job]:
        """In the order of ids, which is that of their making."""

    def change(
        self, tenant_id: str, job_id: str, change: Change, entries: Entries = ()
    ) -> Applied[Job] | Refused[Job]: ...


class PortionStore(Protocol):
    def plan(self, tenant_id: str, job_id: str, portion: Portion, until: datetime) -> Portion | None:
        """Stores it, or gives back the one that already has this number: who is in it is said once.

        It is kept ``until`` then, as everything of its job.
        """

    def settle(self, tenant_id: str, job_id: str, portion: Portion, until: datetime) -> Portion:
        """In the place of what was planned. Gives back what is settled there now: what was first counts."""

    def get_many(self, tenant_id: str, job_id: str, numbers: Iterable[int]) -> dict[int, Portion]: ...

    def tallies(self, tenant_id: str, job_id: str) -> Tallies: ...

    def remember(self, tenant_id: str, job_id: str, tallies: Tallies, until: datetime) -> None:
        """Unless somebody else did since ``tallies.revision`` was read: that count is as good."""


class Orders(Protocol):
    """What was asked for, as long as the job is there."""

    def put(self, tenant_id: str, job_id: str, order: Order, user_ids: Sequence[str]) -> None: ...

    def get(self, tenant_id: str, job_id: str) -> Order:
        """Raises Gone."""

    def user_ids(self, tenant_id: str, job_id: str, start: int, limit: int) -> tuple[list[str], int | None]:
        """Up to ``limit`` from a place on, 0 or one that was given, and the place behind them, None at the end.

        Raises Gone.
        """
