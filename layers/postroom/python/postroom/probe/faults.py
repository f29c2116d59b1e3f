"""What broke on the way to a session, as the system and OpenSSL name it, and which cause that is.

The first line that fits decides. ``evidence`` makes the names.
"""

import errno
import re
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from postroom.delivery.smtp.connect import NotPublic
from postroom.delivery.smtp.stream import HungUp, NotOffered, OutOfStep, SpokeTooSoon
from postroom.delivery.smtp.watch import Step
from postroom.probe.model import Cause

_DNS = frozenset({Step.DNS})
_TCP = frozenset({Step.TCP})
_TLS = frozenset({Step.TLS})
_AUTH = frozenset({Step.AUTH})
_STARTTLS = frozenset({Step.STARTTLS})
_ANY = frozenset(Step)


@dataclass(frozen=True)
class Fault:
    """``names``: a pattern for the evidence."""

    steps: frozenset[Step]
    names: str
    cause: Cause

    def fits(self, step: Step, evidence: str) -> bool:
        return step in self.steps and self._pattern.search(evidence) is not None

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return re.compile(rf"\b({self.names})\b" if self.names else "")


FAULTS: tuple[Fault, ...] = (
    Fault(_ANY, "SpokeTooSoon", Cause.STARTTLS_ATTACKED),
    # What getaddrinfo says.
    Fault(_DNS, "NotPublic", Cause.HOST_NOT_PUBLIC),
    Fault(_DNS, "EAI_AGAIN|EAI_FAIL|EAI_SYSTEM|TIMEOUT", Cause.DNS_UNAVAILABLE),
    Fault(_DNS, "", Cause.HOST_UNKNOWN),
    # What connect says.
    Fault(_TCP, "ECONNREFUSED", Cause.CONNECTION_REFUSED),
    Fault(_TCP, "TIMEOUT|ETIMEDOUT", Cause.CONNECTION_TIMEOUT),
    Fault(_TCP, "ENETUNREACH|EHOSTUNREACH|EADDRNOTAVAIL", Cause.HOST_UNREACHABLE),
    Fault(_TCP, r"E\w+", Cause.CONNECTION_LOST),
    # openssl-verification-options(1); the numbers are those of x509_vfy.h
    Fault(_TLS, "X509_62|X509_64", Cause.CERTIFICATE_NAME),
    Fault(_TLS, "X509_10", Cause.CERTIFICATE_EXPIRED),
    Fault(_TLS, "X509_9", Cause.CERTIFICATE_NOT_YET_VALID),
    Fault(_TLS, "X509_18", Cause.CERTIFICATE_SELF_SIGNED),
    Fault(_TLS, r"X509_\d+", Cause.CERTIFICATE_UNTRUSTED),
    # ssl.SSLError.reason
    Fault(_TLS, "UNSUPPORTED_PROTOCOL|TLSV1_ALERT_PROTOCOL_VERSION|NO_PROTOCOLS_AVAILABLE", Cause.TLS_TOO_OLD),
    Fault(_TLS, "TIMEOUT", Cause.SERVER_SILENT),
    Fault(_TLS, "", Cause.TLS_FAILED),
    # What the conversation itself could not go on with.
    Fault(_STARTTLS, "NotOffered", Cause.STARTTLS_MISSING),
    Fault(_AUTH, "NotOffered", Cause.MECHANISM_MISSING),
    Fault(_ANY, "TIMEOUT", Cause.SERVER_SILENT),
    Fault(_ANY, "HungUp", Cause.CONNECTION_LOST),
    Fault(_ANY, "OutOfStep", Cause.NOT_SMTP),
)

_OURS = (NotPublic, NotOffered, SpokeTooSoon, HungUp, OutOfStep)
_EAI = {getattr(socket, name): name for name in dir(socket) if name.startswith("EAI_")}


def cause_of_fault(step: Step, evidence: str) -> Cause:
    return next((row.cause for row in FAULTS if row.fits(step, evidence)), Cause.UNKNOWN)


def evidence(error: BaseException | None) -> str:
    """The names of what was raised, from the outside in, such as ``HungUp ECONNRESET``."""
    return " ".join(name for link in _chain(error) if (name := _name(link)))


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__


def _name(error: BaseException) -> str | None:  # noqa: PLR0911 - one line for each kind
    if isinstance(error, _OURS):
        return type(error).__name__
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"X509_{error.verify_code}"
    if isinstance(error, ssl.SSLError):
        return error.reason or "SSL"
    if isinstance(error, socket.gaierror):
        return _EAI.get(error.errno or 0, "EAI")
    if isinstance(error, TimeoutError):
        return "TIMEOUT"
    if isinstance(error, OSError):
        return errno.errorcode.get(error.errno or 0)
    return None
