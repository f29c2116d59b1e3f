"""How a test gets to a server: by the code that sends, with less patience."""

import ssl
from collections.abc import Callable
from dataclasses import dataclass, field

from postroom.delivery.deadline import Deadline
from postroom.delivery.model import Phase, Security, Server
from postroom.delivery.smtp.connect import Dial, Resolve, dial, resolve_by_system
from postroom.delivery.smtp.limits import LIMITS, Limits
from postroom.delivery.smtp.session import Session, approach, open_session
from postroom.delivery.smtp.tls import tls_context
from postroom.delivery.smtp.watch import Watch

TEST_LIMITS: Limits = {
    **LIMITS,
    Phase.CONNECT: 8.0,
    Phase.GREETING: 10.0,
    Phase.EHLO: 5.0,
    Phase.STARTTLS: 5.0,
    Phase.AUTH: 10.0,
}
"""Seconds. API Gateway gives an answer 30 in all."""

_LONGEST_LOOK = 5.0
_NO_CHECK_TIME = 0x200000
"""X509_V_FLAG_NO_CHECK_TIME of OpenSSL, which the standard library does not name."""


@dataclass(frozen=True)
class Way:
    """``new_context`` makes what ``tls`` gives, anew: a context to be changed."""

    allow_private: bool
    resolve: Resolve = resolve_by_system
    dial: Dial = dial
    tls: Callable[[], ssl.SSLContext] = tls_context
    new_context: Callable[[], ssl.SSLContext] = ssl.create_default_context
    limits: Limits = field(default_factory=lambda: TEST_LIMITS)

    def open(self, server: Server, deadline: Deadline, watch: Watch) -> Session:
        """Raises SessionFailed."""
        return open_session(
            server,
            deadline=deadline,
            allow_private=self.allow_private,
            resolve=self.resolve,
            dial=self.dial,
            tls=self.tls,
            limits=self.limits,
            watch=watch,
        )

    def look(self, server: Server, security: Security, deadline: Deadline, watch: Watch) -> None:
        """Goes there once more, logs in nowhere, and does not mind the name or the age of a certificate.

        Raises SessionFailed.
        """
        approach(
            Server(server.host, server.port, security),
            deadline=deadline.within(_LONGEST_LOOK),
            allow_private=self.allow_private,
            resolve=self.resolve,
            dial=self.dial,
            tls=self._undemanding,
            limits=self.limits,
            watch=watch,
        ).close()

    def _undemanding(self) -> ssl.SSLContext:
        context = self.new_context()
        context.check_hostname = False
        context.verify_flags |= ssl.VerifyFlags(_NO_CHECK_TIME)
        return context
