"""A moment on the wall clock by which something is over, however slowly the other side moves."""

import time
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class Deadline:
    """``moment`` is on the clock of ``time.monotonic``."""

    moment: float

    @classmethod
    def after(cls, seconds: float) -> Self:
        return cls(time.monotonic() + seconds)

    def within(self, seconds: float) -> "Deadline":
        """This deadline, or the one so many seconds from now if that is sooner."""
        sooner = time.monotonic() + seconds
        return self if self.moment <= sooner else Deadline(sooner)

    def remaining(self) -> float:
        """Seconds, negative when it is past."""
        return self.moment - time.monotonic()

    def left(self) -> float:
        """Seconds, always more than zero: raises TimeoutError when it is past."""
        seconds = self.remaining()
        if seconds <= 0:
            raise TimeoutError
        return seconds
