"""Starts senders as processes, kills them, and starts others in their place.

    with Senders(settings, count=4, seed=7, log=directory / "senders.log") as senders:
        while not everything_is_sent():
            time.sleep(senders.pause(0.05, 0.5))
            senders.kill_one()
    print(senders.kills)

Killed is SIGKILL: nothing is caught, nothing closed, nothing said. The seed decides whom and when.
"""

import json
import os
import random
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from local.place import ROOT, SOURCES

_PATH = os.pathsep.join((str(SOURCES), str(ROOT)))


class Senders:
    def __init__(self, settings: Mapping[str, str], *, count: int, seed: int, log: Path) -> None:
        self._settings = dict(settings)
        self._count = count
        self._random = random.Random(seed)
        self._log = log
        self._nursery: subprocess.Popen[str] | None = None
        self._alive: list[int] = []
        self.kills = 0

    def __enter__(self) -> Self:
        with self._log.open("a") as log:
            self._nursery = subprocess.Popen(
                [sys.executable, "-m", "tests.faults.sender_process"],
                env={"PATH": os.environ["PATH"], "PYTHONPATH": _PATH, "POWERTOOLS_LOG_LEVEL": "ERROR"},
                cwd=ROOT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                # A group of its own, with which all senders end.
                start_new_session=True,
            )
        for _ in range(self._count):
            self._alive.append(self._start(instead_of=None))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._nursery is not None
        os.killpg(self._nursery.pid, signal.SIGKILL)
        self._nursery.communicate()

    def pause(self, shortest: float, longest: float) -> float:
        """A random number of seconds, from the seed."""
        return self._random.uniform(shortest, longest)

    def kill_one(self) -> None:
        """Kills one and starts another. A sender that had ended by itself is an error; then see the log."""
        victim = self._random.randrange(len(self._alive))
        os.kill(self._alive[victim], signal.SIGKILL)
        self.kills += 1
        self._alive[victim] = self._start(instead_of=self._alive[victim])

    def _start(self, *, instead_of: int | None) -> int:
        assert self._nursery is not None
        assert self._nursery.stdin is not None
        assert self._nursery.stdout is not None
        self._nursery.stdin.write(json.dumps({"settings": self._settings, "killed": instead_of}) + "\n")
        self._nursery.stdin.flush()
        answer = self._nursery.stdout.readline()
        assert answer, f"The senders' nursery has ended; see {self._log}"
        assert int(answer), f"A sender ended before it was killed; see {self._log}"
        return int(answer)
