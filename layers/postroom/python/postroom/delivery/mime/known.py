"""What was made before and need not be made again."""

import sys
from collections.abc import Callable, Hashable, Sized
from threading import Lock
from typing import TypeVar, TypeVarTuple, cast

Made = TypeVar("Made", bound=Sized)
Values = TypeVarTuple("Values")

_BYTES_AROUND = 500
_MOST_SEEN = 10_000


class Known:
    """Keeps what was made twice, with what it was made from, in ``limit`` bytes at most. Threads may share one.

    Most of a personal mail is never asked for again: to keep it costs more than to make it, in fresh memory above all.

    Two generations instead of an order: what is asked for moves to the younger, and the older is dropped as a whole
    when the younger is full. So a value that is found costs one look, without a lock.
    """

    def __init__(self, limit: int) -> None:
        self._half = limit // 2
        self._young: dict[Hashable, Sized] = {}
        self._old: dict[Hashable, Sized] = {}
        self._size = 0
        self._seen: set[int] = set()
        self._lock = Lock()

    def __call__(self, make: Callable[[*Values], Made], *values: *Values) -> Made:
        """``make(*values)``, or what an equal call gave. Values are compared, not only their hashes."""
        key = (make, values)
        made = self._young.get(key)
        if made is None:
            made = self._old.get(key)
            if made is None:
                made = make(*values)
                if self._is_first(hash(key)):
                    return made
            self._keep(key, made, values)
        return cast(Made, made)

    def _is_first(self, key: int) -> bool:
        """By its hash alone: what is taken for seen is only kept too early."""
        if key in self._seen:
            return False
        if len(self._seen) >= _MOST_SEEN:
            self._seen = set()
        self._seen.add(key)
        return True

    def _keep(self, key: Hashable, made: Sized, values: tuple[object, ...]) -> None:
        size = _BYTES_AROUND + len(made) + sum(map(sys.getsizeof, values))
        if size > self._half:
            return
        with self._lock:
            if self._size + size > self._half:
                self._old, self._young, self._size = self._young, {}, 0
            if key not in self._young:
                self._young[key] = made
                self._size += size
