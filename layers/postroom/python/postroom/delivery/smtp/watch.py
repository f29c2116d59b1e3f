"""The way to a session, step by step, for somebody who looks on."""

import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Self


class Step(StrEnum):
    """``STARTTLS`` is all that is said to get to TLS; ``EHLO`` is the one that counts, under TLS where there is any."""

    DNS = "dns"
    TCP = "tcp"
    GREETING = "greeting"
    STARTTLS = "starttls"
    TLS = "tls"
    EHLO = "ehlo"
    AUTH = "auth"


@dataclass(frozen=True, slots=True)
class Certificate:
    """``names``: those of the hosts that it is valid for."""

    subject: str
    issuer: str
    names: tuple[str, ...]
    expires_at: datetime | None

    @classmethod
    def of(cls, shown: Mapping[str, Any]) -> Self:
        """From what ``ssl.SSLSocket.getpeercert`` gives."""
        expires = shown.get("notAfter")
        return cls(
            subject=_name(shown.get("subject", ())),
            issuer=_name(shown.get("issuer", ())),
            names=tuple(name for _, name in shown.get("subjectAltName", ())),
            expires_at=datetime.fromtimestamp(ssl.cert_time_to_seconds(expires), UTC) if expires else None,
        )


@dataclass(frozen=True, slots=True)
class Protection:
    """``protocol`` as OpenSSL names it, such as ``TLSv1.3``."""

    protocol: str
    cipher: str
    certificate: Certificate | None


@dataclass(frozen=True, slots=True)
class Done:
    """A step that was taken. ``words`` are the server's, or the addresses of its name; ``features`` are EHLO's."""

    step: Step
    words: str = ""
    protection: Protection | None = None
    features: Mapping[str, str] = field(default_factory=dict)


Watch = Callable[[Done], None]
"""Told each step when it is done, in order. What failed is the one that would have come next."""


def unwatched(_: Done) -> None:
    """Nobody looks on."""


def _name(parts: tuple[tuple[tuple[str, str], ...], ...]) -> str:
    return ", ".join(f"{kind}={value}" for part in parts for kind, value in part)
