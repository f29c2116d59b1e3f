"""What may be wrong with how a tenant wants the mails that every application sends."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from postroom.mails.model import MailSettings
from postroom.system.configuration.model import Area, Check, Finding, error, warning


@dataclass(frozen=True, slots=True)
class Mails:
    """``are_used``: among the latest messages there is such a mail."""

    settings: MailSettings
    are_used: bool
    retention: timedelta
    local: bool


def no_origins(mails: Mails) -> Iterator[Finding]:
    if mails.are_used and not mails.settings.origins:
        found = "Such mails are sent, but no origin is registered: every request with a link is refused"
        yield error("origins", found, _ORIGINS)


def insecure_origins(mails: Mails) -> Iterator[Finding]:
    insecure = [origin for origin in mails.settings.origins if origin.startswith("http://")]
    if insecure and not mails.local:
        found = f"{', '.join(insecure)}: the token in a link travels in clear"
        yield warning("origins", found, "Register origins with https://")


def links_outlive_mails(mails: Mails) -> Iterator[Finding]:
    for purpose, lifetime in mails.settings.lifetimes.items():
        if lifetime > mails.retention:
            found = f"live for {lifetime}, but messages are kept for {mails.retention.days} days only"
            yield warning(f"links for {purpose}", found, "Shorten the lifetime: PUT /v1/settings/mails")


CHECKS: tuple[Check[Mails], ...] = (
    Check("mails_origins", Area.MAILS, "There is an origin for links, or none is needed", no_origins),
    Check("mails_https", Area.MAILS, "All links lead to https://", insecure_origins),
    Check("mails_lifetimes", Area.MAILS, "No link outlives its mail", links_outlive_mails),
)

_ORIGINS = "Register where links may lead: PUT /v1/settings/mails with origins"
