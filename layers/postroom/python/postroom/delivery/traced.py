"""Times what a sender waits for: opening a session, and what is sent over it."""

from postroom.delivery.connections import Open
from postroom.delivery.deadline import Deadline
from postroom.delivery.keeper import Session
from postroom.delivery.model import Server
from postroom.delivery.smtp.flow import Flow
from postroom.tracing.ports import Trace


class TraceSessions:
    def __init__(self, open_session: Open, trace: Trace) -> None:
        self._open_session = open_session
        self._trace = trace

    def __call__(self, server: Server, deadline: Deadline) -> Session:
        """Raises SessionFailed."""
        with self._trace.span("SMTP log-in"):
            return _Traced(self._open_session(server, deadline), self._trace)


class _Traced:
    def __init__(self, session: Session, trace: Trace) -> None:
        self._session = session
        self._trace = trace

    @property
    def usable(self) -> bool:
        return self._session.usable

    @property
    def misbehaviour(self) -> str | None:
        return self._session.misbehaviour

    def deliver_all(self, flow: Flow, deadline: Deadline) -> None:
        with self._trace.span("SMTP lot"):
            self._session.deliver_all(flow, deadline)

    def close(self) -> None:
        self._session.close()
