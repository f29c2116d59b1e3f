"""How much of the processor children take, whatever they and their parent say."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

_PAUSE = 0.002


@contextmanager
def children_watched() -> Iterator[dict[int, float]]:
    """By the id of a process, seconds that our grandchildren take meanwhile."""
    before, taken, over = _taken(), dict[int, float](), Event()

    def watch() -> None:
        while not over.wait(_PAUSE):
            taken.update({each: seconds - before.get(each, 0.0) for each, seconds in _taken().items()})

    watching = Thread(target=watch)
    watching.start()
    try:
        yield taken
    finally:
        over.set()
        watching.join()


def _taken() -> dict[int, float]:
    grandchildren = [each for child in _children_of(os.getpid()) for each in _children_of(child)]
    return {each: seconds for each in grandchildren if (seconds := _seconds(each)) is not None}


def _children_of(process: int) -> list[int]:
    found = []
    for task in Path(f"/proc/{process}/task").glob("*/children"):
        try:
            found += [int(child) for child in task.read_text().split()]
        except OSError:
            continue  # it has ended
    return found


def _seconds(process: int) -> float | None:
    """See clock_getcpuclockid(3)."""
    try:
        return time.clock_gettime((~process << 3) | 2)
    except OSError:
        return None
