"""What became of a message, or why it was put off, in a sentence."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from postroom.accounts.model import Account
from postroom.messages.model import Message, Status


def at(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC" if moment else "an unknown time"


def sentence_of(message: Message, accounts: Sequence[Account]) -> str:
    """``accounts``: those whose addresses may be named."""
    of_it = [account.config.email for account in accounts if account.id == message.used_account_id]
    return _SENTENCES[message.status](message, of_it[0] if of_it else "An account that was deleted")


def _queued(message: Message, _: str) -> str:
    since = f"It is in the queue of {message.priority} priority; it was accepted at {at(message.created_at)}."
    return f"{since} Its queue lost it, and it was put back: {message.heals} times." if message.heals else since


def _deferred(message: Message, _: str) -> str:
    if message.next_attempt_at is None:
        return f"{message.detail}: at {at(message.expires_at)}."
    return f"{message.detail}. It comes to a sender again at {at(message.next_attempt_at)}."


def _uncertain(message: Message, _: str) -> str:
    if message.next_attempt_at is not None:
        return f"{message.detail}: at {at(message.next_attempt_at)}."
    return (
        f"{message.detail or 'It is not known whether the server took it'}. POST /v1/messages/{message.id}/resend "
        "sends it again, and its recipients may then have it twice; left alone, it is not sent again."
    )


def _sending(message: Message, sender: str) -> str:
    return f"{sender} is sending it; its outcome is known by {at(message.lease_until)}."


def _sent(message: Message, sender: str) -> str:
    if message.sent_at is None:
        return f"It was given up before everybody had it: {message.detail}."
    reply = message.attempts[-1].reply if message.attempts else ""
    return _left(message, sender) + (f"; the server said: {reply}" if reply else ".")


def _left(message: Message, sender: str) -> str:
    return f"{sender} sent it at {at(message.sent_at)}"


_SENTENCES: Mapping[Status, Callable[[Message, str], str]] = {
    Status.SCHEDULED: lambda message, _: f"It is to be sent at {at(message.send_at)}.",
    Status.QUEUED: _queued,
    Status.DEFERRED: _deferred,
    Status.SENDING: _sending,
    Status.UNCERTAIN: _uncertain,
    Status.SENT: _sent,
    Status.FAILED: lambda message, _: f"It was given up: {message.detail or 'no reason was kept'}.",
    Status.CANCELLED: lambda *_: "It was cancelled before it was sent.",
    Status.SUPPRESSED: lambda *_: "It was not sent: its recipient is on the suppression list.",
    Status.DELIVERED: lambda message, sender: f"{_left(message, sender)}, and it was delivered.",
    Status.BOUNCED: lambda message, sender: f"{_left(message, sender)}, and it came back.",
    Status.COMPLAINED: lambda message, sender: f"{_left(message, sender)}, and its recipient complained.",
}
