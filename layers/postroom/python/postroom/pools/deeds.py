"""What is done to pools, and to the choice of accounts, as the audit log tells it."""

from postroom.audit.model import Action, Deed, View
from postroom.pools.model import Pool, Strategy


def pool_created(pool: Pool) -> Deed:
    return Deed.change(Action.POOL_CREATED, _target(pool), {}, _view(pool))


def pool_changed(seen: Pool, pool: Pool) -> Deed:
    return Deed.change(Action.POOL_CHANGED, _target(pool), _view(seen), _view(pool))


def pool_deleted(seen: Pool) -> Deed:
    return Deed.change(Action.POOL_DELETED, _target(seen), _view(seen), {})


def settings_changed(seen: Strategy | None, strategy: Strategy) -> Deed:
    before = {"strategy": seen.value} if seen else {}
    return Deed.change(Action.SETTINGS_CHANGED, "settings", before, {"strategy": strategy.value})


def _target(pool: Pool) -> str:
    return f"pool/{pool.id}"


def _view(pool: Pool) -> View:
    return {
        "name": pool.name,
        "account_ids": list(pool.account_ids),
        "strategy": pool.strategy.value if pool.strategy else None,
        "revision": pool.revision,
    }
