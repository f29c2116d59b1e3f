"""The same request, however often it comes, is carried out once.

A run that fails for the caller's fault (4xx) is forgotten: the caller corrects it and may use the key again. One that
fails for ours (5xx) or dies is run again with the same seed, so that what was half done is found and not doubled.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from http import HTTPStatus
from typing import Protocol

from postroom.clock import Clock
from postroom.errors import KeyReused, PostroomError, StillRunning, Unavailable
from postroom.idempotency.masking import masked
from postroom.idempotency.model import LARGEST_KEPT, Answer, Place, Record
from postroom.ids import Seed


class Records(Protocol):
    """Every write is one conditional write, and may be repeated by a client that lost the answer to it."""

    def begin(self, place: Place, mine: Record, now: datetime) -> Record | None:
        """None when the place was free or expired and is now ``mine``; otherwise what is there."""

    def take_over(self, place: Place, stale: Record, mine: Record, now: datetime) -> bool:
        """Whether ``mine`` replaced ``stale``, whose lease must have run out without an answer."""

    def keep(self, place: Place, claim: str, answer: Answer) -> None: ...

    def free(self, place: Place, claim: str) -> None:
        """Ends the lease, so that the next one may take over at once."""

    def forget(self, place: Place, claim: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Outcome:
    answer: Answer
    replayed: bool


class RunOnce:
    def __init__(self, records: Records, clock: Clock) -> None:
        self._records = records
        self._clock = clock

    def __call__(
        self, place: Place, fingerprint: str, action: Callable[[Seed], Answer], shown_once: tuple[str, ...] = ()
    ) -> Outcome:
        """Raises KeyReused and StillRunning, and what ``action`` raises."""
        now = self._clock()
        mine = Record.fresh(fingerprint, now)
        found = self._records.begin(place, mine, now)
        if found is None:
            return Outcome(self._run(place, mine, action, shown_once), replayed=False)
        if found.fingerprint != fingerprint:
            raise KeyReused
        if found.answer is not None:
            return Outcome(found.answer, replayed=True)
        return Outcome(self._run(place, self._inherit(place, found, mine, now), action, shown_once), replayed=False)

    def _inherit(self, place: Place, found: Record, mine: Record, now: datetime) -> Record:
        heir = replace(found, claim=mine.claim, lease_until=mine.lease_until)
        if found.lease_until > now or not self._records.take_over(place, found, heir, now):
            raise StillRunning
        return heir

    def _run(
        self, place: Place, record: Record, action: Callable[[Seed], Answer], shown_once: tuple[str, ...]
    ) -> Answer:
        status: int = HTTPStatus.INTERNAL_SERVER_ERROR
        kept: Answer | None = None
        try:
            answer = action(record.seed)
            status, kept = answer.status, masked(answer, shown_once)
        except PostroomError as error:
            status = error.status
            raise
        finally:
            # The request has had its effect, or its error: neither may be hidden by a record that cannot be written.
            # It is then taken over when its lease runs out.
            with suppress(Unavailable):
                self._settle(place, record.claim, status, kept)
        return answer

    def _settle(self, place: Place, claim: str, status: int, kept: Answer | None) -> None:
        if HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR:
            self._records.forget(place, claim)
        elif kept is None or status >= HTTPStatus.INTERNAL_SERVER_ERROR or len(kept.body.encode()) > LARGEST_KEPT:
            # Too large for a row: a repeat is carried out again with the same seed and gives the same answer.
            self._records.free(place, claim)
        else:
            self._records.keep(place, claim, kept)
