"""Tenants, the keys that speak for them, and what a role may do."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from postroom.priorities import Priority


class Role(StrEnum):
    PLATFORM = "platform"
    ADMIN = "admin"
    OPERATOR = "operator"
    VIEWER = "viewer"


RIGHTS: dict[Role, frozenset[Role]] = {
    Role.PLATFORM: frozenset({Role.PLATFORM}),
    Role.ADMIN: frozenset({Role.ADMIN, Role.OPERATOR, Role.VIEWER}),
    Role.OPERATOR: frozenset({Role.OPERATOR, Role.VIEWER}),
    Role.VIEWER: frozenset({Role.VIEWER}),
}
"""What each role counts as. A platform key makes tenants and their keys; it never reads a tenant's mail."""

PLATFORM_TENANT = "platform"
"""Stands where a tenant id stands for keys that belong to no tenant."""


def is_chief(tenant_id: str, role: Role) -> bool:
    """Whether a key with this role may make others for its tenant: the last such key is not to be lost."""
    return role is (Role.PLATFORM if tenant_id == PLATFORM_TENANT else Role.ADMIN)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: the checked result of the authorizer. ``requests_per_minute`` is the key's, None the usual number."""

    tenant_id: str
    key_id: str
    role: Role
    user_id: str | None = None
    requests_per_minute: int | None = None
    highest_priority: Priority = Priority.HIGH

    def may_act_as(self, role: Role) -> bool:
        return role in RIGHTS[self.role]

    def may_send(self, priority: Priority) -> bool:
        return self.highest_priority.allows(priority)


class KeyProblem(StrEnum):
    """Why a request has no caller."""

    MISSING = "missing"
    INVALID = "invalid"
    REVOKED = "revoked"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True, slots=True)
class Tenant:
    id: str
    name: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key as it is stored: the hash of its secret, never the secret.

    ``requests_per_minute`` is None for as many as the installation gives every key.
    """

    tenant_id: str
    id: str
    name: str
    role: Role
    secret_hash: str = field(repr=False)
    created_at: datetime
    user_id: str | None = None
    revoked_at: datetime | None = None
    requests_per_minute: int | None = None
    highest_priority: Priority = Priority.HIGH
