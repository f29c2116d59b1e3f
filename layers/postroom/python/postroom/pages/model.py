"""A link that stands for a user: whoever has it may see and change what that user hears of, and nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from postroom.preferences.model import Choice, Delivery

LIFETIME = timedelta(days=365)
"""A mail is looked for again months later. The law of some countries wants a way out to work for 30 to 60 days."""

ROLE = "preference_link"
"""Of who acts by one, as the audit log tells it."""


@dataclass(frozen=True, slots=True)
class Link:
    """``event_type``: of which there may be less by it; None for a digest's, which is about all of them."""

    tenant_id: str
    user_id: str
    event_type: str | None
    issued_at: datetime


@dataclass(frozen=True, slots=True)
class Links:
    """The signed links of a notice: to a user's preferences, and to less of this kind. "" where there are none."""

    preferences_url: str = ""
    less_url: str = ""

    @property
    def headers(self) -> tuple[tuple[str, str], ...]:
        """What a mail with them has for the button of a mail program (RFC 8058): less of this kind, or none at all."""
        url = self.less_url or self.preferences_url
        if not url:
            return ()
        return ("List-Unsubscribe", f"<{url}>"), ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")


class Amount(StrEnum):
    """How much a user hears of an event type: the one thing that a page asks of each."""

    OFF = "off"
    IMMEDIATE = "immediate"
    HOURLY = "hourly"
    DAILY = "daily"
    WEEKLY = "weekly"

    @classmethod
    def of(cls, choice: Choice) -> "Amount":
        return cls(choice.delivery.value) if choice.enabled else cls.OFF

    @property
    def delivery(self) -> Delivery | None:
        """None: nothing is delivered."""
        return None if self is Amount.OFF else Delivery(self.value)


LESS: Mapping[Amount, Amount] = {
    Amount.IMMEDIATE: Amount.DAILY,
    Amount.HOURLY: Amount.DAILY,
    Amount.DAILY: Amount.WEEKLY,
    Amount.WEEKLY: Amount.OFF,
    Amount.OFF: Amount.OFF,
}
"""What is the next less of each."""
