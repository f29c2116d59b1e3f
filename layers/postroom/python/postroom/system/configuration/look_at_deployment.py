"""Asks AWS about the deployment, all at once, and has it checked."""

from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

from postroom.system.asked import Asked, Look, T, asked
from postroom.system.configuration.deployed import Chosen, Deployment
from postroom.system.configuration.deployment import CHECKS
from postroom.system.configuration.model import Point
from postroom.system.configuration.ports import Facts
from postroom.system.configuration.queues import CHECKS as QUEUE_CHECKS
from postroom.system.configuration.report import points_of
from postroom.system.model import WatchedQueue
from postroom.system.ports import Gauges

_PARALLEL = 8


@dataclass(frozen=True, slots=True)
class LookAtDeployment:
    """``tables`` are by what they are called here; ``client_secrets`` are names of secrets, by provider."""

    chosen: Chosen
    queues: Sequence[WatchedQueue]
    tables: Mapping[str, str]
    bucket: str
    sealing_secret: str
    client_secrets: Mapping[str, str]
    gauges: Gauges
    facts: Facts

    def __call__(self) -> tuple[Point, ...]:
        return tuple(points_of((*CHECKS, *QUEUE_CHECKS), self._found()))

    def _found(self) -> Deployment:
        facts, workers = self.facts, {queue.worker for queue in self.queues}
        with ThreadPoolExecutor(_PARALLEL) as pool:

            def begin(look: Look[T]) -> Future[Asked[T]]:
                return pool.submit(asked, look)

            gauges = [begin(partial(self.gauges.gauge, queue.url)) for queue in self.queues]
            may_run = {worker: begin(partial(facts.may_run, worker)) for worker in workers}
            tables = {name: begin(partial(facts.lets_rows_go, table)) for name, table in self.tables.items()}
            secrets = {who: begin(partial(facts.has_secret, name)) for who, name in self.client_secrets.items()}
            bucket, listeners = begin(partial(facts.bucket_answers, self.bucket)), begin(facts.listeners)
            sealing, skew = begin(partial(facts.has_secret, self.sealing_secret)), begin(facts.skew)
        return Deployment(
            chosen=self.chosen,
            on_aws=facts.is_on_aws(),
            queues=tuple((queue, gauge.result()) for queue, gauge in zip(self.queues, gauges, strict=True)),
            may_run={worker: told.result() for worker, told in may_run.items()},
            tables={name: told.result() for name, told in tables.items()},
            bucket=bucket.result(),
            listeners=listeners.result(),
            sealing=sealing.result(),
            client_secrets={who: told.result() for who, told in secrets.items()},
            skew=skew.result(),
        )
