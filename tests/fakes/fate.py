"""What ends a worker, or a service, at a write that a test has chosen."""

from collections.abc import Callable, Sequence
from threading import Lock
from typing import Any, TypeVar, cast

T = TypeVar("T")


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


def mortal(store: T, fate: Fate, *writes: str) -> T:
    """The store, whose writes a worker may die of."""
    return cast(T, _Mortal(store, fate, writes))


class _Mortal:
    def __init__(self, store: object, fate: Fate, writes: Sequence[str]) -> None:
        self._store = store
        self._fate = fate
        self._writes = writes

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - a method of a store
        found = getattr(self._store, name)
        if name not in self._writes:
            return found

        def write(*given: object, **named: object) -> object:
            result: list[object] = []
            self._fate.around(lambda: result.append(found(*given, **named)))
            return result[0]

        return write
