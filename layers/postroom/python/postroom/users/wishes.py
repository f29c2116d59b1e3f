"""What somebody wants a user to be, and the rules for the whole that comes of it."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum, auto

from postroom.errors import FieldError, Invalid
from postroom.users.model import Attribute, User, UserRole

MOST_ATTRIBUTES = 30
LARGEST_USER = 10_000
"""Bytes as JSON."""


class Left(Enum):
    OUT = auto()


@dataclass(frozen=True, slots=True)
class Wishes:
    """What is left out stays as it is. Of ``attributes`` those that are named: None takes one away (RFC 7396)."""

    email: str | None = None
    name: str | None = None
    user_type: str | Left | None = Left.OUT
    role: UserRole | None = None
    locale: str | Left | None = Left.OUT
    timezone: str | None = None
    attributes: Mapping[str, Attribute | None] | None = None

    def fulfilled(self, user: User) -> User:
        """Raises Invalid when the whole user would not be one."""
        wanted = replace(
            user,
            email=self.email or user.email,
            name=user.name if self.name is None else self.name,
            user_type=user.user_type if self.user_type is Left.OUT else self.user_type,
            role=self.role or user.role,
            locale=user.locale if self.locale is Left.OUT else self.locale,
            timezone=self.timezone or user.timezone,
            attributes=_merged(user.attributes, self.attributes or {}),
        )
        if wrong := tuple(_wrong(wanted)):
            raise Invalid(wrong)
        return wanted


def nobody(tenant_id: str, user_id: str, now: datetime) -> User:
    """A user of whom nothing is known yet."""
    return User(
        tenant_id=tenant_id,
        id=user_id,
        email="",
        name="",
        user_type=None,
        role=UserRole.VIEWER,
        locale=None,
        timezone="UTC",
        attributes={},
        revision=0,
        created_at=now,
        updated_at=now,
    )


def _merged(there: Mapping[str, Attribute], named: Mapping[str, Attribute | None]) -> dict[str, Attribute]:
    both = {**there, **named}
    return {name: value for name, value in both.items() if value is not None}


def _wrong(user: User) -> Iterator[FieldError]:
    if not user.email:
        yield FieldError("email", "is required")
    if len(user.attributes) > MOST_ATTRIBUTES:
        yield FieldError("attributes", f"must be {MOST_ATTRIBUTES} at most")
    if _size(user) > LARGEST_USER:
        yield FieldError("attributes", f"make the user larger than {LARGEST_USER} bytes")


def _size(user: User) -> int:
    texts = [user.id, user.email, user.name, user.user_type, user.role, user.locale, user.timezone]
    return len(json.dumps([texts, dict(user.attributes)], ensure_ascii=False).encode())
