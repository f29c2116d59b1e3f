"""What one account is to send of a batch, and what became of that."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from postroom.accounts.ceilings import unit_of
from postroom.accounts.limits import Demand
from postroom.accounts.model import QuotaUnit, Tally
from postroom.accounts.reserve import Granted
from postroom.delivery.demand import demand_of
from postroom.delivery.outcome import Outcome
from postroom.messages.model import Message
from postroom.messages.ports import StoredContent

SECONDS_FOR_ONE = 8.0
"""With less than this left, no further message is begun: it goes back to the queue untouched."""


@dataclass(frozen=True, slots=True)
class Lot:
    granted: Granted
    messages: Sequence[Message]
    contents: Mapping[str, StoredContent]

    def units(self, message: Message) -> int:
        return demand_of(message).units(self._unit)

    def units_used(self, outcome: Outcome) -> int:
        """Nothing for recipients whom the server refused."""
        return Demand(outcome.reached).units(self._unit) if outcome.counts else 0

    @property
    def _unit(self) -> QuotaUnit:
        return unit_of(self.granted.account.config)


@dataclass(slots=True)
class LotResult:
    """What was not settled.

    ``elsewhere``: this account cannot carry them now, another may. ``again``: they belong to the account's next window.
    ``unhandled``: the queue has to hand them out again. ``counted``: units of the quota that were used up. ``tries``:
    what became of them, by its name; ``classes``: by the class of the reply, and when the last of them was made.
    """

    elsewhere: list[Message] = field(default_factory=list)
    again: list[Message] = field(default_factory=list)
    unhandled: list[Message] = field(default_factory=list)
    counted: int = 0
    tries: Counter[str] = field(default_factory=Counter)
    last_success: datetime | None = None
    classes: Counter[str] = field(default_factory=Counter)
    tried_at: datetime | None = None

    def count(self, *, as_what: str, of_class: str, at: datetime) -> None:
        self.tries[as_what] += 1
        self.classes[of_class] += 1
        self.tried_at = at

    @property
    def tally(self) -> Tally:
        return Tally(dict(self.tries), self.last_success, dict(self.classes), self.tried_at)


def identity(message: Message) -> dict[str, object]:
    """What a log line may say of a message."""
    return {"tenant_id": message.tenant_id, "message_id": message.id}
