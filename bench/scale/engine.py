"""A clock that jumps from event to event. What takes time is a generator that yields the seconds it takes."""

import heapq
from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count


@dataclass(frozen=True)
class Together:
    """Waits until all of these are done, of which at most so many run beside each other."""

    processes: Iterable["Process"]
    at_once: int


@dataclass(frozen=True)
class Parked:
    """Waits until somebody calls what ``hand_over`` was given."""

    hand_over: Callable[[Callable[[], None]], None]


Process = Generator[float | Together | Parked, None, None]
_START = datetime(2030, 1, 31, 12, tzinfo=UTC)


@dataclass
class Engine:
    """``now`` in seconds from the start."""

    now: float = 0.0
    _due: list[tuple[float, int, Callable[[], None]]] = field(default_factory=list)
    _numbers: "count[int]" = field(default_factory=count)

    def clock(self) -> datetime:
        return _START + timedelta(seconds=self.now)

    def start(self, process: Process, then: Callable[[], None] = lambda: None, after: float = 0.0) -> None:
        """``then`` is called when the process is done."""
        self._at(after, lambda: self._go_on(process, then))

    def run(self, until: float = float("inf")) -> None:
        """Until nothing is due any more, or only what is due later than ``until``."""
        while self._due and self._due[0][0] <= until:
            self.now, _, event = heapq.heappop(self._due)
            event()

    def _at(self, after: float, event: Callable[[], None]) -> None:
        heapq.heappush(self._due, (self.now + after, next(self._numbers), event))

    def _go_on(self, process: Process, then: Callable[[], None]) -> None:
        try:
            wanted = next(process)
        except StopIteration:
            then()
            return
        match wanted:
            case Together():
                self._start_together(wanted, lambda: self._go_on(process, then))
            case Parked():
                wanted.hand_over(lambda: self._at(0, lambda: self._go_on(process, then)))
            case seconds:
                self._at(seconds, lambda: self._go_on(process, then))

    def _start_together(self, together: Together, then: Callable[[], None]) -> None:
        left = iter(together.processes)
        running = 0

        def one_more() -> None:
            nonlocal running
            process = next(left, None)
            if process is not None:
                running += 1
                self.start(process, done)

        def done() -> None:
            nonlocal running
            running -= 1
            one_more()
            if not running:
                then()

        for _ in range(together.at_once):
            one_more()
        if not running:
            self._at(0, then)
