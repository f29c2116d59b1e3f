"""A deployment as it was found: what was set, and what AWS says of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from postroom.system.asked import Asked
from postroom.system.configuration.ports import Listeners
from postroom.system.model import Gauge, WatchedQueue


@dataclass(frozen=True, slots=True)
class Chosen:
    """The settings that are looked at. ``client_ids`` by provider, those that are set."""

    local: bool
    public_url: str
    message_lifetime: timedelta
    retention: timedelta
    lease: timedelta
    client_ids: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Deployment:
    """What was asked of AWS.

    ``may_run`` is by worker, ``tables`` says of each whether it lets rows go, ``client_secrets`` are by provider.
    """

    chosen: Chosen
    on_aws: bool
    queues: tuple[tuple[WatchedQueue, Asked[Gauge]], ...]
    may_run: Mapping[str, Asked[timedelta]]
    tables: Mapping[str, Asked[bool]]
    bucket: Asked[bool]
    listeners: Asked[Listeners]
    sealing: Asked[bool]
    client_secrets: Mapping[str, Asked[bool]]
    skew: Asked[timedelta]


def seconds(duration: timedelta) -> str:
    return f"{duration.total_seconds():.0f} s"
