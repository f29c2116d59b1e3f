from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

NOON = datetime(2030, 1, 31, 12, tzinfo=UTC)


@dataclass
class FakeClock:
    """A clock that stands still until it is moved."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now

    def advance(self, by: timedelta) -> None:
        self.now += by
