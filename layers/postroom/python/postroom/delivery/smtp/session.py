"""An SMTP session with an account's server: opened, used for one message after another, closed."""

import ssl
from collections.abc import Callable
from contextlib import suppress

from postroom.delivery.deadline import Deadline
from postroom.delivery.model import (
    Phase,
    ReplyClass,
    Security,
    Server,
    SessionFailed,
    Verdict,
)
from postroom.delivery.smtp.connect import CannotConnect, Dial, Resolve, connect, dial, resolve_by_system
from postroom.delivery.smtp.conversation import Conversation
from postroom.delivery.smtp.flow import Flow
from postroom.delivery.smtp.handshake import Handshake
from postroom.delivery.smtp.limits import LIMITS, QUIT_LIMIT, Limits
from postroom.delivery.smtp.pipeline import Pipeline
from postroom.delivery.smtp.script import Manner
from postroom.delivery.smtp.secrecy import Censor
from postroom.delivery.smtp.stream import Broken, Stream
from postroom.delivery.smtp.tls import tls_context
from postroom.delivery.smtp.watch import Watch, unwatched


class Session:
    """Logged in and ready."""

    def __init__(self, conversation: Conversation, limits: Limits, *, pipelining: bool) -> None:
        manner = _manner(conversation) if pipelining else Manner.ONE_BY_ONE
        self._conversation = conversation
        self._pipeline = Pipeline(conversation, limits, manner)

    @property
    def usable(self) -> bool:
        """Whether another message may be tried: nothing broke, and the server has not hung up meanwhile."""
        return self._pipeline.healthy and self._conversation.stream.is_quiet()

    @property
    def misbehaviour(self) -> str | None:
        """In what way the server does badly what it offers of pipelining, in words for the tenant."""
        return self._pipeline.misbehaviour

    def deliver_all(self, flow: Flow, deadline: Deadline) -> None:
        """Takes mails from ``flow`` until there are no more, or the session is not usable any more.

        Each gets a verdict for every recipient; never raises for what the server or the network does. Only what breaks
        once the last byte of a mail was handed over is UNCERTAIN.
        """
        if not self.usable:
            return
        try:
            self._pipeline.run(flow, deadline)
        except BaseException:
            # What is on its way belongs to this flow, and no reply to it may reach another.
            self._pipeline.healthy = False
            self._conversation.close()
            raise

    def close(self) -> None:
        """Says QUIT to a server that still listens, and does not wait for its farewell. Never raises."""
        if self._pipeline.healthy:
            self._pipeline.healthy = False
            with suppress(Broken):
                self._conversation.leave(Deadline.after(QUIT_LIMIT))
        self._conversation.close()


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
    watch: Watch = unwatched,
) -> Session:
    """Raises SessionFailed: AUTH when the credentials were refused, INFRASTRUCTURE when it never came to that.

    Raises Unavailable when it is this process that can open no connection, whatever the server.
    ``hello`` is the name for EHLO; without it, the address that the connection comes from. ``allow_private`` is for
    local mode: private addresses, no TLS, no credentials.
    """
    _refuse_if_unprotected(server, allow_private=allow_private)
    conversation = approach(
        server,
        deadline=deadline,
        allow_private=allow_private,
        hello=hello,
        resolve=resolve,
        dial=dial,
        tls=tls,
        limits=limits,
        watch=watch,
    )
    return Session(conversation, limits, pipelining=server.pipelining)


def approach(  # noqa: PLR0913 (as above)
    server: Server,
    *,
    deadline: Deadline,
    allow_private: bool,
    hello: str | None = None,
    resolve: Resolve = resolve_by_system,
    dial: Dial = dial,
    tls: Callable[[], ssl.SSLContext] = tls_context,
    limits: Limits = LIMITS,
    watch: Watch = unwatched,
) -> Conversation:
    """As far as a session goes, with whatever the server's settings lack left out. Raises as ``open_session`` does.

    Of the failure, ``__cause__`` is what broke; there is none when it was the server's reply.
    """
    try:
        connection = connect(
            server.host,
            server.port,
            deadline=deadline.within(limits[Phase.CONNECT]),
            allow_private=allow_private,
            resolve=resolve,
            dial=dial,
            watch=watch,
        )
    except CannotConnect as error:
        raise SessionFailed(Verdict(ReplyClass.INFRASTRUCTURE, Phase.CONNECT, str(error))) from error
    stream = Stream(connection, deadline.within(limits[Phase.CONNECT]))
    conversation = Conversation(stream, hello, Censor(server.credential))
    try:
        Handshake(conversation, deadline, limits, tls, watch).run(server)
    except SessionFailed as failure:
        conversation.close()
        raise SessionFailed(failure.verdict, tuple(conversation.notes)) from failure.__cause__
    except BaseException:
        conversation.close()
        raise
    return conversation


def _manner(conversation: Conversation) -> Manner:
    if not conversation.has_extn("pipelining"):
        return Manner.ONE_BY_ONE
    return Manner.CHUNKED if conversation.has_extn("chunking") else Manner.PIPELINED


def _refuse_if_unprotected(server: Server, *, allow_private: bool) -> None:
    if allow_private:
        return
    if server.security is Security.PLAIN:
        raise SessionFailed(_unprotected("The account has no TLS, which is for local hosts only"))
    if server.credential is None:
        raise SessionFailed(_unprotected("The account has no credentials, which is for local hosts only"))


def _unprotected(words: str) -> Verdict:
    return Verdict(ReplyClass.INFRASTRUCTURE, Phase.CONNECT, words)
