"""The routes of pools."""

from postroom.bootstrap.accounts import build_accounts, build_pools
from postroom.bootstrap.messages import build_messages, build_wake
from postroom.clock import system_clock
from postroom.messages.outstanding import CountOutstanding
from postroom.pools.choice import ChangeChoice, ReadChoice
from postroom.pools.manage import ChangePool, CreatePool, DeletePool, FindPools
from postroom.pools.routes import pool_routes, settings_routes
from postroom.settings import Settings
from postroom.web.routes import Routes


def add_pools(routes: Routes, settings: Settings) -> None:
    store, known, wake = build_pools(settings), build_accounts(settings).known, build_wake(settings)
    outstanding = CountOutstanding(build_messages(settings), system_clock)
    pool_routes(
        routes,
        FindPools(store),
        CreatePool(store, known, system_clock),
        ChangePool(store, known, wake, system_clock),
        DeletePool(store, outstanding, wake),
    )
    settings_routes(routes, ReadChoice(store), ChangeChoice(store))
