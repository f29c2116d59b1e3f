from dataclasses import replace
from datetime import UTC, datetime
from threading import Lock

from postroom.idempotency.model import Answer, Place, Record

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


class MemoryRecords:
    """Exact: each write is made alone, and compares first."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._rows: dict[Place, Record] = {}

    def begin(self, place: Place, mine: Record, now: datetime) -> Record | None:
        with self._lock:
            found = self._rows.get(place)
            own = found is not None and found.claim == mine.claim and found.answer is None
            if found is not None and found.expires_at > now and not own:
                return found
            self._rows[place] = mine
            return None

    def take_over(self, place: Place, stale: Record, mine: Record, now: datetime) -> bool:
        with self._lock:
            found = self._rows.get(place)
            if found is None or found.answer is not None:
                return False
            if found.claim != mine.claim and (found.claim != stale.claim or found.lease_until > now):
                return False
            self._rows[place] = replace(found, claim=mine.claim, lease_until=mine.lease_until)
            return True

    def keep(self, place: Place, claim: str, answer: Answer) -> None:
        with self._lock:
            if (found := self._held(place, claim)) is not None:
                self._rows[place] = replace(found, answer=answer)

    def free(self, place: Place, claim: str) -> None:
        with self._lock:
            found = self._held(place, claim)
            if found is not None and found.answer is None:
                self._rows[place] = replace(found, lease_until=LONG_AGO)

    def forget(self, place: Place, claim: str) -> None:
        with self._lock:
            if self._held(place, claim) is not None:
                del self._rows[place]

    def _held(self, place: Place, claim: str) -> Record | None:
        found = self._rows.get(place)
        return found if found is not None and found.claim == claim else None


class RepeatingRecords(MemoryRecords):
    """Makes every write twice, as boto3 does when the first answer is lost: only the second answer is heard."""

    def begin(self, place: Place, mine: Record, now: datetime) -> Record | None:
        super().begin(place, mine, now)
        return super().begin(place, mine, now)

    def take_over(self, place: Place, stale: Record, mine: Record, now: datetime) -> bool:
        super().take_over(place, stale, mine, now)
        return super().take_over(place, stale, mine, now)

    def keep(self, place: Place, claim: str, answer: Answer) -> None:
        super().keep(place, claim, answer)
        super().keep(place, claim, answer)

    def free(self, place: Place, claim: str) -> None:
        super().free(place, claim)
        super().free(place, claim)

    def forget(self, place: Place, claim: str) -> None:
        super().forget(place, claim)
        super().forget(place, claim)
