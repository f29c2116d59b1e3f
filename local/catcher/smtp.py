"""The mail catcher's SMTP side: STARTTLS, and AUTH PLAIN and LOGIN inside it; without both it takes mail as well."""

import logging
import ssl
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from local.catcher.mailbox import Mailbox
from local.place import LOOPBACK

USERNAME = "demo"
PASSWORD = "not-a-secret"  # noqa: S105 - it opens only the mail catcher

_SIZE_LIMIT = 40 * 1024 * 1024


class Receiver:
    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox

    async def handle_DATA(self, _server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - by protocol
        content = envelope.content or b""
        caught = self._mailbox.add(
            mail_from=envelope.mail_from or "",
            rcpt_tos=tuple(envelope.rcpt_tos),
            tls=session.ssl is not None,
            username=session.auth_data if session.authenticated else None,
            raw=content if isinstance(content, bytes) else content.encode(),
        )
        return f"250 2.0.0 Caught as {caught.id}"


def check_login(_server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: Any) -> AuthResult:  # noqa: ANN401 - the library's signature
    known = isinstance(data, LoginPassword) and (data.login, data.password) == (USERNAME.encode(), PASSWORD.encode())
    return AuthResult(success=known, handled=False, auth_data=USERNAME if known else None)


def smtp_server(mailbox: Mailbox, port: int, context: ssl.SSLContext) -> Controller:
    # The library warns of its own deprecations at every login.
    logging.getLogger("mail.log").setLevel(logging.ERROR)
    return Controller(
        Receiver(mailbox),
        hostname=LOOPBACK,
        port=port,
        tls_context=context,
        authenticator=check_login,
        auth_require_tls=True,
        data_size_limit=_SIZE_LIMIT,
        ident="Postroom mail catcher",
    )
