"""The life of a shared access token, as pure rules over its row.

Whoever wants to renew it takes a lease on the row, by a write that requires the row as it was seen: so exactly one of
many does. While the token is still good the others go on with it. Its lease ends by itself, for the one who dies.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from enum import Enum, auto

from postroom.clock import from_milliseconds, to_milliseconds
from postroom.oauth2.model import TokenState

MARGIN = timedelta(minutes=5)
"""So long before its end a token is renewed, while everybody can go on with the old one."""

LAST_USE = timedelta(seconds=30)
"""So long before its end a token is not begun with any more: a log-in takes its time, and clocks differ."""

LEASE = timedelta(seconds=60)
"""About twice what a renewal takes at most: 15 s to be answered, 7 s for the last read, 10 s to store."""

PAUSE = timedelta(seconds=15)
"""After a renewal that failed, before anybody tries the next."""


class Step(Enum):
    USE = auto()
    RENEW = auto()
    WAIT = auto()
    GIVE_UP = auto()


def next_step(state: TokenState | None, now: datetime, *, refused: bool) -> Step:
    """``refused``: a server did not take the access token that is in the row, whatever its end."""
    if state is None:
        return Step.RENEW
    if state.refused is not None:
        return Step.GIVE_UP
    usable = not refused and can_be_used(state, now)
    if usable and _lasts(state, now, MARGIN):
        return Step.USE
    if _is_leased(state, now):
        return Step.USE if usable else Step.WAIT
    return Step.RENEW


def can_be_used(state: TokenState, now: datetime) -> bool:
    return _lasts(state, now, LAST_USE)


def leased(state: TokenState | None, lease: str, now: datetime, *, refused: bool) -> TokenState:
    """``lease`` is of its taker alone, and tells its write from another's."""
    seen = state or TokenState(number=0)
    return replace(
        seen,
        number=seen.number + 1,
        access=None if refused else seen.access,
        lease=lease,
        leased_until=_stored(now + LEASE),
    )


def first(access: str, expires_at: datetime) -> TokenState:
    return TokenState(number=1, access=access, expires_at=_stored(expires_at))


def renewed(held: TokenState, access: str, expires_at: datetime, refresh: str | None) -> TokenState:
    """``refresh`` is the sealed refresh token that replaces the one before, or None when that stays."""
    return replace(
        held,
        number=held.number + 1,
        access=access,
        expires_at=_stored(expires_at),
        refresh=refresh or held.refresh,
        lease=None,
        leased_until=None,
    )


def paused(held: TokenState, now: datetime) -> TokenState:
    return replace(held, number=held.number + 1, lease=None, leased_until=_stored(now + PAUSE))


def taken_back(held: TokenState, code: str) -> TokenState:
    return replace(held, number=held.number + 1, refused=code, access=None, lease=None)


def _lasts(state: TokenState, now: datetime, so_long: timedelta) -> bool:
    return state.access is not None and state.expires_at is not None and now + so_long < state.expires_at


def _stored(moment: datetime) -> datetime:
    """As a row gives it back."""
    return from_milliseconds(to_milliseconds(moment))


def _is_leased(state: TokenState, now: datetime) -> bool:
    return state.leased_until is not None and now < state.leased_until
