"""What ends a worker, or a service, at a write that a test has chosen."""

from collections.abc import Callable
from threading import Lock


class Dead(BaseException):
    """Whoever worked is gone."""


class Fate:
    """Ends the worker, or a service, at the nth write: before it is made, or when it is made and nobody knows."""

    def __init__(self) -> None:
        self._lock = Lock()
        self.writes = 0
        self.at: int | None = None
        self.made = False
        self.error: Callable[[], BaseException] = Dead

    def around(self, write: Callable[[], object]) -> None:
        with self._lock:
            self.writes += 1
            mine = self.writes == self.at
        if mine and not self.made:
            raise self.error()
        write()
        if mine:
            raise self.error()
