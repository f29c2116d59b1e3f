"""Tokens in links: what each is good for, for whom and until when.

A token itself is stored nowhere in clear: its hash stays, and what it is stands sealed until it is redeemed.
"""

import hashlib
import re
import secrets
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from postroom.users.model import comparable

_RANDOM_BYTES = 32
_REPLACED_KEPT = 3
"""More than one, in case the later one was not done when it was replaced itself."""
_TEXT = re.compile(r"[A-Za-z0-9_-]{43}")


class Purpose(StrEnum):
    EMAIL_VERIFICATION = "email_verification"
    PASSWORD_RESET = "password_reset"  # noqa: S105 - a purpose, not a password
    INVITATION = "invitation"
    NOTIFICATION_ADDRESS = "notification_address"


@dataclass(frozen=True, slots=True)
class Person:
    """A user of the tenant, or an address that belongs to none yet.

    ``is_elsewhere``: the address is not the user's own, but one at which the user wants to be reached as well.
    """

    email: str
    user_id: str | None = None
    is_elsewhere: bool = False

    @property
    def hash(self) -> str:
        """The same for an address however its letters are written, and for a user whose address has changed."""
        by_address = f"address {comparable(self.email)}"
        known_by = by_address if self.user_id is None else f"user {self.user_id}"
        if self.is_elsewhere:
            known_by += f" at {by_address}"
        return _sha256(known_by)


@dataclass(frozen=True, slots=True)
class Token:
    """``inviter`` is the id of the user who invites; with ``user_type``, of invitations alone."""

    tenant_id: str
    purpose: Purpose
    person: Person
    expires_at: datetime
    inviter: str | None = None
    user_type: str | None = None


@dataclass(frozen=True, slots=True)
class Current:
    """Which token of one purpose and person counts now.

    ``order`` is the id of what asked for it: ids sort by time, and the latest counts. ``sealed`` is the token, for when
    the same asks again, until it is redeemed. ``replaced`` are the orders before it, the latest first, whose tokens
    count no more.
    """

    hash: str
    order: str
    expires_at: datetime
    sealed: str | None = field(default=None, repr=False)
    replaced: tuple[str, ...] = ()

    def after(self, older: "Current") -> "Current":
        return replace(self, replaced=(older.order, *older.replaced)[:_REPLACED_KEPT])


@dataclass(frozen=True, slots=True)
class Issued:
    """The token that counts: what stands in its link, its end, and the orders whose tokens it replaced."""

    text: str = field(repr=False)
    expires_at: datetime
    replaced: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Redemption:
    token: Token
    redeemed_at: datetime


def new_text() -> str:
    """43 characters that may stand in a URL: 256 bits."""
    return secrets.token_urlsafe(_RANDOM_BYTES)


def hash_of(tenant_id: str, purpose: Purpose, text: str) -> str | None:
    """None for what cannot be a token. One SHA-256 is enough for 256 bits that nobody chose."""
    return _sha256(f"{tenant_id} {purpose} {text}") if _TEXT.fullmatch(text) else None


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
