"""Which child a template is given to: of its tenant alone, and apart from what has not been seen to end well."""

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from threading import Lock, Semaphore
from typing import Generic, TypeVar

from postroom.templates.processes.children import Child
from postroom.templates.workshop import Waits

K = TypeVar("K", bound=Hashable)

_REMEMBERED = 2_000
_PATIENCE = 2.0


@dataclass
class Lane:
    """What is handed to one child, one after the other."""

    lock: Lock = field(default_factory=Lock)
    users: int = 0
    is_at_work: bool = False
    child: Child | None = None


class Lanes:
    """Keeps ``most`` children; for one more it ends, of those not at work, the one that was wanted longest ago.

    ``at_once`` of them, fewer than ``most``, may be at work, and ``newcomers`` of those whom nobody knows; who comes
    then waits, for ``patience`` seconds.
    """

    def __init__(
        self, bear: Callable[[], Child], most: int, at_once: int, newcomers: int, patience: float = _PATIENCE
    ) -> None:
        self._patience = patience
        self._bear = bear
        self._most = most
        self._lanes: OrderedDict[Hashable, Lane] = OrderedDict()
        self._lock = Lock()
        self._at_work = Semaphore(at_once)
        self._newcomers = Semaphore(newcomers)

    @contextmanager
    def child(self, key: Hashable, *, newcomer: bool = False, fresh: bool = False) -> Iterator[Child]:
        """For the one who has it; ``fresh``: one that has done nothing yet. Raises Waits."""
        lane = self._enter(key)
        try:
            with self._place(lane, newcomer=newcomer):
                try:
                    yield self._child_of(lane, fresh=fresh)
                finally:
                    lane.is_at_work = False
        finally:
            self._leave(key, lane)

    def _place(self, lane: Lane, *, newcomer: bool) -> ExitStack:
        until = time.monotonic() + self._patience
        with ExitStack() as place:
            for gate in self._gates(lane, newcomer=newcomer):
                if not gate.acquire(timeout=max(0.0, until - time.monotonic())):
                    raise Waits
                place.callback(gate.release)
            return place.pop_all()

    def _gates(self, lane: Lane, *, newcomer: bool) -> "Iterator[Lock | Semaphore]":
        yield lane.lock
        if newcomer:
            yield self._newcomers
        yield self._at_work

    def close(self) -> None:
        with self._lock:
            for lane in self._lanes.values():
                self._close(lane)
            self._lanes.clear()

    def _enter(self, key: Hashable) -> Lane:
        with self._lock:
            lane = self._lanes.setdefault(key, Lane())
            self._lanes.move_to_end(key)
            lane.users += 1
            return lane

    def _leave(self, key: Hashable, lane: Lane) -> None:
        with self._lock:
            lane.users -= 1
            if not lane.users and lane.child is None:
                self._lanes.pop(key, None)

    def _child_of(self, lane: Lane, *, fresh: bool) -> Child:
        with self._lock:
            lane.is_at_work = True
            self._make_room()
        if fresh or lane.child is None or not lane.child.lives:
            self._close(lane)
            lane.child = self._bear()
        return lane.child

    def _make_room(self) -> None:
        """For those that are at work, as if each of them had its child already."""
        waiting = [key for key, lane in self._lanes.items() if lane.child is not None and not lane.is_at_work]
        at_work = sum(lane.is_at_work for lane in self._lanes.values())
        for key in waiting[: max(0, at_work + len(waiting) - self._most)]:
            self._close(self._lanes[key])
            if not self._lanes[key].users:
                del self._lanes[key]

    @staticmethod
    def _close(lane: Lane) -> None:
        if lane.child is not None:
            lane.child.end()
            lane.child = None


class Recently(Generic[K]):
    """When something happened to each of the latest keys."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._moments: OrderedDict[K, float] = OrderedDict()
        self._lock = Lock()

    def note(self, key: K) -> None:
        with self._lock:
            self._moments[key] = self._now()
            self._moments.move_to_end(key)
            if len(self._moments) > _REMEMBERED:
                self._moments.popitem(last=False)

    def forget(self, key: K) -> None:
        with self._lock:
            self._moments.pop(key, None)

    def within(self, key: K, seconds: float) -> bool:
        with self._lock:
            moment = self._moments.get(key)
        return moment is not None and self._now() - moment < seconds
