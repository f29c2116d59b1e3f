"""An SMTP session with an account's server: opened, used for one message after another, closed."""

import ssl
from collections.abc import Callable
from dataclasses import replace

from postroom.delivery.connect import CannotConnect, Dial, Resolve, connect, dial, resolve_by_system
from postroom.delivery.conversation import Conversation
from postroom.delivery.deadline import Deadline
from postroom.delivery.flow import Flow
from postroom.delivery.handshake import Handshake
from postroom.delivery.limits import LIMITS, QUIT_LIMIT, RESET_LIMIT, Limits
from postroom.delivery.model import (
    Delivery,
    Envelope,
    Phase,
    ReplyClass,
    Security,
    Server,
    SessionFailed,
    Verdict,
)
from postroom.delivery.secrecy import Censor
from postroom.delivery.stream import Broken, Stream
from postroom.delivery.tls import tls_context
from postroom.delivery.transaction import Transaction

_OK = 250


class Session:
    """Logged in and ready."""

    def __init__(self, conversation: Conversation, limits: Limits) -> None:
        self._conversation = conversation
        self._limits = limits
        self._healthy = True

    @property
    def usable(self) -> bool:
        """Whether another message may be tried: nothing broke, and the server has not hung up meanwhile."""
        return self._healthy and self._conversation.stream.is_quiet()

    def deliver(self, envelope: Envelope, content: bytes, deadline: Deadline) -> Delivery:
        """A verdict for every recipient; never raises for what the server or the network does.

        ``content`` is finished: CRLF throughout, no Bcc. Only what breaks once the final dot was begun is UNCERTAIN.
        """
        if not self._healthy:
            lost = Verdict(ReplyClass.INFRASTRUCTURE, Phase.MAIL, "The session was over")
            return Delivery(dict.fromkeys(envelope.recipients, lost))
        transaction = Transaction(self._conversation, self._limits, deadline)
        delivery = transaction.run(envelope, content)
        said = self._conversation.take_transcript()
        self._healthy = transaction.healthy and (transaction.finished or self._reset(deadline))
        if not self._healthy:
            self._conversation.close()
        return replace(delivery, transcript=said)

    def deliver_all(self, flow: Flow, deadline: Deadline) -> None:
        """Takes mails from ``flow`` until there is none any more, or the session is not usable any more."""
        while self.usable and (mail := flow.next(wait=True)) is not None:
            flow.done(mail, self.deliver(mail.envelope, mail.content, deadline))

    def close(self) -> None:
        """Says QUIT to a server that still listens. Never raises."""
        if self._healthy:
            self._healthy = False
            self._succeeds("QUIT", Deadline.after(QUIT_LIMIT))
        self._conversation.close()

    def _reset(self, deadline: Deadline) -> bool:
        return self._succeeds("RSET", deadline.within(RESET_LIMIT))

    def _succeeds(self, command: str, deadline: Deadline) -> bool:
        try:
            return self._conversation.ask(command, deadline).code == _OK
        except Broken:
            return False


def open_session(  # noqa: PLR0913 (what the tests stand in for)
    server: Server,
    *,
    deadline: Deadline,
    allow_private: bool,
    hello: str | None = None,
    resolve: Resolve = resolve_by_system,
    dial: Dial = dial,
    tls: Callable[[], ssl.SSLContext] = tls_context,
    limits: Limits = LIMITS,
) -> Session:
    """Raises SessionFailed: AUTH when the credentials were refused, INFRASTRUCTURE when it never came to that.

    ``hello`` is the name for EHLO; without it, the address that the connection comes from. ``allow_private`` is for
    local mode: private addresses, no TLS, no credentials.
    """
    _refuse_if_unprotected(server, allow_private=allow_private)
    try:
        connection = connect(
            server.host,
            server.port,
            deadline=deadline.within(limits[Phase.CONNECT]),
            allow_private=allow_private,
            resolve=resolve,
            dial=dial,
        )
    except CannotConnect as error:
        raise SessionFailed(Verdict(ReplyClass.INFRASTRUCTURE, Phase.CONNECT, str(error))) from None
    stream = Stream(connection, deadline.within(limits[Phase.CONNECT]))
    conversation = Conversation(stream, hello, Censor(server.username, server.password))
    try:
        Handshake(conversation, deadline, limits, tls).run(server)
    except SessionFailed as failure:
        conversation.close()
        raise SessionFailed(failure.verdict, conversation.transcript) from None
    except BaseException:
        conversation.close()
        raise
    return Session(conversation, limits)


def _refuse_if_unprotected(server: Server, *, allow_private: bool) -> None:
    if allow_private:
        return
    if server.security is Security.PLAIN:
        raise SessionFailed(_unprotected("The account has no TLS, which is for local hosts only"))
    if server.username is None or server.password is None:
        raise SessionFailed(_unprotected("The account has no credentials, which is for local hosts only"))


def _unprotected(words: str) -> Verdict:
    return Verdict(ReplyClass.INFRASTRUCTURE, Phase.CONNECT, words)
