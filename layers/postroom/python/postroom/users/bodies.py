"""The JSON of users."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from postroom.users.fields import AttributeName, AttributeValue, Name, Role
from postroom.users.model import Attribute, User, UserRole
from postroom.users.wishes import Left, Wishes
from postroom.web.body import RequestBody, ResponseBody
from postroom.web.fields import EmailText, Locale, Timezone, UserType


class UserBody(RequestBody):
    """What is left out stays as it is, attribute by attribute; null takes an attribute, a type or a locale away.

    With ``revision``, only as it was seen. What only we write is taken, as in a changed answer, and not looked at. With
    ``id``, only the user in the path.
    """

    email: EmailText | None = None
    name: Name | None = None
    user_type: UserType | None = None
    role: Role | None = None
    locale: Locale | None = None
    timezone: Timezone | None = None
    attributes: Annotated[dict[AttributeName, AttributeValue], Field(max_length=100)] | None = None
    revision: int | None = None

    id: Any = None
    created_at: Any = None
    updated_at: Any = None

    def wishes(self) -> Wishes:
        left_out: str | Left = Left.OUT
        return Wishes(
            email=self.email,
            name=self.name,
            user_type=self.given_or("user_type", left_out),
            role=self.role,
            locale=self.given_or("locale", left_out),
            timezone=self.timezone,
            attributes=self.attributes,
        )


class UserAnswer(ResponseBody):
    id: str
    email: str
    name: str
    user_type: str | None
    role: UserRole
    locale: str | None
    timezone: str
    attributes: dict[str, Attribute]
    revision: int
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, user: User) -> "UserAnswer":
        return cls(
            id=user.id,
            email=user.email,
            name=user.name,
            user_type=user.user_type,
            role=user.role,
            locale=user.locale,
            timezone=user.timezone,
            attributes=dict(user.attributes),
            revision=user.revision,
            created_at=user.created_at,
            updated_at=user.updated_at,
        )
