"""The routes of capacity."""

from postroom.bootstrap.accounts import build_accounts, build_pools
from postroom.bootstrap.messages import build_messages, build_queues
from postroom.capacity.census import TakeCensus
from postroom.capacity.explain import ExplainMessage
from postroom.capacity.routes import capacity_routes
from postroom.capacity.tell import TellCapacity
from postroom.clock import system_clock
from postroom.delivery.rules import ReadRules
from postroom.messages.backlog import DynamoBacklog
from postroom.messages.find import FindMessages
from postroom.pools.manage import FindPools
from postroom.settings import Settings
from postroom.web.routes import Routes


def add_capacity(routes: Routes, settings: Settings) -> None:
    messages, accounts_of, pools = build_messages(settings), build_accounts(settings).all_of, build_pools(settings)
    census = TakeCensus(DynamoBacklog(), messages, build_queues(settings), system_clock)
    rules_for = ReadRules(pools, system_clock)
    capacity_routes(
        routes,
        TellCapacity(accounts_of, census, rules_for, system_clock),
        ExplainMessage(FindMessages(messages), accounts_of, census, rules_for, system_clock),
        FindPools(pools),
    )
