"""A message as it was asked for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from postroom.errors import FieldError
from postroom.messages.model import Content, OnUncertain, Priority
from postroom.pools.model import Strategy
from postroom.priorities import refusal
from postroom.templates.model import Wanted


@dataclass(frozen=True, slots=True)
class Names:
    """What a message names of its tenant's."""

    account_id: str | None = None
    pool_id: str | None = None
    template: Wanted | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """``recipients`` is the envelope: to, cc and bcc, each address once.

    With a ``template``, the content has a filling in place of its subject and bodies. ``id``: of the message it
    becomes, for who has to find it again; without one it gets one from the request. ``about`` is the
    message's. ``highest_priority`` is the most urgent that whoever asks for it may send.
    """

    recipients: tuple[str, ...]
    content: Content
    priority: Priority
    on_uncertain: OnUncertain
    account_id: str | None = None
    pool_id: str | None = None
    strategy: Strategy | None = None
    template: Wanted | None = None
    send_at: datetime | None = None
    expires_at: datetime | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    id: str | None = None
    about: str | None = None
    highest_priority: Priority = Priority.HIGH

    @property
    def names(self) -> Names:
        return Names(self.account_id, self.pool_id, self.template)

    @property
    def errors_of_rights(self) -> tuple[FieldError, ...]:
        return errors_of_rights(self.priority, self.highest_priority)


def errors_of_rights(priority: Priority, highest: Priority) -> tuple[FieldError, ...]:
    return () if highest.allows(priority) else (FieldError("priority", refusal(highest)),)
