"""The open sessions of a warm process: at most one per account, and none opened with settings that were replaced."""

import threading
import time
from collections.abc import Callable
from typing import Protocol

from postroom.delivery.deadline import Deadline
from postroom.delivery.flow import Flow

IDLE_LIMIT = 60.0
"""Seconds. Servers hang up after some minutes; a session that still seems open may then be half dead."""

SessionKey = tuple[str, int, str | None]
"""The account, its revision, and the version of its password."""


class Session(Protocol):
    @property
    def usable(self) -> bool: ...

    @property
    def misbehaviour(self) -> str | None: ...

    def deliver_all(self, flow: Flow, deadline: Deadline) -> None: ...

    def close(self) -> None: ...


class SessionKeeper:
    """``now`` gives seconds that go on while a Lambda is frozen, as ``time.monotonic`` may not.

    Sessions are closed outside the lock, since QUIT takes time.
    """

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._kept: dict[SessionKey, tuple[float, Session]] = {}

    def take(self, key: SessionKey) -> Session | None:
        """The kept session, which is the caller's from now on, or None if there is none that still works."""
        with self._lock:
            unwanted = self._sort_out(key)
            session = self._kept.pop(key, (0.0, None))[1]
        if session is not None and not session.usable:
            unwanted.append(session)
            session = None
        _close(unwanted)
        return session

    def give_back(self, key: SessionKey, session: Session) -> None:
        """Keeps the session for the next message, or closes it if it is broken or if another one is kept already."""
        usable = session.usable
        with self._lock:
            unwanted = self._sort_out(key)
            if usable and key not in self._kept:
                self._kept[key] = (self._now(), session)
            else:
                unwanted.append(session)
        _close(unwanted)

    def _sort_out(self, wanted: SessionKey) -> list[Session]:
        """Removes what is idle, and what was opened for the same account with other settings."""
        now = self._now()
        gone = [
            key
            for key, (since, _) in self._kept.items()
            if now - since > IDLE_LIMIT or (key[0] == wanted[0] and key != wanted)
        ]
        return [self._kept.pop(key)[1] for key in gone]


def _close(sessions: list[Session]) -> None:
    for session in sessions:
        session.close()
