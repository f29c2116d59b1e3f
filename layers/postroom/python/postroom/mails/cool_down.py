"""How often one recipient gets a mail of one kind: so many in any minute, and so many in any hour."""

from dataclasses import dataclass

from postroom import rolling
from postroom.clock import to_milliseconds
from postroom.errors import Unavailable
from postroom.mails.model import CoolDown, MailRequest
from postroom.mails.ports import CoolDowns
from postroom.rolling import Counted
from postroom.tokens.model import Person

_MINUTE_MS = 60_000
_TRIES = 100
"""Each that fails, fails because somebody else's request was counted; soon there is room for none."""


@dataclass(frozen=True, slots=True)
class LetThrough:
    counts: CoolDowns

    def __call__(self, request: MailRequest, address: str, limits: CoolDown) -> bool:
        """Exact, however many ask at once; a request that comes again is let through again and counts once.

        Counted by the time of the request, so that the order in which a queue gives them out changes nothing.
        """
        key = (request.tenant_id, request.kind, Person(address).hash)
        at_ms = to_milliseconds(request.moment)
        for _ in range(_TRIES):
            seen = self.counts.get(*key)
            if seen is not None and request.id in seen:
                return True
            counted = with_one_more(seen or {}, request.id, at_ms, limits)
            if counted is None:
                return False
            if self.counts.replace(*key, seen, counted):
                return True
        raise Unavailable


def with_one_more(seen: Counted, request_id: str, at_ms: int, limits: CoolDown) -> Counted | None:
    """None when it is one too many, or an hour behind another one."""
    return rolling.with_one_more(
        seen, request_id, at_ms, {_MINUTE_MS: limits.per_minute, rolling.HOUR_MS: limits.per_hour}
    )
