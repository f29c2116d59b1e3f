"""An SMTP session with an account's server: used for one message after another, and closed."""

from contextlib import ExitStack, suppress

from postroom.delivery.deadline import Deadline
from postroom.delivery.smtp.conversation import Conversation
from postroom.delivery.smtp.flow import Flow
from postroom.delivery.smtp.limits import QUIT_LIMIT, Limits
from postroom.delivery.smtp.pipeline import Pipeline
from postroom.delivery.smtp.script import Manner
from postroom.delivery.smtp.stream import Broken


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
        with ExitStack() as unless_done:
            unless_done.callback(self._break_off)
            self._pipeline.run(flow, deadline)
            unless_done.pop_all()

    def _break_off(self) -> None:
        """What is on its way belongs to one flow, and no reply to it may reach another."""
        self._pipeline.healthy = False
        self._conversation.close()

    def close(self) -> None:
        """Says QUIT to a server that still listens, and does not wait for its farewell. Never raises."""
        if self._pipeline.healthy:
            self._pipeline.healthy = False
            with suppress(Broken):
                self._conversation.leave(Deadline.after(QUIT_LIMIT))
        self._conversation.close()


def _manner(conversation: Conversation) -> Manner:
    if not conversation.has_extn("pipelining"):
        return Manner.ONE_BY_ONE
    return Manner.CHUNKED if conversation.has_extn("chunking") else Manner.PIPELINED
