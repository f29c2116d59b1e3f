"""How long to wait before the next try."""

from collections.abc import Callable
from datetime import timedelta

_FIRST = timedelta(minutes=1)
_LONGEST = timedelta(hours=1)
_GROWTH = 4
_JITTER = 0.2

Random = Callable[[], float]
"""A number from 0 up to, but not including, 1, as ``random.random`` gives."""


def pause_after(tries: int, random: Random) -> timedelta:
    """1, 4, 16 minutes and then an hour, each up to a fifth longer or shorter: what failed together comes back apart.

    Greylisting wants a few minutes (RFC 6647), and a full mailbox longer.
    """
    growth: int = _GROWTH ** min(max(tries - 1, 0), 10)
    pause = min(_FIRST * growth, _LONGEST)
    return pause * (1 + _JITTER * (2 * random() - 1))
