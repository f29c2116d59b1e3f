"""What is done to messages that were accepted, as the audit log tells it. Sending one is a row of its own."""

from postroom.audit.model import Action, Deed
from postroom.messages.model import Message, Status


def message_cancelled(seen: Message) -> Deed:
    return _moved(Action.MESSAGE_CANCELLED, seen, Status.CANCELLED)


def message_resent(seen: Message) -> Deed:
    return _moved(Action.MESSAGE_RESENT, seen, Status.QUEUED)


def redriven(limit: int, per_second: int) -> Deed:
    return Deed(Action.REDRIVEN, "dead-letters", after={"limit": limit, "per_second": per_second})


def _moved(action: Action, seen: Message, status: Status) -> Deed:
    return Deed.change(action, f"message/{seen.id}", {"status": seen.status.value}, {"status": status.value})
