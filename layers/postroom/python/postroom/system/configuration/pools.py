"""What may be wrong with a tenant's pools."""

from collections.abc import Iterator
from dataclasses import dataclass

from postroom.accounts.model import Account, AccountStatus
from postroom.pools.model import Pool
from postroom.system.configuration.model import Area, Check, Finding, error, warning


@dataclass(frozen=True, slots=True)
class Pools:
    pools: tuple[Pool, ...]
    accounts: tuple[Account, ...]


def empty(pools: Pools) -> Iterator[Finding]:
    for pool in pools.pools:
        if not pool.account_ids:
            yield error(pool.name, "has no accounts: what names it waits until it expires", _ADD)


def all_off(pools: Pools) -> Iterator[Finding]:
    by_id = {account.id: account for account in pools.accounts}
    for pool in pools.pools:
        members = [by_id[account_id] for account_id in pool.account_ids if account_id in by_id]
        if pool.account_ids and not members:
            yield error(pool.name, "all its accounts were deleted: what names it waits until it expires", _ADD)
        elif members and not any(account.config.status is AccountStatus.ACTIVE for account in members):
            found = f"none of its {len(members)} accounts is active: what names it waits"
            yield error(pool.name, found, "Resume or test one of them, or add one that is active")


def partly_gone(pools: Pools) -> Iterator[Finding]:
    known = {account.id for account in pools.accounts}
    for pool in pools.pools:
        gone = set(pool.account_ids) - known
        if gone and len(gone) < len(pool.account_ids):
            yield warning(pool.name, f"{len(gone)} of its {len(pool.account_ids)} accounts were deleted", _TAKE_OUT)


CHECKS: tuple[Check[Pools], ...] = (
    Check("pools_empty", Area.POOLS, "None is empty", empty),
    Check("pools_off", Area.POOLS, "Each has an account that is active", all_off),
    Check("pools_gone", Area.POOLS, "All that they name are there", partly_gone),
)

_ADD = "Put accounts into it: PUT /v1/pools/{id}"
_TAKE_OUT = "Take them out: PUT /v1/pools/{id} with those that are left"
