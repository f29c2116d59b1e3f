"""Mails go by what their recipients wish: this is looked up again right before they are sent."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from postroom.clock import Clock
from postroom.errors import Unavailable
from postroom.messages import life
from postroom.messages.handover import Handover
from postroom.messages.model import Message

log = logging.getLogger(__name__)

StillWanted = Callable[[str, Sequence[Message]], Mapping[str, str]]
"""Of a tenant's messages those that are not wanted as they are any more, and why, by id. Raises Unavailable."""


@dataclass(frozen=True, slots=True)
class Heeded:
    """What may be sent, and of what is not known whether it may."""

    wanted: list[Message]
    unknown: list[Message]


@dataclass(frozen=True, slots=True)
class HeedWishes:
    handover: Handover
    still_wanted: StillWanted
    clock: Clock

    def __call__(self, tenant_id: str, messages: Sequence[Message]) -> Heeded:
        """Ends what is not wanted any more; what is in doubt stays so, and is not sent again.

        Of messages that are about nothing nobody is asked.
        """
        asked = [message for message in messages if _goes_by_wishes(message)]
        if not asked:
            return Heeded(list(messages), [])
        try:
            unwanted = self.still_wanted(tenant_id, asked)
            for message in asked:
                if message.id in unwanted:
                    # When somebody else was faster, what they did with it counts.
                    self.handover.change_as_seen(message, life.unwished(message, unwanted[message.id], self.clock()))
        except Unavailable:
            log.warning("Whether messages are still wanted was not answered", extra={"tenant_id": tenant_id})
            unknown = {message.id for message in asked}
            return Heeded([message for message in messages if message.id not in unknown], asked)
        return Heeded([message for message in messages if message.id not in unwanted], [])


def _goes_by_wishes(message: Message) -> bool:
    """What somebody has is not called back."""
    return message.about is not None and not message.reached_somebody
