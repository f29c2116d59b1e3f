"""A session that is counted on its account from its log-in until it is closed."""

from collections.abc import Callable

from postroom.accounts.logins import LogIns, Permit
from postroom.delivery.deadline import Deadline
from postroom.delivery.keeper import Session
from postroom.delivery.smtp.flow import Flow

AGE_LIMIT = 300.0
"""Seconds. A session that is never idle is ended as well: a host whose name has moved must be left at some time."""


class RegisteredSession:
    """``now`` gives seconds that go on while a Lambda is frozen."""

    def __init__(self, session: Session, permit: Permit, log_ins: LogIns, now: Callable[[], float]) -> None:
        self._session = session
        self._permit: Permit | None = permit
        self._log_ins = log_ins
        self._now = now
        self._opened = now()

    @property
    def usable(self) -> bool:
        return self._session.usable

    @property
    def misbehaviour(self) -> str | None:
        return self._session.misbehaviour

    def deliver_all(self, flow: Flow, deadline: Deadline) -> None:
        self._session.deliver_all(flow, deadline)

    def renew(self) -> bool:
        """Whether it may be used for another batch: it is not too old, and nobody else has got its place."""
        if self._permit is None or self._now() - self._opened > AGE_LIMIT:
            return False
        self._permit = self._log_ins.renewed(self._permit)
        return self._permit is not None

    def close(self) -> None:
        """Never raises, and may be called again."""
        self._session.close()
        if self._permit is not None:
            self._log_ins.closed(self._permit)
            self._permit = None
