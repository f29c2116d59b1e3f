"""Adds up what is counted during one invocation, so that it makes one line and not one for each mail."""

from threading import Lock

from postroom.metrics.model import Metric

Taken = dict[tuple[Metric, str], list[float]]
"""By metric and value of its dimension: the values of a distribution, or one sum."""


class Tally:
    """A ``Meter``."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._sums: dict[tuple[Metric, str], float] = {}
        self._values: Taken = {}
        self._tenants: set[str] = set()

    def count(self, metric: Metric, number: int = 1, *, of: str = "") -> None:
        key = metric, metric.value_of(of)
        with self._lock:
            self._sums[key] = self._sums.get(key, 0) + number

    def measure(self, metric: Metric, value: float, *, of: str = "") -> None:
        with self._lock:
            self._values.setdefault((metric, metric.value_of(of)), []).append(value)

    def concerns(self, tenant_id: str) -> None:
        with self._lock:
            self._tenants.add(tenant_id)

    def take(self) -> tuple[Taken, frozenset[str]]:
        """All since the last time, and whose it was."""
        with self._lock:
            taken = {key: [total] for key, total in self._sums.items()} | self._values
            tenants = frozenset(self._tenants)
            self._sums, self._values, self._tenants = {}, {}, set()
        return taken, tenants
