"""The rules of log-ins and open sessions, as pure functions; ``accounts.quota`` says how they are meant.

One sender logs in at a time, so that a password that stopped working is tried once and not by everybody at once.
Without a username there is nothing that could be refused, and nobody waits for another. Each log-in counts ``logins``
up, and requires it to be what it was: so of two that saw the same account one is refused, while those who close their
sessions disturb nobody.
"""

from datetime import datetime, timedelta
from enum import StrEnum

from postroom.accounts.limits import limits_at
from postroom.accounts.model import Account, CredentialKind, Sessions
from postroom.accounts.windows import counted_day
from postroom.change import Absent, AtMost, Change, Equals, Path, Present, Remove, Set, as_seen
from postroom.clock import to_milliseconds

LONGEST_LOGIN = timedelta(seconds=30)
LOGIN_LASTS = LONGEST_LOGIN + timedelta(seconds=5)
"""A little longer, so that its outcome is known before the next one may begin."""

OUTLASTS = timedelta(minutes=2)
"""How long a place is good for at least when a batch begins: as long as that may take and its session then be idle."""

HELD_FOR = OUTLASTS + timedelta(minutes=1)
"""How long a session is counted without a word of its holder. What is beyond ``OUTLASTS`` saves writes."""

_DROPPED_AT_ONCE = 20
"""Of the sessions that are over, in one log-in: a condition may not be of any length."""


class Obstacle(StrEnum):
    """What stands in the way of another session."""

    NOT_READY = "The account is not active, or rests"
    LOGGING_IN = "Another sender is logging in"
    FULL = "As many connections are open as the account may have"


class NoRoom(Exception):
    """No further session may be opened for the account now: others are logging in, or as many are open as may be."""


def plan_login(account: Account, session_id: str, now: datetime, *, as_it_is: bool = False) -> Change | Obstacle:
    """Registers a session that may be opened now, and nobody else's until it is ready or its time is over.

    ``as_it_is``: also for an account that may not send.
    """
    if not as_it_is and not account.can_send(now):
        return Obstacle.NOT_READY
    if _is_logging_in(account, now):
        return Obstacle.LOGGING_IN
    if open_sessions(account, now) >= limits_at(account, now).connections:
        return Obstacle.FULL
    return (
        _register(account, session_id, now)
        + _marked(account, session_id)
        + _counted(account, now)
        + (_unchanged(account) if as_it_is else _ready(account, now))
    )


def plan_holding(account: Account, session_id: str, ends: datetime) -> Change | None:
    """The session is ready, or goes on, until ``ends``. None when it is not registered, or for as long already."""
    ends_ms = to_milliseconds(ends)
    if _sessions(account).ends.get(session_id, ends_ms) >= ends_ms:
        return None
    path = ("sessions", session_id)
    return Change((Set(path, ends_ms),), (Present(path),)) + _lifted(account, session_id)


def plan_closing(account: Account, session_id: str) -> Change | None:
    """None when the session is not registered any more."""
    if session_id not in _sessions(account).ends:
        return None
    path = ("sessions", session_id)
    return Change((Remove(path),), (Present(path),)) + _lifted(account, session_id)


def forgotten_login(account: Account) -> Change:
    """What was being tried was another configuration."""
    session_id = _sessions(account).logging_in
    if session_id is None:
        return Change(())
    return Change((Remove(("logging_in",)), Remove(("sessions", session_id))))


def open_sessions(account: Account, now: datetime) -> int:
    return sum(end > to_milliseconds(now) for end in _sessions(account).ends.values())


def none_is_left(account: Account, now: datetime, quiet_since: datetime) -> bool:
    """Whether all places are taken, nobody logs in, and nobody took or renewed a place since ``quiet_since``.

    An account that may have a single connection keeps it: its sender would log in for each batch.
    """
    full = open_sessions(account, now) >= limits_at(account, now).connections > 1
    latest = max(_sessions(account).ends.values(), default=0)
    return full and not _is_logging_in(account, now) and latest <= to_milliseconds(quiet_since + HELD_FOR)


def logins_today(account: Account, now: datetime) -> int:
    return _sessions(account).logins.get(counted_day(account, now), 0)


def is_registered(account: Account, session_id: str) -> bool:
    return session_id in _sessions(account).ends


def _sessions(account: Account) -> Sessions:
    return account.sessions or Sessions({}, {})


def _is_logging_in(account: Account, now: datetime) -> bool:
    sessions = _sessions(account)
    return sessions.ends.get(sessions.logging_in or "", 0) > to_milliseconds(now)


def _marked(account: Account, session_id: str) -> Change:
    if account.config.smtp_username is None and account.config.credential is CredentialKind.PASSWORD:
        return Change(())
    path = ("logging_in",)
    return Change((Set(path, session_id),), (as_seen(path, _sessions(account).logging_in),))


def _register(account: Account, session_id: str, now: datetime) -> Change:
    ends_ms = to_milliseconds(now + LOGIN_LASTS)
    if account.sessions is None:
        return Change((Set(("sessions",), {session_id: ends_ms}),), (Absent(("sessions",)),))
    path = ("sessions", session_id)
    return Change((Set(path, ends_ms),), (Absent(path),)) + _swept(account.sessions, now)


def _swept(sessions: Sessions, now: datetime) -> Change:
    over = [(("sessions", other), end) for other, end in sessions.ends.items() if end <= to_milliseconds(now)]
    dropped = over[:_DROPPED_AT_ONCE]
    # What looks over may have been renewed since the account was seen.
    return Change(tuple(Remove(path) for path, _ in dropped), tuple(Equals(path, end) for path, end in dropped))


def _counted(account: Account, now: datetime) -> Change:
    path: Path = ("logins",)
    counted = Set(path, {counted_day(account, now): logins_today(account, now) + 1})
    seen = dict(account.sessions.logins) if account.sessions else None
    return Change((counted,), (as_seen(path, seen),))


def _ready(account: Account, now: datetime) -> Change:
    resting = AtMost(("rest_until_ms",), to_milliseconds(now)) if account.rest_until else Absent(("rest_until_ms",))
    return Change((), (Equals(("status",), "active"), Equals(("revision",), account.revision), resting))


def _unchanged(account: Account) -> Change:
    return Change((), (Equals(("status",), str(account.config.status)), Equals(("revision",), account.revision)))


def _lifted(account: Account, session_id: str) -> Change:
    if _sessions(account).logging_in != session_id:
        return Change(())
    return Change((Remove(("logging_in",)),), (Equals(("logging_in",), session_id),))
