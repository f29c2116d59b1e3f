"""Many who do the same at the same moment."""

import threading
from collections.abc import Callable


def race(racers: int, work: Callable[[], int]) -> int:
    """What all of them got together. That nobody fell out is checked."""
    start = threading.Barrier(racers)
    got: list[int] = []

    def run() -> None:
        start.wait()
        got.append(work())

    threads = [threading.Thread(target=run) for _ in range(racers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == racers
    return sum(got)
