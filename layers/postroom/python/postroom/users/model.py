"""A tenant's users: the people its mails are for."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from unicodedata import normalize

Attribute = str | int | float | bool


class UserRole(StrEnum):
    """What a user is to its tenant; has nothing to do with the role of an API key."""

    ADMIN = "admin"
    OPERATOR = "operator"
    VIEWER = "viewer"


@dataclass(frozen=True, slots=True)
class User:
    """``id`` is the tenant's own. ``email`` as it was given, unique within the tenant as ``comparable`` says.

    ``locale``: BCP 47, ``de-AT``. ``timezone``: an IANA zone. ``revision`` rises with each change, from 1.
    ``import_id``: the import that made the last change.
    """

    tenant_id: str
    id: str
    email: str
    name: str
    user_type: str | None
    role: UserRole
    locale: str | None
    timezone: str
    attributes: Mapping[str, Attribute]
    revision: int
    created_at: datetime
    updated_at: datetime
    import_id: str | None = None


def comparable(address: str) -> str:
    """Two users of one tenant may not have addresses that are the same in lower case.

    RFC 5321, section 2.4 lets a server tell what stands before the @ apart by case; no provider does.
    """
    return normalize("NFC", address.lower())
