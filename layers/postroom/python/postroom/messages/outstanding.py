"""Counts what waits and names an account or a pool, before that is deleted. It looks only so far."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

from postroom.clock import Clock
from postroom.messages.model import Message, Status
from postroom.messages.ports import Filter, MessageStore
from postroom.paging import PageRequest

_PAGE = 100
_PAGES_AT_MOST = 5
"""Of each status. A page of the status index is filled up by ten reads of 100 rows at most: 5,000 rows in the end."""

_INDEXED = (Status.SCHEDULED, Status.DEFERRED, Status.UNCERTAIN)
_PASSING = (Status.QUEUED, Status.SENDING)
_LATELY = timedelta(hours=1)
"""What is on its queue or being sent is in no index of its status. It is looked for among what was accepted in this
time: one page of each, the newest first, which a tenant that sends much has more than."""


@dataclass(frozen=True, slots=True)
class Outstanding:
    """``count`` messages were found; ``complete``: and there are no others among those that were to be looked at.

    ``listed``: there are no others among those that an index lists. Nothing at all is false, also when messages on
    their queue were more than could be looked at: who sends much has these at any time, and is not held up by it.
    """

    count: int
    complete: bool
    listed: bool = True

    def __bool__(self) -> bool:
        return self.count > 0 or not self.listed

    def __str__(self) -> str:
        if not self.count:
            return "perhaps by some of the waiting messages, which are more than can be looked through"
        found = f"{self.count} waiting message{'s' if self.count > 1 else ''}"
        return f"by {found}" if self.complete else f"by at least {found}"


class CountOutstanding:
    def __init__(self, store: MessageStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def of_account(self, tenant_id: str, account_id: str) -> Outstanding:
        """What names this account; not what might go by it among others."""
        return self._count(tenant_id, Filter(account_id=account_id), lambda message: message.account_id == account_id)

    def of_pool(self, tenant_id: str, pool_id: str) -> Outstanding:
        return self._count(tenant_id, Filter(pool_id=pool_id), lambda message: message.pool_id == pool_id)

    def _count(self, tenant_id: str, wanted: Filter, names_it: Callable[[Message], bool]) -> Outstanding:
        now = self._clock()

        def counts(message: Message) -> bool:
            return names_it(message) and message.expires_at > now

        lately = replace(wanted, since=now - _LATELY)
        indexed = [self._look(tenant_id, replace(wanted, status=one), counts, _PAGES_AT_MOST) for one in _INDEXED]
        passing = [self._look(tenant_id, replace(lately, status=one), counts, 1) for one in _PASSING]
        seen_all = [all_of_them for _, all_of_them in (*indexed, *passing)]
        return Outstanding(
            sum(count for count, _ in (*indexed, *passing)), all(seen_all), all(seen_all[: len(indexed)])
        )

    def _look(
        self, tenant_id: str, wanted: Filter, names_it: Callable[[Message], bool], pages: int
    ) -> tuple[int, bool]:
        """How many were found, and whether all were seen."""
        count, after = 0, None
        for _ in range(pages):
            page = self._store.page(tenant_id, wanted, PageRequest(_PAGE, after, newest_first=True))
            count += sum(map(names_it, page.items))
            after = page.last
            if after is None:
                return count, True
        return count, False
