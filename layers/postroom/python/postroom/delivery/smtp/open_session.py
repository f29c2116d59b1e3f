"""From an account's server to a session with it."""

import ssl
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field

from postroom.delivery.deadline import Deadline
from postroom.delivery.model import Phase, ReplyClass, Security, Server, SessionFailed, Verdict
from postroom.delivery.smtp.connect import CannotConnect, Dial, Resolve, connect, dial, resolve_by_system
from postroom.delivery.smtp.conversation import Conversation
from postroom.delivery.smtp.handshake import Handshake
from postroom.delivery.smtp.limits import LIMITS, Limits
from postroom.delivery.smtp.secrecy import Censor
from postroom.delivery.smtp.session import Session
from postroom.delivery.smtp.stream import Stream
from postroom.delivery.smtp.tls import tls_context
from postroom.delivery.smtp.watch import Watch, unwatched


@dataclass(frozen=True)
class OpenSession:
    """``allow_private`` is for local mode: private addresses, no TLS, no credentials.

    ``hello`` is the name for EHLO; without it, the address that the connection comes from.
    """

    allow_private: bool
    hello: str | None = None
    resolve: Resolve = resolve_by_system
    dial: Dial = dial
    tls: Callable[[], ssl.SSLContext] = tls_context
    limits: Limits = field(default_factory=lambda: LIMITS)

    def __call__(self, server: Server, deadline: Deadline, watch: Watch = unwatched) -> Session:
        """Raises SessionFailed: AUTH when the credentials were refused, INFRASTRUCTURE when it never came to that.

        Raises Unavailable when it is this process that can open no connection, whatever the server.
        """
        if not self.allow_private:
            _refuse_if_unprotected(server)
        return Session(self.approach(server, deadline, watch), self.limits, pipelining=server.pipelining)

    def approach(self, server: Server, deadline: Deadline, watch: Watch = unwatched) -> Conversation:
        """As far as a session goes, with whatever the server's settings lack left out. Raises as a call does.

        Of the failure, ``__cause__`` is what broke; there is none when it was the server's reply.
        """
        conversation = self._connected(server, deadline, watch)
        with ExitStack() as unless_done:
            unless_done.callback(conversation.close)
            try:
                Handshake(conversation, deadline, self.limits, self.tls, watch).run(server)
            except SessionFailed as failure:
                raise SessionFailed(failure.verdict, tuple(conversation.notes)) from failure.__cause__
            unless_done.pop_all()
        return conversation

    def _connected(self, server: Server, deadline: Deadline, watch: Watch) -> Conversation:
        try:
            connection = connect(
                server.host,
                server.port,
                deadline=deadline.within(self.limits[Phase.CONNECT]),
                allow_private=self.allow_private,
                resolve=self.resolve,
                dial=self.dial,
                watch=watch,
            )
        except CannotConnect as error:
            raise SessionFailed(_unreached(str(error))) from error
        stream = Stream(connection, deadline.within(self.limits[Phase.CONNECT]))
        return Conversation(stream, self.hello, Censor(server.credential))


def _refuse_if_unprotected(server: Server) -> None:
    if server.security is Security.PLAIN:
        raise SessionFailed(_unreached("The account has no TLS, which is for local hosts only"))
    if server.credential is None:
        raise SessionFailed(_unreached("The account has no credentials, which is for local hosts only"))


def _unreached(words: str) -> Verdict:
    return Verdict(ReplyClass.INFRASTRUCTURE, Phase.CONNECT, words)
