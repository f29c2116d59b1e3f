"""What is known of the mail providers: which server an account of theirs has, and what they allow it.

``providers`` has the data. A preset completes what an owner left out, and says what can never work.
"""

import re
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from postroom.accounts.model import (
    MAX_CONNECTIONS,
    MIN_WAIT_TIME,
    AccountConfig,
    ConnectionType,
    CredentialKind,
    QuotaUnit,
    QuotaWindow,
)
from postroom.errors import FieldError
from postroom.hosts import is_local_host

REGION = "<region>"
_REGION = r"[a-z]{2}(-[a-z]+)+-\d"


class Tls(StrEnum):
    STARTTLS = "starttls"
    IMPLICIT = "implicit"


@dataclass(frozen=True, slots=True)
class Source:
    """The provider's page for a figure, and when a copy of it was read; ``read_on`` is None when none was.

    ``note`` says what stands in the way of taking the figure as it is, and where it is from if not from the page.
    """

    url: str
    note: str = ""
    read_on: date | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    value: int
    source: Source


@dataclass(frozen=True, slots=True)
class Daily:
    """At most ``count`` in any ``window``; None: it differs from account to account."""

    count: int | None
    counted: QuotaUnit
    window: QuotaWindow
    source: Source


@dataclass(frozen=True, slots=True)
class Pace:
    count: int
    per: timedelta
    source: Source

    @property
    def spacing(self) -> timedelta:
        return self.per / self.count


@dataclass(frozen=True, slots=True)
class Preset:
    """``domains`` is a pattern of those whose addresses it is for; without one it is for all others of its type.

    ``hosts`` and ``ports``: the first is the one to take when nobody says otherwise. None: the provider has not said.
    """

    id: str
    name: str
    connection_type: ConnectionType
    domains: str = ""
    hosts: tuple[str, ...] = ()
    ports: Mapping[int, Tls] | None = None
    signs_in_with: tuple[CredentialKind, ...] = (CredentialKind.PASSWORD,)
    username_is_email: bool = True
    daily: Daily | None = None
    pace: Pace | None = None
    recipients: Figure | None = None
    connections: Figure | None = None
    message_bytes: Figure | None = None
    advice: tuple[str, ...] = ()

    def is_for(self, domain: str) -> bool:
        return re.fullmatch(self.domains, domain) is not None

    def has_host(self, host: str) -> bool:
        found = (re.escape(known).replace(re.escape(REGION), _REGION) for known in self.hosts)
        return any(re.fullmatch(pattern, host.lower().rstrip(".")) for pattern in found)

    @property
    def usual_host(self) -> str | None:
        """None when it depends on a region."""
        return self.hosts[0] if self.hosts and REGION not in self.hosts[0] else None

    def usual_port(self, wanted: Tls | None) -> int:
        ports = self.ports or {}
        return next((port for port, tls in ports.items() if tls is wanted), next(iter(ports)))


def completed(config: AccountConfig, preset: Preset, given: AbstractSet[str]) -> AccountConfig:
    """``config`` with what its owner did not give, by the names of fields, as the provider wants it."""
    known = _connected(config, preset, given)
    if preset.daily:
        known = replace(known, quota_window=preset.daily.window, quota_unit=preset.daily.counted)
    if preset.pace:
        known = replace(known, min_wait_time=preset.pace.spacing.total_seconds())
    if preset.connections:
        known = replace(known, max_connections=preset.connections.value)
    return replace(known, **{name: getattr(config, name) for name in given})


def without_limits_of(preset: Preset, config: AccountConfig) -> AccountConfig:
    """``config`` as one that never named this provider: what its owner has set otherwise stays."""
    if preset.pace and config.min_wait_time == preset.pace.spacing.total_seconds():
        config = replace(config, min_wait_time=MIN_WAIT_TIME)
    if preset.connections and config.max_connections == preset.connections.value:
        config = replace(config, max_connections=MAX_CONNECTIONS)
    return config


def _connected(config: AccountConfig, preset: Preset, given: AbstractSet[str]) -> AccountConfig:
    """Also at a server that is not the provider's: what is refused then is the server, and nothing for want of it."""
    host = config.smtp_host if "smtp_host" in given else preset.usual_host
    if host is None or is_local_host(host) or not preset.ports:
        return config
    wanted = _wanted(config, given)
    port = config.smtp_port if "smtp_port" in given else preset.usual_port(wanted)
    tls = wanted or preset.ports.get(port, Tls.STARTTLS)
    return replace(
        config,
        smtp_host=host,
        smtp_port=port,
        smtp_use_tls=tls is Tls.STARTTLS,
        smtp_use_ssl=tls is Tls.IMPLICIT,
        smtp_username=config.email if preset.username_is_email else config.smtp_username,
    )


def _wanted(config: AccountConfig, given: AbstractSet[str]) -> Tls | None:
    if "smtp_use_ssl" in given and config.smtp_use_ssl:
        return Tls.IMPLICIT
    if "smtp_use_tls" in given and config.smtp_use_tls:
        return Tls.STARTTLS
    return None


def connection_contradicted(config: AccountConfig, preset: Preset) -> Iterator[FieldError]:
    if config.credential not in preset.signs_in_with:
        yield FieldError("credential", f"{preset.name} logs in with {' or '.join(preset.signs_in_with)}")
    if not preset.ports:
        return
    if not preset.has_host(config.smtp_host):
        yield FieldError("smtp_host", f"{preset.name} is reached at {_hosts(preset)}; imap/smtp is for other servers")
    if config.smtp_port not in preset.ports:
        yield FieldError("smtp_port", f"{preset.name} takes mail on {_ports(preset)}")
    elif config.smtp_use_ssl and preset.ports[config.smtp_port] is Tls.STARTTLS:
        yield FieldError("smtp_use_ssl", f"{preset.name} wants smtp_use_tls on port {config.smtp_port}")
    elif not config.smtp_use_ssl and preset.ports[config.smtp_port] is Tls.IMPLICIT:
        yield FieldError("smtp_use_ssl", f"{preset.name} wants smtp_use_ssl on port {config.smtp_port}")
    elif not config.smtp_use_ssl and not config.smtp_use_tls:
        yield FieldError("smtp_use_tls", f"{preset.name} wants smtp_use_tls on port {config.smtp_port}")


def limits_contradicted(config: AccountConfig, preset: Preset) -> Iterator[FieldError]:
    daily = preset.daily
    if daily is None:
        return
    if daily.counted is QuotaUnit.RECIPIENTS and config.quota_unit is not daily.counted:
        yield FieldError("quota_unit", f"{preset.name} counts {daily.counted}")
    if daily.window is QuotaWindow.ROLLING_24H and config.quota_window is not daily.window:
        yield FieldError("quota_window", f"{preset.name} counts in any 24 hours: {daily.window}")
    if daily.count is not None and config.daily_limit > daily.count:
        yield FieldError("daily_limit", f"{preset.name} allows {daily.count} {daily.counted} {_WINDOWS[daily.window]}")


_WINDOWS: Mapping[QuotaWindow, str] = {
    QuotaWindow.ROLLING_24H: "in 24 hours",
    QuotaWindow.CALENDAR_DAY: "a day",
}
_SWITCHES: Mapping[Tls, str] = {Tls.STARTTLS: "smtp_use_tls", Tls.IMPLICIT: "smtp_use_ssl"}


def _hosts(preset: Preset) -> str:
    return " or ".join(preset.hosts)


def _ports(preset: Preset) -> str:
    return " or ".join(f"port {port} with {_SWITCHES[tls]}" for port, tls in (preset.ports or {}).items())
