"""Counts the log-ins that servers refuse, whatever follows from them."""

from postroom.delivery.connections import Open
from postroom.delivery.deadline import Deadline
from postroom.delivery.keeper import Session
from postroom.delivery.model import Phase, Server, SessionFailed
from postroom.metrics.model import LOGINS_REFUSED
from postroom.metrics.ports import Meter


class CountRefusals:
    def __init__(self, open_session: Open, meter: Meter) -> None:
        self._open_session = open_session
        self._meter = meter

    def __call__(self, server: Server, deadline: Deadline) -> Session:
        """Raises SessionFailed."""
        try:
            return self._open_session(server, deadline)
        except SessionFailed as failure:
            if failure.verdict.phase is Phase.AUTH:
                self._meter.count(LOGINS_REFUSED)
            raise
