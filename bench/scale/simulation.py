"""One simulated run: tenants with accounts, messages on a queue, senders that work it off."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from random import Random
from statistics import quantiles

from bench.scale.accounts import SimulatedAccounts
from bench.scale.assumed import Assumed
from bench.scale.engine import Engine, Process
from bench.scale.queue import Mail, SimulatedQueue
from bench.scale.sender import Counted, Plant, Policy, Sender
from postroom.accounts.model import MAX_CONNECTIONS, Account
from tests.builders import an_account

_NO_LIMIT = 1_000_000_000


@dataclass(frozen=True)
class Tenant:
    """``queued`` messages wait from the start; then ``each_second`` come, one by one at random times."""

    id: str
    accounts: int
    queued: int = 0
    each_second: float = 0.0
    daily_limit: int = _NO_LIMIT
    min_wait_time: float = 0.0
    max_connections: int = MAX_CONNECTIONS


@dataclass(frozen=True)
class Setting:
    tenants: Sequence[Tenant]
    senders: int = 20
    fair: bool = True
    policy: Policy = field(default_factory=Policy)
    seconds: float = float("inf")
    """How long messages keep coming, and how long is watched."""
    seed: int = 7
    assumed: Assumed = field(default_factory=Assumed)


@dataclass(frozen=True)
class Outcome:
    setting: Setting
    counted: Counted
    accounts: SimulatedAccounts
    ended: float
    """When the last mail was sent."""

    @property
    def sent(self) -> int:
        return len(self.counted.sent)

    @property
    def rate(self) -> float:
        """Mails a second, but for the last twentieth: a few may wait for the places of sessions that nobody uses."""
        times = sorted(self.counted.sent.values())
        most = -(-19 * len(times) // 20)
        return most / times[most - 1]

    def waited(self, tenant_id: str, percent: int) -> float:
        """The seconds within which so many of a hundred of its mails were sent."""
        waits = self.counted.waited[tenant_id]
        return quantiles(waits, n=100, method="inclusive")[percent - 1] if len(waits) > 1 else waits[0]


def simulate(setting: Setting) -> Outcome:
    engine = Engine()
    accounts = SimulatedAccounts(engine, [each for tenant in setting.tenants for each in _accounts_of(tenant, engine)])
    queue, counted, ids = SimulatedQueue(setting.fair), Counted(), count()
    for tenant in setting.tenants:
        for _ in range(tenant.queued):
            queue.put(Mail(tenant.id, next(ids), 0.0))
        if tenant.each_second:
            engine.start(_arrivals(setting, tenant, engine, queue, ids))
    plant = Plant(engine, queue, accounts, counted, setting.assumed, Random(setting.seed))  # noqa: S311 - the same each time
    for _ in range(setting.senders):
        engine.start(Sender(plant, setting.policy).work())
    engine.run(setting.seconds)
    return Outcome(setting, counted, accounts, max(counted.sent.values(), default=0.0))


def _arrivals(setting: Setting, tenant: Tenant, engine: Engine, queue: SimulatedQueue, ids: "count[int]") -> Process:
    random = Random(setting.seed)  # noqa: S311 - the same times in every run
    while engine.now < setting.seconds:
        yield random.expovariate(tenant.each_second)
        queue.put(Mail(tenant.id, next(ids), engine.now))


def _accounts_of(tenant: Tenant, engine: Engine) -> Iterator[Account]:
    for number in range(tenant.accounts):
        yield an_account(
            tenant_id=tenant.id,
            id=f"acc_01kagrr3r0e1n4fs{tenant.id}{number:06d}",
            email=f"sales{number}@{tenant.id}.example",
            created_at=engine.clock(),
            daily_limit=tenant.daily_limit,
            min_wait_time=tenant.min_wait_time,
            max_connections=tenant.max_connections,
        )
