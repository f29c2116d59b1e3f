"""What the use cases of the system's state need from the outside."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from postroom.system.model import Age, Gauge, Run


class Runs(Protocol):
    """The last run of each schedule."""

    def write(self, run: Run) -> None:
        """In the place of the one before; when it last went well and since when it fails is worked out from that one.

        Raises Unavailable.
        """

    def last(self) -> Mapping[str, Run]:
        """By schedule. Raises Unavailable."""


class Gauges(Protocol):
    def gauge(self, url: str) -> Gauge:
        """Raises Unavailable."""

    def ages(self, urls: Sequence[str], now: datetime) -> Mapping[str, Age]:
        """By URL. Raises Unavailable."""


class Lambda(Protocol):
    """As much of its client as is used."""

    def get_function_configuration(self, **request: Any) -> Mapping[str, Any]: ...  # noqa: ANN401 - boto3's own
