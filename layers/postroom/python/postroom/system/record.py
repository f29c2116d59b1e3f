"""Takes down how a run of a schedule went, at its end."""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from postroom import faults
from postroom.clock import Clock
from postroom.errors import Unavailable
from postroom.system.model import Run
from postroom.system.ports import Runs

log = logging.getLogger(__name__)


class RecordRuns:
    def __init__(self, runs: Runs, clock: Clock) -> None:
        self._runs = runs
        self._clock = clock

    @contextmanager
    def __call__(self, schedule: str) -> Iterator[dict[str, int]]:
        """What is put into the dictionary is what the run has done. A run that is killed leaves nothing: it is late.

        ``refused`` among it tells of how many there was no answer. The next run sees to them, unless it fares the same:
        when they are as many as what was done, or more, the run has failed. Raises Unavailable then.
        """
        began_at = self._clock()
        did: dict[str, int] = {}
        try:
            yield did
            _fail_if_refused(did)
        except Exception as error:
            self._write(Run(schedule, began_at, self._clock(), did, fault=faults.kind(error)))
            raise
        self._write(Run(schedule, began_at, self._clock(), did))

    def _write(self, run: Run) -> None:
        try:
            self._runs.write(run)
        except Unavailable:
            # What the run was for is done all the same.
            log.warning("How a run went was not noted", extra={"schedule": run.schedule})


def _fail_if_refused(did: Mapping[str, int]) -> None:
    refused = did.get("refused", 0)
    done = sum(did.values()) - refused
    if refused and refused >= done:
        raise Unavailable
