"""How a test gets to a server: by the code that sends, with less patience."""

import ssl
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from postroom.delivery.deadline import Deadline
from postroom.delivery.model import Phase, Security, Server
from postroom.delivery.smtp.limits import LIMITS, Limits
from postroom.delivery.smtp.open_session import OpenSession
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
class Way(OpenSession):
    """``new_context`` makes what ``tls`` gives, anew: a context to be changed."""

    limits: Limits = field(default_factory=lambda: TEST_LIMITS)
    new_context: Callable[[], ssl.SSLContext] = ssl.create_default_context

    def look(self, server: Server, security: Security, deadline: Deadline, watch: Watch) -> None:
        """Goes there once more, logs in nowhere, and does not mind the name or the age of a certificate.

        Raises SessionFailed.
        """
        there = Server(server.host, server.port, security)
        undemanding = replace(self, tls=self._undemanding)
        undemanding.approach(there, deadline.within(_LONGEST_LOOK), watch).close()

    def _undemanding(self) -> ssl.SSLContext:
        context = self.new_context()
        context.check_hostname = False
        context.verify_flags |= ssl.VerifyFlags(_NO_CHECK_TIME)
        return context
