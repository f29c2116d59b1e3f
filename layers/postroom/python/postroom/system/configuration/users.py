"""What may be wrong with a tenant's users."""

from collections.abc import Iterator
from dataclasses import dataclass

from postroom.system.configuration.model import Area, Check, Finding, warning
from postroom.users.model import User

_RESERVED = ("example.com", "example.net", "example.org", "test", "example", "invalid", "localhost")
"""RFC 2606 and RFC 6761: no mail ever arrives there."""


@dataclass(frozen=True, slots=True)
class Users:
    users: tuple[User, ...]
    local: bool


def unreachable(users: Users) -> Iterator[Finding]:
    nowhere = [user for user in users.users if _is_reserved(user.email)] if not users.local else []
    if nowhere:
        found = f"{len(nowhere)} have an address at a domain that is reserved for examples: no mail arrives there"
        remedy = f"Put their addresses right, or delete them; one is the user {nowhere[0].id}"
        yield warning("users", found, remedy)


CHECKS: tuple[Check[Users], ...] = (
    Check("users_addresses", Area.USERS, "None has an address at a domain for examples", unreachable),
)


def _is_reserved(address: str) -> bool:
    domain = f".{address.rpartition('@')[2].lower()}"
    return any(domain.endswith(f".{reserved}") for reserved in _RESERVED)
