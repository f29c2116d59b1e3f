"""How long a server may take for each phase, in seconds, whatever the session's deadline would still allow.

RFC 5321, section 4.5.3.2, asks for minutes; a Lambda that waits is paid for. Only the final dot gets the time it wants:
to give up there is to know nothing.
"""

from collections.abc import Mapping

from postroom.delivery.model import Phase

Limits = Mapping[Phase, float]

LIMITS: Limits = {
    Phase.CONNECT: 20.0,
    Phase.GREETING: 20.0,
    Phase.EHLO: 20.0,
    Phase.STARTTLS: 20.0,
    Phase.AUTH: 30.0,
    Phase.MAIL: 30.0,
    Phase.RCPT: 30.0,
    Phase.DATA: 30.0,
    Phase.BODY: 180.0,
    Phase.FINAL_DOT: 300.0,
}

QUIT_LIMIT = 1.0
CLOSING_LIMIT = 2.0
