"""A queue in SQS: the oldest first, or fair, as its documentation describes it.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-fair-queues-detailed.html: a tenant is
noisy while it has more than a tenth of what is in flight, and at least 30 messages of its own. The others' come first.
"""

from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field

from postroom.messages.model import Priority
from postroom.pools.model import Strategy

_NOISY_SHARE = 0.1
_NOISY_MESSAGES = 30


@dataclass(frozen=True, slots=True)
class Mail:
    """What the choice of an account sees of a message, and when it was queued."""

    tenant_id: str
    id: int
    queued: float
    account_id: str | None = None
    pool_id: str | None = None
    strategy: Strategy | None = None
    priority: Priority = Priority.NORMAL
    pending: tuple[str, ...] = ("recipient",)


@dataclass
class SimulatedQueue:
    fair: bool
    _waiting: dict[str, deque[Mail]] = field(default_factory=dict)
    _in_flight: Counter[str] = field(default_factory=Counter)
    _idle: list[Callable[[], None]] = field(default_factory=list)

    def put(self, mail: Mail) -> None:
        """Wakes who has been idle for the shortest time, as Lambda prefers an environment that was used last."""
        self._waiting.setdefault(mail.tenant_id, deque()).append(mail)
        if self._idle:
            self._idle.pop()()

    def wait(self, wake: Callable[[], None]) -> None:
        """Calls ``wake`` when there is something, at once if there is already."""
        if self:
            wake()
        else:
            self._idle.append(wake)

    def receive(self, most: int) -> list[Mail]:
        batch: list[Mail] = []
        while len(batch) < most and (tenant_id := self._next()) is not None:
            mail = self._waiting[tenant_id].popleft()
            if not self._waiting[tenant_id]:
                del self._waiting[tenant_id]
            self._in_flight[tenant_id] += 1
            batch.append(mail)
        return batch

    def delete(self, batch: list[Mail]) -> None:
        self._in_flight -= Counter(mail.tenant_id for mail in batch)

    def __len__(self) -> int:
        return sum(map(len, self._waiting.values()))

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def _next(self) -> str | None:
        quiet = [each for each in self._waiting if not self._is_noisy(each)] if self.fair else []
        return min(quiet or self._waiting, key=lambda each: self._waiting[each][0].queued, default=None)

    def _is_noisy(self, tenant_id: str) -> bool:
        own = self._in_flight[tenant_id]
        return own >= _NOISY_MESSAGES and own > _NOISY_SHARE * self._in_flight.total()
