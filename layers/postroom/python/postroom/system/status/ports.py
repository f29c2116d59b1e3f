"""What the status needs from the outside."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from postroom.system.status.model import Age, Gauge


class Gauges(Protocol):
    def gauge(self, url: str) -> Gauge:
        """Raises Unavailable."""

    def ages(self, urls: Sequence[str], now: datetime) -> Mapping[str, Age]:
        """By URL. Raises Unavailable."""


class Deployments(Protocol):
    def deployed_at(self) -> datetime:
        """When this function's code or settings were last changed. Raises Unavailable."""
