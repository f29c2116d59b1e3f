"""The mails that every application sends: which there are, how a tenant wants them, how often one person gets them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from postroom.ids import Seed
from postroom.messages.model import Priority
from postroom.tokens.model import Purpose


class Kind(StrEnum):
    VERIFICATION = "verification"
    PASSWORD_RESET = "password_reset"  # noqa: S105 - a kind of mail, not a password
    INVITATION = "invitation"
    WELCOME = "welcome"
    NOTIFICATION_ADDRESS = "notification_address"


@dataclass(frozen=True, slots=True)
class Letter:
    """How a kind of mail is sent. ``path`` is where its link leads when the base URL has none."""

    template: str
    purpose: Purpose | None
    priority: Priority
    path: str


LETTERS: Mapping[Kind, Letter] = {
    Kind.VERIFICATION: Letter("email_verification", Purpose.EMAIL_VERIFICATION, Priority.HIGH, "/verify-email"),
    Kind.PASSWORD_RESET: Letter("password_reset", Purpose.PASSWORD_RESET, Priority.HIGH, "/reset-password"),
    Kind.INVITATION: Letter("user_invitation", Purpose.INVITATION, Priority.NORMAL, "/accept-invitation"),
    Kind.WELCOME: Letter("welcome", None, Priority.NORMAL, ""),
    Kind.NOTIFICATION_ADDRESS: Letter(
        "notification_address", Purpose.NOTIFICATION_ADDRESS, Priority.HIGH, "/confirm-address"
    ),
}

LIFETIMES: Mapping[Purpose, timedelta] = {
    Purpose.EMAIL_VERIFICATION: timedelta(hours=24),
    Purpose.PASSWORD_RESET: timedelta(hours=1),
    Purpose.INVITATION: timedelta(days=7),
    Purpose.NOTIFICATION_ADDRESS: timedelta(hours=24),
}

LEAST_LIFETIMES: Mapping[Purpose, timedelta] = {
    Purpose.EMAIL_VERIFICATION: timedelta(hours=1),
    Purpose.PASSWORD_RESET: timedelta(minutes=5),
    Purpose.INVITATION: timedelta(days=1),
    Purpose.NOTIFICATION_ADDRESS: timedelta(hours=1),
}
"""One of the unit in which the mail tells its reader how long the link works."""

MOST_LIFETIME = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class CoolDown:
    """How many mails of one kind a recipient gets in any 60 seconds, and in any 60 minutes."""

    per_minute: int = 1
    per_hour: int = 5


@dataclass(frozen=True, slots=True)
class MailSettings:
    """``origins`` are those that links may lead to, as ``links.Url`` has them. ``revision`` rises with each change."""

    origins: tuple[str, ...] = ()
    lifetimes: Mapping[Purpose, timedelta] = field(default_factory=lambda: dict(LIFETIMES))
    cool_down: CoolDown = CoolDown()
    revision: int = 0


@dataclass(frozen=True, slots=True)
class MailRequest:
    """A mail that was asked for. Of ``user_id`` and ``email`` one is there; nobody knows yet whose address that is.

    Both are there for an address that a user wants notifications at, and that is not the user's own.

    ``seed`` makes its ids; ``put_at`` is when it came onto the queue, as it does again when a request is repeated that
    failed. ``inviter`` is a user's id. ``base_url`` is one of the tenant's origins, or "" for no link.
    """

    tenant_id: str
    kind: Kind
    seed: Seed
    user_id: str | None = None
    email: str | None = None
    base_url: str = ""
    inviter: str | None = None
    user_type: str | None = None
    locale: str | None = None
    account_id: str | None = None
    pool_id: str | None = None
    put_at: datetime | None = None

    @property
    def moment(self) -> datetime:
        """From when on its link lives."""
        return self.put_at or self.seed.moment

    @property
    def id(self) -> str:
        """Of the message that comes of it. It sorts by the time of the first request."""
        return self.seed.id("msg")
