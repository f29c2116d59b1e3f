"""What the use cases of pools need from the outside."""

from collections.abc import Iterable
from enum import Enum, auto
from typing import Protocol

from postroom.audit.model import Entries
from postroom.paging import Page, PageRequest
from postroom.pools.model import Pool, Strategy


class Written(Enum):
    WRITTEN = auto()
    NAME_TAKEN = auto()
    STALE = auto()


class PoolStore(Protocol):
    """Everything is read as it is now: a sender asks once for each batch.

    ``entries`` are written with a change or not at all.
    """

    def add(self, pool: Pool, entries: Entries = ()) -> Pool | None:
        """Stores it, or gives back the one that already has this id. None: another pool has this name."""

    def get(self, tenant_id: str, pool_id: str) -> Pool | None: ...

    def get_many(self, tenant_id: str, pool_ids: Iterable[str]) -> dict[str, Pool]:
        """Those that are there, by id."""

    def page(self, tenant_id: str, request: PageRequest) -> Page[Pool]: ...

    def replace(self, seen: Pool, pool: Pool, entries: Entries = ()) -> Written:
        """STALE when it is not as it was seen any more, or is gone."""

    def remove(self, seen: Pool, entries: Entries = ()) -> bool:
        """Whether it is gone. False when it is not as it was seen any more."""

    def holding(self, tenant_id: str, account_id: str) -> tuple[Pool, ...]:
        """The pools that have an account in them."""

    def strategy(self, tenant_id: str) -> Strategy | None:
        """How the tenant wants accounts to be chosen where neither a message nor its pool says."""

    def replace_strategy(
        self, tenant_id: str, seen: Strategy | None, strategy: Strategy, entries: Entries = ()
    ) -> bool:
        """False when it is not as it was seen any more."""


class Naming(Protocol):
    """Messages that wait and name one account or one pool. False: there are none."""

    def __bool__(self) -> bool: ...

    def __str__(self) -> str:
        """To be read behind "This pool is named"."""


class Outstanding(Protocol):
    def of_account(self, tenant_id: str, account_id: str) -> Naming: ...

    def of_pool(self, tenant_id: str, pool_id: str) -> Naming: ...
