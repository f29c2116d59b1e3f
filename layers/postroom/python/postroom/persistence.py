"""What must be stored is tried again for as long as there is time: a mail that left cannot be called back."""

import time
from collections.abc import Callable
from typing import TypeVar

from postroom.errors import Unavailable

T = TypeVar("T")

_PAUSE_SECONDS = 0.2
"""Between two tries; boto3 has already made several before each of them."""


def persistently(action: Callable[[], T], seconds_left: Callable[[], float]) -> T:
    """Raises Unavailable when the time is over."""
    while True:
        try:
            return action()
        except Unavailable:
            if seconds_left() <= _PAUSE_SECONDS:
                raise
            time.sleep(_PAUSE_SECONDS)
