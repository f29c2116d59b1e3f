"""The open sessions of a warm process: at most one per account, and none opened with settings that were replaced.

When there are too many, those go that were not used for longest.
"""

import threading
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

from postroom.delivery.deadline import Deadline
from postroom.delivery.smtp.flow import Flow

IDLE_LIMIT = 60.0
"""Seconds. Servers hang up after some minutes; a session that still seems open may then be half dead."""

MOST_KEPT = 500
"""Half of the 1,024 descriptors that a Lambda may have. A batch opens a hundred more, our services want some."""


class SessionKey(NamedTuple):
    """What a session was opened with; ``revision`` and ``secret_version`` are the account's."""

    account_id: str
    revision: int
    secret_version: str | None
    pipelining: bool


class Session(Protocol):
    @property
    def usable(self) -> bool: ...

    @property
    def misbehaviour(self) -> str | None: ...

    def deliver_all(self, flow: Flow, deadline: Deadline) -> None: ...

    def close(self) -> None: ...


class KeptSession(Session, Protocol):
    def renew(self) -> bool:
        """Whether it may be used for another batch."""


class SessionKeeper:
    """``now`` gives seconds that go on while a Lambda is frozen, as ``time.monotonic`` may not.

    Sessions are closed outside the lock, since QUIT takes time.
    """

    def __init__(self, now: Callable[[], float] = time.time, most: int = MOST_KEPT) -> None:
        self._now = now
        self._most = most
        self._lock = threading.Lock()
        self._kept: dict[SessionKey, tuple[float, KeptSession]] = {}

    def take(self, key: SessionKey) -> KeptSession | None:
        """The kept session, which is the caller's from now on, or None if there is none that still works."""
        with self._lock:
            unwanted = self._sort_out(key)
            session = self._kept.pop(key, (0.0, None))[1]
        if session is not None and not (session.usable and session.renew()):
            unwanted.append(session)
            session = None
        _close(unwanted)
        return session

    def has(self, key: SessionKey) -> bool:
        with self._lock:
            return key in self._kept

    def give_back(self, key: SessionKey, session: KeptSession) -> None:
        """Keeps the session for the next message, or closes it if it is broken or if another one is kept already."""
        usable = session.usable
        with self._lock:
            unwanted = self._sort_out(key)
            if usable and key not in self._kept:
                self._kept[key] = (self._now(), session)
                unwanted += self._beyond_most()
            else:
                unwanted.append(session)
        _close(unwanted)

    def _sort_out(self, wanted: SessionKey) -> list[KeptSession]:
        """Removes what is idle, and what was opened for the same account with other settings."""
        now = self._now()
        gone = [
            key
            for key, (since, _) in self._kept.items()
            if now - since > IDLE_LIMIT or (key.account_id == wanted.account_id and key != wanted)
        ]
        return [self._kept.pop(key)[1] for key in gone]

    def _beyond_most(self) -> list[KeptSession]:
        longest_idle = list(self._kept)[: max(0, len(self._kept) - self._most)]
        return [self._kept.pop(key)[1] for key in longest_idle]


def _close(sessions: Sequence[Session]) -> None:
    for session in sessions:
        session.close()
