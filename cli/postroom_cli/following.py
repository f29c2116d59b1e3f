"""A message followed until it has come to its end."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from postroom_cli.desk import Desk
from postroom_cli.document import Document
from postroom_cli.errors import Bad
from postroom_cli.paths import at
from postroom_cli.visible import local_time

_SENT = {"sent", "delivered"}
_ENDED = _SENT | {"failed", "cancelled", "suppressed", "bounced", "complained"}
_LONGEST_PAUSE = 5.0


def has_ended(message: Document) -> bool:
    """Nothing more comes by itself: an uncertain message that is held does not go on either."""
    state = message.text("status")
    return state in _ENDED or (state == "uncertain" and message.text("reason") == "held")


def was_sent(message: Document) -> bool:
    return message.text("status") in _SENT


def not_sent(message: Document) -> Bad:
    """What to raise for one that was followed and not sent."""
    identity = message.text("id")
    yet = "was not sent" if has_ended(message) else "is not sent yet"
    return Bad(f"{identity} {yet}: {standing(message)}", f"See: postroom messages show {identity}")


@dataclass(frozen=True, slots=True)
class Follow:
    desk: Desk
    seconds: float
    """Then it is left as it is."""

    def __call__(self, message_id: str, heard: Callable[[Document], None]) -> Document:
        """``heard`` gets each new status. When time runs out the message is what it was last."""
        until = self.desk.world.now() + timedelta(seconds=self.seconds)
        seen = ""
        for pause in _pauses():
            message = self.desk.api.get(at("messages", message_id))
            if standing(message) != seen:
                seen = standing(message)
                heard(message)
            if has_ended(message) or self.desk.world.now() >= until:
                return message
            self.desk.world.sleep(pause)
        raise AssertionError("there is always another pause")


def standing(message: Document) -> str:
    """Where a message stands, in a line."""
    until = message.moment("next_attempt_at")
    why = ": ".join(filter(None, (message.text("reason"), message.text("detail"))))
    parts = (message.text("status"), why, f"until {local_time(until)}" if until else "")
    return ", ".join(filter(None, parts))


def _pauses() -> Iterator[float]:
    pause = 0.3
    while True:
        yield pause
        pause = min(pause * 1.4, _LONGEST_PAUSE)
