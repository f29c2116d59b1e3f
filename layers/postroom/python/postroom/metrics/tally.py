"""Adds up what is counted during one invocation, so that it makes one line and not one for each mail."""

from dataclasses import dataclass
from threading import Lock

from postroom.metrics.model import Metric

Taken = dict[tuple[Metric, str], list[float]]
"""By metric and value of its dimension: the values of a distribution, or one sum."""


@dataclass(frozen=True, slots=True)
class Concerned:
    """Whom and what an invocation was about."""

    tenants: frozenset[str] = frozenset()
    messages: frozenset[str] = frozenset()

    @property
    def annotations(self) -> dict[str, str]:
        """What it was about when that is one."""
        named = {"tenant_id": self.tenants, "message_id": self.messages}
        return {name: next(iter(ids)) for name, ids in named.items() if len(ids) == 1}


class Tally:
    """A ``Meter``."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._sums: dict[tuple[Metric, str], float] = {}
        self._values: Taken = {}
        self._tenants: set[str] = set()
        self._messages: set[str] = set()

    def count(self, metric: Metric, *, of: str = "", times: int = 1) -> None:
        key = metric, metric.value_of(of)
        with self._lock:
            self._sums[key] = self._sums.get(key, 0) + times

    def measure(self, metric: Metric, value: float, *, of: str = "") -> None:
        with self._lock:
            self._values.setdefault((metric, metric.value_of(of)), []).append(value)

    def concerns(self, tenant_id: str, message_id: str | None = None) -> None:
        with self._lock:
            self._tenants.add(tenant_id)
            if message_id is not None:
                self._messages.add(message_id)

    def take(self) -> tuple[Taken, Concerned]:
        """All since the last time, and what it was about."""
        with self._lock:
            taken = {key: [total] for key, total in self._sums.items()} | self._values
            concerned = Concerned(frozenset(self._tenants), frozenset(self._messages))
            self._sums, self._values, self._tenants, self._messages = {}, {}, set(), set()
        return taken, concerned
