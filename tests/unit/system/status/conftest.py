"""A deployment and one of its tenants, on stores in memory, and what is told of them over HTTP."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from postroom.accounts.model import Account
from postroom.capacity.census import TakeCensus
from postroom.capacity.tell import TellCapacity
from postroom.delivery.rules import ReadRules
from postroom.errors import Unavailable
from postroom.idempotency.run_once import RunOnce
from postroom.ids import Seed, new_id
from postroom.messages.model import Message
from postroom.system.model import SCHEDULES, Guide, Run, WatchedQueue
from postroom.system.status.installation import TellInstallation
from postroom.system.status.model import Versions
from postroom.system.status.routes import status_routes
from postroom.system.status.tell import TellStatus
from postroom.system.status.tenant import TellTenant
from postroom.tenancy.create_tenant import CreateTenant
from postroom.tenancy.look_up import LookUp
from postroom.tenancy.model import PLATFORM_TENANT, Caller, Role
from postroom.web.api import Api
from postroom.web.routes import Routes
from tests.builders import a_message, an_account
from tests.fakes.accounts import MemoryAccounts
from tests.fakes.digests import MemoryDigests
from tests.fakes.directory import MemoryDirectory
from tests.fakes.events import MemoryEvents
from tests.fakes.http import Answer, authorised, request, send
from tests.fakes.idempotency import MemoryRecords
from tests.fakes.messages import MemoryArrivals, MemoryBacklog, MemoryMessages, MemoryQueues
from tests.fakes.pools import MemoryPools
from tests.fakes.system import FakeDeployments, FakeGauges, MemoryRuns
from tests.fakes.time import NOON, FakeClock

QUEUES = (
    WatchedQueue("high", "high", timedelta(minutes=5), "sender", Guide.OLD_MAIL, Guide.DEAD_LETTERS),
    WatchedQueue("low", "low", timedelta(hours=12), "sender", Guide.OLD_MAIL, Guide.DEAD_LETTERS),
)


class Desk:
    def __init__(self) -> None:
        self.accounts, self.messages, self.queues = MemoryAccounts(), MemoryMessages(), MemoryQueues()
        self.accounts_answer = True
        self.gauges, self.runs, self.deployments = FakeGauges(), MemoryRuns(), FakeDeployments()
        self.digests, self.events = MemoryDigests(), MemoryEvents()
        self.directory, self.clock, self.arrivals = MemoryDirectory(), FakeClock(), MemoryArrivals(self.messages)
        for schedule in SCHEDULES:
            self.runs.write(Run(schedule.name, NOON, NOON, {"seen_to": 1}))
        routes = Routes()
        status_routes(routes, TellStatus(self._installation(), self._tenant(), LookUp(self.directory)))
        self._api = Api(routes, RunOnce(MemoryRecords(), self.clock), self.clock)

    def _installation(self) -> TellInstallation:
        versions = Versions("0.1.0", "3.13.1", {"boto3": "1.44.5"}, "dev")
        overdue = {"digests": self.digests.due, "events": self.events.due}
        return TellInstallation(QUEUES, self.gauges, self.runs, overdue, self.deployments, lambda: versions, self.clock)

    def _tenant(self) -> TellTenant:
        census = TakeCensus(MemoryBacklog(self.messages), self.messages, self.queues, self.clock)
        rules_for = ReadRules(MemoryPools(), self.clock)
        capacity = TellCapacity(self._accounts_of, census, rules_for, self.clock)
        return TellTenant(self._accounts_of, capacity, self.arrivals, self.clock)

    def _accounts_of(self, tenant_id: str) -> tuple[Account, ...]:
        if not self.accounts_answer:
            raise Unavailable
        return self.accounts.all_of(tenant_id)

    def account(self, recent: dict[int, dict[str, int]] | None = None, used: int = 0, **changes: Any) -> Account:  # noqa: ANN401 - any field
        account = an_account(**{"min_wait_time": 0.0} | changes)
        counter = replace(account.counter, recent=recent, day_used=used)
        return self.accounts.add(replace(account, counter=counter))

    def message(self, ago: timedelta = timedelta(minutes=1), **changes: Any) -> Message:  # noqa: ANN401 - any field
        return self.messages.add(a_message(**{"id": new_id("msg", NOON - ago)} | changes))

    def tenant(self, name: str) -> None:
        CreateTenant(self.directory)(name, Seed.fresh(NOON))

    def ask(self, role: Role = Role.VIEWER, tenant_id: str = "ten_a") -> Answer:
        owner = PLATFORM_TENANT if role is Role.PLATFORM else tenant_id
        return send(self._api, authorised(request("GET", "/v1/system/status"), Caller(owner, "key_a", role)))

    def status(self, role: Role = Role.VIEWER, tenant_id: str = "ten_a") -> Any:  # noqa: ANN401 - JSON
        answer = self.ask(role, tenant_id)
        assert answer.status == 200, answer.text
        return answer.json

    def problems(self, role: Role = Role.VIEWER) -> dict[str, Any]:
        return {problem["code"]: problem for problem in self.status(role)["problems"]}


@pytest.fixture
def desk() -> Desk:
    """All is well."""
    desk = Desk()
    desk.account()
    return desk
