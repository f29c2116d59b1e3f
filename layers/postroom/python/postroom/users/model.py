"""A tenant's users: the people its mails are for."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from unicodedata import normalize

ID = re.compile(r"[A-Za-z0-9._:@+-]{1,64}")
_NOT_IN_A_PATH = frozenset({".", ".."})
"""Who builds a URL takes these for directions (RFC 3986, section 5.2.4)."""

_RESERVED = frozenset({"imports"})
"""Has a path of its own."""

NOT_AN_ID = "must be 1 to 64 of A-Z a-z 0-9 . _ : @ + - but not . or .. or imports"

_CLOCKS_DIFFER = timedelta(seconds=2)
"""By which the machines that date users and events may be apart."""

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

    def was_there_at(self, moment: datetime) -> bool:
        """Else what was there then is of somebody else who had this id."""
        return self.there_since <= moment

    @property
    def there_since(self) -> datetime:
        """What happened from then on may be theirs."""
        return self.created_at - _CLOCKS_DIFFER


def is_user_id(text: str) -> bool:
    return ID.fullmatch(text) is not None and text not in _NOT_IN_A_PATH | _RESERVED


def comparable(address: str) -> str:
    """Two users of one tenant may not have addresses that are the same in lower case.

    RFC 5321, section 2.4 lets a server tell what stands before the @ apart by case; no provider does.
    """
    return normalize("NFC", address.lower())
