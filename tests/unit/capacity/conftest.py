"""A tenant that asks over HTTP what it can send and why something waits, on stores in memory."""

from datetime import timedelta
from typing import Any

import pytest

from postroom.accounts.model import Account
from postroom.capacity.census import TakeCensus
from postroom.capacity.explain import ExplainMessage
from postroom.capacity.routes import capacity_routes
from postroom.capacity.tell import TellCapacity
from postroom.delivery.rules import ReadRules
from postroom.idempotency.run_once import RunOnce
from postroom.ids import new_id
from postroom.messages.find import FindMessages
from postroom.messages.model import Message
from postroom.pools.manage import FindPools
from postroom.tenancy.model import Caller, Role
from postroom.web.api import Api
from postroom.web.routes import Routes
from tests.builders import a_message, an_account
from tests.fakes.accounts import MemoryAccounts
from tests.fakes.http import Answer, authorised, request, send
from tests.fakes.idempotency import MemoryRecords
from tests.fakes.messages import MemoryBacklog, MemoryMessages, MemoryQueues
from tests.fakes.pools import MemoryPools
from tests.fakes.time import NOON, FakeClock


class Desk:
    """``most`` and ``every`` are the bounds of its counts; see ``MemoryBacklog``."""

    def __init__(self, most: int = 1_000_000, every: int = 1) -> None:
        self.accounts, self.messages, self.queues = MemoryAccounts(), MemoryMessages(), MemoryQueues()
        self.clock = FakeClock()
        self._made = 0
        self.pools, routes = MemoryPools(), Routes()
        backlog = MemoryBacklog(self.messages, most, every)
        census = TakeCensus(backlog, self.messages, self.queues, self.clock)
        accounts_of, find = self.accounts.all_of, FindMessages(self.messages)
        rules_for = ReadRules(self.pools, self.clock)
        capacity_routes(
            routes,
            TellCapacity(accounts_of, census, rules_for, self.clock),
            ExplainMessage(find, accounts_of, census, rules_for, self.clock),
            FindPools(self.pools),
        )
        self._api = Api(routes, RunOnce(MemoryRecords(), self.clock), self.clock)

    def account(self, **changes: Any) -> Account:  # noqa: ANN401 - any field of it
        return self.accounts.add(an_account(**changes))

    def message(self, **changes: Any) -> Message:  # noqa: ANN401 - any field of it
        self._made += 1
        made = {"id": new_id("msg", NOON - timedelta(hours=1) + timedelta(seconds=self._made))}
        return self.messages.add(a_message(**made | changes))

    def ask(self, path: str, tenant: str = "ten_a", **query: str) -> Answer:
        event = request("GET", path, query=query)
        return send(self._api, authorised(event, Caller(tenant, "key_a", Role.VIEWER)))

    def capacity(self, **query: str) -> Any:  # noqa: ANN401 - JSON
        answer = self.ask("/v1/capacity", **query)
        assert answer.status == 200, answer.text
        return answer.json

    def explain(self, message: Message) -> Any:  # noqa: ANN401 - JSON
        answer = self.ask(f"/v1/messages/{message.id}/explain")
        assert answer.status == 200, answer.text
        return answer.json


@pytest.fixture
def desk() -> Desk:
    return Desk()
