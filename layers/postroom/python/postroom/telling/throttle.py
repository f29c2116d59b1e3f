"""How many of one kind a user is told of at once: so many in any hour. What is more comes in a digest."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from postroom.clock import to_milliseconds
from postroom.errors import Unavailable
from postroom.rolling import HOUR_MS, with_one_more
from postroom.telling.ports import ToldLately

_TRIES = 100
"""Each that fails, fails because another event was counted; soon there is room for none."""

A_MOMENT = timedelta(minutes=2)
"""What goes within it goes when it was admitted."""


@dataclass(frozen=True, slots=True)
class AdmitByHour:
    lately: ToldLately

    def admits(  # noqa: PLR0913, PLR0917 - whose count, how many, and when
        self,
        tenant_id: str,
        user_id: str,
        event_type: str,
        event_id: str,
        most: int,
        now: datetime,
        *,
        anew: bool = False,
    ) -> bool:
        """Exact, however many ask at once."""
        key, now_ms = (tenant_id, user_id, event_type), to_milliseconds(now)
        for _ in range(_TRIES):
            seen = self.lately.get(*key)
            before = (seen or {}).get(event_id)
            if before is not None and not (anew and now_ms - before > A_MOMENT // timedelta(milliseconds=1)):
                return True
            counted = with_one_more(seen or {}, event_id, now_ms, {HOUR_MS: most})
            if counted is None:
                return False
            if self.lately.replace(*key, seen, counted):
                return True
        raise Unavailable
