"""What use cases need in order to be counted."""

from typing import Protocol

from postroom.metrics.model import Metric


class Meter(Protocol):
    """Threads may share one. Nothing leaves it before the invocation ends."""

    def count(self, metric: Metric, *, of: str = "", times: int = 1) -> None:
        """``of`` is the value of the dimension that divides the metric."""

    def measure(self, metric: Metric, value: float, *, of: str = "") -> None:
        """One value of a distribution."""

    def concerns(self, tenant_id: str, message_id: str | None = None) -> None:
        """Whose invocation it is, and what it is about: to be found by in logs and traces, and no dimension."""
