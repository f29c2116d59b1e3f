"""What the use cases of telling users need from the outside."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from postroom.notices.model import Notice
from postroom.rolling import Counted


class Throttle(Protocol):
    def admits(  # noqa: PLR0913, PLR0917 - whose count, how many, and when
        self,
        tenant_id: str,
        user_id: str,
        event_type: str,
        event_id: str,
        most: int,
        now: datetime,
        *,
        anew: bool = False,
    ) -> bool:
        """Whether this is one of the first ``most`` of its kind within an hour, which is written down with that.

        The same event is admitted again; ``anew``, for what has not gone since then, it is counted now instead, unless
        that was a moment ago. Raises Unavailable.
        """


class ToldLately(Protocol):
    """Of what each user was told at once, and when: by event type, the ids of events."""

    def get(self, tenant_id: str, user_id: str, event_type: str) -> Counted | None: ...

    def replace(self, tenant_id: str, user_id: str, event_type: str, seen: Counted | None, counted: Counted) -> bool:
        """False when it is not as it was seen any more."""


class CollectNotice(Protocol):
    def __call__(self, notice: Notice, due_at: datetime, /) -> bool:
        """Whether it is in the digest of its user that is due then, which it names; it may be told so again and again.

        False when that one takes nothing more in. Raises Unavailable.
        """

    def many(self, notices: Sequence[Notice], due_at: datetime) -> set[str]:
        """The same with those of one user, in few writes: the events of which ones are in it."""
